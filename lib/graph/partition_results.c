/* What comes of a partition: labels, and what a spectrum says. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "graph/affinity_image.h"
#include "graph/connection.h"
#include "graph/links.h"
#include "graph/partition.h"
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

/* The graphs of a set, with what labels say of each. */
static brc_rc new_results(brc_graph_result **out, size_t *n, const brc_laplacian *l,
			  const brc_clustering *c, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(*out, l->n, err));
	for (size_t g = 0; g < l->n; g++) {
		brc_graph_result *r = &(*out)[g];

		*r = brc_graph_result_blank();
		*n = g + 1;
		r->name = brc_strdup(l->graph[g].name, err);
		BRC_TRY(brc_made(r->name));
		r->k = c[g].k;
		r->ncut = c[g].ncut;
		r->in_out = c[g].in_out;
	}
	return BRC_OK;
}

brc_rc brc_partition_labels(brc_labels *labels, const brc_laplacian *l, const brc_clustering *c,
			    brc_err *err)
{
	size_t clustered = 0;
	double sum = 0;
	brc_rc rc;

	BRC_TRY(brc_labels_init(labels, &l->blocks.layers, err));
	labels->mode = l->local ? BRC_LABELS_LOCAL : BRC_LABELS_GLOBAL;
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
	rc = new_results(&labels->graph, &labels->n_graphs, l, c, err);
	if (rc != BRC_OK)
		brc_labels_clear(labels);
	return rc;
}

/* The evidence for the chosen k. */
static brc_rc add_choice(brc_graph_result *r, const brc_clustering *c, brc_err *err)
{
	size_t n = c->n_evidence;

	BRC_TRY(BRC_ARRAY(r->choice_k, n, err));
	BRC_TRY(BRC_ARRAY(r->choice_gap, n, err));
	BRC_TRY(BRC_ARRAY(r->choice_starts, n, err));
	for (size_t i = 0; i < n; i++) {
		r->choice_k[i] = (int32_t)c->evidence[i].k;
		r->choice_gap[i] = c->evidence[i].gap;
		r->choice_starts[i] = c->evidence[i].starts;
	}
	r->choices = n;
	return BRC_OK;
}

/* How the clusters hang together; *known: false where there are too many edges to look. */
static brc_rc add_connection(brc_graph_result *r, const brc_graph *g, const brc_clustering *c,
			     bool *known, brc_err *err)
{
	brc_connection *x = brc_calloc(c->k, sizeof(*x), err);
	brc_rc rc = brc_made(x);

	BRC_THEN(rc, brc_connection_find(g, c->label, c->k, 0, 0, x, known, err));
	if (rc == BRC_OK && *known) {
		rc = BRC_ARRAY(r->parts, c->k, err);
		BRC_THEN(rc, BRC_ARRAY(r->inner_ncut, c->k, err));
		BRC_THEN(rc, BRC_ARRAY(r->outer_ncut, c->k, err));
		r->rated = rc == BRC_OK ? c->k : 0;
	}
	for (size_t i = 0; i < r->rated; i++) {
		r->parts[i] = (int32_t)x[i].parts;
		r->inner_ncut[i] = x[i].inner;
		r->outer_ncut[i] = x[i].outer;
	}
	free(x);
	return rc;
}

/* What a spectrum says of a graph besides. */
static brc_rc add_numbers(brc_graph_result *r, const brc_graph *g, const brc_clustering *c,
			  brc_err *err)
{
	static const char unknown[] = "there are too many edges within clusters to see whether "
				      "the clusters fall apart";
	char *warning[BRC_CLUSTERING_WARNINGS + 1];
	bool known = true;

	if (c->k > 0)
		BRC_TRY(add_connection(r, g, c, &known, err));
	r->units = g->n;
	r->isolated = g->n - g->connected;
	r->components = g->components;
	r->edges = (double)g->links;
	r->lower_bound = c->lower_bound;
	r->inertia = c->inertia;
	r->starts = c->starts;
	r->empty = c->empty;
	r->moved = c->moved;
	for (size_t w = 0; w < c->n_warnings; w++)
		warning[w] = (char *)(uintptr_t)c->warning[w];
	warning[c->n_warnings] = (char *)(uintptr_t)unknown;
	BRC_TRY(brc_texts_dup(warning, c->n_warnings + !known, &r->warning, err));
	r->n_warnings = c->n_warnings + !known;
	r->eigenvalue = brc_memdup(c->value, c->pairs, sizeof(*c->value), err);
	r->residual = brc_memdup(c->residual, c->pairs, sizeof(*c->residual), err);
	if (!r->eigenvalue || !r->residual)
		return BRC_RESOURCE;
	r->pairs = c->pairs;
	return add_choice(r, c, err);
}

/* A consensus may leave all units of a graph without a label. */
static bool any_label(const brc_clustering *c, size_t n)
{
	bool any = false;

	for (size_t u = 0; u < n && !any; u++)
		any = c->label[u] >= 0;
	return any;
}

static brc_rc fill_spectrum(brc_spectrum *p, const brc_labels *labels, const brc_laplacian *l,
			    const brc_clustering *c, brc_err *err)
{
	BRC_TRY(new_results(&p->graph, &p->n, l, c, err));
	for (size_t g = 0; g < l->n; g++)
		BRC_TRY(add_numbers(&p->graph[g], &l->graph[g].graph, &c[g], err));
	if (any_label(&c[0], l->graph[0].graph.n))
		BRC_TRY(brc_affinity_image_make(&l->graph[0].graph, c[0].label, c[0].k, p, err));
	return brc_links_make(&l->blocks, labels, p, err);
}

brc_rc brc_partition_spectrum(brc_spectrum *p, const brc_labels *labels, const brc_laplacian *l,
			      const brc_clustering *c, brc_err *err)
{
	brc_rc rc;

	*p = (brc_spectrum){0};
	rc = fill_spectrum(p, labels, l, c, err);
	if (rc != BRC_OK)
		brc_spectrum_clear(p);
	return rc;
}

static brc_rc write_set(brc_filter *f, const char *name, const brc_laplacian *l,
			const brc_clustering *c, brc_err *err)
{
	brc_spectrum spectrum = {0};
	brc_labels labels;
	brc_rc rc;

	BRC_TRY(brc_partition_labels(&labels, l, c, err));
	rc = brc_partition_spectrum(&spectrum, &labels, l, c, err);
	BRC_THEN(rc, brc_filter_make(f, "spectrum", name, brc_spectrum_write, &spectrum, err));
	BRC_THEN(rc, brc_filter_make(f, "labels", name, brc_labels_write, &labels, err));
	brc_spectrum_clear(&spectrum);
	brc_labels_clear(&labels);
	return rc;
}

char *brc_partition_name(char buf[BRC_NAME_MAX], const char *name, const brc_partition_plan *plan,
			 const brc_laplacian *l, size_t set)
{
	char numbered[BRC_NAME_MAX + 32];

	if (plan->sets == 1)
		snprintf(numbered, sizeof(numbered), "%s", name);
	else
		snprintf(numbered, sizeof(numbered), "%s.k%zu", name, plan->k[set * l->n]);
	snprintf(buf, BRC_NAME_MAX, "%.*s", BRC_NAME_MAX - 1, numbered);
	return buf;
}

brc_rc brc_partition_write(brc_filter *f, const char *name, const brc_partition_plan *plan,
			   const brc_laplacian *l, const brc_clustering *c, brc_err *err)
{
	char numbered[BRC_NAME_MAX];

	for (size_t set = 0; set < plan->sets; set++)
		BRC_TRY(write_set(f, brc_partition_name(numbered, name, plan, l, set), l,
				  c + set * l->n, err));
	return BRC_OK;
}
