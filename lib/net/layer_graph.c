#include "net/layer_graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* ---- the section units/1: all layers of a network, and who feeds whom ---- */

static const char *role_text(const brc_net_layer *l)
{
	switch (l->role) {
	case BRC_ROLE_INPUT:
		return "input";
	case BRC_ROLE_OUTPUT:
		return "output";
	default:
		return "hidden";
	}
}

static const char *kind_text(const brc_net_layer *l)
{
	return l->kind;
}

static const char *untraced_text(const brc_net_layer *l)
{
	return l->untraced ? l->untraced : "";
}

static const char *part_text(const brc_net_layer *l)
{
	return l->mlp ? "mlp" : l->head ? "heads" : "";
}

static brc_rc write_texts(const brc_layer_graph *c, brc_section *s, brc_err *err)
{
	static const struct {
		const char *name;
		const char *(*text)(const brc_net_layer *);
	} columns[] = {{"layer/role", role_text},
		       {"layer/kind", kind_text},
		       {"layer/untraced", untraced_text},
		       {"layer/part", part_text}}; /* last: left out where it is not known */
	const char **text = brc_calloc(c->layers->n, sizeof(*text), err);
	size_t n = sizeof(columns) / sizeof(*columns) - (c->parts ? 0 : 1);
	brc_rc rc = text ? BRC_OK : BRC_RESOURCE;

	for (size_t k = 0; rc == BRC_OK && k < n; k++) {
		for (size_t l = 0; l < c->layers->n; l++)
			text[l] = columns[k].text(&c->layer[l]);
		rc = brc_section_add_text(s, columns[k].name, text, c->layers->n, err);
	}
	free(text);
	return rc;
}

static brc_rc write_edges(const brc_layer_graph *c, brc_section *s, brc_err *err)
{
	brc_tensor *from, *to;

	BRC_TRY(brc_section_add(s, "edge/from", "<i4", 1, &c->n_edges, "row", NULL, &from, err));
	BRC_TRY(brc_section_add(s, "edge/to", "<i4", 1, &c->n_edges, "row", NULL, &to, err));
	for (size_t i = 0; i < c->n_edges; i++) {
		((int32_t *)from->data)[i] = (int32_t)c->edge[i].from;
		((int32_t *)to->data)[i] = (int32_t)c->edge[i].to;
	}
	return BRC_OK;
}

brc_rc brc_layer_graph_write(const brc_layer_graph *c, brc_section *s, brc_err *err)
{
	BRC_TRY(brc_layers_write(c->layers, s, err));
	BRC_TRY(write_texts(c, s, err));
	BRC_TRY(write_edges(c, s, err));
	brc_map_put_string(s->meta, "model", c->digest);
	return BRC_OK;
}

/* ---- attention heads as labels ---- */

brc_rc brc_layer_graph_heads(const brc_layer_graph *c, brc_labels *l, brc_err *err)
{
	bool *chosen = brc_calloc(c->layers->n, sizeof(*chosen), err);
	brc_layers table = {0};
	brc_rc rc = chosen ? brc_layer_graph_choose(c, BRC_UNITS_HEADS, chosen, err) : BRC_RESOURCE;

	if (rc == BRC_OK)
		rc = brc_layer_graph_table(c, chosen, &table, err);
	if (rc == BRC_OK)
		rc = brc_labels_init(l, &table, err);
	brc_layers_clear(&table);
	for (size_t i = 0, n = 0; rc == BRC_OK && i < c->layers->n; i++)
		if (chosen[i])
			memcpy(l->label + l->layers.first[n++], c->layer[i].head,
			       c->layer[i].units * sizeof(*l->label));
	free(chosen);
	return rc;
}
