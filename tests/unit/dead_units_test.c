/*
 * Dead units: which are constant, against values that torch recorded; and that they are in no group
 * and no control.
 */
#include "net_fixture.h"

#include "base/threads.h"
#include "net/constant_units.h"
#include "study/dead_units.h"
#include "study/experiment.h"

enum { MOST = 64 };

/* The hidden layers of a network, and which of their units are constant on rows of x. */
static size_t constant_units(const brc_net *net, const float *x, size_t rows, size_t *layer,
			     size_t *n_layers, brc_pool *pool, bool *constant)
{
	const brc_layers *all = brc_net_layers(net);
	const brc_dataset d = float_images(net, x, rows);
	size_t units = 0;
	brc_err err = {0};

	*n_layers = 0;
	for (size_t l = 0; l < all->n; l++)
		if (brc_net_layer_at(net, l)->role == BRC_ROLE_HIDDEN) {
			layer[(*n_layers)++] = l;
			units += all->units[l];
		}
	assert_true(units <= MOST);
	if (brc_net_constant_units(net, &d, layer, *n_layers, BRC_PRECISION_FLOAT, 0, pool, NULL,
				   constant, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return units;
}

/* Of maps the golden value is the mean of a ReLU's outputs: constant where it is always 0. */
static void check_network(const char *name, size_t rows, bool maps)
{
	brc_net *net = small_network(name);
	brc_array input = need_golden(name, "input", "<f4");
	bool constant[MOST], *at = constant;
	size_t layer[MOST], n;

	constant_units(net, input.data, rows, layer, &n, NULL, constant);
	for (size_t l = 0; l < n; l++) {
		const size_t units = brc_net_layers(net)->units[layer[l]];
		char member[32];
		brc_array want;
		const float *v;

		snprintf(member, sizeof(member), "post.%zu", layer[l]);
		want = need_golden(name, member, "<f4");
		v = want.data;
		for (size_t u = 0; u < units; u++) {
			bool same = true;

			for (size_t r = 0; r < rows; r++)
				same = same && v[r * units + u] == (maps ? 0 : v[u]);
			if (at[u] != same)
				fail_msg("%s, %zu rows, layer %zu, unit %zu", name, rows, layer[l],
					 u);
		}
		at += units;
		brc_array_clear(&want);
		if (maps) /* what follows are dense layers */
			break;
	}
	brc_array_clear(&input);
	brc_net_free(net);
}

static void constant_units_are_torchs(void **state)
{
	static const size_t rows[] = {1, 2, 3, 7};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		check_network("relu", rows[i], false);
		check_network("branches", rows[i], false);
		check_network("conv", rows[i], true);
		check_network("conv1d", rows[i], true);
	}
}

/* One sequence: the values of its steps differ, and so those of the units. */
static void steps_of_a_sequence_are_places(void **state)
{
	brc_net *net = network("fixtures/recurrent/lstm.onnx");
	brc_array input = need_golden("recurrent/lstm", "input", "<f4");
	bool constant[MOST];
	size_t layer[MOST], n;

	(void)state;
	constant_units(net, input.data, 1, layer, &n, NULL, constant);
	assert_true(n >= 2);
	for (size_t u = 0; u < brc_net_layers(net)->units[layer[0]]; u++)
		assert_false(constant[u]);
	brc_array_clear(&input);
	brc_net_free(net);
}

/* Many micro-batches of equal rows but for one: it counts, whichever thread had it. */
static void one_image_makes_a_unit_alive(void **state)
{
	enum { ROWS = 20000, WIDTH = 6, UNITS = 64 };
	static float x[ROWS * WIDTH];
	static int32_t label[ROWS];
	brc_net *net = small_network("tanh");
	brc_dataset d = float_images(net, x, 1);
	const size_t layer = 1, units = brc_net_layers(net)->units[layer];
	bool constant[UNITS];
	brc_pool *pool;
	brc_err err = {0};

	(void)state;
	assert_true(units <= UNITS);
	d.n = ROWS;
	d.label = label;
	for (size_t i = 0; i < ROWS * WIDTH; i++)
		x[i] = (float)(i % WIDTH) / 7;
	for (size_t at = 0; at <= 20; at++) { /* none, then one row after the other */
		float *odd = &x[(at ? (at - 1) * (ROWS / 20) + 7 : 0) * WIDTH];
		const float usual = *odd;

		*odd = at ? -3 : usual;
		assert_int_equal(brc_pool_new(&pool, 1 + at % 4, &err), BRC_OK);
		assert_int_equal(brc_net_constant_units(net, &d, &layer, 1, BRC_PRECISION_FLOAT, 0,
							pool, NULL, constant, &err),
				 BRC_OK);
		for (size_t u = 0; u < units; u++)
			assert_int_equal(constant[u], at == 0);
		brc_pool_free(pool);
		*odd = usual;
	}
	brc_net_free(net);
}

/* ---- in an experiment ---- */

enum { DRAWS = 50 };

static const brc_experiment_options how = {.draws = DRAWS, .min_size = 2, .max_fraction = 1};

/* Labels of the two hidden layers of relu.onnx, 8 and 5 units. */
static void relu_labels(brc_labels *l)
{
	static const int32_t label[] = {0, 0, 0, 1, 1, 1, 2, 2, 0, 0, 0, 1, 1};
	static const size_t units[] = {8, 5};
	brc_net *net = small_network("relu");
	const char *names[2];
	brc_layers t;
	brc_err err = {0};

	names[0] = brc_net_layers(net)->name[1];
	names[1] = brc_net_layers(net)->name[2];
	assert_int_equal(brc_layers_init(&t, 2, names, units, &err), BRC_OK);
	assert_int_equal(brc_labels_init(l, &t, &err), BRC_OK);
	memcpy(l->label, label, sizeof(label));
	brc_layers_clear(&t);
	brc_net_free(net);
}

/* Units 0, 4, 5 and 6, 7 of the first layer are dead: groups of 2, 1 and 0 units are left of it. */
static void dead_units_are_in_no_group_and_no_control(void **state)
{
	static const bool dead[13] = {[0] = true, [4] = true, [5] = true, [6] = true, [7] = true};
	brc_net *net = small_network("relu");
	brc_experiment_options with = how;
	brc_experiment x;
	brc_labels l;
	brc_err err = {0};

	(void)state;
	relu_labels(&l);
	with.dead = dead;
	assert_int_equal(brc_experiment_init(&x, net, &l, &with, &err), BRC_OK);
	assert_int_equal(x.m, 3);
	assert_int_equal(x.n_left_out, 2);
	assert_int_equal(x.left_out[0].cluster, 1);
	assert_int_equal(x.left_out[0].size, 3);
	assert_string_equal(x.left_out[0].reason,
			    "fewer than 2 units that are not constant on the data");
	assert_int_equal(x.left_out[1].cluster, 2);
	assert_int_equal(x.left_out[1].size, 2);
	assert_string_equal(x.left_out[1].reason, "all its units are constant on the data");
	assert_int_equal(x.all->item[x.keep[0]].size, 2); /* of three */
	for (size_t b = 0; b <= DRAWS; b++)
		for (size_t k = 0; k < 2; k++)
			assert_in_range(x.sets.unit[x.sets.first[b * x.m] + k], 1, 3);
	brc_experiment_clear(&x);
	brc_labels_clear(&l);
	brc_net_free(net);
}

/* Features 1 of head 0 and 0 of head 2, of four heads with three features each. */
static void dead_features_of_joined_heads_are_those_of_their_heads(void **state)
{
	enum { HEADS = 4, EACH = 3 };
	static const bool dead[HEADS * EACH] = {[1] = true, [6] = true};
	brc_net *net = network("tests/golden/net/heads/listed.onnx");
	brc_experiment_options with = how;
	brc_experiment x;
	brc_labels l;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_layer_graph_heads(brc_net_layer_graph(net), &l, &err), BRC_OK);
	with.dead = dead;
	assert_int_equal(brc_experiment_init(&x, net, &l, &with, &err), BRC_OK);
	assert_int_equal(x.m, HEADS);
	for (size_t h = 0; h < HEADS; h++)
		assert_int_equal(x.all->item[x.keep[h]].size, h % 2 ? EACH : EACH - 1);
	for (size_t i = 0; i < x.sets.first[DRAWS * HEADS]; i++)
		assert_true(x.sets.unit[i] != 1 && x.sets.unit[i] != 6);
	brc_experiment_clear(&x);
	brc_labels_clear(&l);
	brc_net_free(net);
}

static void the_list_and_its_text(void **state)
{
	static const bool dead[13] = {[2] = true, [7] = true, [8] = true};
	brc_lesions l = {0};
	brc_labels labels;
	brc_err err = {0};
	char text[64];

	(void)state;
	relu_labels(&labels);
	assert_int_equal(brc_layers_dup(&l.layers, &labels.layers, &err), BRC_OK);
	assert_int_equal(brc_dead_units_list(&l, dead, &err), BRC_OK);
	assert_int_equal(l.n_dead, 3);
	assert_int_equal(l.dead_unit[0], 2);
	assert_int_equal(l.dead_unit[1], 7);
	assert_int_equal(l.dead_unit[2], 8);
	assert_non_null(strstr(brc_dead_units_text(&l, 8, text, sizeof(text)), " 2, "));
	assert_non_null(strstr(brc_dead_units_text(&l, 1, text, sizeof(text)), " 2, ..."));
	brc_lesions_clear(&l);
	brc_labels_clear(&labels);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_units_are_torchs),
		cmocka_unit_test(steps_of_a_sequence_are_places),
		cmocka_unit_test(one_image_makes_a_unit_alive),
		cmocka_unit_test(dead_units_are_in_no_group_and_no_control),
		cmocka_unit_test(dead_features_of_joined_heads_are_those_of_their_heads),
		cmocka_unit_test(the_list_and_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
