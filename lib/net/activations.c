/* Recording activations: one task a micro-batch. */
#include "net/activations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"
#include "net/lesion.h"
#include "net/run.h"

typedef struct job {
	const brc_net *net;
	const brc_dataset *data;
	const size_t *sample;
	size_t n, units;
	brc_at at;
	brc_run **run; /* [threads] */
	brc_progress *progress;
	float *value;
} job;

brc_rc brc_net_hidden_layers(const brc_net *net, brc_layers *hidden, brc_err *err)
{
	const brc_layers *all = brc_net_layers(net);
	const char **name = brc_calloc(all->n, sizeof(*name), err);
	size_t *units = brc_calloc(all->n, sizeof(*units), err), n = 0;
	brc_rc rc = BRC_RESOURCE;

	for (size_t l = 0; name && units && l < all->n; l++) {
		if (brc_net_layer_at(net, l)->role != BRC_ROLE_HIDDEN)
			continue;
		name[n] = all->name[l];
		units[n++] = all->units[l];
	}
	if (name && units)
		rc = n ? brc_layers_init(hidden, n, name, units, err)
		       : brc_fail(err, BRC_DATA, "the network has no hidden layer");
	free(name);
	free(units);
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

static void load(const job *j, brc_run *r, size_t first, size_t rows)
{
	size_t width = j->data->pixels;
	float *x = brc_run_input(r);

	memset(x, 0, BRC_RUN_ROWS * width * sizeof(*x));
	for (size_t i = 0; i < rows; i++)
		brc_dataset_rows(j->data, j->sample[first + i], 1, x + i * width);
}

static brc_rc check_finite(const job *j, const brc_net_layer *layer, const float *row, size_t image,
			   brc_err *err)
{
	for (size_t u = 0; u < layer->units; u++)
		if (!isfinite(row[u]))
			return brc_fail(err, BRC_NUMERIC,
					"layer '%s', unit %zu: the %s of image %zu is not finite",
					layer->name, u,
					j->at == BRC_AT_PRE ? "pre-activation" : "activation",
					image);
	return BRC_OK;
}

static brc_rc run_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	job *j = ctx;
	brc_run *r = j->run[worker];
	size_t first = task * BRC_RUN_ROWS, left = j->n - first, column = 0;
	size_t rows = left < BRC_RUN_ROWS ? left : BRC_RUN_ROWS;

	load(j, r, first, rows);
	brc_run_forward(r);
	for (size_t l = 0; l < brc_net_layers(j->net)->n; l++) {
		const brc_net_layer *layer = brc_net_layer_at(j->net, l);
		const float *x = brc_run_value(r, j->at == BRC_AT_PRE ? layer->pre : layer->post);

		if (layer->role != BRC_ROLE_HIDDEN)
			continue;
		for (size_t i = 0; i < rows; i++) {
			const float *row = x + i * layer->units;

			BRC_TRY(check_finite(j, layer, row, j->sample[first + i], err));
			memcpy(j->value + (first + i) * j->units + column, row,
			       layer->units * sizeof(*row));
		}
		column += layer->units;
	}
	brc_progress_add(j->progress, rows);
	return BRC_OK;
}

brc_rc brc_net_activations(const brc_net *net, const brc_dataset *data, const size_t *sample,
			   size_t n, brc_at at, brc_pool *pool, brc_progress *p, float *value,
			   brc_err *err)
{
	size_t threads = brc_pool_threads(pool);
	job j = {.net = net,
		 .data = data,
		 .sample = sample,
		 .n = n,
		 .at = at,
		 .progress = p,
		 .value = value};
	brc_rc rc;

	for (size_t l = 0; l < brc_net_layers(net)->n; l++)
		if (brc_net_layer_at(net, l)->role == BRC_ROLE_HIDDEN)
			j.units += brc_net_layers(net)->units[l];
	BRC_TRY(brc_net_check_dataset(net, data, err));
	j.run = brc_calloc(threads, sizeof(*j.run), err);
	rc = j.run ? BRC_OK : BRC_RESOURCE;
	for (size_t t = 0; rc == BRC_OK && t < threads; t++)
		rc = brc_run_new(&j.run[t], net, err);
	if (rc == BRC_OK)
		rc = brc_pool_run(pool, (n + BRC_RUN_ROWS - 1) / BRC_RUN_ROWS, run_task, &j, err);
	for (size_t t = 0; j.run && t < threads; t++)
		brc_run_free(j.run[t]);
	free(j.run);
	return rc;
}
