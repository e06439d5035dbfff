/* The section units/1: all layers of a network, and who feeds whom. */
#include <stdlib.h>

#include "base/memory.h"
#include "net/net.h"

static const char *role_text(brc_role role)
{
	switch (role) {
	case BRC_ROLE_INPUT:
		return "input";
	case BRC_ROLE_OUTPUT:
		return "output";
	default:
		return "hidden";
	}
}

static brc_rc write_texts(const brc_net *net, const char **text, brc_section *s, brc_err *err)
{
	size_t n = brc_net_layers(net)->n;

	for (size_t l = 0; l < n; l++)
		text[l] = role_text(brc_net_layer_at(net, l)->role);
	BRC_TRY(brc_section_add_text(s, "layer/role", text, n, err));
	for (size_t l = 0; l < n; l++)
		text[l] = brc_net_layer_at(net, l)->kind;
	BRC_TRY(brc_section_add_text(s, "layer/kind", text, n, err));
	for (size_t l = 0; l < n; l++)
		text[l] = brc_net_untraced(net, l) ? brc_net_untraced(net, l) : "";
	return brc_section_add_text(s, "layer/untraced", text, n, err);
}

static brc_rc write_edges(const brc_net *net, int32_t *column, brc_section *s, brc_err *err)
{
	const brc_net_edge *edge;
	size_t n = brc_net_edges(net, &edge);

	for (size_t i = 0; i < n; i++)
		column[i] = (int32_t)edge[i].from;
	BRC_TRY(brc_section_add_column(s, "edge/from", "<i4", n, column, err));
	for (size_t i = 0; i < n; i++)
		column[i] = (int32_t)edge[i].to;
	return brc_section_add_column(s, "edge/to", "<i4", n, column, err);
}

brc_rc brc_net_write_units(const brc_net *net, brc_section *s, brc_err *err)
{
	const brc_net_edge *edge;
	const char **text = brc_calloc(brc_net_layers(net)->n, sizeof(*text), err);
	int32_t *column = brc_calloc(brc_net_edges(net, &edge), sizeof(*column), err);
	brc_rc rc = text && column ? BRC_OK : BRC_RESOURCE;

	if (rc == BRC_OK)
		rc = brc_layers_write(brc_net_layers(net), s, err);
	if (rc == BRC_OK)
		rc = write_texts(net, text, s, err);
	if (rc == BRC_OK)
		rc = write_edges(net, column, s, err);
	if (rc == BRC_OK)
		brc_map_put_string(s->meta, "model", brc_net_digest(net));
	free(text);
	free(column);
	return rc;
}
