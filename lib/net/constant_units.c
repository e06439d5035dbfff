#include "net/constant_units.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "net/check_dataset.h"
#include "net/network.h"
#include "net/run_plan.h"

/* The smallest and the largest value of a unit. */
typedef struct extent {
	float least, most;
} extent;

typedef struct job {
	const brc_dataset *data;
	size_t n_layers, units;
	size_t *first; /* [n_layers]: the first unit of each layer */
	brc_run_plan *plan;
	size_t threads;
	brc_run *run;  /* [threads] */
	extent *value; /* [threads][units] */
	brc_progress *progress;
} job;

static void widen(extent *e, float v)
{
	if (isnan(v))
		*e = (extent){-INFINITY, INFINITY};
	if (v < e->least)
		e->least = v;
	if (v > e->most)
		e->most = v;
}

/* The values at a stop, of `rows` images. */
static brc_rc look_at_layer(job *j, size_t thread, size_t stop, size_t rows, brc_err *err)
{
	const brc_unit_view *view = &j->plan->view[stop];
	const size_t layer = brc_schedule_tap(j->plan->schedule, stop);
	extent *e = j->value + thread * j->units + j->first[layer];
	const float *value;

	BRC_TRY(brc_run_until(&j->run[thread], stop, &value, err));
	for (size_t r = 0; r < rows; r++)
		for (size_t p = 0; p < view->positions; p++) {
			const float *row = value + r * view->row_step + view->position[p];

			for (size_t u = 0; u < view->units; u++)
				widen(&e[u], row[u * view->unit_step]);
		}
	return BRC_OK;
}

static brc_rc run_task(void *ctx, size_t task, size_t thread, brc_err *err)
{
	job *j = ctx;
	const size_t first = task * j->plan->rows;
	const size_t rows = brc_least(j->data->n - first, j->plan->rows);

	BRC_TRY(brc_run_start(&j->run[thread], j->data, NULL, first, rows, err));
	for (size_t t = 0; t < j->n_layers; t++)
		BRC_TRY(look_at_layer(j, thread, t, rows, err));
	brc_progress_add(j->progress, rows);
	return BRC_OK;
}

static brc_rc prepare(job *j, const brc_net *net, const size_t *layer, brc_precision precision,
		      size_t mem, brc_err *err)
{
	const brc_run_options o = {
		.layer = layer, .n = j->n_layers, .stage = BRC_STAGE_POST, .precision = precision};
	size_t bytes;

	BRC_NEW_RAW(j->first, j->n_layers, err);
	for (size_t l = 0; l < j->n_layers; l++) {
		j->first[l] = j->units;
		j->units += net->layers.units[layer[l]];
	}
	BRC_TRY(brc_run_plan_new(&j->plan, net, &o, err));
	bytes = j->threads * (brc_schedule_bytes(j->plan->schedule) + j->units * sizeof(*j->value));
	BRC_TRY(brc_mem_need(bytes, mem, "the search for dead units", err));
	BRC_NEW_RAW(j->value, j->threads * j->units, err);
	for (size_t i = 0; i < j->threads * j->units; i++)
		j->value[i] = (extent){INFINITY, -INFINITY};
	return brc_runs_new(&j->run, j->threads, j->plan, err);
}

/* The widest of all threads does not depend on which thread saw which image. */
static void conclude(const job *j, bool *constant)
{
	for (size_t u = 0; u < j->units; u++) {
		extent all = j->value[u];

		for (size_t t = 1; t < j->threads; t++) {
			const extent *e = &j->value[t * j->units + u];

			all.least = e->least < all.least ? e->least : all.least;
			all.most = e->most > all.most ? e->most : all.most;
		}
		constant[u] = all.least == all.most;
	}
}

brc_rc brc_net_constant_units(const brc_net *net, const brc_dataset *data, const size_t *layer,
			      size_t n, brc_precision precision, size_t mem, brc_pool *pool,
			      brc_progress *p, bool *constant, brc_err *err)
{
	job j = {.data = data, .n_layers = n, .threads = brc_pool_threads(pool), .progress = p};
	brc_rc rc;

	if (n == 0)
		return BRC_OK;
	BRC_TRY(brc_net_check_dataset(net, data, err));
	rc = prepare(&j, net, layer, precision, mem, err);
	BRC_THEN(rc, brc_pool_run(pool, (data->n + j.plan->rows - 1) / j.plan->rows, run_task, &j,
				  err));
	if (rc == BRC_OK)
		conclude(&j, constant);
	brc_runs_free(j.run, j.threads);
	brc_run_plan_free(j.plan);
	free(j.first);
	free(j.value);
	return rc;
}
