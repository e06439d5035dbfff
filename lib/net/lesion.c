/*
 * Lesions by rerunning: every micro-batch is run once whole; each lesion then
 * sets its units to 0 in place, computes again what depends on them, and puts
 * them back.
 *
 * Cost of a lesion: the matrix products behind its layer. Work is cut into
 * (micro-batch, part of the lesions); what a part computes does not depend on
 * how many there are, and sums run over micro-batches in order.
 */
#include "net/lesion.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/run.h"
#include "net/score.h"

#define PARTIAL_BYTES ((size_t)64 << 20) /* of sums waiting for their turn */
#define LESIONS_PER_PASS 32u             /* at least, so that the whole pass is a small share */
#define TASKS_PER_THREAD 4u

typedef struct worker {
	brc_run *run;
	float *saved; /* columns of the silenced units */
} worker;

typedef struct job {
	const brc_net *net;
	const brc_dataset *data;
	const brc_lesion *set; /* of this round */
	size_t n_sets, classes, batches;
	size_t parts; /* into which the lesions of a micro-batch are cut */
	brc_ablate how;
	brc_plan *plan; /* [layers], only of lesioned layers */
	worker *worker;
	size_t n_workers;
	int32_t *correct; /* [batches][n_sets][classes] */
	double *loss;
	brc_progress *progress;
} job;

static size_t ablated_value(const brc_net *net, size_t layer, brc_ablate how)
{
	const brc_net_layer *l = brc_net_layer_at(net, layer);

	return how == BRC_ABLATE_IN_WEIGHTS ? l->pre : l->post;
}

static brc_rc check_lesion(const brc_net *net, const brc_lesion *s, size_t i, brc_ablate how,
			   brc_err *err)
{
	const brc_layers *layers = brc_net_layers(net);

	if (s->layer >= layers->n)
		return brc_fail(err, BRC_DATA, "lesion %zu: layer %zu of a network of %zu", i,
				s->layer, layers->n);
	if (how == BRC_ABLATE_IN_WEIGHTS && s->layer == 0)
		return brc_fail(err, BRC_DATA, "lesion %zu: the input '%s' has no incoming weights",
				i, layers->name[0]);
	for (size_t k = 0; k < s->n; k++)
		if (s->unit[k] < 0 || (size_t)s->unit[k] >= layers->units[s->layer])
			return brc_fail(err, BRC_DATA,
					"lesion %zu: unit %d of layer '%s', which "
					"has %zu",
					i, (int)s->unit[k], layers->name[s->layer],
					layers->units[s->layer]);
	return BRC_OK;
}

/* ---- one lesion ---- */

static void silence(float *x, size_t width, const brc_lesion *s, float *saved)
{
	for (size_t r = 0; r < BRC_RUN_ROWS; r++) {
		float *row = x + r * width;

		for (size_t k = 0; k < s->n; k++) {
			saved[r * s->n + k] = row[s->unit[k]];
			row[s->unit[k]] = 0;
		}
	}
}

/* Backwards, so that a unit named twice gets its first value. */
static void restore(float *x, size_t width, const brc_lesion *s, const float *saved)
{
	for (size_t r = 0; r < BRC_RUN_ROWS; r++)
		for (size_t k = s->n; k-- > 0;)
			x[r * width + (size_t)s->unit[k]] = saved[r * s->n + k];
}

static void run_lesion(const job *j, worker *w, const brc_lesion *s, size_t first, size_t rows,
		       int32_t *correct, double *loss)
{
	size_t value = ablated_value(j->net, s->layer, j->how);
	size_t width = brc_net_layer_at(j->net, s->layer)->units;
	float *x = brc_run_edit(w->run, value);

	silence(x, width, s, w->saved);
	if (s->n > 0)
		brc_run_again(w->run, &j->plan[s->layer]);
	brc_score_add(brc_run_value(w->run, brc_net_logits(j->net)), j->classes,
		      j->data->label + first, rows, correct, loss);
	restore(x, width, s, w->saved);
	brc_run_back(w->run);
}

static brc_rc run_task(void *ctx, size_t task, size_t index, brc_err *err)
{
	job *j = ctx;
	worker *w = &j->worker[index];
	size_t batch = task / j->parts, part = task % j->parts;
	size_t first = batch * BRC_RUN_ROWS, left = j->data->n - first;
	size_t rows = left < BRC_RUN_ROWS ? left : BRC_RUN_ROWS, broken;
	size_t begin = j->n_sets * part / j->parts, end = j->n_sets * (part + 1) / j->parts;

	brc_run_load(w->run, j->data, first, rows);
	brc_run_forward(w->run);
	broken = brc_score_find_broken(brc_run_value(w->run, brc_net_logits(j->net)), j->classes,
				       rows);
	if (broken < rows)
		return brc_fail(err, BRC_NUMERIC,
				"the unharmed network gives image %zu an output that is not finite",
				first + broken);
	for (size_t s = begin; s < end; s++) {
		size_t at = (batch * j->n_sets + s) * j->classes;

		run_lesion(j, w, &j->set[s], first, rows, j->correct + at, j->loss + at);
	}
	brc_progress_add(j->progress, (uint64_t)(end - begin) * rows);
	return BRC_OK;
}

/* ---- all of them, in rounds ---- */

/* As many parts as keep all threads busy, but not so many that whole passes weigh. */
static size_t count_parts(const job *j, const brc_pool *pool)
{
	size_t want = (TASKS_PER_THREAD * brc_pool_threads(pool) + j->batches - 1) / j->batches;
	size_t most = (j->n_sets + LESIONS_PER_PASS - 1) / LESIONS_PER_PASS;
	size_t parts = want < most ? want : most;

	return parts ? parts : 1;
}

static void add_up(const job *j, int32_t *correct, double *loss)
{
	size_t n = j->n_sets * j->classes;

	memset(correct, 0, n * sizeof(*correct));
	memset(loss, 0, n * sizeof(*loss));
	for (size_t b = 0; b < j->batches; b++) {
		for (size_t i = 0; i < n; i++) {
			correct[i] += j->correct[b * n + i];
			loss[i] += j->loss[b * n + i];
		}
	}
}

static size_t round_size(size_t batches, size_t classes, size_t n_sets)
{
	size_t n = PARTIAL_BYTES / (batches * classes * (sizeof(int32_t) + sizeof(double)));

	if (n < 1)
		n = 1;
	return n < n_sets ? n : n_sets;
}

static brc_rc run_rounds(job *j, const brc_lesion *set, size_t n_sets, brc_pool *pool,
			 int32_t *correct, double *loss, brc_err *err)
{
	size_t most = round_size(j->batches, j->classes, n_sets);

	for (size_t done = 0; done < n_sets; done += j->n_sets) {
		size_t cells;

		j->set = set + done;
		j->n_sets = n_sets - done < most ? n_sets - done : most;
		j->parts = count_parts(j, pool);
		cells = j->batches * j->n_sets * j->classes;
		memset(j->correct, 0, cells * sizeof(*j->correct));
		memset(j->loss, 0, cells * sizeof(*j->loss));
		BRC_TRY(brc_pool_run(pool, j->batches * j->parts, run_task, j, err));
		add_up(j, correct + done * j->classes, loss + done * j->classes);
	}
	return BRC_OK;
}

/* ---- preparation ---- */

static brc_rc make_plans(job *j, const brc_lesion *set, size_t n_sets, brc_err *err)
{
	j->plan = brc_calloc(brc_net_layers(j->net)->n, sizeof(*j->plan), err);
	if (!j->plan)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n_sets; i++) {
		size_t l = set[i].layer;

		BRC_TRY(check_lesion(j->net, &set[i], i, j->how, err));
		if (!j->plan[l].node)
			BRC_TRY(brc_plan_new(&j->plan[l], j->net, ablated_value(j->net, l, j->how),
					     err));
	}
	return BRC_OK;
}

static size_t widest(const brc_lesion *set, size_t n_sets)
{
	size_t n = 0;

	for (size_t i = 0; i < n_sets; i++)
		n = set[i].n > n ? set[i].n : n;
	return n;
}

static brc_rc make_workers(job *j, size_t threads, size_t units, brc_err *err)
{
	j->worker = brc_calloc(threads, sizeof(*j->worker), err);
	if (!j->worker)
		return BRC_RESOURCE;
	j->n_workers = threads;
	for (size_t t = 0; t < threads; t++) {
		worker *w = &j->worker[t];

		BRC_TRY(brc_run_new(&w->run, j->net, err));
		w->saved = brc_alloc(BRC_RUN_ROWS * units, sizeof(float), err);
		if (!w->saved)
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

static brc_rc make_sums(job *j, size_t n_sets, brc_err *err)
{
	size_t cells = round_size(j->batches, j->classes, n_sets) * j->batches * j->classes;

	j->correct = brc_alloc(cells, sizeof(*j->correct), err);
	j->loss = brc_alloc(cells, sizeof(*j->loss), err);
	return j->correct && j->loss ? BRC_OK : BRC_RESOURCE;
}

static void clear(job *j)
{
	for (size_t l = 0; j->plan && l < brc_net_layers(j->net)->n; l++)
		brc_plan_clear(&j->plan[l]);
	for (size_t t = 0; t < j->n_workers; t++) {
		brc_run_free(j->worker[t].run);
		free(j->worker[t].saved);
	}
	free(j->plan);
	free(j->worker);
	free(j->correct);
	free(j->loss);
}

static job new_job(const brc_net *net, const brc_dataset *data, brc_ablate how)
{
	return (job){.net = net,
		     .data = data,
		     .how = how,
		     .classes = brc_net_classes(net),
		     .batches = (data->n + BRC_RUN_ROWS - 1) / BRC_RUN_ROWS};
}

brc_rc brc_net_lesions(const brc_net *net, const brc_dataset *data, const brc_lesion *set,
		       size_t n_sets, brc_ablate how, brc_pool *pool, brc_progress *p,
		       int32_t *correct, double *loss, brc_err *err)
{
	job j = new_job(net, data, how);
	brc_rc rc;

	j.progress = p;
	BRC_TRY(brc_net_check_dataset(net, data, err));
	if (data->n > INT32_MAX)
		return brc_fail(err, BRC_DATA, "more than %d images are not supported", INT32_MAX);
	rc = make_plans(&j, set, n_sets, err);
	if (rc == BRC_OK)
		rc = make_workers(&j, brc_pool_threads(pool), widest(set, n_sets), err);
	if (rc == BRC_OK)
		rc = make_sums(&j, n_sets, err);
	if (rc == BRC_OK)
		rc = run_rounds(&j, set, n_sets, pool, correct, loss, err);
	clear(&j);
	return rc;
}

/* ---- estimates ---- */

double brc_net_lesions_flops(const brc_net *net, const brc_dataset *data, const brc_lesion *set,
			     size_t n_sets, brc_ablate how)
{
	job j = new_job(net, data, how);
	double sum = brc_net_flops(net);

	if (make_plans(&j, set, n_sets, NULL) == BRC_OK)
		for (size_t i = 0; i < n_sets; i++)
			sum += set[i].n ? j.plan[set[i].layer].flops : 0;
	clear(&j);
	return sum * (double)j.batches;
}

size_t brc_net_lesions_bytes(const brc_net *net, const brc_dataset *data, size_t n_sets,
			     const brc_pool *pool)
{
	job j = new_job(net, data, BRC_ABLATE_ZERO);
	size_t units = 0;

	for (size_t l = 0; l < brc_net_layers(net)->n; l++)
		units = brc_net_layers(net)->units[l] > units ? brc_net_layers(net)->units[l]
							      : units;
	return brc_pool_threads(pool) *
		       (brc_run_bytes(net) + BRC_RUN_ROWS * units * sizeof(float)) +
	       round_size(j.batches, j.classes, n_sets) * j.batches * j.classes *
		       (sizeof(int32_t) + sizeof(double));
}
