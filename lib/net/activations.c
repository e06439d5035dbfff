/* Activations are recorded in tasks, one for each micro-batch. */
#include "net/activations.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/check_dataset.h"
#include "net/network.h"
#include "net/pooling.h"
#include "net/run_plan.h"

typedef struct job {
	const brc_net *net;
	const brc_dataset *data;
	const size_t *sample;
	size_t n;
	const brc_record_options *how;
	brc_layers table; /* of the layers recorded */
	size_t *layer;    /* [table.n] of the network */
	brc_run_plan *plan;
	size_t threads;
	brc_run *run;    /* [threads] */
	double *scratch; /* [threads][n_scratch] */
	size_t n_scratch;
	brc_progress *progress;
	float *value;
} job;

/* The table of the chosen layers, and layer[layers of the network], which the caller frees. */
static brc_rc choose(const brc_net *net, unsigned units, brc_layers *table, size_t **layer,
		     brc_err *err)
{
	bool *chosen = brc_calloc(net->n_layers, sizeof(*chosen), err);
	brc_rc rc = chosen ? BRC_OK : BRC_RESOURCE;

	if (units & BRC_UNITS_ALL) {
		brc_fail(err, BRC_USAGE, "--units all: the input has no activations");
		rc = brc_hint(err, "--units hidden takes all hidden layers");
	}
	units = units ? units : BRC_UNITS_HIDDEN;
	BRC_THEN(rc, brc_layer_graph_choose(&net->graph, units, chosen, err));
	BRC_THEN(rc, brc_layer_graph_table(&net->graph, chosen, table, err));
	*layer = brc_alloc(net->n_layers, sizeof(**layer), err);
	if (!*layer)
		rc = BRC_RESOURCE;
	for (size_t l = 0, n = 0; rc == BRC_OK && l < net->n_layers; l++)
		if (chosen[l])
			(*layer)[n++] = l;
	free(chosen);
	return rc;
}

brc_rc brc_net_recorded_layers(const brc_net *net, unsigned units, brc_layers *layers, brc_err *err)
{
	size_t *layer;
	brc_rc rc = choose(net, units, layers, &layer, err);

	free(layer);
	return rc;
}

/* ---- recording ---- */

static brc_rc check_finite(const job *j, size_t k, const float *row, size_t image, brc_err *err)
{
	for (size_t u = 0; u < j->table.units[k]; u++)
		if (!isfinite(row[u]))
			return brc_fail(err, BRC_NUMERIC,
					"layer '%s', unit %zu: the %s of image %zu is not finite",
					j->table.name[k], u,
					j->how->stage == BRC_STAGE_POST ? "activation"
									: "pre-activation",
					image);
	return BRC_OK;
}

/* The value of a stop, of images first..first + rows - 1 of the sample. */
static brc_rc record_layer(job *j, size_t thread, size_t stop, size_t first, size_t rows,
			   brc_err *err)
{
	size_t k = brc_schedule_tap(j->plan->schedule, stop), units = brc_layers_total(&j->table);
	double *scratch = j->scratch + thread * j->n_scratch;
	const float *value;

	BRC_TRY(brc_run_until(&j->run[thread], stop, &value, err));
	for (size_t i = 0; i < rows; i++) {
		float *row = j->value + (first + i) * units + j->table.first[k];

		brc_pooling_row(value, &j->plan->view[stop], i, j->how->pooling, scratch, row);
		BRC_TRY(check_finite(j, k, row, j->sample[first + i], err));
	}
	return BRC_OK;
}

static brc_rc run_task(void *ctx, size_t task, size_t thread, brc_err *err)
{
	job *j = ctx;
	size_t first = task * j->plan->rows, rows = brc_least(j->n - first, j->plan->rows);

	BRC_TRY(brc_run_start(&j->run[thread], j->data, j->sample + first, 0, rows, err));
	for (size_t t = 0; t < j->table.n; t++)
		BRC_TRY(record_layer(j, thread, t, first, rows, err));
	brc_progress_add(j->progress, rows);
	return BRC_OK;
}

static brc_rc check_memory(const job *j, brc_err *err)
{
	size_t units = brc_layers_total(&j->table), cells, bytes;
	size_t each = brc_schedule_bytes(j->plan->schedule) + j->n_scratch * sizeof(*j->scratch);

	if (!brc_mul(j->n, units, &cells) || !brc_mul(cells, sizeof(*j->value), &bytes) ||
	    !brc_add(bytes, j->threads * each, &bytes))
		bytes = SIZE_MAX;
	return brc_mem_need(bytes, j->how->mem, "activations", err);
}

static brc_rc prepare(job *j, brc_err *err)
{
	brc_run_options o = {.stage = j->how->stage, .precision = j->how->precision};

	BRC_TRY(choose(j->net, j->how->units, &j->table, &j->layer, err));
	o.layer = j->layer;
	o.n = j->table.n;
	BRC_TRY(brc_run_plan_new(&j->plan, j->net, &o, err));
	for (size_t t = 0; t < o.n; t++) {
		size_t n = brc_pooling_scratch(&j->plan->view[t], j->how->pooling);

		j->n_scratch = n > j->n_scratch ? n : j->n_scratch;
	}
	BRC_TRY(check_memory(j, err));
	j->value = brc_alloc(j->n, brc_layers_total(&j->table) * sizeof(*j->value), err);
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

	BRC_TRY(brc_net_check_dataset(net, data, err));
	rc = prepare(&j, err);
	BRC_THEN(rc, brc_pool_run(pool, (n + j.plan->rows - 1) / j.plan->rows, run_task, &j, err));
	*value = rc == BRC_OK ? j.value : NULL;
	if (rc != BRC_OK)
		free(j.value);
	brc_runs_free(j.run, j.threads);
	free(j.scratch);
	brc_run_plan_free(j.plan);
	brc_layers_clear(&j.table);
	free(j.layer);
	return rc;
}
