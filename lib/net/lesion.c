/*
 * A micro-batch passes through the network once. The pass stops behind each layer
 * that is lesioned. There each lesion of the layer sets its units to 0, and what
 * depends on them is computed again. So a lesion costs the products behind its layer.
 *
 * A task is one part of the lesions on one micro-batch. What a part computes does
 * not depend on the number of parts, and sums are added up over micro-batches in
 * order. So the result is the same for any number of threads.
 */
#include "net/lesion.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/check_dataset.h"
#include "net/lesion_sums.h"
#include "net/network.h"
#include "net/run_plan.h"
#include "net/score.h"
#include "net/task.h"

#define PARTIAL_BYTES ((size_t)64 << 20) /* sums of micro-batches that are held at a time */
/* The lesions of a part cost at least so many passes: each part begins with a pass of its own. */
#define PASSES_PER_PART 8.0
#define TASKS_PER_THREAD 4u

/* A lesion, and the stop of the pass at which it is run. */
typedef struct planned {
	size_t stop; /* n_stops: at the end of the pass, the unharmed network */
	size_t set;  /* index of the lesion */
	double cost; /* operations of this lesion and all before it */
} planned;

typedef struct job {
	const brc_net *net;
	const brc_dataset *data;
	brc_run_plan *plan;
	size_t *stop; /* [layers of the network, and blocks]: the stop of each that is lesioned */
	size_t n_stops;
	const brc_lesion *set; /* lesions of this round */
	size_t n_sets, batches;
	brc_scoring scoring;
	planned *order; /* [n_sets of the largest round], by the stop of the pass */
	size_t parts;   /* into which the lesions of a micro-batch are cut */
	size_t threads;
	brc_run *run;                 /* [threads] */
	brc_lesion_sums sums;         /* of each micro-batch */
	brc_softmax_changes *softmax; /* [threads]: of the micro-batch that each works on */
	brc_progress *progress;
} job;

static brc_rc check_lesion(const brc_net *net, const brc_lesion *s, size_t i, brc_ablate how,
			   brc_err *err)
{
	const brc_layers *layers = &net->layers;

	if (s->layer >= layers->n + net->n_blocks)
		return brc_fail(err, BRC_DATA, "lesion %zu: layer %zu of a network of %zu", i,
				s->layer, layers->n);
	if (how == BRC_ABLATE_IN_WEIGHTS && s->layer == 0)
		return brc_fail(err, BRC_DATA, "lesion %zu: the input '%s' has no incoming weights",
				i, layers->name[0]);
	for (size_t k = 0; k < s->n; k++)
		if (s->unit[k] < 0 || (size_t)s->unit[k] >= brc_net_units(net, s->layer))
			return brc_fail(err, BRC_DATA,
					"lesion %zu: unit %d of layer '%s', which has %zu", i,
					(int)s->unit[k],
					s->layer < layers->n ? layers->name[s->layer] : "heads",
					brc_net_units(net, s->layer));
	return BRC_OK;
}

/* ---- one micro-batch ---- */

static size_t images_of(const job *j, size_t batch)
{
	return brc_least(j->data->n - batch * j->plan->rows, j->plan->rows);
}

/* Where a task is: its micro-batch, and the thread that it runs on. */
typedef struct place {
	brc_run *run;
	brc_softmax_changes *softmax; /* NULL: not summed */
	size_t batch;
} place;

static void count(const job *j, const place *at, size_t set, const float *logits)
{
	const size_t cell = (at->batch * j->n_sets + set) * j->scoring.cells;

	if (at->softmax) {
		at->softmax->own = j->sums.own + cell;
		at->softmax->squares = j->sums.squares + cell;
		at->softmax->all = j->sums.all + cell;
	}
	brc_score_items(&j->scoring, j->data, at->batch * j->plan->rows, images_of(j, at->batch),
			logits, j->sums.correct + cell, j->sums.loss + cell, at->softmax);
}

static brc_rc check_unharmed(const job *j, size_t batch, const float *logits, brc_err *err)
{
	size_t n = images_of(j, batch);
	size_t broken = brc_score_find_broken(logits, j->scoring.scores, n);

	if (broken == n)
		return BRC_OK;
	return brc_fail(err, BRC_NUMERIC,
			"the unharmed network gives image %zu an output that is not finite",
			batch * j->plan->rows + broken);
}

/* A pass of the unharmed network, for its probabilities. */
static brc_rc unharmed_pass(const job *j, const place *at, bool first, brc_err *err)
{
	const size_t row = at->batch * j->plan->rows, n = images_of(j, at->batch);
	int32_t *saturated = j->sums.saturated + at->batch * j->scoring.cells;
	const float *logits;

	BRC_TRY(brc_run_start(at->run, j->data, NULL, row, n, err));
	BRC_TRY(brc_run_finish(at->run, &logits, err));
	BRC_TRY(check_unharmed(j, at->batch, logits, err));
	if (first)
		memset(saturated, 0, j->scoring.cells * sizeof(*saturated));
	brc_score_softmaxes(&j->scoring, j->data, row, n, logits, at->softmax->p0,
			    first ? saturated : NULL);
	return BRC_OK;
}

/* A pass with the lesions order[begin .. end - 1] on the way. */
static brc_rc pass(const job *j, const place *at, size_t begin, size_t end, brc_err *err)
{
	const size_t batch = at->batch;
	brc_run *r = at->run;
	const float *logits;
	size_t i = begin;

	BRC_TRY(brc_run_start(r, j->data, NULL, batch * j->plan->rows, images_of(j, batch), err));
	for (; i < end && j->order[i].stop < j->n_stops; i++) {
		const brc_lesion *s = &j->set[j->order[i].set];
		const float *value;

		if (i == begin || j->order[i].stop != j->order[i - 1].stop)
			BRC_TRY(brc_run_until(r, j->order[i].stop, &value, err));
		BRC_TRY(brc_run_silenced(r, j->order[i].stop, s->unit, s->n, &logits, err));
		count(j, at, j->order[i].set, logits);
	}
	BRC_TRY(brc_run_finish(r, &logits, err));
	BRC_TRY(check_unharmed(j, batch, logits, err));
	for (; i < end; i++)
		count(j, at, j->order[i].set, logits);
	return BRC_OK;
}

/* The first lesion of a part, in j->order. Parts cost about the same. */
static size_t begin_of(const job *j, size_t part)
{
	double share = j->order[j->n_sets - 1].cost * (double)part / (double)j->parts;
	size_t lo = 0, hi = j->n_sets;

	if (part == 0 || part == j->parts)
		return part ? hi : 0;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (j->order[mid].cost <= share)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static brc_rc run_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	job *j = ctx;
	size_t part = task % j->parts, batch = task / j->parts;
	size_t begin = begin_of(j, part), end = begin_of(j, part + 1);

	const place at = {.run = &j->run[worker],
			  .softmax = j->sums.changes ? &j->softmax[worker] : NULL,
			  .batch = batch};

	if (j->sums.changes)
		BRC_TRY(unharmed_pass(j, &at, part == 0, err));
	BRC_TRY(pass(j, &at, begin, end, err));
	brc_progress_add(j->progress, (uint64_t)(end - begin) * images_of(j, batch));
	return BRC_OK;
}

/* ---- all of them, in rounds ---- */

static int by_pass_order(const void *a, const void *b)
{
	const planned *x = a, *y = b;

	if (x->stop != y->stop)
		return x->stop < y->stop ? -1 : 1;
	return (x->set > y->set) - (x->set < y->set);
}

static void order_lesions(job *j)
{
	double sum = 0;

	for (size_t i = 0; i < j->n_sets; i++) {
		const brc_lesion *s = &j->set[i];

		j->order[i] = (planned){.stop = s->n ? j->stop[s->layer] : j->n_stops, .set = i};
	}
	qsort(j->order, j->n_sets, sizeof(*j->order), by_pass_order);
	for (size_t i = 0; i < j->n_sets; i++) {
		if (j->order[i].stop < j->n_stops)
			sum += 1 + brc_schedule_flops(j->plan->schedule, j->order[i].stop);
		j->order[i].cost = sum;
	}
}

/* Enough parts to keep all threads busy, but none so small that its pass outweighs its lesions. */
static size_t count_parts(const job *j)
{
	size_t want = (TASKS_PER_THREAD * j->threads + j->batches - 1) / j->batches;
	double most = j->order[j->n_sets - 1].cost /
		      (PASSES_PER_PART * (1 + brc_schedule_pass_flops(j->plan->schedule)));

	if ((double)want > most)
		want = (size_t)most;
	return want ? want : 1;
}

static size_t round_size(const job *j, size_t n_sets)
{
	size_t n = PARTIAL_BYTES /
		   (j->batches * j->scoring.cells * brc_lesion_sums_bytes(j->sums.changes));

	return brc_least(n ? n : 1, n_sets);
}

static brc_rc run_rounds(job *j, const brc_lesion *set, size_t n_sets, brc_pool *pool,
			 const brc_lesion_results *to, brc_err *err)
{
	size_t most = round_size(j, n_sets);

	for (size_t done = 0; done < n_sets; done += j->n_sets) {
		j->set = set + done;
		j->n_sets = brc_least(n_sets - done, most);
		order_lesions(j);
		j->parts = count_parts(j);
		brc_lesion_sums_begin(&j->sums, j->batches, j->n_sets, j->scoring.cells);
		BRC_TRY(brc_pool_run(pool, j->batches * j->parts, run_task, j, err));
		brc_lesion_sums_add_up(&j->sums, done, to);
	}
	return BRC_OK;
}

/* ---- preparation ---- */

static brc_rc make_plan(job *j, const brc_lesion *set, size_t n_sets, const brc_lesion_options *how,
			brc_err *err)
{
	size_t layers = j->net->n_layers + j->net->n_blocks;
	size_t *list = brc_alloc(layers, sizeof(*list), err);
	brc_run_options o = {.layer = list,
			     .stage = how->ablate == BRC_ABLATE_ZERO ? BRC_STAGE_POST
								     : BRC_STAGE_SUM,
			     .logits = !j->scoring.output,
			     .output = j->scoring.output,
			     .silence = true,
			     .precision = how->precision};
	brc_rc rc = list ? BRC_OK : BRC_RESOURCE;

	j->stop = brc_calloc(layers, sizeof(*j->stop), err);
	if (!j->stop)
		rc = BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < n_sets; i++) {
		rc = check_lesion(j->net, &set[i], i, how->ablate, err);
		if (rc == BRC_OK && set[i].n)
			j->stop[set[i].layer] = 1;
	}
	for (size_t l = 0; rc == BRC_OK && l < layers; l++)
		if (j->stop[l])
			list[o.n++] = l;
	BRC_THEN(rc, brc_run_plan_new(&j->plan, j->net, &o, err));
	for (size_t t = 0; rc == BRC_OK && t < o.n; t++)
		j->stop[list[brc_schedule_tap(j->plan->schedule, t)]] = t;
	j->n_stops = o.n;
	free(list);
	return rc;
}

/* Probabilities of a micro-batch without lesions. */
static size_t softmax_count(const job *j)
{
	return j->sums.changes ? j->plan->rows * j->scoring.places * j->scoring.cells : 0;
}

static brc_rc check_memory(const job *j, const brc_lesion_options *o, size_t n_sets, brc_err *err)
{
	size_t sets = round_size(j, n_sets), cells = j->batches * j->scoring.cells, each, bytes;

	if (!brc_add(brc_schedule_bytes(j->plan->schedule),
		     (softmax_count(j) + j->scoring.cells) * sizeof(double), &each) ||
	    !brc_mul(j->threads, each, &bytes) || !brc_add(bytes, o->held, &bytes) ||
	    !brc_add(bytes,
		     sets * (cells * brc_lesion_sums_bytes(j->sums.changes) + sizeof(planned)),
		     &bytes))
		return brc_fail(err, BRC_RESOURCE, "%zu lesions do not fit memory", n_sets);
	return brc_mem_need(bytes, o->mem, "the lesions", err);
}

static brc_rc prepare_changes(job *j, brc_err *err)
{
	j->softmax = brc_calloc(j->threads, sizeof(*j->softmax), err);
	if (!j->softmax)
		return BRC_RESOURCE;
	for (size_t t = 0; t < j->threads; t++) {
		j->softmax[t].p0 = brc_alloc(softmax_count(j), sizeof(double), err);
		j->softmax[t].p = brc_alloc(j->scoring.cells, sizeof(double), err);
		if (!j->softmax[t].p0 || !j->softmax[t].p)
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

static void release(job *j)
{
	brc_runs_free(j->run, j->threads);
	brc_run_plan_free(j->plan);
	for (size_t t = 0; j->softmax && t < j->threads; t++) {
		free(j->softmax[t].p0);
		free(j->softmax[t].p);
	}
	free(j->softmax);
	brc_lesion_sums_clear(&j->sums);
	free(j->stop);
	free(j->order);
}

static brc_rc prepare(job *j, const brc_lesion *set, size_t n_sets, const brc_lesion_options *o,
		      brc_err *err)
{
	size_t cells;

	BRC_TRY(make_plan(j, set, n_sets, o, err));
	j->batches = (j->data->n + j->plan->rows - 1) / j->plan->rows;
	BRC_TRY(check_memory(j, o, n_sets, err));
	cells = round_size(j, n_sets) * j->batches * j->scoring.cells;
	j->order = brc_alloc(round_size(j, n_sets), sizeof(*j->order), err);
	if (!j->order)
		return BRC_RESOURCE;
	BRC_TRY(brc_lesion_sums_alloc(&j->sums, cells, j->batches * j->scoring.cells, err));
	if (j->sums.changes)
		BRC_TRY(prepare_changes(j, err));
	return brc_runs_new(&j->run, j->threads, j->plan, err);
}

brc_rc brc_net_lesions(const brc_net *net, const brc_dataset *data, const brc_lesion *set,
		       size_t n_sets, const brc_lesion_options *options, brc_pool *pool,
		       brc_progress *p, int32_t *correct, double *loss,
		       const brc_lesion_changes *changes, brc_err *err)
{
	const brc_lesion_results to = {correct, loss, changes};
	job j = {.net = net,
		 .data = data,
		 .threads = brc_pool_threads(pool),
		 .sums.changes = changes,
		 .progress = p};
	brc_rc rc;

	BRC_TRY(brc_net_check_dataset(net, data, err));
	if (options->scoring)
		j.scoring = *options->scoring;
	else
		BRC_TRY(brc_task_decide(&j.scoring, net, data, BRC_TASK_AUTO, err));
	if (data->n > INT32_MAX / j.scoring.places)
		return brc_fail(err, BRC_DATA, "more than %d images are not supported",
				(int)(INT32_MAX / j.scoring.places));
	rc = prepare(&j, set, n_sets, options, err);
	BRC_THEN(rc, run_rounds(&j, set, n_sets, pool, &to, err));
	release(&j);
	return rc;
}
