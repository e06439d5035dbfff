/*
 * What a network computes, as text, for scripts that compare it with another program:
 *
 *     network --model NET.onnx [--shape EXTENTS] [--output NAME] [--sums-only] <DATASET >TEXT
 *
 * Numbers are whole hexadecimal floats. Each line is one of
 *
 *     layer I NAME KIND ROLE UNITS
 *     sum I IMAGE VALUE...         means over places of layer I before its activation
 *     output IMAGE VALUE...        the network's output, or the input of its closing Softmax
 *     silenced I IMAGE VALUE...    the same, the first half of layer I's units set to 0 there
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/cli.h"
#include "base/memory.h"
#include "base/str.h"
#include "net/activations.h"
#include "net/check_dataset.h"
#include "net/pooling.h"
#include "net/run_plan.h"
#include "sections/dataset.h"
#include "stream/filter.h"

static brc_net_options how;
static const char *model;
static bool sums_only;

static const brc_opt options[] = {
	{BRC_PATH("model", 'm', "FILE", &model, "the network (ONNX)")},
	{BRC_STRING("shape", 0, "EXTENTS", &how.shape, "extents of its inputs")},
	{BRC_STRING("output", 0, "NAME", &how.output, "the value that is its output")},
	{BRC_FLAG("sums-only", 0, &sums_only, "compute no output")},
	{0},
};

typedef struct work {
	brc_dataset data;
	brc_net *net;
	brc_run_plan *plan;
	brc_run *run;
	size_t *layer, n_layers;
	double *scratch;
	float *sum;
	int32_t *half;
	brc_str text;
} work;

static void add_values(brc_str *s, const float *x, size_t n)
{
	for (size_t i = 0; i < n; i++)
		brc_str_addf(s, " %a", (double)x[i]);
	brc_str_add(s, "\n");
}

static void add_outputs(work *w, const char *what, size_t first, size_t n, const float *y)
{
	const brc_net_io *io = brc_net_io_of(w->net);
	size_t each = io->classes * io->positions;

	for (size_t i = 0; i < n; i++) {
		brc_str_addf(&w->text, "%s %zu", what, first + i);
		add_values(&w->text, y + i * each, each);
	}
}

static brc_rc stop_at(work *w, size_t t, size_t first, size_t n, brc_err *err)
{
	const brc_unit_view *v = &w->plan->view[t];
	size_t layer = w->layer[brc_schedule_tap(w->plan->schedule, t)];
	const float *value;
	char what[64];

	BRC_TRY(brc_run_until(w->run, t, &value, err));
	for (size_t i = 0; i < n; i++) {
		brc_pooling_row(value, v, i, BRC_POOL_MEAN, w->scratch, w->sum);
		brc_str_addf(&w->text, "sum %zu %zu", layer, first + i);
		add_values(&w->text, w->sum, v->units);
	}
	if (sums_only)
		return BRC_OK;
	BRC_TRY(brc_run_silenced(w->run, t, w->half, (v->units + 1) / 2, &value, err));
	snprintf(what, sizeof(what), "silenced %zu", layer);
	add_outputs(w, what, first, n, value);
	return BRC_OK;
}

static brc_rc pass(work *w, brc_err *err)
{
	for (size_t first = 0; first < w->data.n; first += w->plan->rows) {
		size_t n = brc_least(w->data.n - first, w->plan->rows);
		const float *y;

		BRC_TRY(brc_run_start(w->run, &w->data, NULL, first, n, err));
		for (size_t t = 0; t < w->n_layers; t++)
			BRC_TRY(stop_at(w, t, first, n, err));
		if (!sums_only) {
			BRC_TRY(brc_run_finish(w->run, &y, err));
			add_outputs(w, "output", first, n, y);
		}
	}
	return BRC_OK;
}

static brc_rc prepare(work *w, brc_err *err)
{
	const brc_layers *layers = brc_net_layers(w->net);
	brc_run_options o = {.stage = BRC_STAGE_SUM, .logits = !sums_only};
	size_t widest = 1, scratch = 1;

	w->layer = brc_alloc(layers->n, sizeof(*w->layer), err);
	BRC_TRY(brc_made(w->layer));
	for (size_t l = 1; l < layers->n; l++) {
		const brc_net_layer *x = brc_net_layer_at(w->net, l);

		w->layer[w->n_layers++] = l;
		brc_str_addf(&w->text, "layer %zu %s %s %d %zu\n", l, x->name, x->kind,
			     (int)x->role, x->units);
		widest = x->units > widest ? x->units : widest;
	}
	o.layer = w->layer;
	o.n = w->n_layers;
	BRC_TRY(brc_run_plan_new(&w->plan, w->net, &o, err));
	for (size_t t = 0; t < o.n; t++) {
		size_t n = brc_pooling_scratch(&w->plan->view[t], BRC_POOL_MEAN);

		scratch = n > scratch ? n : scratch;
	}
	w->scratch = brc_alloc(scratch, sizeof(*w->scratch), err);
	w->sum = brc_alloc(widest, sizeof(*w->sum), err);
	w->half = brc_alloc(widest, sizeof(*w->half), err);
	if (!w->scratch || !w->sum || !w->half)
		return BRC_RESOURCE;
	for (size_t u = 0; u < widest; u++)
		w->half[u] = (int32_t)u;
	return brc_runs_new(&w->run, 1, w->plan, err);
}

static brc_rc run(work *w, brc_filter *f, brc_err *err)
{
	const brc_section *s;

	if (!model)
		return brc_fail(err, BRC_USAGE, "give the network with --model FILE");
	BRC_TRY(brc_filter_take(f, "dataset", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "dataset", &s, err));
	BRC_TRY(brc_dataset_read(&w->data, s, err));
	how.data = &w->data;
	BRC_TRY(brc_net_read(&w->net, model, &how, err));
	BRC_TRY(brc_net_check_dataset(w->net, &w->data, err));
	BRC_TRY(prepare(w, err));
	BRC_TRY(pass(w, err));
	if (w->text.failed)
		return brc_fail(err, BRC_RESOURCE, "out of memory");
	return brc_filter_text(f, w->text.s, w->text.len, err);
}

static brc_rc network(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	work w = {.net = NULL};
	brc_rc rc = run(&w, f, err);

	(void)cli;
	brc_runs_free(w.run, 1);
	brc_run_plan_free(w.plan);
	free(w.layer);
	free(w.scratch);
	free(w.sum);
	free(w.half);
	free(w.text.s);
	brc_net_free(w.net);
	brc_dataset_clear(&w.data);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "network",
		.usage = "",
		.purpose = "Run a network on a dataset and write what it computes as text.",
		.reads = "dataset",
		.examples = "  network --model net.onnx <test.brc",
		.options = options,
	};

	return brc_filter_main(&cli, argc, argv, NULL, network);
}
