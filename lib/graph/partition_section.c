/* A partition as sections labels/1 and spectrum/1. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/partition.h"
#include "graph/picture.h"
#include "graph/stability.h"

static void keep_layer(brc_labels *labels, const brc_laplacian_graph *l, const int32_t *label,
		       size_t layer)
{
	const brc_graph *g = &l->graph;

	for (size_t m = 0; m < g->n_members; m++)
		if (g->member[m] == layer)
			memcpy(labels->label + labels->layers.first[layer], label + g->first[m],
			       labels->layers.units[layer] * sizeof(*label));
}

brc_rc brc_partition_labels(brc_labels *labels, const brc_laplacian *l, const brc_clustering *c,
			    brc_err *err)
{
	size_t clustered = 0;
	double sum = 0;

	BRC_TRY(brc_labels_init(labels, &l->blocks.layers, err));
	snprintf(labels->mode, sizeof(labels->mode), "%s", l->local ? "local" : "global");
	snprintf(labels->source, sizeof(labels->source), "%s", l->source);
	for (size_t g = 0; g < l->n; g++) {
		for (size_t i = 0; i < l->graph[g].n_kept; i++)
			keep_layer(labels, &l->graph[g], c[g].label, l->graph[g].kept[i]);
		labels->k = c[g].k > labels->k ? c[g].k : labels->k;
		if (c[g].k > 0) {
			sum += c[g].ncut;
			clustered++;
		}
	}
	labels->ncut = clustered ? sum / (double)clustered : NAN;
	labels->isolated = 0;
	for (size_t u = 0; u < brc_layers_total(&labels->layers); u++)
		labels->isolated += labels->label[u] < 0;
	return BRC_OK;
}

brc_rc brc_partition_write_labels(const brc_labels *labels, const brc_laplacian *l,
				  const brc_clustering *c, brc_section *s, brc_err *err)
{
	BRC_TRY(brc_labels_write(labels, s, err));
	for (size_t g = 0; g < l->n; g++) {
		brc_map *record = brc_section_add_record(s, err);

		if (!record)
			return BRC_RESOURCE;
		brc_map_put_int(record, "graph", (int64_t)g);
		brc_map_put_string(record, "name", l->graph[g].name);
		brc_map_put_int(record, "k", (int64_t)c[g].k);
		brc_map_put_double(record, "ncut", c[g].ncut);
		brc_map_put_double(record, "in_out", c[g].in_out);
	}
	return BRC_OK;
}

static brc_rc write_record(const brc_laplacian_graph *l, const brc_clustering *c, size_t index,
			   brc_section *s, brc_err *err)
{
	brc_map *record = brc_section_add_record(s, err);
	const char *warnings[BRC_CLUSTERING_WARNINGS];
	const brc_graph *g = &l->graph;

	if (!record)
		return BRC_RESOURCE;
	for (size_t w = 0; w < c->n_warnings; w++)
		warnings[w] = c->warning[w];
	brc_map_put_int(record, "graph", (int64_t)index);
	brc_map_put_string(record, "name", l->name);
	brc_map_put_int(record, "k", (int64_t)c->k);
	brc_map_put_int(record, "units", (int64_t)g->n);
	brc_map_put_int(record, "isolated", (int64_t)(g->n - g->connected));
	brc_map_put_int(record, "components", (int64_t)g->components);
	brc_map_put_int(record, "edges", (int64_t)g->links);
	brc_map_put_double(record, "ncut", c->ncut);
	brc_map_put_double(record, "in_out", c->in_out);
	brc_map_put_double(record, "lower_bound", c->lower_bound);
	brc_map_put_double(record, "inertia", c->inertia);
	brc_map_put_double(record, "stability", c->stability);
	brc_map_put_int(record, "empty", (int64_t)c->empty);
	brc_map_put_int(record, "moved", (int64_t)c->moved);
	brc_map_put_strings(record, "warnings", warnings, c->n_warnings);
	return BRC_OK;
}

static brc_rc write_values(const brc_clustering *c, size_t index, brc_section *s, brc_err *err)
{
	static const double none[1]; /* of a graph that was left without clusters */
	const double *value = c->pairs ? c->value : none;
	const double *residual = c->pairs ? c->residual : none;
	char name[48];

	snprintf(name, sizeof(name), "graph/%zu/eigenvalue", index);
	BRC_TRY(brc_section_add_column(s, name, "<f8", c->pairs, value, err));
	snprintf(name, sizeof(name), "graph/%zu/residual", index);
	return brc_section_add_column(s, name, "<f8", c->pairs, residual, err);
}

/* What spoke for the k that was chosen, as the table graph/g/choice. */
static brc_rc write_evidence(const brc_clustering *c, size_t index, brc_section *s, brc_err *err)
{
	size_t n = c->n_evidence;
	int32_t *k = brc_alloc(n, sizeof(*k), err);
	double *value = brc_alloc(n, 2 * sizeof(*value), err);
	char name[48];
	brc_rc rc = k && value ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < n; i++) {
		k[i] = (int32_t)c->evidence[i].k;
		value[i] = c->evidence[i].gap;
		value[n + i] = c->evidence[i].stability;
	}
	for (size_t column = 0; column < 3 && rc == BRC_OK; column++) {
		snprintf(name, sizeof(name), "graph/%zu/choice/%s", index,
			 (const char *const[]){"k", "gap", "stability"}[column]);
		rc = column == 0 ? brc_section_add_column(s, name, "<i4", n, k, err)
				 : brc_section_add_column(s, name, "<f8", n,
							  value + (column - 1) * n, err);
	}
	free(k);
	free(value);
	return rc;
}

brc_rc brc_partition_write_spectrum(const brc_labels *labels, const brc_laplacian *l,
				    const brc_clustering *c, brc_section *s, brc_err *err)
{
	for (size_t g = 0; g < l->n; g++) {
		BRC_TRY(write_record(&l->graph[g], &c[g], g, s, err));
		BRC_TRY(write_values(&c[g], g, s, err));
		if (c[g].n_evidence)
			BRC_TRY(write_evidence(&c[g], g, s, err));
	}
	if (c[0].k > 0)
		BRC_TRY(brc_picture_write(&l->graph[0].graph, c[0].label, c[0].k, s, err));
	return brc_links_write(&l->blocks, labels, s, err);
}

/* ---- into the stream ---- */

typedef brc_rc (*fill_section)(const brc_labels *, const brc_laplacian *, const brc_clustering *,
			       brc_section *, brc_err *);

static brc_rc emit_section(brc_filter *f, const char *type, const char *name, fill_section fill,
			   const brc_labels *labels, const brc_laplacian *l,
			   const brc_clustering *c, brc_err *err)
{
	brc_section *s;
	brc_rc rc;

	BRC_TRY(brc_section_new(&s, type, 1, name, err));
	rc = fill(labels, l, c, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static brc_rc emit_set(brc_filter *f, const char *name, const brc_laplacian *l,
		       const brc_clustering *c, brc_err *err)
{
	brc_labels labels;
	brc_rc rc;

	BRC_TRY(brc_partition_labels(&labels, l, c, err));
	rc = emit_section(f, "spectrum", name, brc_partition_write_spectrum, &labels, l, c, err);
	if (rc == BRC_OK)
		rc = emit_section(f, "labels", name, brc_partition_write_labels, &labels, l, c,
				  err);
	brc_labels_clear(&labels);
	return rc;
}

brc_rc brc_partition_emit(brc_filter *f, const char *base, const brc_partition_plan *plan,
			  const brc_laplacian *l, const brc_clustering *c, brc_err *err)
{
	char name[BRC_NAME_MAX + 32];

	for (size_t set = 0; set < plan->sets; set++) {
		if (plan->sets == 1)
			snprintf(name, sizeof(name), "%s", base);
		else
			snprintf(name, sizeof(name), "%s.k%zu", base, plan->k[set * l->n]);
		BRC_TRY(emit_set(f, name, l, c + set * l->n, err));
	}
	return BRC_OK;
}
