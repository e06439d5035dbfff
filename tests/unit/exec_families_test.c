/*
 * Networks of every family in the executor: against torch (tests/oracle/family_networks.py),
 * layer by layer, and against the accuracy that fixtures/README.md records.
 */
#include "net_fixture.h"
#include "idx_fixture.h"

#include "exec_pass.h"
#include "array_files.h"

enum { MAX_KEPT = 128, MAX_NAME = 128, BATCH = 50 };

#define TOLERANCE 1e-5 /* of the largest magnitude */

/* The values of a layer before and after its activation, from tests/golden/net/tracing. */
typedef struct layer {
	char pre[MAX_NAME], post[MAX_NAME];
	size_t units;
	bool conv;
} layer;

static size_t read_layers(const char *golden, layer *found)
{
	char path[256], line[4096], kind[16];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "tests/golden/net/tracing/%s.tsv", golden);
	f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) && strncmp(line, "layer\t", 6) == 0) {
		layer *v = &found[n++];

		assert_true(n <= MAX_KEPT / 2);
		assert_int_equal(sscanf(line, "layer\t%*d\t%*s\t%*s\t%15s\t%zu\t%127s\t%127s", kind,
					&v->units, v->pre, v->post),
				 4);
		v->conv = strcmp(kind, "dense") != 0;
	}
	fclose(f);
	return n;
}

/* A graph for x, an array of images or tokens with its first dimension the batch. */
static brc_exec *build(const char *path, const brc_array *x, size_t rows, const char *const *keep,
		       size_t n_keep)
{
	brc_tensor_view in = {.elem = x->dtype[1] == 'i' ? BRC_ELEM_INT : BRC_ELEM_FLOAT,
			      .ndim = x->ndim,
			      .batch = true};
	brc_exec_options options = {.keep = keep, .n_keep = n_keep};
	brc_err err = {0};
	brc_exec *g;
	brc_onnx m;

	if (brc_onnx_read(&m, path, &err) != BRC_OK)
		fail_msg("%s", err.message);
	in.name = m.model->graph->input[0]->name;
	memcpy(in.dim, x->shape, sizeof(in.dim));
	in.dim[0] = rows;
	if (brc_exec_new(&g, &m, &in, 1, &options, &err) != BRC_OK)
		fail_msg("%s: %s", path, err.message);
	brc_onnx_clear(&m);
	return g;
}

static exec_pass run_on(const brc_exec *g, const char *input, const brc_array *x, size_t first,
			size_t rows)
{
	size_t bytes = x->count / x->shape[0] * x->itemsize;
	brc_err err = {0};
	exec_pass p;

	assert_int_equal(exec_pass_new(&p, g, &err), BRC_OK);
	memcpy(brc_workspace_input(p.w, input), (char *)x->data + first * bytes, rows * bytes);
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	return p;
}

static double largest(const float *x, size_t n)
{
	double most = 0;

	for (size_t i = 0; i < n; i++)
		most = fabs((double)x[i]) > most ? fabs((double)x[i]) : most;
	return most;
}

static void close_to(const float *x, const brc_array *golden, const char *what)
{
	const float *want = golden->data;
	double tolerance = TOLERANCE * largest(want, golden->count);

	for (size_t i = 0; i < golden->count; i++)
		if (!(fabs((double)x[i] - want[i]) <= tolerance))
			fail_msg("%s: element %zu is %.9g, not %.9g", what, i, (double)x[i],
				 (double)want[i]);
}

/* Means of output k over space or tokens are those of golden member KEY.I. */
static void check_means(const brc_exec *g, const brc_workspace *w, size_t k, const char *golden,
			const char *key, size_t index, const layer *v)
{
	const brc_operand *t = output_of(g, k);
	const float *x = brc_workspace_output(w, k);
	char member[32];
	brc_array want;
	size_t places = 1;
	float *mean;

	snprintf(member, sizeof(member), "%s.%zu", key, index);
	want = need_golden(golden, member, "<f4");
	for (size_t d = 1; d < t->ndim; d++)
		places *= t->dim[d];
	places /= v->units;
	mean = calloc(want.count, sizeof(*mean));
	assert_non_null(mean);
	for (size_t i = 0; i < want.count; i++) {
		size_t row = i / v->units, unit = i % v->units;
		const float *at = x + row * v->units * places + unit * (v->conv ? places : 1);
		double sum = 0;

		for (size_t p = 0; p < places; p++)
			sum += at[p * (v->conv ? 1 : v->units)];
		mean[i] = (float)(sum / (double)places);
	}
	close_to(mean, &want, member);
	free(mean);
	brc_array_clear(&want);
}

static void check_rows(const char *golden, const char *path, const char *input, const brc_array *x)
{
	static layer v[MAX_KEPT / 2];
	const char *keep[MAX_KEPT];
	size_t layers = read_layers(golden, v);
	brc_array want = need_golden(golden, "output", "<f4");
	exec_pass p;
	brc_exec *g;

	for (size_t i = 0; i < layers; i++) {
		keep[2 * i] = v[i].pre;
		keep[2 * i + 1] = v[i].post;
	}
	g = build(path, x, want.shape[0], keep, 2 * layers);
	p = run_on(g, input, x, 0, want.shape[0]);
	close_to(brc_workspace_output(p.w, 0), &want, golden);
	for (size_t i = 0; i < layers; i++) {
		check_means(g, p.w, 1 + 2 * i, golden, "pre", i + 1, &v[i]);
		check_means(g, p.w, 2 + 2 * i, golden, "post", i + 1, &v[i]);
	}
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_array_clear(&want);
}

/* ---- small networks, and those of planted halves ---- */

static void check_input(const char *golden, const char *path)
{
	brc_array x = need_golden(golden, "input", "<f4");

	if (strstr(golden, "planted-text")) {
		brc_err err = {0};

		assert_int_equal(brc_array_convert(&x, "<i8", "input", &err), BRC_OK);
	}
	check_rows(golden, path,
		   strcmp(golden, "planted-text") == 0 ? "tokens"
		   : strstr(path, "planted/")          ? "image"
						       : "input",
		   &x);
	brc_array_clear(&x);
}

static void small_networks_answer_as_torch_does(void **state)
{
	static const char *const names[] = {
		"attention", "conv",       "conv1d",        "densenet",   "gate",          "gelu",
		"grouped",   "hard-swish", "hard-swish-14", "layer-norm", "layer-norm-17", "pad",
		"pick",      "shuffle",    "silu",          "tokens"};
	char path[256];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "fixtures/small/%s.onnx", names[i]);
		check_input(names[i], path);
	}
}

static void planted_networks_answer_as_torch_does(void **state)
{
	static const char *const names[] = {"vgg",       "resnet", "inception",
					    "mobilenet", "vit",    "text"};
	char path[256], golden[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(path, sizeof(path), "fixtures/planted/%s.onnx", names[i]);
		snprintf(golden, sizeof(golden), "planted-%s", names[i]);
		check_input(golden, path);
	}
}

/* Tokens beyond the vocabulary: told beforehand, and NaN without a read beyond the table. */
static void tokens_beyond_the_vocabulary_give_nan(void **state)
{
	brc_array x = need_golden("planted-text", "input", "<i8");
	size_t rows = x.shape[0], tokens = x.shape[1], n;
	int64_t *token = x.data;
	const float *y;
	exec_pass p;
	brc_exec *g = build("fixtures/planted/text.onnx", &x, rows, NULL, 0);

	(void)state;
	assert_int_equal(brc_exec_vocabulary(g, "tokens"), 12);
	assert_int_equal(brc_exec_vocabulary(g, "image"), 0);
	token[tokens + 1] = 12;
	token[2 * tokens] = INT64_MIN;
	token[3 * tokens] -= 12; /* the same token, counted from the end */
	p = run_on(g, "tokens", &x, 0, rows);
	y = brc_workspace_output(p.w, 0);
	n = output_of(g, 0)->dim[2];
	for (size_t r = 0; r < rows; r++)
		assert_int_equal(isnan(y[(r * tokens + tokens - 1) * n]) != 0, r == 1 || r == 2);
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_array_clear(&x);
}

/* ---- trained networks ---- */

/* The 2,000 test images in fixtures/ as [2000, 1, 28, 28], from 0 to 1. */
static brc_array fashion(void)
{
	brc_array a = read_idx(FASHION_IMAGES);
	brc_err err = {0};
	float *x;

	assert_int_equal(brc_array_convert(&a, "<f4", "images", &err), BRC_OK);
	x = a.data;
	for (size_t i = 0; i < a.count; i++)
		x[i] /= 255;
	a.ndim = 4;
	a.shape[1] = 1;
	a.shape[2] = a.shape[3] = 28;
	return a;
}

static size_t count_correct(const float *logits, const uint8_t *label, size_t rows, size_t classes)
{
	size_t correct = 0;

	for (size_t r = 0; r < rows; r++) {
		size_t best = 0;

		for (size_t c = 1; c < classes; c++)
			if (logits[r * classes + c] > logits[r * classes + best])
				best = c;
		correct += best == label[r];
	}
	return correct;
}

static size_t accuracy(const char *path, const brc_array *x, const brc_array *label)
{
	brc_exec *g = build(path, x, BATCH, NULL, 0);
	size_t correct = 0;

	for (size_t i = 0; i < x->shape[0]; i += BATCH) {
		exec_pass p = run_on(g, "image", x, i, BATCH);

		correct += count_correct(brc_workspace_output(p.w, 0), (uint8_t *)label->data + i,
					 BATCH, 10);
		exec_pass_free(&p);
	}
	brc_exec_free(g);
	return correct;
}

static void trained_on_images(void **state)
{
	static const struct {
		const char *name;
		size_t correct; /* of 2,000: fixtures/README.md */
	} net[] = {{"vgg", 1860},
		   {"resnet", 1871},
		   {"inception", 1877},
		   {"mobilenet", 1846},
		   {"vit", 1756}};
	brc_array x = fashion(), label = read_idx(FASHION_LABELS);
	char path[256], golden[64];

	(void)state;
	for (size_t i = 0; i < sizeof(net) / sizeof(*net); i++) {
		snprintf(path, sizeof(path), "fixtures/fashion-%s.onnx", net[i].name);
		snprintf(golden, sizeof(golden), "fashion-%s", net[i].name);
		check_rows(golden, path, "image", &x);
		assert_int_equal(accuracy(path, &x, &label), net[i].correct);
	}
	brc_array_clear(&x);
	brc_array_clear(&label);
}

static void trained_on_text(void **state)
{
	brc_err err = {0};
	brc_array x;

	(void)state;
	assert_int_equal(npz_array("fixtures/text-test.npz", "tokens", 0, &x, &err), BRC_OK);
	check_rows("text-transformer", "fixtures/text-transformer.onnx", "tokens", &x);
	brc_array_clear(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(small_networks_answer_as_torch_does),
					   cmocka_unit_test(planted_networks_answer_as_torch_does),
					   cmocka_unit_test(tokens_beyond_the_vocabulary_give_nan),
					   cmocka_unit_test(trained_on_images),
					   cmocka_unit_test(trained_on_text)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
