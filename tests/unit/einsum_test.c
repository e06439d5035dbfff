/*
 * Einsum against plain loops over all letters; its layers, and those of MatMul with a stack of
 * matrices; equations that lie.
 */
#include "model_build.h"

#include <math.h>
#include <time.h>

#include "exec_pass.h"
#include "net/net.h"

enum { ROWS = 2, LETTERS = 6, OPERANDS = 3, MOST = 4, CASES = 3000 };

static uint64_t state_of_numbers = 1;

static size_t draw(size_t n)
{
	state_of_numbers = state_of_numbers * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(state_of_numbers >> 33) % n;
}

/* Letter 0 is that of images. Each operand has some of the letters, and maybe one twice. */
typedef struct equation {
	size_t extent[LETTERS], n, count[OPERANDS], out_count;
	int letter[OPERANDS][MOST], out[LETTERS];
	size_t dim[OPERANDS][MOST];
	float *data[OPERANDS];
	char text[64];
} equation;

static bool is_computed(const equation *e, size_t k)
{
	for (size_t i = 0; i < e->count[k]; i++)
		if (e->letter[k][i] == 0)
			return true;
	return false;
}

static void draw_operand(equation *e, size_t k)
{
	size_t n = 1;
	bool images = k == 0 || draw(2);

	e->count[k] = images;
	if (images)
		e->letter[k][0] = 0;
	for (size_t i = draw(MOST); i > 0; i--)
		e->letter[k][e->count[k]++] = 1 + (int)draw(LETTERS - 1);
	for (size_t i = 0; i < e->count[k]; i++) {
		e->dim[k][i] = e->extent[e->letter[k][i]];
		if (e->letter[k][i] > 0 && draw(8) == 0)
			e->dim[k][i] = 1; /* stands for any extent */
		n *= e->dim[k][i];
	}
	e->data[k] = made(n * sizeof(float));
	for (size_t i = 0; i < n; i++)
		e->data[k][i] = (float)draw(2001) / 1000 - 1;
}

/* Letters that occur, images always, in any order. */
static void draw_output(equation *e)
{
	bool there[LETTERS] = {false};

	for (size_t k = 0; k < e->n; k++)
		for (size_t i = 0; i < e->count[k]; i++)
			there[e->letter[k][i]] = true;
	e->out_count = 0;
	for (int l = 0; l < LETTERS; l++) {
		size_t at = draw(e->out_count + 1);

		if (!there[l] || (l > 0 && draw(2)))
			continue;
		for (size_t i = e->out_count++; i > at; i--)
			e->out[i] = e->out[i - 1];
		e->out[at] = l;
	}
}

/* The letter of one that stands for 1 everywhere has this extent. */
static void settle(equation *e)
{
	for (int l = 1; l < LETTERS; l++) {
		size_t most = 1;

		for (size_t k = 0; k < e->n; k++)
			for (size_t i = 0; i < e->count[k]; i++)
				if (e->letter[k][i] == l && e->dim[k][i] > most)
					most = e->dim[k][i];
		e->extent[l] = most;
	}
}

static void draw_equation(equation *e)
{
	size_t len = 0;

	e->n = 1 + draw(OPERANDS);
	e->extent[0] = ROWS;
	for (size_t l = 1; l < LETTERS; l++)
		e->extent[l] = 1 + draw(4);
	for (size_t k = 0; k < e->n; k++)
		draw_operand(e, k);
	settle(e);
	draw_output(e);
	for (size_t k = 0; k < e->n; k++) {
		for (size_t i = 0; i < e->count[k]; i++)
			e->text[len++] = "nBcdEf"[e->letter[k][i]];
		e->text[len++] = k + 1 < e->n ? ',' : '-';
	}
	e->text[len++] = '>';
	for (size_t i = 0; i < e->out_count; i++)
		e->text[len++] = "nBcdEf"[e->out[i]];
	e->text[len] = '\0';
}

/* ---- plain loops ---- */

static double product(const equation *e, const size_t *index)
{
	double p = 1;

	for (size_t k = 0; k < e->n; k++) {
		size_t at = 0;

		for (size_t i = 0; i < e->count[k]; i++)
			at = at * e->dim[k][i] + (e->dim[k][i] == 1 ? 0 : index[e->letter[k][i]]);
		p *= e->data[k][at];
	}
	return p;
}

static size_t plain(const equation *e, double *out)
{
	size_t all = 1, n = 1;

	for (size_t l = 0; l < LETTERS; l++)
		all *= e->extent[l];
	for (size_t i = 0; i < e->out_count; i++)
		n *= e->extent[e->out[i]];
	memset(out, 0, n * sizeof(*out));
	for (size_t i = 0; i < all; i++) {
		size_t index[LETTERS], rest = i, at = 0, absent = 0;

		for (size_t l = 0; l < LETTERS; l++) {
			index[l] = rest % e->extent[l];
			rest /= e->extent[l];
		}
		for (size_t l = 0; l < LETTERS;
		     l++) { /* a letter that does not occur counts once */
			bool there = false;

			for (size_t k = 0; k < e->n; k++)
				for (size_t j = 0; j < e->count[k]; j++)
					there = there || e->letter[k][j] == (int)l;
			absent += !there && index[l] > 0;
		}
		for (size_t j = 0; j < e->out_count; j++)
			at = at * e->extent[e->out[j]] + index[e->out[j]];
		out[at] += absent ? 0 : product(e, index);
	}
	return n;
}

/* ---- the model ---- */

static void set_equation(Brc__OnnxNode *n, const char *text)
{
	Brc__OnnxAttribute *a = add_attribute(n, "equation", 3);

	a->has_s = 1;
	a->s.len = strlen(text);
	a->s.data = (uint8_t *)strdup(text);
}

static Brc__OnnxModel *model_of(const equation *e)
{
	Brc__OnnxModel *m = new_model();
	char in[96] = "", name[32];

	for (size_t k = 0; k < e->n; k++) {
		int64_t dim[MOST] = {0};
		size_t n = 1;

		snprintf(name, sizeof(name), "%sx%zu", k ? " " : "", k);
		strcat(in, name);
		for (size_t i = 0; i < e->count[k]; i++)
			n *= (size_t)(dim[i] = (int64_t)e->dim[k][i]);
		snprintf(name, sizeof(name), "x%zu", k);
		if (is_computed(e, k))
			add_input(m, name, e->count[k], dim);
		else
			add_tensor(m, name, BRC_ONNX_FLOAT, e->count[k], dim, e->data[k],
				   n * sizeof(float));
	}
	add_output(m, "y");
	set_equation(add_node(m, "Einsum", in, "y"), e->text);
	return m;
}

static brc_rc build(Brc__OnnxModel *model, const brc_tensor_view *in, size_t n, brc_onnx *m,
		    brc_exec **g, brc_err *err)
{
	size_t size;
	uint8_t *bytes = pack_model(model, &size);
	brc_rc rc = brc_onnx_decode(m, bytes, size, err);

	*g = NULL;
	free(bytes);
	return rc == BRC_OK ? brc_exec_new(g, m, in, n, NULL, err) : rc;
}

static size_t views(const equation *e, brc_tensor_view *in)
{
	static const char *const name[] = {"x0", "x1", "x2"};
	size_t n = 0;

	for (size_t k = 0; k < e->n; k++) {
		if (!is_computed(e, k))
			continue;
		in[n] = (brc_tensor_view){.name = name[k], .ndim = e->count[k], .batch = true};
		memcpy(in[n].dim, e->dim[k], e->count[k] * sizeof(*e->dim[k]));
		n++;
	}
	return n;
}

static void check(const equation *e)
{
	static double want[ROWS * 4 * 4 * 4 * 4 * 4];
	static const char *const name[] = {"x0", "x1", "x2"};
	brc_tensor_view in[OPERANDS];
	size_t n = views(e, in), count = plain(e, want);
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;
	brc_onnx m;

	if (build(model_of(e), in, n, &m, &g, &err) != BRC_OK || exec_pass_new(&p, g, &err))
		fail_msg("%s: %s", e->text, err.message);
	for (size_t k = 0; k < e->n; k++) {
		float *x = is_computed(e, k) ? brc_workspace_input(p.w, name[k]) : NULL;
		size_t size = 1;

		for (size_t i = 0; i < e->count[k]; i++)
			size *= e->dim[k][i];
		if (x)
			memcpy(x, e->data[k], size * sizeof(*x));
	}
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	assert_int_equal(output_of(g, 0)->count, count);
	for (size_t i = 0; i < count; i++) {
		float have = ((const float *)brc_workspace_output(p.w, 0))[i];

		if (fabs(have - want[i]) > 1e-4)
			fail_msg("%s, element %zu: %g, not %g", e->text, i, have, want[i]);
	}
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
}

/* Several letters of one operand, or images that are twice in one, cannot be told from a mixture.
 */
static void random_equations_equal_plain_loops(void **state)
{
	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		equation e = {.n = 0};

		draw_equation(&e);
		check(&e);
		for (size_t k = 0; k < e.n; k++)
			free(e.data[k]);
	}
}

/* ---- dots, and equations without an arrow ---- */

static void gives(const char *text, size_t ndim, const size_t *dim, size_t out_ndim,
		  const size_t *out)
{
	Brc__OnnxModel *m = new_model();
	brc_tensor_view in = {.name = "x", .ndim = ndim, .batch = true};
	int64_t extent[8];
	brc_err err = {0};
	brc_exec *g;
	brc_onnx onnx;

	for (size_t k = 0; k < ndim; k++)
		extent[k] = (int64_t)(in.dim[k] = dim[k]);
	add_input(m, "x", ndim, extent);
	add_output(m, "y");
	add_weights(m, "w", 3, 4);
	set_equation(add_node(m, "Einsum", strchr(text, ',') ? "x w" : "x", "y"), text);
	if (build(m, &in, 1, &onnx, &g, &err) != BRC_OK)
		fail_msg("%s: %s", text, err.message);
	assert_int_equal(output_of(g, 0)->ndim, out_ndim);
	for (size_t k = 0; k < out_ndim; k++)
		assert_int_equal(output_of(g, 0)->dim[k], out[k]);
	brc_exec_free(g);
	brc_onnx_clear(&onnx);
}

static void dots_stand_for_dimensions(void **state)
{
	static const size_t x[] = {2, 5, 3}, deep[] = {2, 5, 6, 3}, two[] = {2, 3};
	static const size_t seven[] = {2, 1, 1, 1, 1, 1, 5};

	(void)state;
	gives("...,...de->...", 7, seven, 7, seven);
	gives("...d,de->...e", 3, x, 3, (const size_t[]){2, 5, 4});
	gives("...d,de->...e", 4, deep, 4, (const size_t[]){2, 5, 6, 4});
	gives("...d,de->...e", 2, two, 2, (const size_t[]){2, 4});
	gives(" n ... d , d e ", 4, deep, 4, (const size_t[]){5, 6, 4, 2});
	gives("bd,...->b...d", 2, two, 4, (const size_t[]){2, 3, 4, 3});
	gives("asc", 3, x, 3, (const size_t[]){2, 3, 5});
	gives("a...->a", 3, x, 1, (const size_t[]){2});
}

/* ---- what is refused ---- */

static void refuses(const char *text, const char *words)
{
	static const int64_t dim[] = {-1, 3};
	const brc_tensor_view in = {.name = "x", .ndim = 2, .dim = {2, 3}, .batch = true};
	Brc__OnnxModel *m = new_model();
	clock_t start = clock();
	brc_err err = {0};
	brc_exec *g;
	brc_onnx onnx;

	add_input(m, "x", 2, dim);
	add_output(m, "y");
	add_weights(m, "w", 3, 4);
	set_equation(add_node(m, "Einsum", "x w", "y"), text);
	assert_int_equal(build(m, &in, 1, &onnx, &g, &err), BRC_DATA);
	if (!strstr(err.message, words))
		fail_msg("'%s': '%s' is not in '%s'", text, words, err.message);
	assert_true((clock() - start) / CLOCKS_PER_SEC < 10);
	brc_onnx_clear(&onnx);
}

static void equations_that_lie_are_refused(void **state)
{
	static const char *const shuffled = "nd,de";
	char *long_text = made((1 << 20) + 1);

	(void)state;
	refuses("", "its equation names 0 dimensions of an operand that has 2");
	refuses("nd", "has fewer terms than there are inputs");
	refuses("nd,de,ef->nf", "has more terms than there are inputs");
	refuses("nd,de->ne->nd", "has more than one output");
	refuses("nd,de-ne", "has no arrow where its output begins");
	refuses("nd,de->nee", "names a dimension of its output twice");
	refuses("nd,de->nq", "has an output of which no operand is");
	refuses("nd,ne->de", "gives one letter to extents of 2 and 3");
	refuses("nd,d1->n", "its equation names 1 dimensions of an operand that has 2");
	refuses("nd,d..e->ne", "has dots that are not three");
	refuses("nd,d....e->ne", "has dots that are not three");
	refuses("nd,d......e->ne", "has dots that are not three");
	refuses("ndabc,de->ne", "its equation names 5 dimensions of an operand that has 2");
	refuses("nd,de->e", "it mixes the images of a batch");
	refuses("nd,de->nabcdefghijklmnop", "names more dimensions");
	memset(long_text, 'a', 1 << 20);
	refuses(long_text, "its equation names 1048576 dimensions");
	memset(long_text, ',', 1 << 20);
	memcpy(long_text, shuffled, strlen(shuffled));
	refuses(long_text, "has more terms than there are inputs");
	free(long_text);
}

/* ---- layers ---- */

/* text: an equation; NULL: it is a MatMul. */
static brc_net *network(const char *text, size_t ndim, const int64_t *x, size_t w_ndim,
			const int64_t *w, bool swapped)
{
	Brc__OnnxModel *m = new_model();
	float v[64];
	size_t n = 1;
	uint8_t *bytes;
	brc_err err = {0};
	brc_net *net;

	add_input(m, "x", ndim, x);
	add_output(m, "y");
	for (size_t k = 0; k < w_ndim; k++)
		n *= (size_t)w[k];
	assert_true(n <= 64);
	for (size_t i = 0; i < n; i++)
		v[i] = (float)(i + 1);
	add_tensor(m, "w", BRC_ONNX_FLOAT, w_ndim, w, v, n * sizeof(*v));
	if (text)
		set_equation(add_node(m, "Einsum", swapped ? "w x" : "x w", "y"), text);
	else
		add_node(m, "MatMul", "x w", "y");
	bytes = pack_model(m, &n);
	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s: %s", text ? text : "MatMul", err.message);
	free(bytes);
	return net;
}

/* One layer called "w", whose unit o has the weight |first + i * in + o * out| from input i. */
static void is_one_layer(brc_net *net, size_t inputs, size_t outputs, size_t in, size_t out)
{
	const brc_layer_graph *g = brc_net_layer_graph(net);
	brc_err err = {0};
	float w[64];

	assert_int_equal(g->layers->n, 2);
	assert_string_equal(g->layers->name[1], "w");
	assert_int_equal(g->layers->units[1], outputs);
	assert_int_equal(g->n_edges, 1);
	assert_int_equal(g->weights(net, 0, w, &err), BRC_OK);
	for (size_t i = 0; i < inputs; i++)
		for (size_t o = 0; o < outputs; o++)
			assert_true(w[i * outputs + o] == (float)(1 + i * in + o * out));
	brc_net_free(net);
}

static void matrices_are_layers(void **state)
{
	static const int64_t x[] = {-1, 3}, matrix[] = {3, 4}, turned[] = {4, 3};
	static const int64_t heads[] = {2, 2, 3}, pieces[] = {-1, 3, 2}, each[] = {3, 2, 4};
	const brc_layer_graph *g;
	brc_net *net;

	(void)state;
	is_one_layer(network("nd,de->ne", 2, x, 2, matrix, false), 3, 4, 4, 1);
	is_one_layer(network("ed,nd->ne", 2, x, 2, turned, true), 3, 4, 1, 3);
	is_one_layer(network("nd,hkd->nhk", 2, x, 3, heads, false), 3, 4, 1, 3);
	is_one_layer(network("nhk,hke->ne", 3, pieces, 3, each, false), 6, 4, 4, 1);
	net = network("nhd,hde->nhe", 3, pieces, 3, each, false); /* a layer for each of three h */
	g = brc_net_layer_graph(net);
	assert_int_equal(g->layers->n, 4);
	assert_int_equal(g->n_edges, 3);
	for (size_t e = 0; e < 3; e++)
		assert_int_equal(g->layers->units[g->edge[e].to], 4);
	brc_net_free(net);
}

static void stacks_of_matrices_are_layers(void **state)
{
	static const int64_t x[] = {-1, 1, 2, 3}, heads[] = {2, 3, 4}, one[] = {1, 3, 4};
	static const int64_t each[] = {-1, 2, 5, 3}, rows[] = {-1, 2, 3}, two[] = {1, 2, 3, 4};
	const brc_layer_graph *g;
	brc_err err = {0};
	brc_net *net;
	float w[64];

	(void)state;
	is_one_layer(network(NULL, 3, rows, 3, one, false), 3, 4, 4, 1);
	for (int k = 0; k < 2; k++) { /* unit 4 h + o has the weight 1 + 12 h + 4 i + o */
		net = network(NULL, 4, x, k ? 4 : 3, k ? two : heads, false);
		g = brc_net_layer_graph(net);
		assert_int_equal(g->layers->n, 2);
		assert_string_equal(g->layers->name[1], "w");
		assert_int_equal(g->layers->units[1], 8);
		assert_int_equal(g->weights(net, 0, w, &err), BRC_OK);
		for (size_t i = 0; i < 24; i++)
			assert_true(w[i] == (float)(1 + 12 * (i % 8 / 4) + 4 * (i / 8) + i % 4));
		brc_net_free(net);
	}
	net = network(NULL, 4, each, 3, heads, false); /* each head reads features of its own */
	g = brc_net_layer_graph(net);
	assert_int_equal(g->layers->n, 3);
	assert_int_equal(g->layers->units[2], 4);
	brc_net_free(net);
}

/* Dimensions of x and of a constant w, with numbers drawn for both. */
typedef struct stack {
	size_t n[2];
	int64_t dim[2][5];
	float data[2][64];
} stack;

static size_t draw_numbers(stack *s, size_t o)
{
	size_t n = 1;

	for (size_t k = 0; k < s->n[o]; k++)
		n *= (size_t)s->dim[o][k];
	assert_true(n <= 64);
	for (size_t i = 0; i < n; i++)
		s->data[o][i] = (float)draw(2001) / 1000 - 1;
	return n;
}

/* Element i of the product y, dimensions aligned from the last. */
static double product_element(const stack *s, const brc_operand *y, size_t i)
{
	const size_t common = (size_t)s->dim[0][s->n[0] - 1], wide = y->dim[y->ndim - 1];
	size_t at[2] = {0, 0}, size[2] = {y->dim[y->ndim - 2] * common, common * wide};
	size_t row = i / wide % y->dim[y->ndim - 2], left = i / wide / y->dim[y->ndim - 2];
	double sum = 0;

	for (size_t k = y->ndim - 2; k-- > 0; left /= y->dim[k])
		for (size_t o = 0; o < 2; o++) {
			if (k + s->n[o] < y->ndim)
				continue;
			if (s->dim[o][k + s->n[o] - y->ndim] > 1)
				at[o] += left % y->dim[k] * size[o];
			size[o] *= (size_t)s->dim[o][k + s->n[o] - y->ndim];
		}
	for (size_t c = 0; c < common; c++)
		sum += (double)s->data[0][at[0] + row * common + c] *
		       (double)s->data[1][at[1] + c * wide + i % wide];
	return sum;
}

static void check_stack(stack s)
{
	Brc__OnnxModel *m = new_model();
	brc_tensor_view in = {.name = "x", .ndim = s.n[0], .batch = true};
	size_t nx = draw_numbers(&s, 0), nw = draw_numbers(&s, 1);
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;
	brc_onnx onnx;

	for (size_t k = 0; k < in.ndim; k++)
		in.dim[k] = (size_t)s.dim[0][k];
	add_input(m, "x", s.n[0], s.dim[0]);
	add_output(m, "y");
	add_tensor(m, "w", BRC_ONNX_FLOAT, s.n[1], s.dim[1], s.data[1], nw * sizeof(float));
	add_node(m, "MatMul", "x w", "y");
	if (build(m, &in, 1, &onnx, &g, &err) != BRC_OK || exec_pass_new(&p, g, &err))
		fail_msg("%s", err.message);
	memcpy(brc_workspace_input(p.w, "x"), s.data[0], nx * sizeof(float));
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	assert_int_equal(output_of(g, 0)->ndim, s.n[0] > s.n[1] ? s.n[0] : s.n[1]);
	for (size_t i = 0; i < output_of(g, 0)->count; i++)
		assert_true(fabs(((const float *)brc_workspace_output(p.w, 0))[i] -
				 product_element(&s, output_of(g, 0), i)) < 1e-5);
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&onnx);
}

/* All ways in which the dimensions of a MatMul with a stack may be aligned. */
static void stacks_equal_loops(void **state)
{
	(void)state;
	check_stack((stack){.n = {4, 3}, .dim = {{ROWS, 1, 2, 3}, {2, 3, 4}}});
	check_stack((stack){.n = {4, 3}, .dim = {{ROWS, 2, 5, 3}, {2, 3, 4}}});
	check_stack((stack){.n = {4, 4}, .dim = {{ROWS, 2, 5, 3}, {1, 1, 3, 4}}});
	check_stack((stack){.n = {2, 3}, .dim = {{ROWS, 3}, {2, 3, 4}}});
	check_stack((stack){.n = {2, 4}, .dim = {{ROWS, 3}, {1, 2, 3, 4}}});
	check_stack((stack){.n = {3, 4}, .dim = {{ROWS, 5, 3}, {2, 1, 3, 4}}});
	check_stack((stack){.n = {5, 4}, .dim = {{ROWS, 2, 1, 2, 3}, {2, 2, 3, 4}}});
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_equations_equal_plain_loops),
		cmocka_unit_test(dots_stand_for_dimensions),
		cmocka_unit_test(equations_that_lie_are_refused),
		cmocka_unit_test(matrices_are_layers),
		cmocka_unit_test(stacks_of_matrices_are_layers),
		cmocka_unit_test(stacks_equal_loops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
