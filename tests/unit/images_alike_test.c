/* Constants that differ between the images of a batch are refused, others are not. */
#include "model_build.h"

#include "exec/exec.h"

enum { ROWS = 2, PARTS = 4 };

/*
 * x [N, 4, 3] -> as [N * 4, 3], where each image has 4 rows -> plus, or less than, a constant of
 * the given numbers [8, 1].
 */
static Brc__OnnxModel *model_of(const char *type, const float *v, int64_t declared)
{
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 3, (const int64_t[]){declared, PARTS, 3});
	add_list(m, "rows", 2, (const int64_t[]){-1, 3});
	add_tensor(m, "c", BRC_ONNX_FLOAT, 2, (const int64_t[]){ROWS * PARTS, 1}, v,
		   ROWS * PARTS * sizeof(*v));
	add_node(m, "Reshape", "x rows", "r");
	add_node(m, type, strcmp(type, "Where") ? "c r" : "less r c", "y");
	add_node(m, "Less", "r r", "less");
	add_output(m, "y");
	return m;
}

static brc_rc build(Brc__OnnxModel *model, brc_err *err)
{
	const brc_tensor_view in = {.name = "x", .ndim = 3, .dim = {ROWS, PARTS, 3}, .batch = true};
	size_t n;
	uint8_t *bytes = pack_model(model, &n);
	brc_exec *g = NULL;
	brc_onnx m;
	brc_rc rc = brc_onnx_decode(&m, bytes, n, err);

	assert_int_equal(rc, BRC_OK);
	rc = brc_exec_new(&g, &m, &in, 1, NULL, err);
	brc_exec_free(g);
	brc_onnx_clear(&m);
	free(bytes);
	return rc;
}

static const char *const types[] = {"Add", "Less", "Max", "Where", "Mod"};

static const float alike[] = {1, 2, 3, 4, 1, 2, 3, 4}, counted[] = {1, 2, 3, 4, 5, 6, 7, 8};

static Brc__OnnxModel *model_with(const char *type, const float *v, int64_t declared)
{
	Brc__OnnxModel *m = model_of(type, v, declared);

	if (strcmp(type, "Mod") == 0)
		add_int(m->graph->node[1], "fmod", 1);
	return m;
}

static void constants_that_are_alike_for_all_images_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		brc_err err = {0};

		if (build(model_with(types[i], alike, -1), &err) != BRC_OK)
			fail_msg("%s: %s", types[i], err.message);
	}
}

static void constants_that_differ_between_images_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++) {
		brc_err err = {0};

		assert_int_equal(build(model_with(types[i], counted, -1), &err), BRC_DATA);
		if (!strstr(err.message, "'c' differs between the images of a batch"))
			fail_msg("%s: %s", types[i], err.message);
	}
}

static void a_batch_as_the_model_declares_it_may_have_them(void **state)
{
	brc_err err = {0};

	(void)state;
	assert_int_equal(build(model_with("Add", counted, ROWS), &err), BRC_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constants_that_are_alike_for_all_images_are_taken),
		cmocka_unit_test(constants_that_differ_between_images_are_refused),
		cmocka_unit_test(a_batch_as_the_model_declares_it_may_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
