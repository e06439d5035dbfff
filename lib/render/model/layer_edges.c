/* What the section units says of layers: their kinds and roles, and which feeds which. */
#include <string.h>

#include "render/model/model.h"

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
					brc_section_title(net->units, title, sizeof(title)), e,
					net->from[e], net->to[e], net->layers.n);
	net->wiring = is_chain(net) ? BRC_WIRING_CHAIN : BRC_WIRING_BRANCHED;
	return BRC_OK;
}

const char *brc_layer_word(const brc_network *net, const char *column, size_t i, char *buf,
			   size_t cap)
{
	const brc_tensor *t = net->units ? brc_section_tensor(net->units, column) : NULL;

	if (!t || t->ndim != 1 || t->shape[0] != net->layers.n || t->dtype[1] != 'S')
		return "";
	return brc_tensor_text(t, i, buf, cap);
}

bool brc_layer_is_hidden(const brc_network *net, size_t i)
{
	char buf[32];
	const char *role = brc_layer_word(net, "layer/role", i, buf, sizeof(buf));

	return strcmp(role, "hidden") == 0 || !role[0];
}
