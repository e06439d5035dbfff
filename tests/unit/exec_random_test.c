/*
 * Going on from a changed value is the graph with a 0/1 Mul inserted there: on random graphs with
 * branches, sums, gates, concatenations and functions that meet again, at random values of them.
 */
#include <math.h>

#include "base/rng.h"
#include "exec/dataflow.h"
#include "exec_pass.h"
#include "model_build.h"

enum {
	GRAPHS = 250, /* of maps, and as many of features */
	STEPS = 9,
	NAMES = 64,
	TAPS = 3,
	TRIALS = 2, /* changes at each of them */
	IMAGES = 2,
	CHANNELS = 3,
	SIDE = 4,
	FEATURES = 6
};

/* A graph as a text: nodes in order. Values are called by numbers, 0 is the input. */
typedef struct sketch {
	struct {
		const char *op;
		char in[32], out[8];
	} node[128];
	size_t n;
	bool maps;
	size_t value, reads[NAMES]; /* the last value; how often each is read */
	char tap[NAMES][8];         /* values that a node makes, in order */
	size_t n_taps;
	brc_rng rng;
} sketch;

/* ---- random graphs ---- */

static size_t below(sketch *s, size_t n)
{
	return brc_rng_below(&s->rng, (uint32_t)n);
}

static void emit(sketch *s, const char *op, const char *in, const char *out)
{
	assert_true(s->n < 128 && s->n_taps < NAMES);
	s->node[s->n].op = op;
	snprintf(s->node[s->n].in, sizeof(s->node->in), "%s", in);
	snprintf(s->node[s->n].out, sizeof(s->node->out), "%s", out);
	snprintf(s->tap[s->n_taps++], sizeof(*s->tap), "%s", out);
	s->n++;
}

/* A value made before, a late one rather than an early one. */
static size_t any_value(sketch *s)
{
	size_t a = below(s, s->value + 1), b = below(s, s->value + 1), v = a > b ? a : b;

	s->reads[v]++;
	return v;
}

/* A node whose inputs are written as "%zu w" and the like. */
#define EMIT(s, op, out, ...)                            \
	do {                                             \
		char in_[32];                            \
		snprintf(in_, sizeof(in_), __VA_ARGS__); \
		emit(s, op, in_, out);                   \
	} while (0)

/* Weights of a layer: one of three, so that graphs differ. */
static const char *weighed(sketch *s)
{
	static const char *const maps[] = {"Conv1", "Conv3", "Deep"};
	static const char *const features[] = {"Gemm", "Gemm", "MatMul"};

	return (s->maps ? maps : features)[below(s, 3)];
}

static void mid(const sketch *s, char letter, char name[8])
{
	snprintf(name, 8, "%zu%c", s->value + 1, letter);
}

/* A layer, perhaps normalised, added to another value, perhaps cut off: what fusion looks for. */
static void sum_step(sketch *s, const char *out)
{
	char a[8], b[8], c[8];
	size_t other;

	mid(s, 'a', a);
	mid(s, 'b', b);
	mid(s, 'c', c);
	EMIT(s, weighed(s), a, "%zu w%zu", any_value(s), below(s, 3));
	if (s->maps && below(s, 2)) {
		EMIT(s, "Norm", b, "%s", a);
		snprintf(a, sizeof(a), "%s", b);
	}
	other = any_value(s);
	if (below(s, 2)) {
		EMIT(s, "Add", out, "%zu %s", other, a);
		return;
	}
	EMIT(s, "Add", c, "%s %zu", a, other);
	EMIT(s, "Relu", out, "%s", c);
}

static void gate_step(sketch *s, const char *out)
{
	char a[8], b[8], c[8];

	mid(s, 'a', a);
	mid(s, 'b', b);
	mid(s, 'c', c);
	if (s->maps)
		EMIT(s, "GlobalAveragePool", a, "%zu", any_value(s));
	else
		EMIT(s, "Neg", a, "%zu", any_value(s));
	EMIT(s, s->maps ? "Conv1" : "Gemm", b, "%s w%zu", a, below(s, 3));
	EMIT(s, "Sigmoid", c, "%s", b);
	EMIT(s, "Mul", out, "%s %zu", c, any_value(s));
}

static void concat_step(sketch *s, const char *out)
{
	char a[8];

	mid(s, 'a', a);
	EMIT(s, "Concat", a, "%zu %zu", any_value(s), any_value(s));
	EMIT(s, s->maps ? "Wide" : "WideGemm", out, "%s wide", a);
}

static void diamond_step(sketch *s, const char *out)
{
	char a[8];
	size_t v = any_value(s);

	mid(s, 'a', a);
	EMIT(s, "Sigmoid", a, "%zu", v);
	EMIT(s, "Mul", out, "%zu %s", v, a);
}

static void plain_step(sketch *s, const char *out)
{
	static const char *const maps[] = {"MaxPool", "AveragePool", "Norm", "Relu", "Clip"};
	static const char *const features[] = {"Softmax", "LayerNorm", "Tanh", "Relu", "Neg"};

	EMIT(s, (s->maps ? maps : features)[below(s, 5)], out, "%zu", any_value(s));
}

static void step(sketch *s)
{
	char out[8];

	snprintf(out, sizeof(out), "%zu", s->value + 1);
	switch (below(s, 7)) {
	case 0:
	case 1:
		sum_step(s, out);
		break;
	case 2:
		gate_step(s, out);
		break;
	case 3:
		concat_step(s, out);
		break;
	case 4:
		diamond_step(s, out);
		break;
	case 5:
		EMIT(s, weighed(s), out, "%zu w%zu", any_value(s), below(s, 3));
		break;
	default:
		plain_step(s, out);
	}
	s->value++;
}

/* What nothing has read is added up: that is the output. */
static void draw(sketch *s, bool maps, uint32_t number)
{
	char last[8] = "", sum[8];

	memset(s, 0, sizeof(*s));
	s->maps = maps;
	brc_rng_init(&s->rng, 20, BRC_RNG_TEST, maps, number);
	for (size_t k = 0; k < STEPS; k++)
		step(s);
	for (size_t v = 1; v <= s->value; v++) {
		if (s->reads[v] && v != s->value)
			continue;
		snprintf(sum, sizeof(sum), v == s->value ? "out" : "s%zu", v);
		if (last[0] || v == s->value)
			EMIT(s, last[0] ? "Add" : "Identity", sum, "%zu %s", v, last);
		else
			snprintf(sum, sizeof(sum), "%zu", v);
		snprintf(last, sizeof(last), "%s", sum);
	}
	s->n_taps--; /* but the output itself */
}

/* ---- as models ---- */

static void add_random(Brc__OnnxModel *m, const char *name, size_t ndim, const int64_t *extent,
		       float size, float mean)
{
	size_t n = 1;
	float w[256];
	brc_rng rng;

	brc_rng_init(&rng, 21, BRC_RNG_TEST, 0, (uint32_t)(name[0] * 256 + name[1]));
	for (size_t k = 0; k < ndim; k++)
		n *= (size_t)extent[k];
	assert_true(n <= 256);
	for (size_t i = 0; i < n; i++)
		w[i] = mean + size * (float)(2 * brc_rng_uniform(&rng) - 1);
	add_tensor(m, name, BRC_ONNX_FLOAT, ndim, extent, w, n * sizeof(*w));
}

static void add_constants(Brc__OnnxModel *m)
{
	const int64_t c = CHANNELS, f = FEATURES, one[4] = {c, c, 1, 1}, three[4] = {c, c, 3, 3},
		      deep[4] = {c, 1, 3, 3}, wide[4] = {c, 2 * c, 1, 1}, gemm[2] = {f, f},
		      wide_gemm[2] = {2 * f, f};
	char name[8];

	for (int k = 0; k < 3; k++) {
		snprintf(name, sizeof(name), "%dw1", k);
		add_random(m, name, 4, one, 1, 0);
		snprintf(name, sizeof(name), "%dw3", k);
		add_random(m, name, 4, three, 0.3f, 0);
		snprintf(name, sizeof(name), "%dwd", k);
		add_random(m, name, 4, deep, 0.5f, 0);
		snprintf(name, sizeof(name), "%dwg", k);
		add_random(m, name, 2, gemm, 0.6f, 0);
	}
	add_random(m, "aw", 4, wide, 0.6f, 0);
	add_random(m, "ag", 2, wide_gemm, 0.4f, 0);
	add_random(m, "bias", 1, &c, 0.5f, 0);
	add_random(m, "gamma", 1, &c, 0.5f, 1);
	add_random(m, "fgamma", 1, &f, 0.5f, 1);
	add_random(m, "low", 0, NULL, 0, -0.5f);
	add_random(m, "high", 0, NULL, 0, 1.5f);
}

/* How a word of the sketch is written in ONNX: operator, constants, attributes. */
static const struct {
	const char *word, *op, *weights, *more;
	int64_t kernel;
} writing[] = {
	{"Conv1", "Conv", "w1", "bias", 0},
	{"Conv3", "Conv", "w3", "", 3},
	{"Deep", "Conv", "wd", "bias", 3},
	{"Wide", "Conv", NULL, "aw", 0},
	{"Gemm", "Gemm", "wg", "", 0},
	{"MatMul", "MatMul", "wg", "", 0},
	{"WideGemm", "Gemm", NULL, "ag", 0},
	{"Norm", "BatchNormalization", NULL, "gamma bias bias gamma", 0},
	{"LayerNorm", "LayerNormalization", NULL, "fgamma", 0},
	{"Clip", "Clip", NULL, "low high", 0},
	{"MaxPool", "MaxPool", NULL, "", 3},
	{"AveragePool", "AveragePool", NULL, "", 3},
};

static void write_node(Brc__OnnxModel *m, const char *word, const char *in, const char *out)
{
	const int64_t window[2] = {3, 3}, pads[4] = {1, 1, 1, 1};
	const char *op = word, *weights = NULL, *more = "";
	int64_t kernel = 0;
	Brc__OnnxNode *node;
	char all[96], first[16];

	for (size_t k = 0; k < sizeof(writing) / sizeof(*writing); k++)
		if (strcmp(writing[k].word, word) == 0) {
			op = writing[k].op;
			weights = writing[k].weights;
			more = writing[k].more;
			kernel = writing[k].kernel;
		}
	snprintf(first, sizeof(first), "%.*s", (int)strcspn(in, " "), in);
	if (weights) /* "5 w2" */
		snprintf(all, sizeof(all), "%s %c%s %s", first, in[strlen(in) - 1], weights, more);
	else
		snprintf(all, sizeof(all), "%s %s", *more ? first : in, more);
	node = add_node(m, op, all, out);
	if (kernel) {
		add_int_list(node, "kernel_shape", 2, window);
		add_int_list(node, "pads", 4, pads);
	}
	if (strcmp(word, "Deep") == 0)
		add_int(node, "group", CHANNELS);
	if (strcmp(word, "Concat") == 0)
		add_int(node, "axis", 1);
}

/* `in` with the word `name` replaced by `by`. */
static void replace(char *to, size_t cap, const char *in, const char *name, const char *by)
{
	char copy[32], *rest = copy, *word;

	snprintf(copy, sizeof(copy), "%s", in);
	to[0] = '\0';
	while ((word = strtok_r(rest, " ", &rest))) {
		size_t n = strlen(to);

		snprintf(to + n, cap - n, "%s%s", n ? " " : "",
			 name && strcmp(word, name) == 0 ? by : word);
	}
}

/* A 0/1 factor for every element of an image. */
typedef struct mask {
	const char *at;
	int64_t extent[BRC_MAX_DIMS];
	size_t ndim, n;
	float factor[256];
} mask;

/* The graph with taps, or with a Mul that everything reads that reads `cut->at`. */
static brc_exec *build(brc_onnx *m, const sketch *s, const char *const *tap, size_t n_taps,
		       const mask *cut)
{
	const int64_t extent[4] = {-1, s->maps ? CHANNELS : FEATURES, SIDE, SIDE};
	size_t ndim = s->maps ? 4 : 2, n;
	const brc_tensor_view x = {.name = "0",
				   .ndim = ndim,
				   .dim = {IMAGES, (size_t)extent[1], SIDE, SIDE},
				   .batch = true};
	const brc_exec_options o = {.tap = tap, .n_taps = n_taps};
	Brc__OnnxModel *model = new_model();
	brc_exec *g;
	brc_err err;
	uint8_t *bytes;

	model->opset_import[0]->version = 17;
	add_input(model, "0", ndim, extent);
	add_output(model, "out");
	add_constants(model);
	if (cut)
		add_tensor(model, "mask", BRC_ONNX_FLOAT, cut->ndim, cut->extent, cut->factor,
			   cut->n * sizeof(float));
	for (size_t k = 0; k < s->n; k++) {
		char in[64];

		replace(in, sizeof(in), s->node[k].in, cut ? cut->at : NULL, "cut");
		write_node(model, s->node[k].op, in, s->node[k].out);
		if (cut && strcmp(s->node[k].out, cut->at) == 0) {
			snprintf(in, sizeof(in), "%s mask", cut->at);
			add_node(model, "Mul", in, "cut");
		}
	}
	bytes = pack_model(model, &n);
	if (brc_onnx_decode(m, bytes, n, &err) != BRC_OK ||
	    brc_exec_new(&g, m, &x, 1, &o, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	return g;
}

/* ---- the identity ---- */

static size_t elements(const sketch *s)
{
	return (size_t)IMAGES * (s->maps ? CHANNELS * SIDE * SIDE : FEATURES);
}

static void fill(const sketch *s, brc_workspace *w)
{
	float *x = brc_workspace_input(w, "0");

	for (size_t i = 0; i < elements(s); i++)
		x[i] = (float)((i * 7 + 3) % 11) / 5 - 1;
}

static mask draw_mask(sketch *s, const brc_operand *v, const char *at)
{
	mask k = {.at = at, .ndim = v->ndim, .n = v->count / IMAGES, .extent = {1}};

	assert_true(k.n <= 256);
	for (size_t d = 1; d < v->ndim; d++)
		k.extent[d] = (int64_t)v->dim[d];
	for (size_t i = 0; i < k.n; i++)
		k.factor[i] = (float)below(s, 2);
	return k;
}

/* Where element i of an image, row-major, lies. */
static size_t place_of(const brc_operand *v, size_t i)
{
	size_t places = v->ndim == 4 ? v->dim[2] * v->dim[3] : 1;

	return v->last ? i % places * v->dim[1] + i / places : i;
}

static void apply(const mask *k, const brc_operand *v, float *value)
{
	for (size_t r = 0; r < IMAGES; r++)
		for (size_t i = 0; i < k->n; i++)
			value[r * k->n + place_of(v, i)] *= k->factor[i];
}

/* The output of the graph with the Mul; true: it is another than `plain`. */
static bool inserted(const sketch *s, const mask *cut, const float *plain, float *out)
{
	size_t bytes = elements(s) * sizeof(float);
	exec_pass p;
	brc_onnx m;
	brc_exec *g = build(&m, s, NULL, 0, cut);

	assert_int_equal(exec_pass_new(&p, g, NULL), BRC_OK);
	fill(s, p.w);
	assert_int_equal(exec_pass_run(p.w, NULL), BRC_OK);
	memcpy(out, brc_workspace_output(p.w, 0), bytes);
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
	return memcmp(out, plain, bytes) != 0;
}

static void tell(const sketch *s, const char *at)
{
	print_message("changed at %s:\n", at);
	for (size_t k = 0; k < s->n; k++)
		print_message("  %s = %s(%s)\n", s->node[k].out, s->node[k].op, s->node[k].in);
}

static void same(const sketch *s, const char *at, const float *got, const float *want)
{
	float largest = 0;

	for (size_t i = 0; i < elements(s); i++)
		largest = fmaxf(largest, fabsf(want[i]));
	for (size_t i = 0; i < elements(s); i++)
		if (!(fabsf(got[i] - want[i]) <= 1e-5f * (1 + largest))) {
			tell(s, at);
			fail_msg("element %zu is %.9g, not %.9g", i, (double)got[i],
				 (double)want[i]);
		}
}

/* Changes at one stop; returns how many of them change the output. */
static size_t check_stop(sketch *s, brc_workspace *w, size_t stop, const char *at,
			 const brc_operand *v, const float *plain)
{
	float want[256];
	size_t moved = 0;

	assert_int_equal(brc_workspace_until(w, stop, NULL), BRC_OK);
	for (size_t k = 0; k < TRIALS; k++) {
		mask cut = draw_mask(s, v, at);

		moved += inserted(s, &cut, plain, want);
		apply(&cut, v, brc_workspace_change(w, stop));
		assert_int_equal(brc_workspace_again(w, NULL), BRC_OK);
		same(s, at, brc_workspace_changed(w, 0), want);
	}
	return moved;
}

/* TAPS different values that some node makes. */
static void choose_taps(sketch *s, const char **tap)
{
	size_t first = below(s, s->n_taps), step = 1 + below(s, s->n_taps / TAPS);

	for (size_t k = 0; k < TAPS; k++)
		tap[k] = s->tap[(first + k * step) % s->n_taps];
}

static size_t check_graph(bool maps, uint32_t number)
{
	const char *tap[TAPS];
	float plain[256];
	size_t moved = 0, bytes;
	brc_schedule *plan;
	brc_workspace *w;
	brc_onnx m;
	brc_exec *g;
	sketch s;

	draw(&s, maps, number);
	choose_taps(&s, tap);
	bytes = elements(&s) * sizeof(float);
	g = build(&m, &s, tap, TAPS, NULL);
	assert_int_equal(brc_schedule_new(&plan, g, NULL), BRC_OK);
	assert_int_equal(brc_workspace_for(&w, plan, NULL), BRC_OK);
	fill(&s, w);
	assert_int_equal(exec_pass_run(w, NULL), BRC_OK);
	memcpy(plain, brc_workspace_output(w, 0), bytes);
	fill(&s, w);
	brc_workspace_start(w);
	for (size_t stop = 0; stop < TAPS; stop++) {
		size_t k = brc_schedule_tap(plan, stop);

		moved += check_stop(&s, w, stop, tap[k], &g->value[g->tap[k]], plain);
	}
	assert_int_equal(brc_workspace_finish(w, NULL), BRC_OK);
	assert_memory_equal(brc_workspace_output(w, 0), plain, bytes);
	brc_workspace_free(w);
	brc_schedule_free(plan);
	brc_exec_free(g);
	brc_onnx_clear(&m);
	return moved;
}

/* Most changes are seen at the output, or this would show little. */
static void check_graphs(bool maps)
{
	size_t moved = 0;

	for (uint32_t number = 0; number < GRAPHS; number++)
		moved += check_graph(maps, number);
	assert_true(moved > (size_t)GRAPHS * TAPS * TRIALS * 3 / 4);
}

static void lesions_of_random_graphs_of_maps_equal_whole_passes(void **state)
{
	(void)state;
	check_graphs(true);
}

static void lesions_of_random_graphs_of_features_equal_whole_passes(void **state)
{
	(void)state;
	check_graphs(false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lesions_of_random_graphs_of_maps_equal_whole_passes),
		cmocka_unit_test(lesions_of_random_graphs_of_features_equal_whole_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
