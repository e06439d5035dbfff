/*
 * Heads with a layer each (tests/golden/net/heads/listed.onnx): their controls are drawn from the
 * features of all heads of the block, and what is lesioned is what torch silences.
 */
#include "net_fixture.h"

#include "study/experiment.h"

enum { HEADS = 4, EACH = 3, FEATURES = HEADS * EACH, CLASSES = 3, DRAWS = 60, ROWS = 7 };

#define GOLDEN "heads/listed"

static const brc_experiment_options how = {.draws = DRAWS, .min_size = 2, .max_fraction = 0.99};

static brc_net *listed(brc_labels *l)
{
	brc_net *net = network("tests/golden/net/heads/listed.onnx");
	brc_err err = {0};

	assert_int_equal(brc_layer_graph_heads(brc_net_layer_graph(net), l, &err), BRC_OK);
	assert_int_equal(l->layers.n, HEADS);
	return net;
}

/* Each draw gives every feature to one head, and over draws every feature to every head. */
static void controls_are_features_of_all_heads(void **state)
{
	bool met[HEADS][FEATURES] = {{false}};
	brc_labels l;
	brc_net *net = listed(&l);
	brc_experiment x;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_experiment_init(&x, net, &l, &how, &err), BRC_OK);
	assert_int_equal(x.m, HEADS);
	assert_int_equal(x.n_left_out, 0);
	for (size_t b = 0; b <= DRAWS; b++) {
		bool used[FEATURES] = {false};

		for (size_t h = 0; h < HEADS; h++)
			for (size_t k = 0; k < EACH; k++) {
				int32_t u = x.sets.unit[x.sets.first[b * HEADS + h] + k];

				assert_in_range(u, 0, FEATURES - 1);
				assert_false(used[u]);
				used[u] = met[h][u] = true;
				if (b == 0)
					assert_int_equal(u, h * EACH + k);
			}
	}
	for (size_t h = 0; h < HEADS; h++)
		for (size_t u = 0; u < FEATURES; u++)
			assert_true(met[h][u]);
	brc_experiment_clear(&x);
	brc_labels_clear(&l);
	brc_net_free(net);
}

/* Right answers of class 0 in rows of logits. */
static int32_t right_answers(const float *y)
{
	int32_t n = 0;

	for (size_t r = 0; r < ROWS; r++, y += CLASSES)
		n += y[0] >= y[1] && y[0] >= y[2];
	return n;
}

static void lesions_are_those_of_torch(void **state)
{
	brc_labels l;
	brc_net *net = listed(&l);
	brc_array input = need_golden(GOLDEN, "input", "<f4");
	brc_dataset d = float_images(net, input.data, ROWS);
	brc_experiment x;
	brc_lesions lesions;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_experiment_init(&x, net, &l, &how, &err), BRC_OK);
	d.classes = CLASSES;
	if (brc_experiment_run(&x, net, &d, "heads", NULL, NULL, &lesions, &err) != BRC_OK)
		fail_msg("%s", err.message);
	for (int32_t h = 0; h < HEADS; h++) {
		char member[16];
		brc_array want;

		snprintf(member, sizeof(member), "zero.%d", h);
		want = need_golden(GOLDEN, member, "<f4");
		assert_int_equal(lesions.layer[h], h);
		assert_int_equal(lesions.cluster[h], h);
		assert_int_equal(lesions.size[h], EACH);
		assert_int_equal(lesions.correct[h * CLASSES], right_answers(want.data));
		brc_array_clear(&want);
	}
	brc_lesions_clear(&lesions);
	brc_experiment_clear(&x);
	brc_array_clear(&input);
	brc_labels_clear(&l);
	brc_net_free(net);
}

/* A layer with two labels is no head: then none of the block is compared with features of others.
 */
static void other_labels_stay_in_their_layers(void **state)
{
	brc_labels l;
	brc_net *net = listed(&l);
	brc_experiment_options all = how;
	brc_experiment x;
	brc_err err = {0};

	(void)state;
	l.label[0] = 7;
	all.min_size = 1;
	assert_int_equal(brc_experiment_init(&x, net, &l, &all, &err), BRC_OK);
	assert_int_equal(x.m, 2);
	assert_int_equal(x.n_left_out, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(x.left_out[i].layer, i + 1);
	assert_string_equal(x.left_out[0].reason, "more than 0.99 of the layer's clustered units");
	brc_experiment_clear(&x);
	brc_labels_clear(&l);
	brc_net_free(net);
}

/* Nor is one of which only some units have a label, as where queries are in the layer, too. */
static void heads_that_fill_their_layers_are_refused_with_a_remedy(void **state)
{
	brc_labels l;
	brc_net *net = listed(&l);
	brc_experiment x;
	brc_err err = {0};

	(void)state;
	l.label[0] = -1;
	assert_int_equal(brc_experiment_init(&x, net, &l, &how, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "none of the 4 sub-clusters can be lesioned"));
	assert_non_null(strstr(err.hint, "its layer has no other head"));
	assert_non_null(strstr(err.hint, "make all heads in one Linear"));
	brc_experiment_clear(&x);
	brc_labels_clear(&l);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(controls_are_features_of_all_heads),
		cmocka_unit_test(lesions_are_those_of_torch),
		cmocka_unit_test(other_labels_stay_in_their_layers),
		cmocka_unit_test(heads_that_fill_their_layers_are_refused_with_a_remedy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
