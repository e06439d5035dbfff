#include "graph/evidence.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"
#include "graph/eigenpairs.h"
#include "graph/residual.h"
#include "linalg/compare.h"

typedef struct run {
	brc_evidence *e;
	const brc_partition_plan *plan;
	const brc_laplacian *l;
	const brc_evidence_options *o;
	brc_residual *residual; /* where edges get noise */
	const bool *wanted;     /* [sets, graphs] */
	brc_progress *progress;
} run;

void brc_evidence_clear(brc_evidence *e)
{
	free(e->k);
	free(e->label);
	free(e->copy);
	free(e->index);
	free(e->mean);
	free(e->drawn);
	free(e->tested);
	memset(e, 0, sizeof(*e));
}

size_t brc_evidence_work(const brc_evidence_options *o)
{
	size_t each = o->recorded ? 2 * BRC_EVIDENCE_NULL_COPIES : 1 + BRC_EVIDENCE_NULL_COPIES;

	return o->copies + (o->nulls ? BRC_EVIDENCE_NULLS * each : 0);
}

/* ---- one graph ---- */

/* The labels of a graph, of the layers that take theirs from it, to label[units]. */
static void keep_labels(const brc_laplacian *l, size_t g, const int32_t *from, int32_t *label)
{
	const brc_laplacian_graph *x = &l->graph[g];

	for (size_t i = 0; i < x->n_kept; i++)
		for (size_t m = 0; m < x->graph.n_members; m++)
			if (x->graph.member[m] == x->kept[i])
				memcpy(label + l->blocks.layers.first[x->kept[i]],
				       from + x->graph.first[m],
				       l->blocks.layers.units[x->kept[i]] * sizeof(*label));
}

/* Is the partition of (set, g) wanted, and has the graph enough units for it? */
static bool is_wanted(const run *r, size_t set, size_t g, size_t connected)
{
	size_t at = set * r->e->graphs + g;

	return r->e->k[at] > 0 && r->e->k[at] <= connected && (!r->wanted || r->wanted[at]);
}

static brc_rc partition_graph(const run *r, size_t g, const brc_graph *graph, bool copy,
			      uint64_t seed, int32_t *label, brc_err *err)
{
	brc_spectral_options o = r->plan->options;
	brc_eigenpairs *p = NULL;
	size_t most = 0;
	brc_rc rc = BRC_OK;

	for (size_t s = 0; s < r->e->sets; s++)
		if (is_wanted(r, s, g, graph->connected))
			most = r->e->k[s * r->e->graphs + g] > most ? r->e->k[s * r->e->graphs + g]
								    : most;
	if (most == 0)
		return BRC_OK;
	o.seed = seed;
	o.stream = (uint32_t)g;
	o.unit_rows = r->l->unit_rows;
	rc = (copy ? brc_eigenpairs_rough
		   : brc_eigenpairs_new)(&p, graph, most, brc_spectral_pairs(graph, most) - most,
					 o.seed, o.stream, NULL, err);
	for (size_t s = 0; s < r->e->sets && rc == BRC_OK; s++) {
		brc_clustering c = {0};

		if (!is_wanted(r, s, g, graph->connected))
			continue;
		rc = brc_spectral(&c, graph, p, r->e->k[s * r->e->graphs + g], &o, NULL, err);
		if (rc == BRC_OK)
			keep_labels(r->l, g, c.label, label + s * r->e->units);
		brc_clustering_clear(&c);
	}
	brc_eigenpairs_free(p);
	return rc;
}

/*
 * Partition the graphs on these blocks, for every set: label[sets, units]. Edges of copies differ
 * from those of the graph by far more than the eigenvectors of either need to be accurate.
 */
static brc_rc partition_blocks(const run *r, const brc_blocks *b, bool copy, uint64_t seed,
			       int32_t *label, brc_err *err)
{
	brc_rc rc = BRC_OK;

	memset(label, 0xff, r->e->sets * r->e->units * sizeof(*label));
	for (size_t g = 0; g < r->l->n && rc == BRC_OK; g++) {
		const brc_graph *like = &r->l->graph[g].graph;
		brc_graph graph = {0};

		rc = brc_graph_init(&graph, b, like->member, like->n_members, like->block,
				    like->n_edges, err);
		BRC_THEN(rc, partition_graph(r, g, &graph, copy, seed, label, err));
		brc_graph_clear(&graph);
	}
	return rc;
}

/* ---- agreement ---- */

static size_t labelled_in_both(const int32_t *a, const int32_t *b, size_t n)
{
	size_t both = 0;

	for (size_t u = 0; u < n; u++)
		both += a[u] >= 0 && b[u] >= 0;
	return both;
}

/* The mean adjusted Rand index over the layers of graph g. */
static brc_rc agreement(const run *r, size_t g, const int32_t *a, const int32_t *b, double *index,
			brc_err *err)
{
	const brc_laplacian_graph *x = &r->l->graph[g];
	const brc_layers *t = &r->l->blocks.layers;
	double sum = 0;
	size_t layers = 0;

	for (size_t i = 0; i < x->n_kept; i++) {
		size_t first = t->first[x->kept[i]], n = t->units[x->kept[i]];
		brc_agreement of;

		if (labelled_in_both(a + first, b + first, n) < 2)
			continue;
		BRC_TRY(brc_compare_partitions(a + first, b + first, n, &of, err));
		/* a layer that is one cluster in both has no groups that could agree */
		if (of.clusters_a > 1 || of.clusters_b > 1)
			sum += of.rand_index;
		layers++;
	}
	*index = layers ? sum / (double)layers : 0;
	return BRC_OK;
}

/* Indices of all sets and graphs, at[sets, graphs] with `stride` between them. */
static brc_rc add_indices(const run *r, const int32_t *a, size_t a_step, const int32_t *b,
			  size_t b_step, double *at, size_t stride, brc_err *err)
{
	for (size_t s = 0; s < r->e->sets; s++)
		for (size_t g = 0; g < r->e->graphs; g++) {
			double index;

			BRC_TRY(agreement(r, g, a + s * a_step, b + s * b_step, &index, err));
			at[(s * r->e->graphs + g) * stride] += index;
		}
	return BRC_OK;
}

/* ---- tasks ---- */

/* The partition of copy `copy` of these edges, or of this half of the samples. */
static brc_rc partition_copy(const run *r, const brc_blocks *b, const brc_recorded *recorded,
			     size_t copy, int32_t *label, brc_err *err)
{
	uint64_t seed = r->plan->options.seed;
	brc_blocks made = {0};
	brc_rc rc = recorded ? brc_recorded_half(recorded, &r->l->blocks, seed,
						 (uint32_t)(copy / 2), copy % 2, &made, err)
			     : brc_perturb_edges(b, seed, (uint32_t)copy, &made, err);

	BRC_THEN(rc, partition_blocks(r, &made, true, seed + 1 + copy, label, err));
	brc_blocks_clear(&made);
	brc_progress_add(r->progress, 1);
	return rc;
}

static brc_rc run_copy(const run *r, size_t copy, brc_err *err)
{
	const brc_evidence *e = r->e;
	int32_t *label = brc_alloc(e->sets * e->units, sizeof(*label), err);
	brc_rc rc = brc_made(label);

	BRC_THEN(rc, partition_copy(r, &r->l->blocks, r->o->recorded, copy, label, err));
	for (size_t s = 0; s < e->sets && rc == BRC_OK; s++)
		memcpy(e->copy + (s * e->copies + copy) * e->units, label + s * e->units,
		       e->units * sizeof(*label));
	free(label);
	return rc;
}

/* Three comparisons of a null graph: label[3, sets, units] is memory for them. */
static brc_rc compare_null(const run *r, const brc_blocks *b, const brc_recorded *recorded,
			   size_t null, int32_t *label, brc_err *err)
{
	const brc_evidence *e = r->e;
	size_t each = e->sets * e->units, n = BRC_EVIDENCE_NULL_COPIES;

	if (!recorded) {
		BRC_TRY(partition_blocks(r, b, false, r->plan->options.seed, label, err));
		brc_progress_add(r->progress, 1);
	}
	for (size_t i = 0; i < n; i++) {
		size_t pair = e->copies / 2 + n * null + i, copy = e->copies + n * null + i;

		if (recorded)
			BRC_TRY(partition_copy(r, b, recorded, 2 * pair, label, err));
		BRC_TRY(partition_copy(r, b, recorded, recorded ? 2 * pair + 1 : copy, label + each,
				       err));
		BRC_TRY(add_indices(r, label, e->units, label + each, e->units, e->drawn + null,
				    e->nulls, err));
	}
	for (size_t i = 0; i < e->sets * e->graphs; i++)
		e->drawn[i * e->nulls + null] /= (double)n;
	return BRC_OK;
}

static void set_undefined(const brc_evidence *e, size_t null)
{
	for (size_t i = 0; i < e->sets * e->graphs; i++)
		e->drawn[i * e->nulls + null] = NAN;
}

static brc_rc run_null(const run *r, size_t null, brc_err *err)
{
	uint64_t seed = r->plan->options.seed;
	int32_t *label = brc_alloc(brc_times(r->e->sets, r->e->units), 2 * sizeof(*label), err);
	brc_recorded permuted = {0};
	brc_blocks blocks = {0};
	bool fitted = true;
	brc_rc rc = brc_made(label);

	if (r->o->recorded)
		BRC_THEN(rc, brc_recorded_permute(&permuted, r->o->recorded, seed, (uint32_t)null,
						  err));
	else
		BRC_THEN(rc, brc_residual_draw(r->residual, seed, (uint32_t)null, &blocks, &fitted,
					       err));
	if (rc == BRC_OK && !fitted)
		set_undefined(r->e, null);
	else
		BRC_THEN(rc, compare_null(r, &blocks, r->o->recorded ? &permuted : NULL, null,
					  label, err));
	brc_recorded_clear(&permuted);
	brc_blocks_clear(&blocks);
	free(label);
	return rc;
}

static brc_rc copy_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	(void)worker;
	if (run_copy(ctx, task, err) == BRC_OK)
		return BRC_OK;
	return brc_err_prefix(err, "copy %zu of the graph", task);
}

static brc_rc null_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	(void)worker;
	if (run_null(ctx, task, err) == BRC_OK)
		return BRC_OK;
	return brc_err_prefix(err, "null graph %zu", task);
}

/* ---- all of it ---- */

static brc_rc set_k(run *r, brc_err *err)
{
	brc_evidence *e = r->e;

	for (size_t i = 0; i < e->sets * e->graphs; i++) {
		size_t k = r->plan->k[i], connected = r->l->graph[i % e->graphs].graph.connected;

		if (k > connected && !r->plan->lower) {
			brc_fail(err, BRC_DATA, "%zu clusters wanted of %zu connected units", k,
				 connected);
			return brc_hint(err, "choose a smaller -k");
		}
		e->k[i] = k > connected ? connected : k;
	}
	return BRC_OK;
}

static brc_rc make_room(run *r, brc_err *err)
{
	brc_evidence *e = r->e;
	size_t rows;

	e->sets = r->plan->sets;
	e->graphs = r->l->n;
	e->units = brc_layers_total(&r->l->blocks.layers);
	e->copies = r->o->copies;
	e->indices = r->o->recorded ? e->copies / 2 : e->copies;
	e->nulls = r->o->nulls ? BRC_EVIDENCE_NULLS : 0;
	rows = e->sets * e->graphs;
	BRC_TRY(BRC_ZEROED(e->k, rows, err));
	BRC_TRY(BRC_ZEROED(e->index, brc_times(rows, e->indices), err));
	BRC_TRY(BRC_ZEROED(e->mean, rows, err));
	BRC_TRY(BRC_ZEROED(e->drawn, brc_times(rows, e->nulls), err));
	BRC_TRY(BRC_ZEROED(e->tested, rows, err));
	BRC_TRY(BRC_ARRAY(e->label, brc_times(e->sets, e->units), err));
	return BRC_ARRAY(e->copy, brc_times(brc_times(e->sets, e->copies), e->units), err);
}

/* How many workers fit into memory: BRC_RESOURCE if not even one does. */
static brc_rc count_workers(const run *r, size_t *workers, brc_err *err)
{
	size_t most = 0, limit = brc_mem_available(), each;

	for (size_t i = 0; i < r->e->sets * r->e->graphs; i++) {
		const brc_graph *g = &r->l->graph[i % r->e->graphs].graph;
		size_t need = brc_spectral_bytes(g, r->e->k[i] ? r->e->k[i] : 1, 1);

		most = need > most ? need : most;
	}
	each = r->o->recorded ? brc_recorded_bytes(r->o->recorded, &r->l->blocks)
			      : brc_plus(brc_perturb_bytes(&r->l->blocks),
					 r->residual ? brc_residual_bytes(r->residual) : 0);
	each = brc_plus(each, brc_plus(most, brc_times(r->e->sets * 12, r->e->units)));
	BRC_TRY(brc_mem_need(each, r->o->mem, "one copy of the graph", err));
	if (r->o->mem && r->o->mem < limit)
		limit = r->o->mem;
	*workers = limit / each < r->o->threads ? limit / each : r->o->threads;
	*workers = *workers ? *workers : 1;
	return BRC_OK;
}

/* The indices of all copies, in order, and their means. */
static brc_rc compare_copies(const run *r, brc_err *err)
{
	const brc_evidence *e = r->e;
	size_t each = e->copies * e->units;

	for (size_t i = 0; i < e->indices; i++)
		BRC_TRY(r->o->recorded ? add_indices(r, e->copy + 2 * i * e->units, each,
						     e->copy + (2 * i + 1) * e->units, each,
						     e->index + i, e->indices, err)
				       : add_indices(r, e->label, e->units, e->copy + i * e->units,
						     each, e->index + i, e->indices, err));
	for (size_t row = 0; row < e->sets * e->graphs; row++) {
		double sum = 0;

		for (size_t i = 0; i < e->indices; i++)
			sum += e->index[row * e->indices + i];
		e->mean[row] = e->k[row] ? sum / (double)e->indices : NAN;
	}
	return BRC_OK;
}

/* Null graphs for the rows that need them. */
static brc_rc run_nulls(run *r, brc_pool *pool, brc_err *err)
{
	brc_evidence *e = r->e;
	bool any = false;

	for (size_t i = 0; i < e->sets * e->graphs; i++) {
		e->tested[i] = e->nulls && e->k[i] &&
			       (!r->o->only_repeatable || e->mean[i] >= BRC_STRUCTURE_REPEATS);
		any |= e->tested[i];
	}
	r->wanted = e->tested;
	if (any)
		BRC_TRY(brc_pool_run(pool, e->nulls, null_task, r, err));
	for (size_t i = 0; i < e->sets * e->graphs * e->nulls; i++)
		if (!e->tested[i / e->nulls])
			e->drawn[i] = NAN;
	return BRC_OK;
}

/* Null graphs are of the graph's own kind: imported graphs are one matrix, without new edges. */
static brc_rc choose_null(run *r, brc_err *err)
{
	bool imported = strcmp(r->l->source, "imported") == 0;
	brc_zeroes zeroes = imported ? BRC_ZEROES_STAY : BRC_ZEROES_BY_BLOCK;

	snprintf(r->e->source, sizeof(r->e->source), "%s", r->l->source);
	snprintf(r->e->seed, sizeof(r->e->seed), "%llu", (unsigned long long)r->plan->options.seed);
	if (r->o->recorded) {
		r->e->perturbed = BRC_PERTURBED_SAMPLES;
		snprintf(r->e->null, sizeof(r->e->null), "samples");
		return BRC_OK;
	}
	r->e->perturbed = BRC_PERTURBED_EDGES;
	BRC_TRY(brc_residual_new(&r->residual, &r->l->blocks, zeroes, imported, err));
	snprintf(r->e->null, sizeof(r->e->null), "%s",
		 imported || brc_residual_kept(r->residual) > 0 ? "residual-nonzero" : "residual");
	return BRC_OK;
}

/* The graphs themselves. How long that takes says how long the rest will. */
static brc_rc partition_first(const run *r, size_t workers, brc_err *err)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	BRC_TRY(partition_blocks(r, &r->l->blocks, false, r->plan->options.seed, r->e->label, err));
	clock_gettime(CLOCK_MONOTONIC, &to);
	if (r->o->tell)
		r->o->tell(r->o->told, brc_evidence_work(r->o),
			   (double)(to.tv_sec - from.tv_sec) +
				   1e-9 * (double)(to.tv_nsec - from.tv_nsec),
			   workers);
	return BRC_OK;
}

brc_rc brc_evidence_run(brc_evidence *e, const brc_partition_plan *plan, const brc_laplacian *l,
			const brc_evidence_options *o, brc_progress *progress, brc_err *err)
{
	run r = {.e = e, .plan = plan, .l = l, .o = o, .progress = progress};
	brc_pool *pool = NULL;
	size_t workers;
	brc_rc rc;

	memset(e, 0, sizeof(*e));
	rc = choose_null(&r, err);
	BRC_THEN(rc, make_room(&r, err));
	BRC_THEN(rc, set_k(&r, err));
	BRC_THEN(rc, count_workers(&r, &workers, err));
	BRC_THEN(rc, brc_pool_new(&pool, workers, err));
	BRC_THEN(rc, partition_first(&r, workers, err));
	BRC_THEN(rc, brc_pool_run(pool, e->copies, copy_task, &r, err));
	BRC_THEN(rc, compare_copies(&r, err));
	BRC_THEN(rc, run_nulls(&r, pool, err));
	brc_pool_free(pool);
	brc_residual_free(r.residual);
	return rc;
}
