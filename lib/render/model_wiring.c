/* Which layer feeds which. */
#include "render/model.h"

static bool is_chain(const brc_network *net)
{
	for (size_t e = 0; e < net->edges; e++)
		if (net->from[e] != (int32_t)e || net->to[e] != (int32_t)e + 1)
			return false;
	return net->edges + 1 == net->layers.n;
}

brc_rc brc_wiring_collect(brc_network *net, brc_err *err)
{
	const brc_tensor *from, *to;
	char title[256];

	if (!net->units || !brc_section_tensor(net->units, "edge/from"))
		return BRC_OK;
	BRC_TRY(brc_section_need_column(net->units, "edge/from", "<i4", BRC_ANY, &from, err));
	BRC_TRY(brc_section_need_column(net->units, "edge/to", "<i4", from->shape[0], &to, err));
	net->from = from->data;
	net->to = to->data;
	net->edges = from->shape[0];
	for (size_t e = 0; e < net->edges; e++)
		if (net->from[e] < 0 || net->from[e] >= net->to[e] ||
		    (size_t)net->to[e] >= net->layers.n)
			return brc_fail(err, BRC_DATA,
					"%s: edge %zu leads from layer %d to layer %d of %zu, in "
					"topological order",
					brc_section_title(net->units, title, sizeof title), e,
					net->from[e], net->to[e], net->layers.n);
	net->wiring = is_chain(net) ? BRC_WIRING_CHAIN : BRC_WIRING_BRANCHED;
	return BRC_OK;
}
