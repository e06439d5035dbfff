/*
 * Networks as torch exports them (tests/oracle/exports.py), with their axes and inputs as they are:
 * what they compute, and compute with units silenced, against torch.
 */
#include "net_fixture.h"
#include "sections/dataset_inputs.h"

typedef struct line {
	char name[64], more[64], shape[64], output[64], layer[64];
} line;

static const char *given(const char *text)
{
	return strcmp(text, "-") == 0 ? NULL : text;
}

/* A member of the golden values; floats stay floats, integers become <i4. */
static bool member(const line *l, const char *name, brc_array *a)
{
	char path[256];
	brc_err err = {0};

	snprintf(path, sizeof(path), "tests/golden/exports/%s.npz", l->name);
	return npz_array(path, name, 0, a, &err) == BRC_OK;
}

static brc_array need(const line *l, const char *name)
{
	brc_array a;

	if (!member(l, name, &a))
		fail_msg("%s has no golden %s", l->name, name);
	return a;
}

/* Labels of any kind: the output is looked at, not scored. */
static brc_dataset data_set(const brc_array *x, brc_dataset_input *more)
{
	static const int32_t label[4096];
	brc_dataset d = {.image = x->data,
			 .pixel = x->dtype[1] == 'f' ? BRC_PIXEL_F4 : BRC_PIXEL_I4,
			 .n = x->shape[0],
			 .ndim = x->ndim - 1,
			 .pixels = x->count / x->shape[0],
			 .label = label,
			 .classes = 1,
			 .scale = 1,
			 .input = more,
			 .n_inputs = more->name != NULL};

	memcpy(d.shape, x->shape + 1, d.ndim * sizeof(*d.shape));
	return d;
}

static void further(const line *l, brc_array *a, brc_dataset_input *x)
{
	memset(a, 0, sizeof(*a));
	*x = (brc_dataset_input){0};
	if (!given(l->more))
		return;
	*a = need(l, l->more);
	*x = (brc_dataset_input){.name = l->more,
				 .real = a->dtype[1] == 'f',
				 .shared = a->shape[0] == 1,
				 .ndim = a->ndim - 1,
				 .count = a->count / a->shape[0],
				 .data = a->data};
	memcpy(x->shape, a->shape + 1, x->ndim * sizeof(*x->shape));
}

/* To 1e-4 of the largest value. */
static void agree(const line *l, const char *what, const float *have, const float *want, size_t n)
{
	double largest = 0;

	for (size_t i = 0; i < n; i++)
		largest = fmax(largest, fabs((double)want[i]));
	for (size_t i = 0; i < n; i++)
		if (!(fabs((double)have[i] - want[i]) <= 1e-4 * largest))
			fail_msg("%s, %s: element %zu is %.9g, not %.9g", l->name, what, i,
				 (double)have[i], (double)want[i]);
}

static size_t layer_called(const brc_net *net, const line *l)
{
	const brc_layers *t = brc_net_layers(net);

	for (size_t i = 1; i < t->n; i++)
		if (strcmp(t->name[i], l->layer) == 0)
			return i;
	fail_msg("%s has no layer %s", l->name, l->layer);
	return 0;
}

/* All images, as many at a time as the plan takes. */
static void run_all(const line *l, const brc_run_plan *p, const brc_dataset *d, size_t units,
		    const float *want, const float *want_silenced)
{
	int32_t half[512];
	brc_err err = {0};
	brc_run *r;
	const float *y;

	assert_true(units < 1024);
	for (int32_t u = 0; u < 512; u++)
		half[u] = u;
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	for (size_t first = 0; first < d->n; first += p->rows) {
		size_t n = d->n - first < p->rows ? d->n - first : p->rows;
		size_t each = brc_net_io_of(p->net)->classes * brc_net_io_of(p->net)->positions;

		if (brc_run_start(r, d, NULL, first, n, &err) != BRC_OK)
			fail_msg("%s: %s", l->name, err.message);
		if (units) {
			assert_int_equal(brc_run_until(r, 0, &y, &err), BRC_OK);
			assert_int_equal(brc_run_silenced(r, 0, half, (units + 1) / 2, &y, &err),
					 BRC_OK);
			agree(l, "silenced", y, want_silenced + first * each, n * each);
		}
		assert_int_equal(brc_run_finish(r, &y, &err), BRC_OK);
		agree(l, "output", y, want + first * each, n * each);
	}
	brc_runs_free(r, 1);
}

static void check(const line *l)
{
	brc_array x = need(l, "input"), more, want = need(l, "output"), silenced = {0};
	brc_dataset_input input;
	brc_net_options how = {.shape = given(l->shape), .output = given(l->output)};
	brc_run_options run = {.stage = BRC_STAGE_SUM, .output = true};
	brc_dataset d;
	brc_net *net;
	brc_run_plan *p;
	brc_err err = {0};
	char path[256];
	size_t layer;

	further(l, &more, &input);
	d = data_set(&x, &input);
	how.data = &d;
	snprintf(path, sizeof(path), "fixtures/exports/%s.onnx", l->name);
	if (brc_net_read(&net, path, &how, &err) != BRC_OK)
		fail_msg("%s", err.message);
	if (given(l->layer)) {
		silenced = need(l, "silenced");
		layer = layer_called(net, l);
		run.layer = &layer;
		run.n = 1;
	}
	if (brc_run_plan_new(&p, net, &run, &err) != BRC_OK)
		fail_msg("%s: %s", l->name, err.message);
	assert_int_equal(want.count,
			 d.n * brc_net_io_of(net)->classes * brc_net_io_of(net)->positions);
	run_all(l, p, &d, run.n ? p->view[0].units : 0, want.data, silenced.data);
	brc_run_plan_free(p);
	brc_net_free(net);
	brc_array_clear(&x);
	brc_array_clear(&more);
	brc_array_clear(&want);
	brc_array_clear(&silenced);
}

static void exports_compute_what_torch_does(void **state)
{
	FILE *f = fopen("tests/golden/exports/list.tsv", "r");
	size_t n = 0;
	line l;

	(void)state;
	assert_non_null(f);
	for (;
	     fscanf(f, "%63s %63s %63s %63s %63s", l.name, l.more, l.shape, l.output, l.layer) == 5;
	     n++)
		check(&l);
	fclose(f);
	assert_true(n >= 13);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(exports_compute_what_torch_does)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
