#include "data/graphs/graph_formats.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void brc_nodes_clear(brc_nodes *t)
{
	brc_name_table_clear(&t->ids);
	brc_name_table_clear(&t->layers);
	brc_name_table_clear(&t->names);
	free(t->layer);
	free(t->unit);
	memset(t, 0, sizeof(*t));
}

brc_rc brc_nodes_add(brc_nodes *t, const brc_node *node, brc_err *err)
{
	size_t layer = UINT32_MAX, name, before = t->names.n;

	BRC_TRY(brc_grow(&t->layer, &t->cap_layer, t->n + 1, sizeof(*t->layer), err));
	BRC_TRY(brc_grow(&t->unit, &t->cap_unit, t->n + 1, sizeof(*t->unit), err));
	if (node->layer)
		BRC_TRY(brc_name_table_add(&t->layers, node->layer, &layer, err));
	if (node->name) {
		BRC_TRY(brc_name_table_add(&t->names, node->name, &name, err));
		if (name != before)
			return brc_fail(err, BRC_DATA, "two nodes have the name '%s'", node->name);
	}
	t->layer[t->n] = (uint32_t)layer;
	t->unit[t->n++] = node->unit == BRC_ANY ? UINT32_MAX : (uint32_t)node->unit;
	return t->names.n == 0 || t->names.n == t->n
		       ? BRC_OK
		       : brc_fail(err, BRC_DATA,
				  "node '%s' and others before it: some have a "
				  "name, some have none",
				  t->ids.name[t->n - 1]);
}

static brc_rc refuse(const brc_nodes *t, size_t i, const char *what, const brc_input *in,
		     brc_err *err)
{
	return brc_fail(err, BRC_DATA, "%s: node '%s': %s", brc_input_name(in), t->ids.name[i],
			what);
}

/* Are the ids n0, n1, n2...? */
static bool plain_ids(const brc_nodes *t)
{
	char id[32];

	for (size_t i = 0; i < t->n; i++) {
		snprintf(id, sizeof(id), "n%zu", i);
		if (strcmp(id, t->ids.name[i]) != 0)
			return false;
	}
	return true;
}

/*
 * How many units each layer has. Every node must name its layer, and either all nodes or none must
 * give a number.
 */
static brc_rc count(const brc_nodes *t, size_t *units, const brc_input *in, brc_err *err)
{
	for (size_t i = 0; i < t->n; i++) {
		if (t->layer[i] == UINT32_MAX)
			return refuse(t, i, "has no layer, but others have", in, err);
		if ((t->unit[i] == UINT32_MAX) != (t->unit[0] == UINT32_MAX))
			return refuse(t, i, "some have the number of a unit, some have none", in,
				      err);
		units[t->layer[i]]++;
	}
	return BRC_OK;
}

/* Flat units: at[node], from the numbers within layers or the order of appearance. */
static brc_rc place(const brc_nodes *t, const brc_layers *layers, uint32_t *at, const brc_input *in,
		    brc_err *err)
{
	size_t *next = brc_calloc(layers->n, sizeof(*next), err);
	bool *taken = brc_calloc(t->n, sizeof(*taken), err);
	brc_rc rc = next && taken ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < t->n; i++) {
		size_t l = t->layer[i];
		size_t unit = t->unit[i] == UINT32_MAX ? next[l]++ : t->unit[i];

		if (unit >= layers->units[l] || taken[layers->first[l] + unit]) {
			rc = refuse(t, i, "the numbers of a layer's units are not 0, 1, 2...", in,
				    err);
			break;
		}
		at[i] = (uint32_t)(layers->first[l] + unit);
		taken[at[i]] = true;
	}
	free(next);
	free(taken);
	return rc;
}

static brc_rc set_layers(const brc_nodes *t, brc_edge_list *l, const brc_input *in, brc_err *err)
{
	brc_layer_list list = {0};
	size_t *units = brc_calloc(t->layers.n, sizeof(*units), err);
	brc_rc rc = BRC_RESOURCE;

	if (units)
		rc = t->layers.n > 0 ? count(t, units, in, err) : BRC_OK;
	for (size_t i = 0; rc == BRC_OK && i < t->layers.n; i++)
		rc = brc_layer_list_add(&list, t->layers.name[i], units[i], err);
	BRC_THEN(rc, brc_edges_set_layers(l, &list, t->n, brc_input_name(in), err));
	brc_layer_list_clear(&list);
	free(units);
	return rc;
}

/* The names, or the ids, by unit. */
static brc_rc set_names(brc_nodes *t, const uint32_t *at, brc_edge_list *l, brc_err *err)
{
	const brc_name_table *from = t->names.n > 0 ? &t->names : &t->ids;
	size_t number;
	brc_rc rc;
	uint32_t *node;

	if (t->names.n == 0 && plain_ids(t))
		return BRC_OK;
	BRC_TRY(BRC_ARRAY(node, t->n, err));
	rc = BRC_OK;
	for (size_t i = 0; i < t->n; i++)
		node[at[i]] = (uint32_t)i;
	for (size_t u = 0; rc == BRC_OK && u < t->n; u++)
		rc = brc_name_table_add(&l->names, from->name[node[u]], &number, err);
	free(node);
	return rc;
}

/* Replace nodes by units, in the ends of edges and in the names. */
static brc_rc renumber(brc_nodes *t, uint32_t *at, brc_edge_list *l, const brc_input *in,
		       brc_err *err)
{
	for (size_t i = 0; i < t->n; i++)
		at[i] = (uint32_t)i;
	BRC_TRY(set_layers(t, l, in, err));
	if (t->layers.n > 0)
		BRC_TRY(place(t, &l->layers, at, in, err));
	for (size_t i = 0; i < l->n; i++) {
		l->edge[i].from = at[l->edge[i].from];
		l->edge[i].to = at[l->edge[i].to];
	}
	return set_names(t, at, l, err);
}

brc_rc brc_nodes_finish(brc_nodes *t, brc_edge_list *l, const brc_input *in, brc_err *err)
{
	uint32_t *at;
	brc_rc rc;

	if (t->n == 0)
		return brc_fail(err, BRC_DATA, "%s: there is no node", brc_input_name(in));
	at = brc_alloc(t->n, sizeof(*at), err);
	rc = !at ? BRC_RESOURCE : renumber(t, at, l, in, err);
	free(at);
	return rc;
}
