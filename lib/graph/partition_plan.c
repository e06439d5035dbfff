/* Plans: which clusterings are wanted. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/memory.h"
#include "graph/partition.h"

static brc_rc plan_init(brc_partition_plan *plan, size_t sets, size_t graphs, brc_err *err)
{
	size_t n;

	memset(plan, 0, sizeof(*plan));
	plan->sets = sets;
	if (!brc_mul(sets, graphs, &n))
		return brc_fail(err, BRC_RESOURCE, "too many clusterings");
	return BRC_ZEROED(plan->k, n, err);
}

void brc_partition_plan_clear(brc_partition_plan *plan)
{
	free(plan->k);
	memset(plan, 0, sizeof(*plan));
}

brc_rc brc_partition_plan_ks(brc_partition_plan *plan, const brc_laplacian *l, const char *list,
			     const char *option, brc_err *err)
{
	size_t *k, n;
	brc_rc rc;

	BRC_TRY(brc_cli_list(list, option, 1, INT32_MAX, &k, &n, err));
	rc = plan_init(plan, n, l->n, err);
	for (size_t i = 0; rc == BRC_OK && i < n * l->n; i++)
		plan->k[i] = k[i / l->n];
	free(k);
	return rc;
}

brc_rc brc_partition_plan_range(brc_partition_plan *plan, const brc_laplacian *l, const char *range,
				brc_err *err)
{
	size_t least, most;

	BRC_TRY(brc_cli_range(range, "--k-auto", &least, &most, err));
	BRC_TRY(plan_init(plan, 1, l->n, err));
	plan->least = least;
	plan->most = most;
	return BRC_OK;
}

/* Append the labels of a layer to label[*n]. */
static brc_rc labels_of_layer(const brc_laplacian *l, size_t layer, const brc_labels *labels,
			      int32_t *label, size_t *n, brc_err *err)
{
	const char *name = l->blocks.layers.name[layer];
	size_t there = brc_layers_find(&labels->layers, name), units;

	if (there == BRC_ANY)
		return brc_fail(err, BRC_DATA, "the labels to take k from have no layer %s", name);
	units = labels->layers.units[there];
	if (units != l->blocks.layers.units[layer])
		return brc_fail(err, BRC_DATA,
				"layer %s has %zu units, but %zu in the labels to take k from",
				name, l->blocks.layers.units[layer], units);
	memcpy(label + *n, labels->label + labels->layers.first[there], units * sizeof(*label));
	*n += units;
	return BRC_OK;
}

/* The number of different labels of all the layers that the graph labels. */
static brc_rc k_of_graph(const brc_laplacian *l, size_t g, const brc_labels *labels, size_t *k,
			 brc_err *err)
{
	int32_t *label = brc_alloc(brc_layers_total(&l->blocks.layers), sizeof(*label), err);
	brc_rc rc = brc_made(label);
	size_t n = 0;

	for (size_t i = 0; rc == BRC_OK && i < l->graph[g].n_kept; i++)
		rc = labels_of_layer(l, l->graph[g].kept[i], labels, label, &n, err);
	BRC_THEN(rc, brc_labels_distinct(label, n, k, err));
	free(label);
	return rc;
}

brc_rc brc_partition_plan_from(brc_partition_plan *plan, const brc_laplacian *l,
			       const brc_labels *labels, brc_err *err)
{
	brc_rc rc = plan_init(plan, 1, l->n, err);

	plan->lower = true;
	for (size_t g = 0; g < l->n && rc == BRC_OK; g++) {
		if (!l->local) {
			brc_fail(err, BRC_DATA, "k can be taken from labels for local graphs only");
			rc = brc_hint(err, "laplacian --local makes them");
			break;
		}
		rc = k_of_graph(l, g, labels, &plan->k[g], err);
	}
	if (rc != BRC_OK)
		brc_partition_plan_clear(plan);
	return rc;
}

brc_rc brc_partition_plan_candidates(brc_partition_plan *plan, const brc_laplacian *l,
				     const brc_partition_plan *range, brc_err *err)
{
	size_t sets = range->most - range->least + 1;

	if (sets > INT32_MAX)
		return brc_fail(err, BRC_RESOURCE, "too many clusterings");
	BRC_TRY(plan_init(plan, sets, l->n, err));
	plan->options = range->options;
	plan->mem = range->mem;
	for (size_t i = 0; i < sets * l->n; i++) {
		size_t k = range->least + i / l->n;

		plan->k[i] = k < l->graph[i % l->n].graph.connected ? k : 0;
	}
	return BRC_OK;
}
