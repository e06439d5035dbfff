/*
 * A run plan is a network made ready to run on micro-batches. The number of images
 * in a micro-batch depends on the network alone. So the shape of every product, and
 * with it every rounding, depends neither on the number of threads nor on how many
 * images are left.
 */
#ifndef BRC_NET_RUN_PLAN_H
#define BRC_NET_RUN_PLAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "sections/dataset.h"
#include "exec/exec.h"
#include "net/net.h"

/*
 * How the units of a layer lie in its value: element of row r, unit u, position p is
 * r * row_step + u * unit_step + position[p]. Positions are those of a feature map, row
 * by row and `width` in a row, or tokens.
 */
typedef struct brc_unit_view {
	size_t rows, row_step, units, unit_step, positions, width;
	size_t *position; /* [positions]; the plan owns it */
	/*
	 * In the network they are whole numbers q, if `quantum` is not 0, and stand for
	 * (q - zero) quantum.
	 */
	float quantum;
	int64_t zero;
	size_t count; /* elements of the value */
} brc_unit_view;

/* To be read only. What a pass costs: see brc_schedule_bytes() and the other brc_schedule_*(). */
typedef struct brc_run_plan {
	const brc_net *net;
	brc_exec *g;
	brc_schedule
		*schedule;   /* its tap t is stop t; brc_schedule_tap: the layer in the options */
	size_t rows;         /* images in a micro-batch */
	brc_unit_view *view; /* [stops] */
	size_t n_views;
	/*
	 * [stops]: the value of a recurrent layer whose units are silenced inside it, and so the
	 * stop is before the layer; BRC_NOWHERE: they are silenced at the stop.
	 */
	size_t *made;
	bool weights; /* their incoming weights are, and not what they put out */
} brc_run_plan;

typedef struct brc_run_options {
	const size_t *layer; /* [n]: layers at which the pass stops, ascending; once each */
	size_t n;
	brc_stage stage; /* of these layers */
	bool logits;     /* are the logits wanted: what the closing Softmax or Sigmoid takes? */
	bool output;     /* or the output itself? Not both */
	bool silence;    /* are units silenced, and no values taken? */
	brc_precision precision;
} brc_run_options;

/* The plan borrows `net`. BRC_DATA, BRC_RESOURCE. */
brc_rc brc_run_plan_new(brc_run_plan **p, const brc_net *net, const brc_run_options *how,
			brc_err *err);
void brc_run_plan_free(brc_run_plan *p);

/* ---- running ---- */

/* What a thread runs a plan in. */
typedef struct brc_run {
	const brc_run_plan *plan;
	brc_workspace *w;
	float *real; /* a value of whole numbers as real ones; NULL: there is none */
} brc_run;

/* run[n], one for each thread. They borrow the plan. */
brc_rc brc_runs_new(brc_run **run, size_t n, const brc_run_plan *p, brc_err *err);
void brc_runs_free(brc_run *run, size_t n);

/*
 * Begin a pass with the images sample[n] of a data set that fits (sample NULL:
 * first..first+n-1), zeros below.
 */
brc_rc brc_run_start(brc_run *r, const brc_dataset *data, const size_t *sample, size_t first,
		     size_t n, brc_err *err);
/*
 * Go on to a stop that is later than the last one. *value: its value, which plan->view[stop]
 * describes. Borrowed.
 */
brc_rc brc_run_until(brc_run *r, size_t stop, const float **value, brc_err *err);
/*
 * Logits [rows, positions, classes] with units `unit[n]` at this stop set to 0, in a plan to
 * silence them. Those of a recurrent layer are 0 at every step, also for the steps that follow; at
 * BRC_STAGE_SUM their incoming weights and biases are 0. Borrowed.
 */
brc_rc brc_run_silenced(brc_run *r, size_t stop, const int32_t *unit, size_t n,
			const float **logits, brc_err *err);
/* The logits of the whole network. */
brc_rc brc_run_finish(brc_run *r, const float **logits, brc_err *err);

#endif
