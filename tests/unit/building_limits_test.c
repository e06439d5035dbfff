/*
 * Small models that would take long, or much memory, before anything runs: what is computed from
 * constants, and graphs that are put in place again and again.
 */
#include "refused_models.h"

#include <time.h>

static const char too_many[] = "more nodes than the size of the model accounts for";
static const char too_long[] = "computing it from constants takes more operations";

/* Refused within a second; in ten with sanitizers or on a busy machine. */
static void refuses_soon(Brc__OnnxModel *m, const char *message)
{
	struct timespec from, to;

	clock_gettime(CLOCK_MONOTONIC, &from);
	refuses(m, message);
	clock_gettime(CLOCK_MONOTONIC, &to);
	assert_true(to.tv_sec - from.tv_sec < 10);
}

/* ---- computed from constants ---- */

/* An operator of a constant of these extents. */
static Brc__OnnxNode *of_constant(Brc__OnnxModel *m, const char *type, size_t ndim,
				  const int64_t *extent)
{
	add_list(m, "extents", ndim, extent);
	add_node(m, "ConstantOfShape", "extents", "c");
	return add_node(m, type, "c", "y");
}

static void wide_windows_over_constants_are_refused(void **state)
{
	static const char *const types[] = {"MaxPool", "AveragePool", "LpPool"};
	static const int64_t plane[] = {1, 1, 2000, 2000}, line[] = {1, 2000000, 1};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		Brc__OnnxModel *m = begin();
		Brc__OnnxNode *n = of_constant(m, types[i], 4, plane);

		add_int_list(n, "kernel_shape", 2, (const int64_t[]){1001, 1001});
		add_int_list(n, "pads", 4, (const int64_t[]){500, 500, 500, 500});
		refuses_soon(m, too_long);
	}
	{
		Brc__OnnxModel *m = begin();

		add_int(of_constant(m, "LRN", 3, line), "size", 2000000);
		refuses_soon(m, too_long);
	}
}

static void determinants_of_large_constants_are_refused(void **state)
{
	Brc__OnnxModel *m = begin();

	(void)state;
	add_list(m, "extents", 2, (const int64_t[]){1900, 1900});
	add_node(m, "ConstantOfShape", "extents", "c");
	add_node(m, "EyeLike", "c", "eye");
	add_node(m, "Det", "eye", "y");
	refuses_soon(m, too_long);
}

/* ---- again and again ---- */

static Brc__OnnxNode *apart(const char *type, const char *in, const char *out)
{
	Brc__OnnxModel *m = new_model();
	Brc__OnnxNode *n = add_node(m, type, in, out);

	m->graph->n_node = 0;
	free_model(m);
	return n;
}

static Brc__OnnxGraph *new_graph(const char *const *in, size_t n_in, const char *const *out,
				 size_t n_out)
{
	Brc__OnnxGraph *g = made(sizeof(*g));

	brc__onnx_graph__init(g);
	for (size_t i = 0; i < n_in; i++)
		append(&g->input, &g->n_input, new_value(in[i], BRC_ONNX_FLOAT, 0, NULL));
	for (size_t i = 0; i < n_out; i++)
		append(&g->output, &g->n_output, new_value(out[i], BRC_ONNX_FLOAT, 0, NULL));
	return g;
}

static void put(Brc__OnnxGraph *g, Brc__OnnxNode *n)
{
	append(&g->node, &g->n_node, n);
}

/* A loop of a million turns, which hands x on; `inside` is one of the nodes of its body. */
static void add_loop(Brc__OnnxModel *m, Brc__OnnxNode *inside)
{
	static const char *const in[] = {"i", "c", "h"}, *const out[] = {"c2", "h2"};
	static const uint8_t yes = 1, no = 0;
	const int64_t turns = 1000000;
	Brc__OnnxGraph *body = new_graph(in, 3, out, 2);

	add_tensor(m, "turns", BRC_ONNX_INT64, 0, NULL, &turns, sizeof(turns));
	add_tensor(m, "yes", BRC_ONNX_BOOL, 0, NULL, &yes, 1);
	add_tensor(m, "no", BRC_ONNX_BOOL, 0, NULL, &no, 1);
	put(body, inside);
	put(body, apart("Identity", "c", "c2"));
	put(body, apart("Identity", "h", "h2"));
	add_attribute(add_node(m, "Loop", "turns yes x", "y"), "body", 5)->g = body;
}

static void bytes_that_are_read_at_every_turn_are_refused(void **state)
{
	static const int64_t extent = 300000;
	Brc__OnnxModel *m = begin();
	Brc__OnnxNode *n = apart("Constant", "", "t");

	(void)state;
	add_attribute(n, "value", 4)->t =
		new_tensor("", BRC_ONNX_INT8, 1, &extent, NULL, (size_t)extent);
	add_loop(m, n);
	refuses_soon(m, "its values take more memory than the size of the model accounts for");
}

/* A branch that is never taken is looked at in every turn all the same. */
static void large_branches_inside_of_loops_are_refused(void **state)
{
	static const char *const out[] = {"b"};
	Brc__OnnxModel *m = begin();
	Brc__OnnxGraph *then = new_graph(NULL, 0, out, 1), *otherwise = new_graph(NULL, 0, out, 1);
	Brc__OnnxNode *n = apart("If", "no", "branch");
	char name[16];

	(void)state;
	for (size_t i = 0; i < 40000; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		put(then, apart("Neg", "h", name));
	}
	put(then, apart("Neg", "h", "b"));
	put(otherwise, apart("Neg", "h", "b"));
	add_attribute(n, "then_branch", 5)->g = then;
	add_attribute(n, "else_branch", 5)->g = otherwise;
	add_loop(m, n);
	refuses_soon(m, too_many);
}

/* Attributes that a function takes from its call, which gives none, are left out. */
static void functions_with_many_attributes_are_refused(void **state)
{
	Brc__OnnxModel *m = begin();
	Brc__OnnxNode *n = apart("LeakyRelu", "p", "q"), *call = apart("heavy", "h", "branch");
	Brc__OnnxFunction *f = made(sizeof(*f));

	(void)state;
	brc__onnx_function__init(f);
	f->name = strdup("heavy");
	f->domain = strdup("mine");
	append_words(&f->input, &f->n_input, "p");
	append_words(&f->output, &f->n_output, "q");
	for (size_t i = 0; i < 50000; i++)
		add_attribute(n, "alpha", 1)->ref_attr_name = strdup("s");
	append(&f->node, &f->n_node, n);
	append(&m->functions, &m->n_functions, f);
	free(call->domain);
	call->domain = strdup("mine");
	add_loop(m, call);
	refuses_soon(m, too_many);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wide_windows_over_constants_are_refused),
		cmocka_unit_test(determinants_of_large_constants_are_refused),
		cmocka_unit_test(bytes_that_are_read_at_every_turn_are_refused),
		cmocka_unit_test(large_branches_inside_of_loops_are_refused),
		cmocka_unit_test(functions_with_many_attributes_are_refused),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
