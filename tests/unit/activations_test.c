/* Recording activations, choosing images, and the exemplars that are kept of them. */
#include "model_edit.h"

#include "net/activations.h"

static brc_dataset rows_of(const float *x, size_t n, size_t width, const int32_t *label,
			   size_t classes)
{
	return (brc_dataset){.image = x,
			     .pixel = BRC_PIXEL_F4,
			     .n = n,
			     .ndim = 1,
			     .shape = {width},
			     .pixels = width,
			     .label = label,
			     .classes = classes,
			     .scale = 1};
}

/* All hidden layers side by side, rows in the order of the sample: torch's values. */
static void check_recording(const char *name, brc_stage at)
{
	static const int32_t label[7] = {0};
	static const size_t sample[] = {1, 2, 6};
	brc_net *net = small_network(name);
	brc_array input = need_golden(name, "input", "<f4");
	brc_dataset d = rows_of(input.data, 7, 6, label, 3);
	brc_layers hidden;
	brc_err err = {0};
	size_t column = 0, units;
	float *value;

	assert_int_equal(brc_net_recorded_layers(net, 0, &hidden, &err), BRC_OK);
	units = brc_layers_total(&hidden);
	assert_int_equal(brc_net_activations(net, &d, sample, 3, &(brc_record_options){.stage = at},
					     NULL, NULL, &value, &err),
			 BRC_OK);
	for (size_t l = 0; l < hidden.n; l++) {
		char member[32];
		brc_array want;

		snprintf(member, sizeof(member), "%s.%zu", at == BRC_STAGE_PRE ? "pre" : "post",
			 brc_layers_find(brc_net_layers(net), hidden.name[l]));
		want = need_golden(name, member, "<f4");
		for (size_t i = 0; i < 3; i++)
			assert_close(value + i * units + column,
				     (float *)want.data + sample[i] * hidden.units[l],
				     hidden.units[l], 1e-5, member);
		column += hidden.units[l];
		brc_array_clear(&want);
	}
	assert_int_equal(column, units);
	free(value);
	brc_layers_clear(&hidden);
	brc_array_clear(&input);
	brc_net_free(net);
}

static void values_are_torchs(void **state)
{
	static const char *const names[] = {"relu", "sigmoid", "matmul", "branches", "dropout"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		check_recording(names[i], BRC_STAGE_PRE);
		check_recording(names[i], BRC_STAGE_POST);
	}
}

/* 1,000 rows, more than one micro-batch; each row's values do not depend on the others. */
static void same_bytes_for_any_number_of_threads(void **state)
{
	enum { N = 1000 };
	static const brc_record_options pre = {.stage = BRC_STAGE_PRE};
	static float x[N * 6];
	float *a, *b, *one;
	static int32_t label[N];
	static size_t sample[N];
	brc_net *net = small_network("tanh");
	brc_dataset d = rows_of(x, N, 6, label, 3);
	brc_pool *pool;
	brc_err err = {0};

	(void)state;
	for (size_t i = 0; i < (size_t)N * 6; i++)
		x[i] = (float)(i * 37 % 101) / 50 - 1;
	for (size_t i = 0; i < N; i++)
		sample[i] = i;
	assert_int_equal(brc_pool_new(&pool, 1, &err), BRC_OK);
	assert_int_equal(brc_net_activations(net, &d, sample, N, &pre, pool, NULL, &a, &err),
			 BRC_OK);
	brc_pool_free(pool);
	assert_int_equal(brc_pool_new(&pool, 3, &err), BRC_OK);
	assert_int_equal(brc_net_activations(net, &d, sample, N, &pre, pool, NULL, &b, &err),
			 BRC_OK);
	brc_pool_free(pool);
	assert_memory_equal(a, b, (size_t)N * 13 * sizeof(*a));
	assert_int_equal(
		brc_net_activations(net, &d, &sample[777], 1, &pre, NULL, NULL, &one, &err),
		BRC_OK);
	assert_close(one, a + (size_t)777 * 13, 13, 1e-6, "row 777 alone");
	free(a);
	free(b);
	free(one);
	brc_net_free(net);
}

static void values_that_are_not_finite_are_refused(void **state)
{
	brc_onnx m = model_open("fixtures/small/relu.onnx");
	static const float x[12] = {1, 2, 3, 4, 5, 6, -1, 1, -1, 1, -1, 1};
	static const int32_t label[2] = {0, 1};
	static const size_t second[] = {1};
	brc_dataset d = rows_of(x, 2, 6, label, 3);
	brc_err err = {0};
	brc_net *net;
	float *value;

	(void)state;
	model_weights(&m, "2.bias", 5)[3] = INFINITY;
	net = model_close(&m);
	assert_int_equal(brc_net_activations(net, &d, second, 1,
					     &(brc_record_options){.stage = BRC_STAGE_PRE}, NULL,
					     NULL, &value, &err),
			 BRC_NUMERIC);
	assert_null(value);
	assert_string_equal(err.message,
			    "layer '2', unit 3: the pre-activation of image 1 is not finite");
	brc_net_free(net);
}

static void needs_hidden_layers(void **state)
{
	brc_onnx m = model_open("fixtures/small/relu.onnx");
	Brc__OnnxGraph *g = m.model->graph;
	brc_layers hidden;
	brc_err err = {0};
	brc_net *net;

	(void)state;
	free(g->output[0]->name); /* the first layer becomes the last */
	g->output[0]->name = strdup(g->node[0]->output[0]);
	while (g->n_node > 1)
		brc__onnx_node__free_unpacked(g->node[--g->n_node], NULL);
	net = model_close(&m);
	assert_int_equal(brc_net_recorded_layers(net, 0, &hidden, &err), BRC_DATA);
	brc_net_free(net);
}

/* ---- exemplars ---- */

static const void *column(const brc_section *s, const char *name, const char *dtype, size_t n)
{
	const brc_tensor *t = brc_section_tensor(s, name);

	assert_non_null(t);
	assert_string_equal(t->dtype, dtype);
	assert_int_equal(brc_tensor_count(t), n);
	return t->data;
}

/* Twelve images, two units; the sample leaves out image 0. */
static brc_section *small_exemplars(const brc_dataset *d, brc_exemplars *x)
{
	static const size_t sample[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
	static const float value[11 * 2] = {3,  -1, 5,  -1, 1,  -1, 5,  -1, 0,  -1, -2,
					    -1, 4,  -1, 2,  -1, -7, -1, 9,  -1, 6,  -1};
	static const char *const name[] = {"layer"};
	static const size_t units[] = {2};
	brc_layers hidden;
	brc_section *s;
	brc_err err = {0};

	assert_int_equal(brc_layers_init(&hidden, 1, name, units, &err), BRC_OK);
	assert_int_equal(brc_section_new(&s, "exemplars", 1, "test", &err), BRC_OK);
	assert_int_equal(brc_net_exemplars(&hidden, d, sample, 11, value, x, &err), BRC_OK);
	assert_int_equal(brc_exemplars_write(x, s, &err), BRC_OK);
	brc_layers_clear(&hidden);
	return s;
}

static void the_strongest_images_are_kept(void **state)
{
	static const int32_t want[20] = {10, 11, 2, 4, 7, 1, 8, 3, 5, 6,
					 1,  2,  3, 4, 5, 6, 7, 8, 9, 10};
	static const float values[10] = {9, 6, 5, 5, 4, 3, 2, 1, 0, -2};
	static const int32_t label[12] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1};
	uint8_t pixel[12 * 2];
	brc_dataset d = rows_of(NULL, 12, 2, label, 3);
	brc_exemplars x;
	brc_section *s;
	const int32_t *kept;
	const uint8_t *bytes;
	const float *mean;

	(void)state;
	for (size_t i = 0; i < sizeof(pixel); i++)
		pixel[i] = (uint8_t)(10 * i);
	d.image = pixel;
	d.pixel = BRC_PIXEL_U1;
	s = small_exemplars(&d, &x);
	assert_memory_equal(column(s, "top/sample", "<i4", 20), want, sizeof(want));
	assert_memory_equal(column(s, "top/value", "<f4", 20), values, sizeof(values));
	kept = column(s, "image/sample", "<i4", 11);
	bytes = column(s, "image/pixel", "|u1", 22);
	for (size_t i = 0; i < 11; i++) {
		assert_int_equal(kept[i], i + 1); /* image 9 is only unit 1's */
		assert_memory_equal(bytes + 2 * i, pixel + 2 * (i + 1), 2);
	}
	assert_int_equal(((const int32_t *)column(s, "image/label", "<i4", 11))[2], 1);
	mean = column(s, "class/mean", "<f4", 6);
	assert_true(mean[0] == (5.0f + 5 - 2 + 2 + 9) / 5); /* images 2 4 6 8 10 */
	assert_true(mean[1] == (3.0f + 1 + 0 + 4 - 7 + 6) / 6);
	assert_true(isnan(mean[2]) && mean[3] == -1);
	brc_section_free(s);
	brc_exemplars_clear(&x);
}

static void float_images_become_bytes(void **state)
{
	static const int32_t label[12] = {0};
	float pixel[12];
	brc_dataset d = rows_of(pixel, 12, 1, label, 1);
	const uint8_t *bytes;
	brc_exemplars x;
	brc_section *s;

	(void)state;
	for (size_t i = 0; i < 12; i++)
		pixel[i] = (float)i / 10 - 0.6f; /* those kept go from -0.5 to 0.5 */
	s = small_exemplars(&d, &x);
	bytes = column(s, "image/pixel", "|u1", 11);
	assert_int_equal(bytes[0], 0);
	assert_int_equal(bytes[2], 51);
	assert_int_equal(bytes[10], 255);
	brc_section_free(s);
	brc_exemplars_clear(&x);
	for (size_t i = 0; i < 12; i++)
		pixel[i] = 7;
	s = small_exemplars(&d, &x);
	bytes = column(s, "image/pixel", "|u1", 11);
	assert_int_equal(bytes[3], 0);
	brc_section_free(s);
	brc_exemplars_clear(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_torchs),
		cmocka_unit_test(same_bytes_for_any_number_of_threads),
		cmocka_unit_test(values_that_are_not_finite_are_refused),
		cmocka_unit_test(needs_hidden_layers),
		cmocka_unit_test(the_strongest_images_are_kept),
		cmocka_unit_test(float_images_become_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
