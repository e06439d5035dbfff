#include "study/dead_units.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/constant_units.h"

/* The hidden layers of the network that are in the table, ascending. Returns how many. */
static size_t hidden_layers(const brc_net *net, const brc_layers *table, size_t *layer)
{
	const brc_layers *all = brc_net_layers(net);
	size_t n = 0;

	for (size_t l = 0; l < all->n; l++)
		if (brc_net_layer_at(net, l)->role == BRC_ROLE_HIDDEN &&
		    brc_layers_find(table, all->name[l]) != BRC_ANY)
			layer[n++] = l;
	return n;
}

/* From the layers of the network to those of the table. */
static void spread(const brc_net *net, const brc_layers *table, const size_t *layer, size_t n,
		   const bool *constant, bool *dead)
{
	const brc_layers *all = brc_net_layers(net);

	for (size_t i = 0; i < n; constant += all->units[layer[i++]]) {
		const size_t at = brc_layers_find(table, all->name[layer[i]]);

		for (size_t u = 0; u < table->units[at] && u < all->units[layer[i]]; u++)
			dead[table->first[at] + u] = constant[u];
	}
}

brc_rc brc_dead_units_find(bool **dead, const brc_net *net, const brc_dataset *data,
			   const brc_layers *table, brc_precision precision, size_t mem,
			   brc_pool *pool, brc_err *err)
{
	const brc_layers *all = brc_net_layers(net);
	size_t *layer = brc_alloc(all->n, sizeof(*layer), err), n = 0;
	bool *constant = brc_calloc(brc_layers_total(all), sizeof(*constant), err);
	brc_rc rc;

	*dead = brc_calloc(brc_layers_total(table), sizeof(**dead), err);
	rc = layer && constant && *dead ? BRC_OK : BRC_RESOURCE;
	if (rc == BRC_OK) {
		n = hidden_layers(net, table, layer);
		rc = brc_net_constant_units(net, data, layer, n, precision, mem, pool, NULL,
					    constant, err);
	}
	if (rc == BRC_OK)
		spread(net, table, layer, n, constant, *dead);
	free(constant);
	free(layer);
	return rc;
}

/* Is unit u of layer l of j->labels dead? A feature of joined heads is a unit of one of them. */
static bool is_dead(const brc_joined_heads *j, const brc_labels *given, const size_t *net_layer,
		    const brc_net *net, const bool *dead, size_t l, size_t u)
{
	size_t at = j->first[l], of;

	if (j->joined[l]) {
		brc_net_block_feature(net, brc_net_layer_at(net, net_layer[at])->head_block, u, &of,
				      &u);
		while (net_layer[at] != of)
			at++;
	}
	return dead[given->layers.first[at] + u];
}

void brc_dead_units_drop(brc_joined_heads *j, const brc_labels *given, const size_t *net_layer,
			 const brc_net *net, const bool *dead)
{
	const brc_layers *t = &j->labels.layers;

	for (size_t l = 0; l < t->n; l++)
		for (size_t u = 0; u < t->units[l]; u++)
			if (is_dead(j, given, net_layer, net, dead, l, u))
				j->labels.label[t->first[l] + u] = -1;
}

brc_rc brc_dead_units_list(brc_lesions *l, const bool *dead, brc_err *err)
{
	const size_t units = brc_layers_total(&l->layers);
	size_t n = 0;

	for (size_t i = 0; i < units; i++)
		n += dead[i];
	if (n == 0)
		return BRC_OK;
	BRC_NEW_RAW(l->dead_unit, n, err);
	for (size_t i = 0; i < units; i++)
		if (dead[i])
			l->dead_unit[l->n_dead++] = (int32_t)i;
	return BRC_OK;
}

char *brc_dead_units_text(const brc_lesions *l, size_t most, char *buf, size_t size)
{
	size_t i = 0, told = 0, n = 0;

	buf[0] = '\0';
	for (size_t layer = 0; layer < l->layers.n && i < l->n_dead && n < size; layer++) {
		const size_t end = l->layers.first[layer] + l->layers.units[layer], from = i;

		while (i < l->n_dead && (size_t)l->dead_unit[i] < end)
			i++;
		if (i == from)
			continue;
		if (told++ == most) {
			snprintf(buf + n, size - n, ", ...");
			return buf;
		}
		n += (size_t)snprintf(buf + n, size - n, "%s%s %zu", n > 0 ? ", " : "",
				      l->layers.name[layer], i - from);
	}
	return buf;
}
