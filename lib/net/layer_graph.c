#include "net/layer_graph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/unit_kinds.h"
#include "sections/units.h"

/* ---- the section units/1 ---- */

/* Columns that borrow their texts. */
static brc_rc fill_columns(const brc_layer_graph *c, brc_units *u, char **text, brc_err *err)
{
	size_t n = c->layers->n;

	u->role = brc_alloc(n, sizeof(*u->role), err);
	u->from = brc_alloc(c->n_edges, sizeof(*u->from), err);
	u->to = brc_alloc(c->n_edges, sizeof(*u->to), err);
	if (!u->role || !u->from || !u->to)
		return BRC_RESOURCE;
	u->kind = text;
	u->untraced = text + n;
	u->part = c->parts ? text + 2 * n : NULL;
	for (size_t l = 0; l < n; l++) {
		const brc_net_layer *layer = &c->layer[l];
		const char *part = layer->mlp ? "mlp" : layer->head ? "heads" : "";

		u->role[l] = layer->role;
		text[l] = (char *)(uintptr_t)layer->kind;
		text[n + l] = (char *)(uintptr_t)(layer->untraced ? layer->untraced : "");
		text[2 * n + l] = (char *)(uintptr_t)part;
	}
	u->n_edges = c->n_edges;
	for (size_t i = 0; i < c->n_edges; i++) {
		u->from[i] = (int32_t)c->edge[i].from;
		u->to[i] = (int32_t)c->edge[i].to;
	}
	return BRC_OK;
}

brc_rc brc_layer_graph_write(const brc_layer_graph *c, brc_section *s, brc_err *err)
{
	char **text = brc_alloc(c->layers->n, 3 * sizeof(*text), err);
	brc_units u = {.layers = *c->layers};
	brc_rc rc = text ? fill_columns(c, &u, text, err) : BRC_RESOURCE;

	snprintf(u.model, sizeof(u.model), "%s", c->digest);
	BRC_THEN(rc, brc_units_write(&u, s, err));
	free(u.role);
	free(u.from);
	free(u.to);
	free(text);
	return rc;
}

/* ---- attention heads as labels ---- */

brc_rc brc_layer_graph_heads(const brc_layer_graph *c, brc_labels *l, brc_err *err)
{
	bool *chosen = brc_calloc(c->layers->n, sizeof(*chosen), err);
	brc_layers table = {0};
	brc_rc rc = chosen ? brc_layer_graph_choose(c, BRC_UNITS_HEADS, chosen, err) : BRC_RESOURCE;

	BRC_THEN(rc, brc_layer_graph_table(c, chosen, &table, err));
	BRC_THEN(rc, brc_labels_init(l, &table, err));
	brc_layers_clear(&table);
	for (size_t i = 0, n = 0; rc == BRC_OK && i < c->layers->n; i++)
		if (chosen[i])
			memcpy(l->label + l->layers.first[n++], c->layer[i].head,
			       c->layer[i].units * sizeof(*l->label));
	free(chosen);
	return rc;
}
