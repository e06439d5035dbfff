#include "net/run_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "net/inputs.h"
#include "net/network.h"

enum { ROWS_MIN = 4, ROWS_MAX = 256 };

/* The largest value of a micro-batch has at most so many elements, so that a few fit the cache. */
#define VALUE_ELEMENTS ((size_t)1 << 22)

/* ---- making ready ---- */

static size_t choose_rows(const brc_net *net)
{
	size_t largest = 1, rows = ROWS_MIN;

	if (net->fixed)
		return net->rows;
	for (size_t v = 0; v < brc_exec_values(net->g); v++) {
		const brc_operand *x = brc_exec_value(net->g, v);

		if (x->state == BRC_COMPUTED && x->count / net->rows > largest)
			largest = x->count / net->rows;
	}
	while (rows < ROWS_MAX && 2 * rows * largest <= VALUE_ELEMENTS)
		rows *= 2;
	return rows;
}

static bool is_recurrent(const brc_net *net, size_t layer)
{
	return brc_net_site(net, layer)->weights.recurrent > 0;
}

/* The value where the pass stops: that of the layer, or what it reads if it has to run again. */
static const char *tap_name(const brc_net *net, size_t layer, const brc_run_options *how)
{
	const brc_layer_site *u = brc_net_site(net, layer);
	brc_stage stage = how->stage;
	size_t v = how->silence && is_recurrent(net, layer) ? brc_exec_node(net->g, u->node)->in[0]
		   : stage == BRC_STAGE_SUM                 ? u->sum
		   : stage == BRC_STAGE_PRE                 ? u->pre
							    : u->post;

	return brc_exec_value(net->g, v)->name;
}

/* The graph for as many images as suit it. What was read was one for another number. */
static brc_rc build_graph(brc_run_plan *p, const brc_exec_options *options, brc_err *err)
{
	const brc_net *net = p->net;
	brc_rc rc = brc_net_build(net, p->rows, options, &p->g, err);

	if (rc == BRC_DATA && !net->fixed && err && !*err->hint)
		brc_hint(err,
			 "the model may allow only as many images as it was exported with: "
			 "--shape %.100s=N,... runs N at a time",
			 net->in[net->main].name);
	return rc;
}

static brc_rc build(brc_run_plan *p, const brc_run_options *how, const char **tap, brc_err *err)
{
	const brc_net *net = p->net;
	const size_t value = how->output ? net->output : net->logits;
	const bool scored = how->logits || how->output;
	const char *scores = scored ? brc_exec_value(net->g, value)->name : NULL;
	const brc_exec_options options = {.precision = how->precision,
					  .folder = net->folder,
					  .borrow = true,
					  .keep = &scores,
					  .n_keep = scored,
					  .tap = tap,
					  .n_taps = how->n,
					  .keep_only = true,
					  .images_first = true};

	for (size_t k = 0; k < how->n; k++)
		tap[k] = tap_name(net, how->layer[k], how);
	BRC_TRY(build_graph(p, &options, err));
	return brc_schedule_new(&p->schedule, p->g, err);
}

/* One dimension of a value, or a part of one: its extent, and floats from one index to the next. */
typedef struct step {
	size_t n;
	ptrdiff_t step;
} step;

/*
 * The dimensions of x without its rows and units, in order. The dimension of the batch is split
 * into the part before the rows, the rows, and the part after them.
 */
static size_t other_dimensions(const brc_operand *x, size_t rows, size_t axis, brc_unit_view *v,
			       step *rest)
{
	ptrdiff_t stride[BRC_MAX_DIMS];
	size_t n = 0;

	brc_strides(x, stride);
	for (size_t k = 0; k < x->ndim; k++) {
		if (k == axis) {
			v->unit_step = (size_t)stride[k];
		} else if (k == x->batch) {
			size_t before = x->dim[k] / (rows * x->inner);

			v->row_step = (size_t)stride[k] * x->inner;
			rest[n++] = (step){before, stride[k] * (ptrdiff_t)(x->inner * rows)};
			rest[n++] = (step){x->inner, stride[k]};
		} else {
			rest[n++] = (step){x->dim[k], stride[k]};
		}
	}
	return n;
}

static brc_rc list_positions(brc_unit_view *v, const step *rest, size_t n, brc_err *err)
{
	v->positions = 1;
	for (size_t k = 0; k < n; k++)
		v->positions *= rest[k].n;
	v->width = n ? rest[n - 1].n : 1;
	v->position = brc_alloc(v->positions, sizeof(*v->position), err);
	BRC_TRY(brc_made(v->position));
	for (size_t p = 0; p < v->positions; p++) {
		size_t left = p, at = 0;

		for (size_t k = n; k-- > 0; left /= rest[k].n)
			at += left % rest[k].n * (size_t)rest[k].step;
		v->position[p] = at;
	}
	return BRC_OK;
}

static brc_rc view_layer(const brc_run_plan *p, size_t layer, size_t value, brc_unit_view *v,
			 brc_err *err)
{
	const brc_operand *x = value == BRC_NOWHERE ? NULL : brc_exec_value(p->g, value);
	const brc_layer_site *u = brc_net_site(p->net, layer);
	step rest[2 * BRC_MAX_DIMS];
	size_t n = 0;

	*v = (brc_unit_view){.rows = p->rows, .units = brc_net_units(p->net, layer)};
	if (!x || (u->axis != BRC_NOWHERE && (u->axis >= x->ndim || x->dim[u->axis] != v->units)))
		return brc_fail(err, BRC_DATA, "layer %zu: several values have the name of its own",
				layer);
	v->count = x->count;
	if (x->elem != BRC_ELEM_FLOAT) {
		v->quantum = u->weights.quantum > 0 ? u->weights.quantum : 1;
		v->zero = u->weights.zero;
	}
	if (u->axis == BRC_NOWHERE) { /* the input: every element is a unit */
		v->row_step = x->count / p->rows;
		v->unit_step = 1;
	} else if (x->batch == BRC_NOWHERE && p->rows > 1) {
		return brc_fail(err, BRC_DATA, "value '%.200s' has no dimension of images",
				x->name);
	} else {
		n = other_dimensions(x, p->rows, u->axis, v, rest);
	}
	return list_positions(v, rest, n, err);
}

/* The value of a layer, by its name, as it is in the network. */
static size_t find_value(const brc_run_plan *p, size_t layer)
{
	const brc_operand *want = brc_exec_value(p->net->g, brc_net_site(p->net, layer)->sum);

	for (size_t v = 0; v < brc_exec_values(p->g); v++) {
		const brc_operand *x = brc_exec_value(p->g, v);

		if (x->state == BRC_COMPUTED && strcmp(x->name, want->name) == 0)
			return v;
	}
	return BRC_NOWHERE;
}

static brc_rc view_layers(brc_run_plan *p, const brc_run_options *how, brc_err *err)
{
	p->view = brc_calloc(how->n, sizeof(*p->view), err);
	p->made = brc_alloc(how->n, sizeof(*p->made), err);
	if (!p->view || !p->made)
		return BRC_RESOURCE;
	p->weights = how->stage == BRC_STAGE_SUM;
	for (size_t t = 0; t < how->n; t++) {
		size_t k = brc_schedule_tap(p->schedule, t), layer = how->layer[k];
		bool inside = how->silence && is_recurrent(p->net, layer);
		size_t value = inside ? find_value(p, layer) : brc_exec_tap_value(p->g, k);

		p->made[t] = inside ? value : BRC_NOWHERE;
		BRC_TRY(view_layer(p, layer, value, &p->view[t], err));
		p->n_views++;
	}
	return BRC_OK;
}

brc_rc brc_run_plan_new(brc_run_plan **out, const brc_net *net, const brc_run_options *how,
			brc_err *err)
{
	brc_run_plan *p = brc_calloc(1, sizeof(*p), err);
	const char **tap = brc_calloc(how->n, sizeof(*tap), err);
	brc_rc rc = p && tap ? BRC_OK : BRC_RESOURCE;

	BRC_ASSERT_VALID(brc_net_valid(net));
	if (rc == BRC_OK)
		*p = (brc_run_plan){.net = net, .rows = choose_rows(net)};
	BRC_THEN(rc, build(p, how, tap, err));
	BRC_THEN(rc, view_layers(p, how, err));
	free(tap);
	*out = rc == BRC_OK ? p : NULL;
	if (rc != BRC_OK)
		brc_run_plan_free(p);
	return rc;
}

void brc_run_plan_free(brc_run_plan *p)
{
	if (!p)
		return;
	for (size_t t = 0; t < p->n_views; t++)
		free(p->view[t].position);
	free(p->view);
	free(p->made);
	brc_schedule_free(p->schedule);
	brc_exec_free(p->g);
	free(p);
}

/* ---- running ---- */

/* Elements of the largest value of whole numbers. */
static size_t whole_values(const brc_run_plan *p)
{
	size_t most = 0;

	for (size_t t = 0; t < p->n_views; t++)
		if (p->view[t].quantum > 0 && p->view[t].count > most)
			most = p->view[t].count;
	return most;
}

brc_rc brc_runs_new(brc_run **out, size_t n, const brc_run_plan *p, brc_err *err)
{
	brc_run *run = brc_calloc(n, sizeof(*run), err);
	size_t whole = whole_values(p);
	brc_rc rc = run ? BRC_OK : BRC_RESOURCE;

	for (size_t t = 0; rc == BRC_OK && t < n; t++) {
		run[t].plan = p;
		run[t].real = whole ? brc_alloc(whole, sizeof(*run[t].real), err) : NULL;
		if (whole && !run[t].real)
			rc = BRC_RESOURCE;
		BRC_THEN(rc, brc_workspace_for(&run[t].w, p->schedule, err));
	}
	*out = rc == BRC_OK ? run : NULL;
	if (rc != BRC_OK)
		brc_runs_free(run, n);
	return rc;
}

void brc_runs_free(brc_run *run, size_t n)
{
	for (size_t t = 0; run && t < n; t++) {
		brc_workspace_free(run[t].w);
		free(run[t].real);
	}
	free(run);
}

brc_rc brc_run_start(brc_run *r, const brc_dataset *data, const size_t *sample, size_t first,
		     size_t n, brc_err *err)
{
	brc_workspace_start(r->w);
	return brc_net_fill_inputs(r->plan->net, r->w, r->plan->rows, data, sample, first, n, err);
}

brc_rc brc_run_until(brc_run *r, size_t stop, const float **value, brc_err *err)
{
	const brc_unit_view *v = &r->plan->view[stop];
	const int64_t *whole;

	BRC_TRY(brc_workspace_until(r->w, stop, err));
	*value = brc_workspace_tap(r->w, stop);
	if (v->quantum > 0) {
		whole = brc_workspace_tap(r->w, stop);
		for (size_t i = 0; i < v->count; i++)
			r->real[i] = (float)(whole[i] - v->zero) * v->quantum;
		*value = r->real;
	}
	return BRC_OK;
}

static void silence(void *value, const brc_unit_view *v, const int32_t *unit, size_t n)
{
	float *x = value;
	int64_t *whole = value;

	for (size_t r = 0; r < v->rows; r++)
		for (size_t p = 0; p < v->positions; p++)
			for (size_t k = 0; k < n; k++) {
				size_t at = r * v->row_step + v->position[p] +
					    (size_t)unit[k] * v->unit_step;

				if (v->quantum > 0)
					whole[at] = v->zero;
				else
					x[at] = 0;
			}
}

brc_rc brc_run_silenced(brc_run *r, size_t stop, const int32_t *unit, size_t n,
			const float **logits, brc_err *err)
{
	const brc_silenced inside = {r->plan->made[stop], unit, n, r->plan->weights};
	void *value = brc_workspace_change(r->w, stop);
	brc_rc rc;

	if (inside.made == BRC_NOWHERE)
		silence(value, &r->plan->view[stop], unit, n);
	brc_workspace_silence(r->w, &inside);
	rc = brc_workspace_again(r->w, err);
	brc_workspace_silence(r->w, NULL);
	BRC_TRY(rc);
	*logits = brc_workspace_changed(r->w, 0);
	return BRC_OK;
}

brc_rc brc_run_finish(brc_run *r, const float **logits, brc_err *err)
{
	BRC_TRY(brc_workspace_finish(r->w, err));
	*logits = brc_workspace_output(r->w, 0);
	return BRC_OK;
}
