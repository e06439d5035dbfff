/*
 * Units followed through blocks that are joined, cut, split and transposed: what reaches the next
 * layer is counted element by element beside it; and maps that are too large for that.
 */
#include "model_build.h"

#include <math.h>

#include "net/net.h"

enum { CHANNELS = 3, SIDE = 4, MOST = 1 << 12, CASES = 400, MOVES = 5 };

static uint64_t numbers = 7;

static size_t draw(size_t n)
{
	numbers = numbers * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(numbers >> 33) % n;
}

/* [1, a, b, c] of one image: the channel that each element comes from. */
typedef struct block {
	size_t dim[4];
	int of[MOST];
} block;

static size_t count(const block *b)
{
	return b->dim[1] * b->dim[2] * b->dim[3];
}

static int *at(block *b, size_t i, size_t j, size_t k)
{
	return &b->of[(i * b->dim[2] + j) * b->dim[3] + k];
}

/* ---- moves: a node, and the same by plain loops ---- */

static void move_transpose(Brc__OnnxModel *m, block *b, const char *in, const char *out)
{
	static const int64_t perms[3][4] = {{0, 1, 3, 2}, {0, 3, 1, 2}, {0, 2, 1, 3}};
	const int64_t *perm = perms[draw(3)];
	block from = *b;

	add_int_list(add_node(m, "Transpose", in, out), "perm", 4, perm);
	for (size_t k = 1; k < 4; k++)
		b->dim[k] = from.dim[perm[k]];
	for (size_t i = 0; i < b->dim[1]; i++)
		for (size_t j = 0; j < b->dim[2]; j++)
			for (size_t k = 0; k < b->dim[3]; k++) {
				size_t index[4];

				index[perm[1]] = i;
				index[perm[2]] = j;
				index[perm[3]] = k;
				*at(b, i, j, k) = *at(&from, index[1], index[2], index[3]);
			}
}

/* From `start` on, `step` apart, along one dimension. */
static void take(block *b, size_t axis, size_t start, ptrdiff_t step, size_t n)
{
	block from = *b;

	b->dim[axis] = n;
	for (size_t i = 0; i < b->dim[1]; i++)
		for (size_t j = 0; j < b->dim[2]; j++)
			for (size_t k = 0; k < b->dim[3]; k++) {
				size_t index[4] = {0, i, j, k};

				index[axis] = start + (size_t)((ptrdiff_t)index[axis] * step);
				*at(b, i, j, k) = *at(&from, index[1], index[2], index[3]);
			}
}

static void move_slice(Brc__OnnxModel *m, block *b, const char *in, const char *out, size_t number)
{
	const size_t axis = 1 + draw(3), n = b->dim[axis];
	const bool back = draw(3) == 0;
	const int64_t start = (int64_t)(back ? n - 1 : draw(n)),
		      step = back ? -1 : 1 + (int64_t)draw(2);
	const int64_t end = back ? -(int64_t)n - 1 : (int64_t)n, along = (int64_t)axis;
	const char *const what[] = {"start", "end", "axis", "step"};
	const int64_t value[] = {start, end, along, step};
	char text[96], name[4][16];

	for (size_t k = 0; k < 4; k++) {
		snprintf(name[k], sizeof(name[k]), "%s%zu", what[k], number);
		add_list(m, name[k], 1, &value[k]);
	}
	snprintf(text, sizeof(text), "%s %s %s %s %s", in, name[0], name[1], name[2], name[3]);
	add_node(m, "Slice", text, out);
	take(b, axis, (size_t)start, (ptrdiff_t)step,
	     back ? n : (n - (size_t)start + (size_t)step - 1) / (size_t)step);
}

static void move_split(Brc__OnnxModel *m, block *b, const char *in, const char *out, size_t number)
{
	const size_t axis = 1 + draw(3), n = b->dim[axis];
	const int64_t parts[2] = {(int64_t)(n / 2), (int64_t)(n - n / 2)};
	char text[48], list[40];

	snprintf(list, sizeof(list), "parts%zu", number);
	add_list(m, list, 2, parts);
	snprintf(text, sizeof(text), "%s %s", in, list);
	snprintf(list, sizeof(list), "rest%zu %s", number, out);
	add_int(add_node(m, "Split", text, list), "axis", (int64_t)axis);
	take(b, axis, n / 2, 1, n - n / 2);
}

/* Behind itself. */
static void move_concat(Brc__OnnxModel *m, block *b, const char *in, const char *out)
{
	const size_t axis = 1 + draw(3), n = b->dim[axis];
	block from = *b;
	char text[48];

	snprintf(text, sizeof(text), "%s %s", in, in);
	add_int(add_node(m, "Concat", text, out), "axis", (int64_t)axis);
	b->dim[axis] = 2 * n;
	for (size_t i = 0; i < b->dim[1]; i++)
		for (size_t j = 0; j < b->dim[2]; j++)
			for (size_t k = 0; k < b->dim[3]; k++) {
				size_t index[4] = {0, i, j, k};

				index[axis] %= n;
				*at(b, i, j, k) = *at(&from, index[1], index[2], index[3]);
			}
}

/* ---- the weights behind them ---- */

static float weight(size_t i)
{
	return (float)(i % 97 + 1);
}

static void check_weights(Brc__OnnxModel *m, const block *b)
{
	double want[CHANNELS] = {0};
	const brc_layer_graph *g;
	float w[CHANNELS];
	brc_err err = {0};
	brc_net *net;
	size_t n, last;
	uint8_t *bytes = pack_model(m, &n);

	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	for (size_t i = 0; i < count(b); i++)
		want[b->of[i]] += weight(i);
	g = brc_net_layer_graph(net);
	last = g->n_edges - 1;
	assert_int_equal(g->weights(net, last, w, &err), BRC_OK);
	for (size_t c = 0; c < CHANNELS; c++)
		if (fabs(w[c] - want[c]) > 1e-4 * (want[c] + 1))
			fail_msg("channel %zu: %g, not %g", c, w[c], want[c]);
	brc_net_free(net);
}

static void check_case(void)
{
	static const int64_t image[] = {-1, 1, SIDE, SIDE}, kernel[] = {CHANNELS, 1, 1, 1};
	static block b;
	Brc__OnnxModel *m = new_model();
	char in[16] = "v0", out[16];
	float v[MOST];
	int64_t dim[2] = {0, 1};

	add_input(m, "x", 4, image);
	add_output(m, "y");
	for (size_t i = 0; i < CHANNELS; i++)
		v[i] = 1;
	add_tensor(m, "k", BRC_ONNX_FLOAT, 4, kernel, v, CHANNELS * sizeof(*v));
	add_node(m, "Conv", "x k", "v0");
	b = (block){.dim = {1, CHANNELS, SIDE, SIDE}};
	for (size_t i = 0; i < count(&b); i++)
		b.of[i] = (int)(i / (SIDE * SIDE));
	for (size_t k = 1; k <= MOVES; k++) {
		size_t how = draw(4);

		snprintf(out, sizeof(out), "v%zu", k);
		if (how == 0 && 2 * count(&b) <= MOST / 4)
			move_concat(m, &b, in, out);
		else if (how == 1)
			move_slice(m, &b, in, out, k);
		else if (how == 2 && b.dim[1] > 1 && b.dim[2] > 1 && b.dim[3] > 1)
			move_split(m, &b, in, out, k);
		else
			move_transpose(m, &b, in, out);
		memcpy(in, out, sizeof(in));
	}
	add_node(m, "Flatten", in, "f");
	dim[0] = (int64_t)count(&b);
	for (size_t i = 0; i < count(&b); i++)
		v[i] = weight(i);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 2, dim, v, count(&b) * sizeof(*v));
	add_node(m, "MatMul", "f w", "y");
	check_weights(m, &b);
}

static void units_are_where_their_elements_are(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++)
		check_case();
}

/* As in a U-net that takes photographs: 2 x 64 channels of 1024 x 1024 joined. */
static void large_maps_are_followed(void **state)
{
	static const int64_t image[] = {-1, 3, 1024, 1024}, first[] = {64, 3, 1, 1};
	static const int64_t second[] = {2, 128, 1, 1};
	Brc__OnnxModel *m = new_model();
	const brc_layer_graph *g;
	float v[256], w[128];
	brc_err err = {0};
	brc_net *net;
	size_t n;
	uint8_t *bytes;

	(void)state;
	for (size_t i = 0; i < 256; i++)
		v[i] = (float)i;
	add_input(m, "x", 4, image);
	add_output(m, "y");
	add_tensor(m, "a", BRC_ONNX_FLOAT, 4, first, v, 192 * sizeof(*v));
	add_tensor(m, "b", BRC_ONNX_FLOAT, 4, second, v, 256 * sizeof(*v));
	add_node(m, "Conv", "x a", "p");
	add_node(m, "Conv", "x a", "q");
	add_int(add_node(m, "Concat", "p q", "j"), "axis", 1);
	add_node(m, "Conv", "j b", "y");
	bytes = pack_model(m, &n);
	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	g = brc_net_layer_graph(net);
	assert_int_equal(g->n_edges, 4);
	assert_int_equal(g->weights(net, 3, w, &err), BRC_OK); /* from the second to the last */
	for (size_t i = 0; i < 64; i++)
		assert_true(w[2 * i] == v[64 + i] && w[2 * i + 1] == v[192 + i]);
	brc_net_free(net);
}

/* Each of two joined values varies in nothing; what they become does. */
static void single_channels_are_told_apart(void **state)
{
	static const int64_t image[] = {-1, 1, 2, 2}, kernel[] = {1, 1, 1, 1}, dim[] = {8, 1};
	static const float one = 1, v[] = {1, 1, 1, 1, 2, 2, 2, 2};
	Brc__OnnxModel *m = new_model();
	const brc_layer_graph *g;
	brc_err err = {0};
	brc_net *net;
	float w[2];
	size_t n;
	uint8_t *bytes;

	(void)state;
	add_input(m, "x", 4, image);
	add_output(m, "y");
	add_tensor(m, "a", BRC_ONNX_FLOAT, 4, kernel, &one, sizeof(one));
	add_tensor(m, "w", BRC_ONNX_FLOAT, 2, dim, v, sizeof(v));
	add_node(m, "Conv", "x a", "p");
	add_node(m, "Conv", "x a", "q");
	add_int(add_node(m, "Concat", "p q", "j"), "axis", 1);
	add_node(m, "Flatten", "j", "f");
	add_node(m, "MatMul", "f w", "y");
	bytes = pack_model(m, &n);
	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	g = brc_net_layer_graph(net);
	assert_int_equal(g->n_edges, 4);
	assert_int_equal(g->weights(net, 2, &w[0], &err), BRC_OK);
	assert_int_equal(g->weights(net, 3, &w[1], &err), BRC_OK);
	assert_true(w[0] == 4 && w[1] == 8);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units_are_where_their_elements_are),
		cmocka_unit_test(large_maps_are_followed),
		cmocka_unit_test(single_channels_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
