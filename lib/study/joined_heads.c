#include "study/joined_heads.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* What is joined, and into what. */
typedef struct join {
	const brc_labels *from;
	const size_t *net_layer;
	const brc_net *net;
	brc_joined_heads *to;
} join;

static size_t block_of(const join *t, size_t layer)
{
	return brc_net_layer_at(t->net, t->net_layer[layer])->head_block;
}

static bool has_one_label(const brc_labels *l, size_t layer)
{
	const int32_t *label = l->label + l->layers.first[layer];

	for (size_t u = 1; u < l->layers.units[layer]; u++)
		if (label[u] != label[0])
			return false;
	return label[0] >= 0;
}

/* How many layers from `layer` on are joined: all heads of a block, or 1. */
static size_t count_heads(const join *t, size_t layer)
{
	const size_t block = block_of(t, layer);
	size_t heads = 0, n = 0;

	if (block == 0)
		return 1;
	for (size_t l = 0; l < brc_net_layers(t->net)->n; l++)
		heads += brc_net_layer_at(t->net, l)->head_block == block;
	while (layer + n < t->from->layers.n && block_of(t, layer + n) == block &&
	       has_one_label(t->from, layer + n))
		n++;
	return n == heads ? heads : 1;
}

/* first, joined and net_layer of the joined layers; names and units of them for a table. */
static size_t list_layers(const join *t, const char **name, size_t *units)
{
	brc_joined_heads *j = t->to;
	size_t n = 0;

	for (size_t l = 0, heads; l < t->from->layers.n; l += heads, n++) {
		heads = count_heads(t, l);
		name[n] = t->from->layers.name[l];
		j->first[n] = l;
		j->joined[n] = heads > 1;
		units[n] = j->joined[n] ? brc_net_block_features(t->net, block_of(t, l))
					: t->from->layers.units[l];
		j->net_layer[n] = j->joined[n] ? brc_net_block_layer(t->net, block_of(t, l))
					       : t->net_layer[l];
	}
	return n;
}

/* The label of each feature is the number of its head, counted in the labels. */
static void label_features(const join *t, size_t layer)
{
	brc_joined_heads *j = t->to;
	int32_t *label = j->labels.label + j->labels.layers.first[layer];

	for (size_t i = 0; i < j->labels.layers.units[layer]; i++) {
		size_t of, unit, head = 0;

		brc_net_block_feature(t->net, block_of(t, j->first[layer]), i, &of, &unit);
		while (t->net_layer[j->first[layer] + head] != of)
			head++;
		label[i] = (int32_t)head;
	}
}

static brc_rc fill(const join *t, const char **name, size_t *units, brc_err *err)
{
	brc_joined_heads *j = t->to;
	const brc_labels *from = t->from;
	brc_layers table;
	brc_rc rc;

	BRC_TRY(brc_layers_init(&table, list_layers(t, name, units), name, units, err));
	rc = brc_labels_init(&j->labels, &table, err);
	brc_layers_clear(&table);
	BRC_TRY(rc);
	for (size_t l = 0; l < j->labels.layers.n; l++)
		if (j->joined[l])
			label_features(t, l);
		else
			memcpy(j->labels.label + j->labels.layers.first[l],
			       from->label + from->layers.first[j->first[l]],
			       j->labels.layers.units[l] * sizeof(*from->label));
	return BRC_OK;
}

brc_rc brc_join_heads(brc_joined_heads *j, const brc_labels *labels, const size_t *net_layer,
		      const brc_net *net, brc_err *err)
{
	const size_t n = labels->layers.n;
	const join t = {labels, net_layer, net, j};
	const char **name = brc_alloc(n, sizeof(*name), err);
	size_t *units = brc_alloc(n, sizeof(*units), err);
	brc_rc rc;

	*j = (brc_joined_heads){.net_layer = brc_alloc(n, sizeof(*j->net_layer), err),
				.first = brc_alloc(n, sizeof(*j->first), err),
				.joined = brc_alloc(n, sizeof(*j->joined), err)};
	rc = name && units && j->net_layer && j->first && j->joined ? BRC_OK : BRC_RESOURCE;
	BRC_THEN(rc, fill(&t, name, units, err));
	free(name);
	free(units);
	if (rc != BRC_OK)
		brc_joined_heads_clear(j);
	return rc;
}

void brc_joined_heads_clear(brc_joined_heads *j)
{
	brc_labels_clear(&j->labels);
	free(j->net_layer);
	free(j->first);
	free(j->joined);
	*j = (brc_joined_heads){0};
}

void brc_joined_heads_origin(const brc_joined_heads *j, const brc_labels *given,
			     const brc_subcluster *s, size_t *layer, int32_t *cluster)
{
	*layer = j->first[s->layer];
	*cluster = s->cluster;
	if (!j->joined[s->layer])
		return;
	*layer += (size_t)s->cluster;
	*cluster = given->label[given->layers.first[*layer]];
}
