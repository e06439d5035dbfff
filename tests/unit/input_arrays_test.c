/* Arrays of the data set for inputs in which no dimension, or not the first, holds the images. */
#include "model_build.h"
#include "net/inputs.h"
#include "net/network.h"
#include "net_fixture.h"
#include "sections/dataset_inputs.h"

enum { IMAGES = 3, FEATURES = 2 };

static const float image[IMAGES * FEATURES] = {1, 2, 3, 4, 5, 6};
static const int64_t images_extent[] = {-1, FEATURES};

/* Images x of two features, and weights w of 0.5 for two outputs. */
static Brc__OnnxModel *begin_model(void)
{
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 2, images_extent);
	add_weights(m, "w", FEATURES, 2);
	return m;
}

static brc_dataset data_with(brc_dataset_input *more)
{
	static const int32_t label[IMAGES];

	return (brc_dataset){.image = image,
			     .pixel = BRC_PIXEL_F4,
			     .n = IMAGES,
			     .ndim = 1,
			     .shape = {FEATURES},
			     .pixels = FEATURES,
			     .label = label,
			     .classes = 2,
			     .scale = 1,
			     .input = more,
			     .n_inputs = more ? 1 : 0};
}

static brc_rc read_model(Brc__OnnxModel *m, const brc_dataset *d, const char *shape, brc_net **net,
			 brc_err *err)
{
	const brc_net_options how = {.data = d, .shape = shape};
	size_t n;
	uint8_t *bytes = pack_model(m, &n);
	brc_rc rc = brc_net_decode(net, bytes, n, &how, err);

	free(bytes);
	return rc;
}

/* Both outputs of every image are half of what `sum` says. */
static void check(Brc__OnnxModel *m, brc_dataset_input *more, const float *sum, size_t rows_most)
{
	const brc_dataset d = data_with(more);
	const brc_run_options how = {.logits = true};
	brc_net *net;
	brc_run_plan *p;
	brc_run *r;
	brc_err err = {0};

	if (read_model(m, &d, NULL, &net, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(brc_run_plan_new(&p, net, &how, &err), BRC_OK);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_true(rows_most == 0 ? p->rows >= IMAGES : p->rows == rows_most);
	for (size_t i = 0; i < IMAGES; i += p->rows) {
		const size_t n = p->rows < IMAGES - i ? p->rows : IMAGES - i;
		const float *y;

		assert_int_equal(brc_run_start(r, &d, NULL, i, n, &err), BRC_OK);
		assert_int_equal(brc_run_finish(r, &y, &err), BRC_OK);
		for (size_t k = 0; k < 2 * n; k++)
			if (y[k] != sum[i + k / 2] / 2)
				fail_msg("image %zu: %g, not %g", i + k / 2, (double)y[k],
					 (double)sum[i + k / 2] / 2);
	}
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
	brc_net_free(net);
}

/* y = (x * times) w, where times is [features]. */
static Brc__OnnxModel *one_factor(void)
{
	static const int64_t extent[] = {FEATURES};
	Brc__OnnxModel *m = begin_model();

	add_input(m, "times", 1, extent);
	add_node(m, "Mul", "x times", "scaled");
	add_node(m, "MatMul", "scaled w", "y");
	add_output(m, "y");
	return m;
}

static void an_input_without_images_takes_one_array_for_all(void **state)
{
	static const float factor[] = {10, 100}, sum[] = {210, 430, 650};
	brc_dataset_input times = {.name = "times",
				   .real = true,
				   .shared = true,
				   .ndim = 1,
				   .shape = {FEATURES},
				   .count = FEATURES,
				   .data = factor};

	(void)state;
	check(one_factor(), &times, sum, 0);
}

static void an_input_without_images_takes_the_array_of_each(void **state)
{
	static const float factor[] = {1, 0, 0, 1, 10, 1}, sum[] = {1, 4, 56};
	brc_dataset_input times = {.name = "times",
				   .real = true,
				   .ndim = 1,
				   .shape = {FEATURES},
				   .count = FEATURES,
				   .data = factor};
	const brc_dataset d = data_with(&times);
	brc_net *net;
	brc_err err = {0};

	(void)state;
	check(one_factor(), &times, sum, 1);
	assert_int_equal(read_model(one_factor(), &d, "x=3,2", &net, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "the network takes one array and 3 images at a time"));
	assert_non_null(strstr(err.hint, "read-data --input times=FILE"));
}

/* y = (x + state[1]) w, where state is [2, images, features]. */
static void images_in_the_second_dimension(void **state)
{
	static const int64_t extent[] = {2, -1, FEATURES}, one[] = {1};
	static const float value[] = {1000, 2000, 10, 20}, sum[] = {33, 37, 41};
	brc_dataset_input h = {.name = "state",
			       .real = true,
			       .shared = true,
			       .ndim = 2,
			       .shape = {2, FEATURES},
			       .count = (size_t)2 * FEATURES,
			       .data = value};
	Brc__OnnxModel *m = begin_model();

	(void)state;
	add_input(m, "state", 3, extent);
	m->graph->input[0]->type->tensor_type->shape->dim[0]->dim_param = strdup("batch");
	m->graph->input[1]->type->tensor_type->shape->dim[1]->dim_param = strdup("batch");
	add_tensor(m, "second", BRC_ONNX_INT64, 0, NULL, one, sizeof(one));
	add_node(m, "Gather", "state second", "of-second");
	add_node(m, "Add", "x of-second", "sum");
	add_node(m, "MatMul", "sum w", "y");
	add_output(m, "y");
	check(m, &h, sum, 0);
}

/* Two images at a time, with a constant for each of both: no other number is possible. */
static void a_number_that_cannot_be_changed_is_kept(void **state)
{
	static const int64_t extent[] = {2, FEATURES};
	static const float one = 1, sum[] = {4, 8, 12};
	brc_dataset_input other = {.name = "other",
				   .real = true,
				   .shared = true,
				   .ndim = 1,
				   .shape = {1},
				   .count = 1,
				   .data = &one};
	Brc__OnnxModel *m = new_model();

	(void)state;
	add_input(m, "x", 2, extent);
	add_weights(m, "w", FEATURES, 2);
	add_weights(m, "halves", 2, FEATURES);
	add_node(m, "Add", "x halves", "sum");
	add_node(m, "MatMul", "sum w", "y");
	add_output(m, "y");
	check(m, &other, sum, 2);
}

/* The same, where the model says that any number is possible: it is read for two. */
static void a_number_that_is_not_declared_is_asked_for(void **state)
{
	static const brc_run_options how = {.logits = true};
	const brc_dataset d = data_with(NULL);
	brc_err err = {0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		Brc__OnnxModel *m = begin_model();
		brc_net *net;
		brc_run_plan *p;

		add_weights(m, "halves", 2, FEATURES);
		add_node(m, "Add", "x halves", "sum");
		add_node(m, "MatMul", "sum w", "y");
		add_output(m, "y");
		assert_int_equal(read_model(m, &d, i ? "2,?" : NULL, &net, &err), BRC_OK);
		assert_int_equal(brc_run_plan_new(&p, net, &how, &err), i ? BRC_OK : BRC_DATA);
		assert_true(i || strstr(err.hint, "--shape x=N,... runs N at a time"));
		brc_run_plan_free(p);
		brc_net_free(net);
	}
}

/* A network of a state, which has a default, and an action: the data say which one they are. */
static void the_main_input_has_the_extents_of_the_data(void **state)
{
	static const int64_t wide[] = {-1, FEATURES + 1};
	static const float one[FEATURES + 1];
	brc_dataset_input none = {.name = "none", .real = true, .count = 1, .data = one};
	brc_dataset d = data_with(&none);

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		Brc__OnnxModel *m = new_model();
		Brc__OnnxNode *n;
		brc_str text = {0};
		brc_err err = {0};
		brc_net *net;

		d.shape[0] = d.pixels = i ? FEATURES : FEATURES + 1;
		add_input(m, "state", 2, images_extent);
		add_input(m, "action", 2, wide);
		add_weights(m, "w", 2 * FEATURES + 1, 2);
		n = add_node(m, "Concat", "state action", "both");
		add_int(n, "axis", 1);
		add_node(m, "MatMul", "both w", "y");
		add_output(m, "y");
		if (read_model(m, &d, "action=?,3,state=4,2", &net, &err) != BRC_OK)
			fail_msg("%s", err.message);
		assert_string_equal(net->in[net->main].name, i ? "state" : "action");
		assert_int_equal(net->rows, 4); /* whichever input says it */
		assert_int_equal(brc_net_defaults_text(net, &text), !i);
		if (!i)
			assert_string_equal(text.s, "'state' with zeros");
		brc_str_free(&text);
		brc_net_free(net);
	}
}

/* Images x [N, 2], and a row of a table of 2 for each. */
static void numbers_beyond_a_table_are_refused(void **state)
{
	static const int64_t extent[] = {-1, 1};
	static const int32_t row[] = {0, -2, 2};
	static const brc_run_options how = {.logits = true};
	brc_dataset_input position = {
		.name = "position_ids", .ndim = 1, .shape = {1}, .count = 1, .data = row};
	const brc_dataset d = data_with(&position);
	Brc__OnnxModel *m = begin_model();
	brc_err err = {0};
	brc_net *net;
	brc_run_plan *p;
	brc_run *r;

	(void)state;
	append(&m->graph->input, &m->graph->n_input,
	       new_value("position_ids", BRC_ONNX_INT64, 2, extent));
	add_weights(m, "table", 2, 2);
	add_node(m, "Gather", "table position_ids", "rows");
	add_node(m, "ReduceSum", "rows one", "row");
	add_list(m, "one", 1, (const int64_t[]){1});
	add_int(m->graph->node[1], "keepdims", 0);
	add_node(m, "Add", "x row", "sum");
	add_node(m, "MatMul", "sum w", "y");
	add_output(m, "y");
	if (read_model(m, &d, NULL, &net, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(brc_run_plan_new(&p, net, &how, &err), BRC_OK);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_int_equal(brc_run_start(r, &d, NULL, 0, 2, &err), BRC_OK);
	assert_int_equal(brc_run_start(r, &d, NULL, 0, 3, &err), BRC_DATA);
	assert_string_equal(err.message,
			    "the input 'position_ids': number 0 of image 2 is 2, but the "
			    "network's table has 2 rows");
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_input_without_images_takes_one_array_for_all),
		cmocka_unit_test(an_input_without_images_takes_the_array_of_each),
		cmocka_unit_test(images_in_the_second_dimension),
		cmocka_unit_test(a_number_that_cannot_be_changed_is_kept),
		cmocka_unit_test(a_number_that_is_not_declared_is_asked_for),
		cmocka_unit_test(numbers_beyond_a_table_are_refused),
		cmocka_unit_test(the_main_input_has_the_extents_of_the_data),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
