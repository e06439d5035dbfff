/* Activations are recorded in tasks, one for each micro-batch. */
#include "net/activations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "net/check_dataset.h"
#include "net/run_plan.h"
#include "net/pooling.h"

typedef struct job {
	const brc_net *net;
	const brc_dataset *data;
	const size_t *sample;
	size_t n, units;
	const brc_record_options *how;
	size_t *layer, *column; /* [layers]: layer of the network, and column of its first unit */
	size_t layers;
	brc_run_plan *plan;
	size_t threads;
	brc_run *run;    /* [threads] */
	double *scratch; /* [threads][n_scratch] */
	size_t n_scratch;
	brc_progress *progress;
	float *value;
} job;

/* Sets chosen[layers of the network], which the caller frees. */
static brc_rc choose(const brc_net *net, unsigned units, bool **chosen, brc_err *err)
{
	const brc_layer_graph *c = brc_net_layer_graph(net);

	*chosen = NULL;
	if (units & BRC_UNITS_ALL) {
		brc_fail(err, BRC_USAGE, "--units all: the input has no activations");
		return brc_hint(err, "--units hidden takes all hidden layers");
	}
	*chosen = brc_calloc(c->layers->n, sizeof(**chosen), err);
	if (!*chosen)
		return BRC_RESOURCE;
	return brc_layer_graph_choose(c, units ? units : BRC_UNITS_HIDDEN, *chosen, err);
}

brc_rc brc_net_recorded_layers(const brc_net *net, unsigned units, brc_layers *layers, brc_err *err)
{
	const brc_layer_graph *c = brc_net_layer_graph(net);
	bool *chosen;
	brc_rc rc = choose(net, units, &chosen, err);

	if (rc == BRC_OK)
		rc = brc_layer_graph_table(c, chosen, layers, err);
	free(chosen);
	return rc;
}

static int ascending(const void *a, const void *b)
{
	size_t x = *(const size_t *)a, y = *(const size_t *)b;

	return (x > y) - (x < y);
}

brc_rc brc_net_choose_samples(const brc_dataset *data, size_t n, uint64_t seed, size_t **sample,
			      size_t *n_samples, brc_err *err)
{
	size_t *s;
	brc_rng rng;

	if (n > data->n || data->n > INT32_MAX)
		return brc_fail(err, BRC_DATA, "%zu images are asked for, but there are %zu", n,
				data->n);
	s = brc_alloc(data->n, sizeof(*s), err);
	if (!s)
		return BRC_RESOURCE;
	for (size_t i = 0; i < data->n; i++)
		s[i] = i;
	n = n ? n : data->n;
	brc_rng_init(&rng, seed, BRC_RNG_SAMPLE, 0, 0);
	for (size_t i = 0; n < data->n && i < n; i++) {
		size_t k = i + brc_rng_below(&rng, (uint32_t)(data->n - i)), chosen = s[k];

		s[k] = s[i];
		s[i] = chosen;
	}
	qsort(s, n, sizeof(*s), ascending);
	*sample = s;
	*n_samples = n;
	return BRC_OK;
}

/* ---- recording ---- */

static brc_rc check_finite(const job *j, size_t layer, const float *row, size_t image, brc_err *err)
{
	const brc_net_layer *l = brc_net_layer_at(j->net, layer);

	for (size_t u = 0; u < l->units; u++)
		if (!isfinite(row[u]))
			return brc_fail(err, BRC_NUMERIC,
					"layer '%s', unit %zu: the %s of image %zu is not finite",
					l->name, u,
					j->how->stage == BRC_STAGE_POST ? "activation"
									: "pre-activation",
					image);
	return BRC_OK;
}

/* The value of a stop, of images first..first + rows - 1 of the sample. */
static brc_rc record_layer(job *j, size_t thread, size_t stop, size_t first, size_t rows,
			   brc_err *err)
{
	const brc_unit_view v = brc_run_plan_view(j->plan, stop);
	size_t k = brc_run_plan_stop_layer(j->plan, stop);
	double *scratch = j->scratch + thread * j->n_scratch;
	const float *value;

	BRC_TRY(brc_run_until(&j->run[thread], stop, &value, err));
	for (size_t i = 0; i < rows; i++) {
		float *row = j->value + (first + i) * j->units + j->column[k];

		brc_pooling_row(value, &v, i, j->how->pooling, scratch, row);
		BRC_TRY(check_finite(j, j->layer[k], row, j->sample[first + i], err));
	}
	return BRC_OK;
}

static brc_rc run_task(void *ctx, size_t task, size_t thread, brc_err *err)
{
	job *j = ctx;
	size_t size = brc_run_plan_rows(j->plan), first = task * size, left = j->n - first;
	size_t rows = left < size ? left : size;

	BRC_TRY(brc_run_start(&j->run[thread], j->data, j->sample + first, 0, rows, err));
	for (size_t t = 0; t < j->layers; t++)
		BRC_TRY(record_layer(j, thread, t, first, rows, err));
	brc_progress_add(j->progress, rows);
	return BRC_OK;
}

static brc_rc list_layers(job *j, brc_err *err)
{
	size_t n = brc_net_layers(j->net)->n;
	bool *chosen;
	brc_rc rc = choose(j->net, j->how->units, &chosen, err);

	j->layer = brc_alloc(n, sizeof(*j->layer), err);
	j->column = brc_alloc(n, sizeof(*j->column), err);
	if (!j->layer || !j->column)
		rc = BRC_RESOURCE;
	for (size_t l = 0; rc == BRC_OK && l < n; l++) {
		if (!chosen[l])
			continue;
		j->layer[j->layers] = l;
		j->column[j->layers++] = j->units;
		j->units += brc_net_layer_at(j->net, l)->units;
	}
	free(chosen);
	return rc;
}

static size_t largest_scratch(const job *j)
{
	size_t most = 0;

	for (size_t t = 0; t < j->layers; t++) {
		const brc_unit_view v = brc_run_plan_view(j->plan, t);
		size_t n = brc_pooling_scratch(&v, j->how->pooling);

		most = n > most ? n : most;
	}
	return most;
}

static brc_rc check_memory(const job *j, brc_err *err)
{
	size_t cells, bytes, each = brc_run_plan_bytes(j->plan) + j->n_scratch * sizeof(double);

	if (!brc_mul(j->n, j->units, &cells) || !brc_mul(cells, sizeof(float), &bytes) ||
	    !brc_add(bytes, j->threads * each, &bytes))
		bytes = SIZE_MAX;
	return brc_mem_need(bytes, j->how->mem, "activations", err);
}

static brc_rc prepare(job *j, brc_err *err)
{
	brc_run_options o = {.stage = j->how->stage, .precision = j->how->precision};

	BRC_TRY(list_layers(j, err));
	o.layer = j->layer;
	o.n = j->layers;
	BRC_TRY(brc_run_plan_new(&j->plan, j->net, &o, err));
	j->n_scratch = largest_scratch(j);
	BRC_TRY(check_memory(j, err));
	j->value = brc_alloc(j->n, j->units * sizeof(float), err);
	j->scratch = brc_alloc(j->threads, j->n_scratch * sizeof(*j->scratch), err);
	if (!j->value || !j->scratch)
		return BRC_RESOURCE;
	return brc_runs_new(&j->run, j->threads, j->plan, err);
}

brc_rc brc_net_activations(const brc_net *net, const brc_dataset *data, const size_t *sample,
			   size_t n, const brc_record_options *how, brc_pool *pool, brc_progress *p,
			   float **value, brc_err *err)
{
	job j = {.net = net,
		 .data = data,
		 .sample = sample,
		 .n = n,
		 .how = how,
		 .threads = brc_pool_threads(pool),
		 .progress = p};
	brc_rc rc;

	*value = NULL;
	BRC_TRY(brc_net_check_dataset(net, data, err));
	rc = prepare(&j, err);
	if (rc == BRC_OK) {
		size_t rows = brc_run_plan_rows(j.plan);

		rc = brc_pool_run(pool, (n + rows - 1) / rows, run_task, &j, err);
	}
	if (rc == BRC_OK)
		*value = j.value;
	else
		free(j.value);
	brc_runs_free(j.run, j.threads);
	free(j.scratch);
	brc_run_plan_free(j.plan);
	free(j.layer);
	free(j.column);
	return rc;
}
