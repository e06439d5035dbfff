/* Lesions against torch, and what must not change them. */
#include "model_edit.h"
#include "idx_fixture.h"

#include "base/rng.h"
#include "net/lesion.h"
#include "array_files.h"
#include "dataset_section.h"

#define LESIONS "lesions"

/* Images that own their arrays. */
typedef struct images {
	brc_dataset d;
	brc_array image, label;
} images;

static void free_images(images *x)
{
	brc_array_clear(&x->image);
	brc_array_clear(&x->label);
}

static void fill_dataset(images *x, brc_pixel pixel, size_t classes, double scale)
{
	brc_err err = {0};

	assert_int_equal(brc_array_convert(&x->label, "<i4", "label", &err), BRC_OK);
	x->d = (brc_dataset){.image = x->image.data,
			     .pixel = pixel,
			     .n = x->image.shape[0],
			     .ndim = x->image.ndim - 1,
			     .pixels = x->image.count / x->image.shape[0],
			     .label = x->label.data,
			     .classes = classes,
			     .scale = scale};
	for (size_t k = 0; k < x->d.ndim; k++)
		x->d.shape[k] = x->image.shape[k + 1];
	assert_int_equal(dataset_check(&x->d, "test", &err), BRC_OK);
}

static images fashion(void)
{
	images x = {.image = read_idx(FASHION_IMAGES), .label = read_idx(FASHION_LABELS)};

	fill_dataset(&x, BRC_PIXEL_U1, 10, 1.0 / 255);
	return x;
}

static images side_by_side(void)
{
	images x = {0};
	brc_err err = {0};

	assert_int_equal(npz_array("fixtures/side-by-side.npz", "image", 0, &x.image, &err),
			 BRC_OK);
	assert_int_equal(npz_array("fixtures/side-by-side.npz", "label", 0, &x.label, &err),
			 BRC_OK);
	fill_dataset(&x, BRC_PIXEL_U1, 10, 1.0 / 255);
	return x;
}

static images balanced_rows(void)
{
	images x = {.image = need_golden(LESIONS, "image", "<f4"),
		    .label = need_golden(LESIONS, "label", "<i4")};

	fill_dataset(&x, BRC_PIXEL_F4, 3, 1);
	return x;
}

/* Units where mask[n] is set; free() *unit. */
static brc_lesion lesion_of(size_t layer, const uint8_t *mask, size_t n, int32_t **unit)
{
	brc_lesion s = {.layer = layer};

	*unit = malloc((n + 1) * sizeof(**unit));
	assert_non_null(*unit);
	for (size_t u = 0; u < n; u++)
		if (mask[u])
			(*unit)[s.n++] = (int32_t)u;
	s.unit = *unit;
	return s;
}

static void run(const brc_net *net, const images *x, const brc_lesion *set, size_t n,
		brc_ablate how, size_t threads, int32_t *correct, double *loss)
{
	const brc_lesion_options o = {.ablate = how};
	brc_err err = {0};
	brc_pool *pool;

	assert_int_equal(brc_pool_new(&pool, threads, &err), BRC_OK);
	if (brc_net_lesions(net, &x->d, set, n, &o, pool, NULL, correct, loss, NULL, &err) !=
	    BRC_OK)
		fail_msg("%s", err.message);
	brc_pool_free(pool);
}

/* ---- against torch ---- */

/* Counts equal, losses to 1e-5 of their size: the golden lesions of a trained network. */
static void check_trained(const char *name, const images *x)
{
	char path[128];
	brc_net *net;
	brc_array layer, mask;
	brc_array correct, loss;
	size_t m, units;
	brc_lesion set[16];
	int32_t *unit[16], got[16 * 10];
	double got_loss[16 * 10];

	snprintf(path, sizeof(path), "fixtures/%s.onnx", name);
	net = network(path);
	layer = need_golden(name, "layer", "<i4");
	mask = need_golden(name, "mask", "|u1");
	correct = need_golden(name, "correct", "<i4");
	loss = need_golden(name, "loss", "<f8");
	m = layer.count;
	units = mask.shape[1];

	assert_in_range(m, 5, 16);
	for (size_t i = 0; i < m; i++)
		set[i] = lesion_of((size_t)((int32_t *)layer.data)[i],
				   (uint8_t *)mask.data + i * units, units, &unit[i]);
	run(net, x, set, m, BRC_ABLATE_ZERO, 2, got, got_loss);
	for (size_t i = 0; i < m * 10; i++) {
		double want = ((double *)loss.data)[i];

		assert_int_equal(got[i], ((int32_t *)correct.data)[i]);
		assert_true(fabs(got_loss[i] - want) <= 1e-5 * (1 + fabs(want)));
	}
	for (size_t i = 0; i < m; i++)
		free(unit[i]);
	brc_array_clear(&layer);
	brc_array_clear(&mask);
	brc_array_clear(&correct);
	brc_array_clear(&loss);
	brc_net_free(net);
}

static void trained_networks_lose_what_torch_loses(void **state)
{
	images x = fashion();

	(void)state;
	check_trained("fashion-mlp", &x);
	check_trained("fashion-mlp-dropout", &x);
	free_images(&x);
	x = side_by_side();
	check_trained("side-by-side", &x);
	free_images(&x);
}

static void check_small(const char *name, size_t l, const char *how, const brc_net *net,
			const brc_array *input)
{
	char member[64], other[64];
	brc_array mask, want;
	size_t rows, classes;
	pass t;
	int32_t *unit;
	brc_lesion s;
	brc_err err = {0};
	const float *got;

	snprintf(member, sizeof(member), "%s.%zu.mask", name, l);
	snprintf(other, sizeof(other), "%s.%zu.%s", name, l, how);
	mask = need_golden(LESIONS, member, "|u1");
	want = need_golden(LESIONS, other, "<f4");
	rows = input->shape[0];
	classes = want.count / rows;
	t = begin_pass(net, &l, 1, how[0] == 'z' ? BRC_STAGE_POST : BRC_STAGE_SUM, true,
		       input->data, rows);
	s = lesion_of(l, mask.data, mask.count, &unit);

	assert_int_equal(mask.count, brc_net_layer_at(net, l)->units);
	assert_int_equal(brc_run_until(t.r, 0, &got, &err), BRC_OK);
	assert_int_equal(brc_run_silenced(t.r, 0, s.unit, s.n, &got, &err), BRC_OK);
	for (size_t i = 0; i < rows; i++) {
		double a[8], b[8];

		assert_in_range(classes, 1, 8);
		log_softmax(got + i * classes, classes, a);
		log_softmax((float *)want.data + i * classes, classes, b);
		for (size_t c = 0; c < classes; c++)
			if (!(fabs(a[c] - b[c]) <= 1e-5 * (1 + fabs(b[c]))))
				fail_msg("%s row %zu class %zu: %.9g, not %.9g", other, i, c, a[c],
					 b[c]);
	}
	free(unit);
	end_pass(&t);
	brc_array_clear(&mask);
	brc_array_clear(&want);
}

static void every_operator_passes_a_lesion_on(void **state)
{
	static const char *const names[] = {
		"branches", "constants", "dropout",        "fixed-batch",   "flatten-reshape",
		"gemm",     "image",     "leaky",          "leaky-default", "log-softmax",
		"matmul",   "opset9",    "opset9-dropout", "opset9-slice",  "relu",
		"residual", "sigmoid",   "slice",          "softmax",       "tanh",
		"twice",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		brc_net *net = small_network(names[i]);
		char member[64];
		brc_array input;

		snprintf(member, sizeof(member), "%s.input", names[i]);
		input = need_golden(LESIONS, member, "<f4");
		for (size_t l = 1; l < brc_net_layers(net)->n; l++) {
			check_small(names[i], l, "zero", net, &input);
			check_small(names[i], l, "in", net, &input);
		}
		brc_array_clear(&input);
		brc_net_free(net);
	}
}

static void check_counts(const char *counts, const char *losses, const int32_t *correct,
			 const double *loss)
{
	brc_array want = need_golden(LESIONS, counts, "<i4");
	brc_array want_loss = need_golden(LESIONS, losses, "<f8");

	assert_int_equal(want.count, 6);
	assert_memory_equal(want.data, correct, 6 * sizeof(*correct));
	for (size_t k = 0; k < 6; k++) {
		double w = ((double *)want_loss.data)[k];

		assert_true(fabs(loss[k] - w) <= 1e-5 * (1 + w));
	}
	brc_array_clear(&want);
	brc_array_clear(&want_loss);
}

/* After a sigmoid, 0 is not what silenced weights give: both ablations, counted by torch. */
static void in_weights_differ_from_zero_after_a_sigmoid(void **state)
{
	brc_net *net = network("tests/golden/net/balanced.onnx");
	images x = balanced_rows();
	brc_array m1 = need_golden(LESIONS, "sigmoid.1.mask", "|u1");
	brc_array m2 = need_golden(LESIONS, "sigmoid.2.mask", "|u1");
	brc_array baseline = need_golden(LESIONS, "baseline", "<i4");
	int32_t *u1, *u2, zero[9], in[6];
	double zero_loss[9], in_loss[6];
	const brc_lesion set[] = {lesion_of(1, m1.data, m1.count, &u1),
				  lesion_of(2, m2.data, m2.count, &u2),
				  {.layer = 2}};

	(void)state;
	run(net, &x, set, 3, BRC_ABLATE_ZERO, 1, zero, zero_loss);
	run(net, &x, set, 2, BRC_ABLATE_IN_WEIGHTS, 1, in, in_loss);
	check_counts("zero", "zero_loss", zero, zero_loss);
	check_counts("in", "in_loss", in, in_loss);
	assert_memory_equal(zero + 6, baseline.data, 3 * sizeof(*zero));
	for (size_t l = 0; l < 2; l++)
		assert_memory_not_equal(zero + 3 * l, in + 3 * l, 3 * sizeof(*zero));
	free(u1);
	free(u2);
	brc_array_clear(&m1);
	brc_array_clear(&m2);
	brc_array_clear(&baseline);
	free_images(&x);
	brc_net_free(net);
}

/* ---- identities ---- */

enum { SETS = 70 };

/* Random lesions of the four hidden layers, the first three of nothing. */
static void random_lesions(brc_lesion set[SETS], int32_t unit[SETS][64])
{
	for (size_t i = 0; i < SETS; i++) {
		brc_rng rng;
		int32_t all[256];

		for (int32_t u = 0; u < 256; u++)
			all[u] = u;
		brc_rng_init(&rng, 7, BRC_RNG_TEST, 0, (uint32_t)i);
		brc_rng_shuffle(&rng, all, 256);
		memcpy(unit[i], all, sizeof(unit[i]));
		set[i] = (brc_lesion){.layer = 1 + i % 4, .unit = unit[i], .n = i < 3 ? 0 : 64};
	}
}

typedef struct outcome {
	int32_t correct[SETS * 10];
	double loss[SETS * 10];
} outcome;

static outcome *fashion_outcome(const brc_net *net, const images *x, const brc_lesion *set,
				size_t threads)
{
	outcome *o = calloc(1, sizeof(*o));

	assert_non_null(o);
	run(net, x, set, SETS, BRC_ABLATE_ZERO, threads, o->correct, o->loss);
	return o;
}

static void same_bytes_for_any_number_of_threads(void **state)
{
	static brc_lesion set[SETS];
	static int32_t unit[SETS][64];
	brc_net *net = network("fixtures/fashion-mlp.onnx");
	images x = fashion();
	outcome *a, *b, *c;

	(void)state;
	random_lesions(set, unit);
	a = fashion_outcome(net, &x, set, 1);
	b = fashion_outcome(net, &x, set, 2);
	c = fashion_outcome(net, &x, set, 5);
	assert_memory_equal(a, b, sizeof(*a));
	assert_memory_equal(a, c, sizeof(*a));
	/* A lesion does not depend on those beside it. */
	for (size_t i = 0; i < SETS; i += 23) {
		int32_t correct[10];
		double loss[10];

		run(net, &x, &set[i], 1, BRC_ABLATE_ZERO, 1, correct, loss);
		assert_memory_equal(correct, a->correct + i * 10, sizeof(correct));
		assert_memory_equal(loss, a->loss + i * 10, sizeof(loss));
	}
	free(a);
	free(b);
	free(c);
	free_images(&x);
	brc_net_free(net);
}

static void a_lesion_of_nothing_is_the_baseline(void **state)
{
	brc_net *net = network("fixtures/fashion-mlp.onnx");
	images x = fashion();
	const brc_lesion nothing[] = {{.layer = 0}, {.layer = 1}, {.layer = 4}};
	int32_t correct[30], sum = 0;
	double loss[30];
	brc_array golden =
		need_golden("fashion-mlp", "correct", "<i4"); /* lesion 0 is of nothing */

	(void)state;
	run(net, &x, nothing, 3, BRC_ABLATE_ZERO, 2, correct, loss);
	assert_memory_equal(correct, correct + 10, 10 * sizeof(*correct));
	assert_memory_equal(correct, correct + 20, 10 * sizeof(*correct));
	assert_memory_equal(loss, loss + 10, 10 * sizeof(*loss));
	assert_memory_equal(loss, loss + 20, 10 * sizeof(*loss));
	assert_memory_equal(correct, golden.data, 10 * sizeof(*correct));
	for (size_t c = 0; c < 10; c++)
		sum += correct[c];
	assert_int_equal(sum, 1809); /* fixtures/README.md */
	brc_array_clear(&golden);
	free_images(&x);
	brc_net_free(net);
}

/* Counts equal, losses to rounding. */
static void assert_same_outcome(const outcome *a, const outcome *b)
{
	int32_t differ = 0;

	for (size_t i = 0; i < (size_t)SETS * 10; i++) {
		differ += abs(a->correct[i] - b->correct[i]);
		assert_true(fabs(a->loss[i] - b->loss[i]) <= 1e-4 * (1 + fabs(a->loss[i])));
	}
	assert_int_equal(differ, 0);
}

/* A ReLU unit is the same with doubled inputs and halved outputs; powers of two are exact. */
static void rescaling_relu_units_changes_nothing(void **state)
{
	static brc_lesion set[SETS];
	static int32_t unit[SETS][64];
	brc_onnx m = model_open("fixtures/fashion-mlp.onnx");
	float *w = model_weights(&m, "hidden2.weight", 256 * 256);
	float *b = model_weights(&m, "hidden2.bias", 256);
	float *v = model_weights(&m, "hidden3.weight", 256 * 256);
	brc_net *net = network("fixtures/fashion-mlp.onnx"), *other;
	images x = fashion();
	outcome *o, *p;

	(void)state;
	for (size_t u = 0; u < 256; u += 3) {
		for (size_t k = 0; k < 256; k++) {
			w[u * 256 + k] *= 2;
			v[k * 256 + u] /= 2;
		}
		b[u] *= 2;
	}
	other = model_close(&m);
	random_lesions(set, unit);
	o = fashion_outcome(net, &x, set, 2);
	p = fashion_outcome(other, &x, set, 2);
	assert_memory_equal(o, p, sizeof(*o));
	free(o);
	free(p);
	free_images(&x);
	brc_net_free(net);
	brc_net_free(other);
}

/* New order: unit u of the permuted layer is unit order[u] of the first network. */
static void permute(brc_onnx *m, const int32_t order[256])
{
	float *w = model_weights(m, "hidden2.weight", 256 * 256);
	float *b = model_weights(m, "hidden2.bias", 256);
	float *v = model_weights(m, "hidden3.weight", 256 * 256);
	static float w0[256 * 256], b0[256], v0[256 * 256];

	memcpy(w0, w, sizeof(w0));
	memcpy(b0, b, sizeof(b0));
	memcpy(v0, v, sizeof(v0));
	for (size_t u = 0; u < 256; u++) {
		size_t from = (size_t)order[u];

		memcpy(w + u * 256, w0 + from * 256, 256 * sizeof(*w));
		b[u] = b0[from];
		for (size_t k = 0; k < 256; k++)
			v[k * 256 + u] = v0[k * 256 + from];
	}
}

static void permuting_units_changes_nothing(void **state)
{
	static brc_lesion set[SETS], moved[SETS];
	static int32_t unit[SETS][64], place[SETS][64];
	brc_onnx m = model_open("fixtures/fashion-mlp.onnx");
	brc_net *net = network("fixtures/fashion-mlp.onnx"), *other;
	images x = fashion();
	int32_t order[256], back[256];
	outcome *o, *p;
	brc_rng rng;

	(void)state;
	for (int32_t u = 0; u < 256; u++)
		order[u] = u;
	brc_rng_init(&rng, 8, BRC_RNG_TEST, 0, 0);
	brc_rng_shuffle(&rng, order, 256);
	for (int32_t u = 0; u < 256; u++)
		back[order[u]] = u;
	permute(&m, order);
	other = model_close(&m);
	random_lesions(set, unit);
	for (size_t i = 0; i < SETS; i++) {
		moved[i] = set[i];
		if (set[i].layer != 2)
			continue;
		for (size_t k = 0; k < 64; k++)
			place[i][k] = back[unit[i][k]];
		moved[i].unit = place[i];
	}
	o = fashion_outcome(net, &x, set, 2);
	p = fashion_outcome(other, &x, moved, 2);
	assert_same_outcome(o, p);
	free(o);
	free(p);
	free_images(&x);
	brc_net_free(net);
	brc_net_free(other);
}

/* In a chain a silenced unit is one whose column in the consumer is zero. */
static void a_lesion_is_a_network_without_these_columns(void **state)
{
	static int32_t unit[64];
	brc_net *net = network("fixtures/fashion-mlp.onnx"), *cut;
	brc_onnx m = model_open("fixtures/fashion-mlp.onnx");
	float *v = model_weights(&m, "hidden4.weight", 256 * 256);
	images x = fashion();
	const brc_lesion set[] = {{.layer = 3, .unit = unit, .n = 64}};
	int32_t a[10], b[10];
	double la[10], lb[10];

	(void)state;
	for (int32_t k = 0; k < 64; k++) {
		unit[k] = 3 * k + 1;
		for (size_t j = 0; j < 256; j++)
			v[j * 256 + (size_t)unit[k]] = 0;
	}
	cut = model_close(&m);
	run(net, &x, set, 1, BRC_ABLATE_ZERO, 1, a, la);
	run(cut, &x, &(brc_lesion){.layer = 3}, 1, BRC_ABLATE_ZERO, 1, b, lb);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_equal(la, lb, sizeof(la));
	free_images(&x);
	brc_net_free(net);
	brc_net_free(cut);
}

/* Inputs may be silenced too; naming a unit twice is naming it once. */
static void inputs_and_repeated_units(void **state)
{
	brc_net *net = network("tests/golden/net/balanced.onnx");
	images x = balanced_rows(), y = balanced_rows();
	static const int32_t once[] = {4, 1}, twice[] = {1, 4, 1, 4};
	const brc_lesion set[] = {{.layer = 0, .unit = once, .n = 2},
				  {.layer = 0, .unit = twice, .n = 4},
				  {.layer = 0}};
	int32_t correct[9], want[3];
	double loss[9], want_loss[3];

	(void)state;
	for (size_t i = 0; i < y.image.shape[0]; i++)
		((float *)y.image.data)[i * 6 + 1] = ((float *)y.image.data)[i * 6 + 4] = 0;
	run(net, &x, set, 3, BRC_ABLATE_ZERO, 1, correct, loss);
	run(net, &y, &set[2], 1, BRC_ABLATE_ZERO, 1, want, want_loss);
	assert_memory_equal(correct, want, sizeof(want));
	assert_memory_equal(loss, want_loss, sizeof(want_loss));
	assert_memory_equal(correct, correct + 3, sizeof(want));
	assert_memory_not_equal(correct, correct + 6, sizeof(want)); /* and all is put back */
	free_images(&x);
	free_images(&y);
	brc_net_free(net);
}

/* ---- refusals ---- */

static void refuses(const brc_net *net, const brc_dataset *d, brc_lesion s, brc_ablate how,
		    brc_rc rc, const char *message)
{
	int32_t correct[10];
	double loss[10];
	brc_err err = {0};

	assert_int_equal(brc_net_lesions(net, d, &s, 1, &(brc_lesion_options){.ablate = how}, NULL,
					 NULL, correct, loss, NULL, &err),
			 rc);
	if (!strstr(err.message, message))
		fail_msg("%s", err.message);
}

static void what_does_not_fit_is_refused(void **state)
{
	brc_net *net = network("tests/golden/net/balanced.onnx");
	brc_net *colours = small_network("image"); /* [N, 2, 3, 3] */
	images x = balanced_rows();
	static const int32_t seven[] = {7, 8}, minus[] = {-1};
	const brc_lesion good = {.layer = 1};
	brc_dataset d = x.d;

	(void)state;
	refuses(net, &x.d, (brc_lesion){.layer = 4}, BRC_ABLATE_ZERO, BRC_DATA, "layer 4");
	refuses(net, &x.d, (brc_lesion){.layer = 1, .unit = seven, .n = 2}, BRC_ABLATE_ZERO,
		BRC_DATA, "unit 8 of layer '0', which has 8");
	refuses(net, &x.d, (brc_lesion){.layer = 1, .unit = minus, .n = 1}, BRC_ABLATE_ZERO,
		BRC_DATA, "unit -1");
	refuses(net, &x.d, (brc_lesion){.layer = 0}, BRC_ABLATE_IN_WEIGHTS, BRC_DATA,
		"has no incoming weights");
	d.ndim = 2;
	d.shape[0] = 5;
	d.shape[1] = 1;
	d.pixels = 5;
	refuses(net, &d, good, BRC_ABLATE_ZERO, BRC_DATA,
		"images of 5 x 1 do not fit the network's input of 6");
	d.ndim = 3; /* as many elements, colours last */
	d.shape[0] = d.shape[1] = 3;
	d.shape[2] = 2;
	d.pixels = 18;
	refuses(colours, &d, good, BRC_ABLATE_ZERO, BRC_DATA,
		"images of 3 x 3 x 2 do not fit the network's input of 2 x 3 x 3");
	d = x.d;
	d.classes = 4;
	((int32_t *)x.label.data)[5] = 3;
	refuses(net, &d, good, BRC_ABLATE_ZERO, BRC_DATA,
		"image 5 has label 3, but the network has 3 classes");
	free_images(&x);
	brc_net_free(net);
	brc_net_free(colours);
}

static void a_broken_network_is_refused(void **state)
{
	brc_onnx m = model_open("tests/golden/net/balanced.onnx");
	images x = balanced_rows();
	brc_err err = {0};
	brc_net *net;

	(void)state;
	model_weights(&m, "4.bias", 3)[1] = NAN;
	net = model_close(&m);
	refuses(net, &x.d, (brc_lesion){.layer = 1}, BRC_ABLATE_ZERO, BRC_NUMERIC,
		"the unharmed network gives image 0 an output that is not finite");
	assert_int_equal(brc_net_check_weights(net, &err), BRC_DATA);
	assert_string_equal(err.message, "layer '4': a bias is not finite");
	free_images(&x);
	brc_net_free(net);
}

/* What a pass costs, and going on from a layer. */
static void estimates_count_products(void **state)
{
	brc_net *net = network("fixtures/fashion-mlp.onnx");
	static const size_t layer[] = {3};
	const brc_run_options how = {
		.layer = layer, .n = 1, .stage = BRC_STAGE_POST, .logits = true};
	double whole = 784 * 256.0 + 3 * 256 * 256.0 + 2560, part = 256 * 256.0 + 2560, rows;
	brc_err err = {0};
	brc_run_plan *p;

	(void)state;
	assert_int_equal(brc_run_plan_new(&p, net, &how, &err), BRC_OK);
	rows = (double)p->rows;
	assert_true(brc_schedule_pass_flops(p->schedule) == 2 * rows * whole);
	assert_true(brc_schedule_flops(p->schedule, 0) == 2 * rows * part);
	assert_true((double)brc_schedule_bytes(p->schedule) > rows * 784 * sizeof(float));
	brc_run_plan_free(p);
	brc_net_free(net);
}

/* A limit on memory is kept to. */
static void needs_no_more_than_it_may(void **state)
{
	brc_net *net = network("fixtures/fashion-mlp.onnx");
	images x = fashion();
	const brc_lesion set[] = {{.layer = 4}};
	int32_t correct[10];
	double loss[10];
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_net_lesions(net, &x.d, set, 1, &(brc_lesion_options){.mem = 1000},
					 NULL, NULL, correct, loss, NULL, &err),
			 BRC_RESOURCE);
	assert_non_null(strstr(err.message, "the lesions"));
	free_images(&x);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trained_networks_lose_what_torch_loses),
		cmocka_unit_test(every_operator_passes_a_lesion_on),
		cmocka_unit_test(in_weights_differ_from_zero_after_a_sigmoid),
		cmocka_unit_test(same_bytes_for_any_number_of_threads),
		cmocka_unit_test(a_lesion_of_nothing_is_the_baseline),
		cmocka_unit_test(rescaling_relu_units_changes_nothing),
		cmocka_unit_test(permuting_units_changes_nothing),
		cmocka_unit_test(a_lesion_is_a_network_without_these_columns),
		cmocka_unit_test(inputs_and_repeated_units),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(a_broken_network_is_refused),
		cmocka_unit_test(estimates_count_products),
		cmocka_unit_test(needs_no_more_than_it_may),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
