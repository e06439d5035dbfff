/*
 * Who feeds whom, against networks whose units were disturbed one by one in
 * torch (tests/oracle/tracing.py, which says how its lines are read).
 */
#include <glob.h>

#include "model_build.h"
#include "traced_layers.h"

/* Bit (u, v) of a matrix in the oracle's words. */
static bool says(const char *how, size_t u, size_t v)
{
	const char *row = how;
	char digit[2] = {0};

	if (!how)
		return false;
	if (strcmp(how, "all") == 0)
		return true;
	if (strcmp(how, "same") == 0)
		return u == v;
	for (size_t i = 0; i < u; i++) {
		row = strchr(row, ',');
		assert_non_null(row);
		row++;
	}
	digit[0] = row[v / 4];
	return strtoul(digit, NULL, 16) >> (3 - v % 4) & 1;
}

static float *weights_between(const brc_net *net, size_t from, size_t to)
{
	const brc_layers *l = brc_net_layers(net);
	float *w = calloc(l->units[from] * l->units[to], sizeof(*w));
	const brc_net_edge *e = brc_net_layer_graph(net)->edge;
	size_t n = brc_net_layer_graph(net)->n_edges;
	brc_err err = {0};

	assert_non_null(w);
	for (size_t i = 0; i < n; i++)
		if (e[i].from == from && e[i].to == to &&
		    brc_net_layer_graph(net)->weights(net, i, w, &err) != BRC_OK)
			fail_msg("%s", err.message);
	return w;
}

static void check_pair(const char *name, const brc_net *net, const oracle *o, size_t a, size_t b)
{
	const brc_layers *l = brc_net_layers(net);
	float *w = weights_between(net, a, b);

	for (size_t u = 0; u < l->units[a]; u++) {
		for (size_t v = 0; v < l->units[b]; v++) {
			float got = w[u * l->units[b] + v];

			if ((got > 0) != says(o->how[a][b], u, v))
				fail_msg("%s: unit %zu of '%s' and unit %zu of '%s': %g", name, u,
					 l->name[a], v, l->name[b], (double)got);
		}
	}
	free(w);
}

static void check_network(const char *path)
{
	const char *base = strrchr(path, '/') + 1;
	char *name = strndup(base, strcspn(base, "."));
	oracle *o = calloc(1, sizeof(*o));
	size_t most = 0;
	brc_net *net;

	assert_non_null(name);
	assert_non_null(o);
	read_oracle(o, path);
	net = network_of(name);
	for (size_t i = 1; i <= o->n; i++) {
		if (!o->ours[i])
			continue;
		most = o->ours[i];
		assert_true(most < brc_net_layers(net)->n);
		assert_int_equal(o->units[i], brc_net_layers(net)->units[most]);
	}
	assert_int_equal(most + 1, brc_net_layers(net)->n);
	for (size_t a = 1; a <= most; a++)
		for (size_t b = 1; b <= most; b++)
			check_pair(name, net, o, a, b);
	for (size_t a = 0; a < LAYERS_MAX; a++)
		for (size_t b = 0; b < LAYERS_MAX; b++)
			free(o->how[a][b]);
	brc_net_free(net);
	free(o);
	free(name);
}

static void units_feed_those_that_they_change(void **state)
{
	glob_t found;

	(void)state;
	assert_int_equal(glob("tests/golden/net/tracing/*.tsv", 0, NULL, &found), 0);
	assert_true(found.gl_pathc >= 53);
	for (size_t i = 0; i < found.gl_pathc; i++)
		check_network(found.gl_pathv[i]);
	globfree(&found);
}

/* ---- by hand: what is mixed beyond telling apart stays so, whatever follows ---- */

/* Attributes that the nodes below need, by operator. */
static void give_attributes(Brc__OnnxNode *n)
{
	const int64_t one = 1, two = 2;

	if (strcmp(n->op_type, "ReduceMean") == 0)
		add_int_list(n, "axes", 1, &one);
	if (strcmp(n->op_type, "MaxPool") == 0) {
		add_int_list(n, "kernel_shape", 1, &two);
		add_int_list(n, "strides", 1, &two);
	}
	if (strcmp(n->op_type, "Cast") == 0)
		add_int(n, "to", BRC_ONNX_FLOAT);
}

static void add_nodes(Brc__OnnxModel *m, const char *const (*node)[3])
{
	for (; (*node)[0]; node++)
		give_attributes(add_node(m, (*node)[0], (*node)[1], (*node)[2]));
}

static brc_net *decode(Brc__OnnxModel *m)
{
	size_t n;
	uint8_t *bytes = pack_model(m, &n);
	brc_err err = {0};
	brc_net *net;

	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	return net;
}

/* Two layers x and z of 4 units, `node`s of them, and a layer `y` that reads the value "in". */
static brc_net *two_layers_and(const char *const (*node)[3])
{
	const int64_t extent[2] = {-1, 4}, four = 4;
	Brc__OnnxModel *m = new_model();

	add_input(m, "image", 2, extent);
	add_output(m, "y");
	add_weights(m, "w", 4, 4);
	add_weights(m, "wy", 4, 3);
	add_list(m, "four", 1, &four);
	add_node(m, "MatMul", "image w", "x");
	add_node(m, "MatMul", "image w", "z");
	add_nodes(m, node);
	add_node(m, "MatMul", "in wy", "h");
	add_node(m, "Relu", "h", "a");
	add_weights(m, "wo", 3, 2);
	add_node(m, "MatMul", "a wo", "y");
	return decode(m);
}

/* The same of convolutions: x and z are 4 channels of 6 places, h are 3 channels. */
static brc_net *two_convolutions_and(const char *const (*node)[3])
{
	const int64_t extent[3] = {-1, 4, 6}, kernel[3] = {4, 4, 1}, kernel_h[3] = {3, 4, 1},
		      shape[3] = {0, 0, 3};
	const float half[16] = {.5f, .5f, .5f, .5f, .5f, .5f, .5f, .5f,
				.5f, .5f, .5f, .5f, .5f, .5f, .5f, .5f};
	Brc__OnnxModel *m = new_model();

	add_input(m, "image", 3, extent);
	add_output(m, "y");
	add_tensor(m, "w", BRC_ONNX_FLOAT, 3, kernel, half, sizeof(half));
	add_tensor(m, "wh", BRC_ONNX_FLOAT, 3, kernel_h, half, sizeof(half) / 4 * 3);
	add_list(m, "shape", 3, shape);
	add_weights(m, "ones", 4, 6);
	add_node(m, "Conv", "image w", "x");
	add_node(m, "Conv", "image w", "z");
	add_nodes(m, node);
	add_node(m, "Conv", "in wh", "h");
	add_node(m, "GlobalAveragePool", "h", "a");
	add_node(m, "Flatten", "a", "f");
	add_weights(m, "wo", 3, 2);
	add_node(m, "MatMul", "f wo", "y");
	return decode(m);
}

enum { X = 1, Z, H };

/* The first unit of layer `from` feeds layer H with this weight, all weights of H being 1/2. */
static void weighs(const brc_net *net, size_t from, float want)
{
	float *w = weights_between(net, from, H);

	assert_true(w[0] == want && w[1] == want && w[2] == want);
	free(w);
}

static void what_is_mixed_stays_mixed(void **state)
{
	static const char *const ways[][4][3] = {
		{{"Softmax", "x", "s"}, {"Identity", "s", "in"}},
		{{"Softmax", "x", "s"}, {"Sqrt", "s", "in"}},
		{{"Softmax", "x", "s"}, {"Add", "s z", "in"}},
		{{"Softmax", "x", "s"}, {"Mul", "z s", "t"}, {"Relu", "t", "in"}},
		{{"Softmax", "x", "s"}, {"Expand", "s four", "in"}},
		{{"Softmax", "x", "s"}, {"Neg", "s", "t"}, {"Expand", "t four", "in"}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++) {
		brc_net *net = two_layers_and(ways[i]);
		brc_err err = {0};

		assert_string_equal(brc_net_layer_at(net, H)->untraced, "my-s");
		assert_int_equal(brc_net_check_traced(net, &err), BRC_DATA);
		assert_non_null(strstr(err.message, "Softmax"));
		weighs(net, X, 0);
		weighs(net, Z, 0);
		brc_net_free(net);
	}
}

/* A mean is dropped where it belongs to a normalisation of what it is taken over, only there. */
static void a_mean_of_other_units_feeds(void **state)
{
	static const char *const own[][3] = {
		{"ReduceMean", "x", "m"}, {"Sub", "x m", "in"}, {NULL, NULL, NULL}};
	static const char *const others[][3] = {
		{"ReduceMean", "z", "m"}, {"Sub", "x m", "in"}, {NULL, NULL, NULL}};
	brc_net *net = two_layers_and(own);

	(void)state;
	weighs(net, X, 0.5f);
	weighs(net, Z, 0);
	brc_net_free(net);
	net = two_layers_and(others);
	weighs(net, X, 0.5f);
	weighs(net, Z, 2); /* in all four inputs */
	brc_net_free(net);
}

/* Where the largest element of a window lies depends on its own channel alone. */
static void the_places_of_largest_elements_come_from_their_channel(void **state)
{
	static const char *const added[][3] = {{"MaxPool", "x", "p i"},
					       {"Cast", "i", "c"},
					       {"Add", "p c", "in"},
					       {NULL, NULL, NULL}};
	static const char *const moved[][3] = {{"MaxPool", "x", "p i"},
					       {"Reshape", "i shape", "r"},
					       {"Cast", "r", "c"},
					       {"Add", "p c", "in"},
					       {NULL, NULL, NULL}};
	brc_net *net = two_convolutions_and(added);

	(void)state;
	weighs(net, X, 1); /* both */
	weighs(net, Z, 0);
	assert_null(brc_net_layer_at(net, H)->untraced);
	brc_net_free(net);
	net = two_convolutions_and(moved);
	assert_string_equal(brc_net_layer_at(net, H)->untraced, "my-r");
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_feed_those_that_they_change),
		cmocka_unit_test(what_is_mixed_stays_mixed),
		cmocka_unit_test(a_mean_of_other_units_feeds),
		cmocka_unit_test(the_places_of_largest_elements_come_from_their_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
