/* Inputs and outputs by name, extents that the model leaves open, batches that cannot be changed.
 */
#include "model_build.h"
#include "net/input_images.h"
#include "net/inputs.h"
#include "net/network.h"
#include "net_fixture.h"
#include "sections/dataset_inputs.h"

static const char *model_path(const char *name)
{
	static char path[256];

	snprintf(path, sizeof(path), "fixtures/exports/%s.onnx", name);
	return path;
}

/* Read it with these extents and this output; the error or the network is checked by the caller. */
static brc_rc read_with(const char *name, const char *shape, const char *output, brc_net **net,
			brc_err *err)
{
	const brc_net_options how = {.shape = shape, .output = output};

	*err = (brc_err){0};
	return brc_net_read(net, model_path(name), &how, err);
}

static brc_net *accept(const char *name, const char *shape, const char *output)
{
	brc_net *net;
	brc_err err;

	if (read_with(name, shape, output, &net, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

static void refuse(const char *name, const char *shape, const char *output, brc_rc code,
		   const char *message, const char *hint)
{
	brc_net *net;
	brc_err err;

	assert_int_equal(read_with(name, shape, output, &net, &err), code);
	assert_null(net);
	if (!strstr(err.message, message) || !strstr(err.hint, hint))
		fail_msg("'%s' (%s) is not '%s' (%s)", err.message, err.hint, message, hint);
}

static void open_extents_are_asked_for(void **state)
{
	(void)state;
	refuse("gpt-dynamic", NULL, NULL, BRC_DATA,
	       "the input 'ids': it is [N, sequence]: dimension 1 ('sequence') has no fixed extent",
	       "--shape ids=?,N");
	refuse("cnn-dynamic-size", NULL, NULL, BRC_DATA, "[N, 3, height, width]",
	       "--shape x=?,3,N,N");
	refuse("cnn-dynamic-size", "x=?,3,8,?", NULL, BRC_DATA, "dimension 3 ('width')",
	       "--data FILE");
}

static void extents_are_taken_and_checked(void **state)
{
	brc_net *net = accept("gpt-dynamic", "?,9", NULL);

	(void)state;
	assert_int_equal(net->io.shape[0], 9);
	assert_false(net->fixed);
	brc_net_free(net);
	net = accept("cnn-dynamic-size", "x=?,3,12,10", NULL);
	assert_int_equal(net->io.shape[1], 12);
	assert_int_equal(net->io.shape[2], 10);
	brc_net_free(net);
	refuse("cnn-dynamic-size", "x=?,4,8,8", NULL, BRC_USAGE,
	       "gives dimension 1 of the input 'x' the extent 4, but in the model it is 3", "");
	refuse("gpt-dynamic", "ids=9", NULL, BRC_USAGE, "gives the input 'ids' 1 extents", "");
	refuse("gpt-dynamic", "ids=?,0", NULL, BRC_DATA, "its dimension 1 is empty", "");
	refuse("gpt-dynamic", "ids=?,nine", NULL, BRC_USAGE, "--shape", "separated by commas");
	refuse("gpt-dynamic", "ids=?,9,ids=?,9", NULL, BRC_USAGE, "'ids' twice", "");
	refuse("gpt-dynamic", "ids=?,9,mask=?,9", NULL, BRC_USAGE,
	       "no input that the network needs is called 'mask'", "");
	refuse("gpt-dynamic", "0,9", NULL, BRC_USAGE, "0 images at a time", "");
	refuse("mlp-images-mixed", "x=3,12", NULL, BRC_USAGE,
	       "gives 3 images at a time, but the model takes 1", "");
	refuse("gpt-dynamic", "?,1,1,1,1,1,1,1,1", NULL, BRC_USAGE, "at most 8 extents", "");
	refuse("gpt-dynamic", "ids=?,100", NULL, BRC_DATA, "index 16 of 16 elements",
	       ""); /* places */
}

/* ---- how many images at a time ---- */

static size_t rows_of(const brc_net *net)
{
	const brc_run_options how = {.logits = net->io.scored};
	brc_err err = {0};
	brc_run_plan *p;
	size_t rows;

	if (brc_run_plan_new(&p, net, &how, &err) != BRC_OK)
		fail_msg("%s", err.message);
	rows = p->rows;
	brc_run_plan_free(p);
	return rows;
}

static void check_rows(const char *name, const char *shape, bool fixed, bool tracked, size_t rows)
{
	brc_net *net = accept(name, shape, NULL);

	assert_int_equal(net->fixed, fixed);
	assert_int_equal(net->tracked, tracked);
	if (fixed)
		assert_int_equal(rows_of(net), rows);
	else
		assert_true(rows_of(net) > rows);
	brc_net_free(net);
}

static void images_go_as_many_at_a_time_as_is_possible(void **state)
{
	(void)state;
	check_rows("gpt-dynamic", "?,9", false, true, 2);
	check_rows("gpt-dynamic", "1,9", true, false, 1);
	check_rows("gpt-dynamic", "5,9", true, true, 5);
	check_rows("mlp-images-mixed", NULL, true, false, 1);
	refuse("mlp-no-batch", NULL, NULL, BRC_DATA, "a product of [8] and [12, 10]",
	       "if the first dimension of 'x' does not hold images, --data FILE tells that");
}

/* ---- where the images lie ---- */

/* Extents of the model (0: open) and their names, those of --shape (NULL: not given) and one image.
 */
typedef struct places {
	size_t dim[4];
	const char *name[4];
	const char *shape;
	size_t image[3];
	bool behind;
	size_t images;
} places;

static void check_place(const places *p)
{
	Brc__OnnxDimension dim[4], *at[4];
	Brc__OnnxShape shape = BRC__ONNX_SHAPE__INIT;
	brc_net_input in = {.images = BRC_NOWHERE, .shape = &shape};
	brc_dataset data = {.pixels = 1};
	brc_given_shapes given;

	shape.dim = at;
	for (size_t k = 0; k < 4 && (p->dim[k] || p->name[k]); k++) {
		brc__onnx_dimension__init(&dim[k]);
		dim[k].has_dim_value = p->dim[k] > 0;
		dim[k].dim_value = (int64_t)p->dim[k];
		dim[k].dim_param = (char *)(uintptr_t)p->name[k];
		at[k] = &dim[k];
		in.dim[k] = p->dim[k] ? p->dim[k] : BRC_OPEN;
		shape.n_dim = in.ndim = k + 1;
	}
	for (; data.ndim < 3 && p->image[data.ndim]; data.ndim++)
		data.pixels *= data.shape[data.ndim] = p->image[data.ndim];
	assert_int_equal(brc_given_shapes_parse(&given, p->shape, NULL), BRC_OK);
	if (brc_input_images(&in, given.n ? given.at : NULL, data.ndim ? &data : NULL, p->behind) !=
	    p->images)
		fail_msg("%zu %zu %zu, --shape %s", p->dim[0], p->dim[1], p->dim[2], p->shape);
	brc_given_shapes_clear(&given);
}

static void images_lie_where_names_shapes_or_data_say(void **state)
{
	static const places known[] = {
		{{0, 16, 8}, {"batch"}, NULL, {0}, false, 0},
		{{16, 0, 8}, {NULL, "batch_size"}, NULL, {0}, false, 1},
		{{0, 0, 8}, {"steps", "N"}, NULL, {0}, false, 1},
		{{0, 0, 8}, {"batch", "n"}, NULL, {0}, false, 0},
		{{1, 0, 3}, {NULL, "n"}, NULL, {0}, false, 0}, /* n points */
		{{1, 0, 3}, {NULL, "batch"}, NULL, {0}, false, 1},
		{{16, 0, 3}, {NULL, "n"}, NULL, {20, 3}, false, 0},
		{{0, 0, 8}, {"a", "b1"}, NULL, {0}, false, 0},
		{{0, 0, 8}, {"a", "b1"}, "16,?,8", {0}, false, 1},
		{{0, 0, 8}, {"a", "b1"}, "16,?,8", {16, 8}, false, 1},
		{{0, 0, 8}, {"a", "b1"}, "16,?,8", {20, 8}, false, 0}, /* 16 at a time */
		{{0, 0, 8}, {"a", "b1"}, "?,16,8", {0}, false, 0},
		{{0, 0, 8}, {"a", "b1"}, "1,?,8", {16, 8}, false, 0},
		{{0, 0, 0}, {"a", "b1", "c"}, "16,?,?", {16, 8}, false, 0},
		{{0, 0, 8}, {"batch", "steps"}, "16,?,8", {16, 8}, false, 0},
		{{0, 20, 8}, {"a"}, "16,?,8", {0}, false, 0},
		{{16, 1, 8}, {NULL}, NULL, {16, 8}, false, 1},
		{{16, 1, 8}, {NULL}, NULL, {1, 8}, false, 0},
		{{16, 1, 8}, {NULL}, NULL, {0}, false, 0},
		{{16, 1, 8}, {NULL}, NULL, {0}, true, 1},
		{{0, 1, 784}, {"a"}, NULL, {28, 28}, false, 0},
		{{0, 0, 8}, {"n", "b1"}, NULL, {0}, true, 0},
		{{3, 32, 32}, {NULL}, NULL, {3, 32, 32}, false, BRC_NOWHERE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		check_place(&known[i]);
}

static void images_may_lie_in_the_second_dimension(void **state)
{
	brc_net *net = accept("lstm-steps-first", NULL, NULL);

	(void)state;
	assert_int_equal(net->in[0].images, 1);
	assert_int_equal(net->io.ndim, 2);
	assert_int_equal(net->io.shape[0], 6);
	assert_int_equal(net->io.shape[1], 5);
	assert_int_equal(net->io.classes, 3);
	brc_net_free(net);
	check_rows("lstm-steps-first", NULL, false, true, 2);
	check_rows("lstm-steps-first", "6,1,5", true, false, 1);
	net = accept("language-steps-first", "6,?", NULL);
	assert_int_equal(net->io.ndim, 1);
	assert_int_equal(net->io.vocabulary, 11);
	assert_int_equal(net->io.positions, 6);
	assert_int_equal(net->io.classes, 11);
	brc_net_free(net);
	refuse("lstm-steps-first", "7,?,5", NULL, BRC_USAGE,
	       "gives dimension 0 of the input 'x' the extent 7, but in the model it is 6", "");
}

/* ---- several outputs ---- */

static void an_output_is_chosen_by_name_or_rule(void **state)
{
	brc_net *net = accept("two-outputs", NULL, NULL);
	brc_err err = {0};

	(void)state;
	assert_int_equal(net->output, BRC_NOWHERE);
	assert_false(net->io.scored);
	assert_null(brc_net_output_taken(net));
	assert_int_equal(brc_net_need_output(net, &err), BRC_DATA);
	assert_string_equal(err.message,
			    "the network has 2 outputs: 'scores' [N, 4], 'boxes' [N, 4]");
	assert_non_null(strstr(err.hint, "--output"));
	assert_int_equal(net->n_layers, 5);
	brc_net_free(net);
	net = accept("two-outputs", NULL, "boxes");
	assert_int_equal(net->n_layers, 4); /* what only the scores need is left out */
	assert_true(net->io.scored);
	brc_net_free(net);
	net = accept("gpt-past", "input_ids=?,9", NULL);
	assert_string_equal(brc_net_output_taken(net), "logits");
	brc_net_free(net);
	refuse("two-outputs", NULL, "nothing", BRC_DATA, "no node computes the output 'nothing'",
	       "");
}

/* A network with the outputs `scores` and `other`, of which the first may be the only answer. */
static void check_other(const char *other, bool carries_on)
{
	static const int64_t extent[] = {-1, 2};
	Brc__OnnxModel *m = new_model();
	size_t n;
	uint8_t *bytes;
	brc_net *net;
	brc_err err = {0};

	add_input(m, "x", 2, extent);
	add_weights(m, "w", 2, 2);
	add_node(m, "MatMul", "x w", "scores");
	add_node(m, "Tanh", "scores", other);
	add_output(m, "scores");
	add_output(m, other);
	bytes = pack_model(m, &n);
	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	if ((net->output != BRC_NOWHERE) != carries_on)
		fail_msg("%s", other);
	if (carries_on)
		assert_string_equal(brc_net_output_taken(net), "scores");
	free(bytes);
	brc_net_free(net);
}

static void states_are_no_answers(void **state)
{
	static const char *const states[] = {
		"hidden", "hidden.0", "Hidden_States", "state_out", "state2", "cell_state",
		"cell_n", "state_1",  "present.0.key", "past_1",    "cache",  "hn"};
	static const char *const answers[] = {"cell_type",   "state_value", "hidden_objects",
					      "cells_found", "boxes",       "hnn"};

	(void)state;
	for (size_t i = 0; i < sizeof(states) / sizeof(*states); i++)
		check_other(states[i], true);
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		check_other(answers[i], false);
}

/* ---- further inputs ---- */

static const brc_net_input *input_called(const brc_net *net, const char *name)
{
	for (size_t k = 0; k < net->n_in; k++)
		if (strcmp(net->in[k].name, name) == 0)
			return &net->in[k];
	fail_msg("no input %s", name);
	return NULL;
}

static void past_keys_have_a_length(void **state)
{
	brc_net *net = accept("gpt-past", "input_ids=?,9", NULL);

	(void)state;
	assert_int_equal(input_called(net, "past_key_values.1.value")->dim[2], 0);
	assert_int_equal(input_called(net, "attention_mask")->dim[1], 9);
	brc_net_free(net);
	net = accept("gpt-past", "input_ids=?,9,past_key_values.0.key=?,3,5,4", NULL);
	assert_int_equal(input_called(net, "past_key_values.1.value")->dim[2], 5);
	assert_int_equal(input_called(net, "attention_mask")->dim[1], 14);
	brc_net_free(net);
	refuse("gpt-past",
	       "input_ids=?,9,past_key_values.0.key=?,3,5,4,past_key_values.1.key=?,3,4,4", NULL,
	       BRC_DATA, "its dimension 'past_sequence' is 4, but in another input it is 5", "");
}

/* Past keys of the data set count as past, as those of --shape do. */
static void past_keys_of_the_data_have_a_length(void **state)
{
	static const int32_t tokens[9];
	static const float past[3 * 4 * 4];
	brc_dataset_input key = {.name = "past_key_values.0.key",
				 .real = true,
				 .shared = true,
				 .ndim = 3,
				 .shape = {3, 4, 4},
				 .count = 48,
				 .data = past};
	const brc_dataset data = {.image = tokens,
				  .pixel = BRC_PIXEL_I4,
				  .n = 1,
				  .ndim = 1,
				  .shape = {9},
				  .pixels = 9,
				  .scale = 1,
				  .input = &key,
				  .n_inputs = 1};
	const brc_net_options how = {.data = &data};
	brc_net *net;
	brc_err err = {0};

	(void)state;
	if (brc_net_read(&net, model_path("gpt-past"), &how, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(input_called(net, "attention_mask")->dim[1], 13);
	assert_int_equal(net->past, 4); /* positions begin here */
	brc_net_free(net);
}

static void refuse_data(const brc_dataset_input *more, const char *message)
{
	static const int32_t label[2];
	static const float x[24];
	brc_dataset d = {.image = x,
			 .pixel = BRC_PIXEL_F4,
			 .n = 2,
			 .ndim = 1,
			 .shape = {12},
			 .pixels = 12,
			 .label = label,
			 .classes = 1,
			 .scale = 1,
			 .input = (brc_dataset_input *)(uintptr_t)more,
			 .n_inputs = more ? 1 : 0};
	const brc_run_options how = {.logits = true};
	brc_net *net = accept("array-by-name", NULL, NULL);
	brc_run_plan *p;
	brc_run *r;
	brc_err err = {0};

	net->in[1].fill = more ? BRC_FILL_ARRAY : BRC_FILL_NONE;
	assert_int_equal(brc_run_plan_new(&p, net, &how, &err), BRC_OK);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_int_equal(brc_run_start(r, &d, NULL, 0, 2, &err), BRC_DATA);
	if (!strstr(err.message, message))
		fail_msg("'%s' is not '%s'", err.message, message);
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
	brc_net_free(net);
}

static void inputs_without_data_are_refused(void **state)
{
	static const float row[8];
	const brc_dataset_input wide = {.name = "more",
					.real = true,
					.ndim = 1,
					.shape = {4},
					.count = 4,
					.data = row},
				other = {.name = "less", .real = true, .ndim = 1, .shape = {3}};

	(void)state;
	refuse_data(NULL, "the network takes the input 'more', too, which is [N, 3] of floats");
	refuse_data(&other, "the network takes the input 'more', too");
	refuse_data(&wide, "takes 3 as its input 'more', and the data set holds 4");
}

static void defaults_go_by_name(void **state)
{
	static const struct {
		const char *name;
		brc_elem elem;
		size_t ndim;
		brc_fill fill;
	} known[] = {
		{"attention_mask", BRC_ELEM_INT, 2, BRC_FILL_ONES},
		{"attention_mask", BRC_ELEM_FLOAT, 2, BRC_FILL_ONES},
		{"attention_mask", BRC_ELEM_FLOAT, 4, BRC_FILL_NONE},
		{"decoder_attention_mask", BRC_ELEM_BOOL, 2, BRC_FILL_ONES},
		{"mask", BRC_ELEM_INT, 2, BRC_FILL_NONE},
		{"position_ids", BRC_ELEM_INT, 2, BRC_FILL_COUNT},
		{"position_ids", BRC_ELEM_FLOAT, 2, BRC_FILL_NONE},
		{"token_type_ids", BRC_ELEM_INT, 2, BRC_FILL_ZEROS},
		{"Segment_IDs", BRC_ELEM_INT, 2, BRC_FILL_ZEROS},
		{"past_key_values.0.key", BRC_ELEM_FLOAT, 4, BRC_FILL_PAST},
		{"past_0", BRC_ELEM_FLOAT, 5, BRC_FILL_PAST},
		{"past_length", BRC_ELEM_INT, 1, BRC_FILL_NONE},
		{"h0", BRC_ELEM_FLOAT, 3, BRC_FILL_STATE},
		{"c", BRC_ELEM_FLOAT, 2, BRC_FILL_STATE},
		{"hidden_states", BRC_ELEM_FLOAT, 3, BRC_FILL_NONE},
		{"sr", BRC_ELEM_INT, 0, BRC_FILL_NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (brc_input_default(known[i].name, known[i].elem, known[i].ndim) != known[i].fill)
			fail_msg("%s of %zu dimensions", known[i].name, known[i].ndim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_extents_are_asked_for),
		cmocka_unit_test(extents_are_taken_and_checked),
		cmocka_unit_test(images_go_as_many_at_a_time_as_is_possible),
		cmocka_unit_test(images_lie_where_names_shapes_or_data_say),
		cmocka_unit_test(images_may_lie_in_the_second_dimension),
		cmocka_unit_test(an_output_is_chosen_by_name_or_rule),
		cmocka_unit_test(states_are_no_answers),
		cmocka_unit_test(past_keys_have_a_length),
		cmocka_unit_test(past_keys_of_the_data_have_a_length),
		cmocka_unit_test(inputs_without_data_are_refused),
		cmocka_unit_test(defaults_go_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
