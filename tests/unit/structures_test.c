/* Branches, loops, functions and sequences: what they become, and what is refused. */
#include "model_build.h"

#include <time.h>

#include "exec_pass.h"
#include "net/net.h"

static const int64_t rows_of[] = {-1, 4};

/* A model x [N, 4] -> y with weights a [4, 4] and the scalars yes and no. */
static Brc__OnnxModel *begin(void)
{
	static const uint8_t yes = 1, no = 0;
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 2, rows_of);
	add_output(m, "y");
	add_weights(m, "a", 4, 4);
	add_tensor(m, "yes", BRC_ONNX_BOOL, 0, NULL, &yes, 1);
	add_tensor(m, "no", BRC_ONNX_BOOL, 0, NULL, &no, 1);
	return m;
}

static Brc__OnnxNode *make_node(const char *op, const char *in, const char *out)
{
	Brc__OnnxModel *m = new_model();
	Brc__OnnxNode *n = add_node(m, op, in, out);

	m->graph->n_node = 0;
	free_model(m);
	return n;
}

/* A graph of one node for a branch or a body, with these inputs and outputs. */
static Brc__OnnxGraph *make_graph(const char *in, const char *out, Brc__OnnxNode *n)
{
	Brc__OnnxGraph *g = made(sizeof(*g));
	char *copy[2] = {strdup(in), strdup(out)}, *rest, *word;

	brc__onnx_graph__init(g);
	for (rest = copy[0]; (word = strtok_r(rest, " ", &rest));)
		append(&g->input, &g->n_input, new_value(word, BRC_ONNX_FLOAT, 0, NULL));
	for (rest = copy[1]; (word = strtok_r(rest, " ", &rest));)
		append(&g->output, &g->n_output, new_value(word, BRC_ONNX_FLOAT, 0, NULL));
	append(&g->node, &g->n_node, n);
	free(copy[0]);
	free(copy[1]);
	return g;
}

static void add_graph(Brc__OnnxNode *n, const char *name, Brc__OnnxGraph *g)
{
	add_attribute(n, name, 5)->g = g;
}

/* If on `condition` between the operators of one input in `then` and `otherwise`. */
static Brc__OnnxNode *choose(const char *condition, const char *in, const char *out,
			     const char *then, const char *otherwise)
{
	Brc__OnnxNode *n = make_node("If", condition, out);

	add_graph(n, "then_branch", make_graph("", "t", make_node(then, in, "t")));
	add_graph(n, "else_branch", make_graph("", "e", make_node(otherwise, in, "e")));
	return n;
}

static void put(Brc__OnnxModel *m, Brc__OnnxNode *n)
{
	append(&m->graph->node, &m->graph->n_node, n);
}

static Brc__OnnxFunction *add_function(Brc__OnnxModel *m, const char *name, const char *in,
				       const char *out)
{
	Brc__OnnxFunction *f = made(sizeof(*f));

	brc__onnx_function__init(f);
	f->name = strdup(name);
	f->domain = strdup("mine");
	append_words(&f->input, &f->n_input, in);
	append_words(&f->output, &f->n_output, out);
	append(&m->functions, &m->n_functions, f);
	return f;
}

static Brc__OnnxNode *call(const char *name, const char *in, const char *out)
{
	Brc__OnnxNode *n = make_node(name, in, out);

	free(n->domain);
	n->domain = strdup("mine");
	return n;
}

static void put_in(Brc__OnnxFunction *f, Brc__OnnxNode *n)
{
	append(&f->node, &f->n_node, n);
}

/* ---- what comes out ---- */

static brc_rc build(Brc__OnnxModel *model, brc_onnx *m, brc_exec **g, brc_err *err)
{
	const brc_tensor_view in = {.name = "x", .ndim = 2, .dim = {2, 4}, .batch = true};
	size_t n;
	uint8_t *bytes = pack_model(model, &n);
	brc_rc rc = brc_onnx_decode(m, bytes, n, err);

	*g = NULL;
	free(bytes);
	return rc == BRC_OK ? brc_exec_new(g, m, &in, 1, NULL, err) : rc;
}

/* x = -1, 0, 1 ... 6 gives y[8]. */
static void gives(Brc__OnnxModel *model, const float *y)
{
	brc_err err = {0};
	exec_pass p;
	brc_exec *g;
	brc_onnx m;
	float *x;

	if (build(model, &m, &g, &err) != BRC_OK || exec_pass_new(&p, g, &err) != BRC_OK)
		fail_msg("%s", err.message);
	x = brc_workspace_input(p.w, "x");
	for (size_t i = 0; i < 8; i++)
		x[i] = (float)i - 1;
	assert_int_equal(exec_pass_run(p.w, &err), BRC_OK);
	for (size_t i = 0; i < 8; i++)
		if (((const float *)brc_workspace_output(p.w, 0))[i] != y[i])
			fail_msg("element %zu is %g, not %g", i,
				 ((const float *)brc_workspace_output(p.w, 0))[i], y[i]);
	exec_pass_free(&p);
	brc_exec_free(g);
	brc_onnx_clear(&m);
}

/* Refused with these words, within a second. */
static void refuses(Brc__OnnxModel *model, const char *words)
{
	clock_t start = clock();
	brc_err err = {0};
	brc_exec *g;
	brc_onnx m;

	assert_int_equal(build(model, &m, &g, &err), BRC_DATA);
	if (!strstr(err.message, words))
		fail_msg("'%s' is not in '%s'", words, err.message);
	assert_true((clock() - start) / CLOCKS_PER_SEC < 10); /* with sanitizers; else one */
	brc_onnx_clear(&m);
}

static const float negated[] = {1, 0, -1, -2, -3, -4, -5, -6}, cut[] = {0, 0, 1, 2, 3, 4, 5, 6};

static void a_known_condition_chooses_a_branch(void **state)
{
	Brc__OnnxModel *m = begin();

	(void)state;
	put(m, choose("yes", "x", "y", "Neg", "Relu"));
	gives(m, negated);
	m = begin();
	put(m, choose("no", "x", "y", "Neg", "Relu"));
	gives(m, cut);
}

static void a_condition_on_shapes_is_known(void **state)
{
	static const int64_t two = 2;
	Brc__OnnxModel *m = begin();

	(void)state;
	put(m, choose("same", "x", "y", "Neg", "Relu")); /* before what it reads */
	add_tensor(m, "two", BRC_ONNX_INT64, 0, NULL, &two, sizeof(two));
	add_node(m, "Shape", "x", "shape");
	add_node(m, "Size", "shape", "n");
	add_node(m, "Equal", "n two", "same");
	gives(m, negated);
}

static void branches_see_the_names_around_them(void **state)
{
	Brc__OnnxModel *m = begin();
	Brc__OnnxNode *outer = make_node("If", "yes", "y");
	Brc__OnnxGraph *g = make_graph("", "u", choose("no", "h", "u", "Neg", "Relu"));

	(void)state;
	append(&g->node, &g->n_node, make_node("Identity", "x", "h"));
	add_graph(outer, "then_branch", g);
	put(m, outer);
	gives(m, cut);
}

/* As in a model for one image at a time, which asks whether its image is large. */
static void images_may_ask_for_a_branch(void **state)
{
	static const float y[] = {1, 0, -1, -2, 3, 4, 5, 6};
	Brc__OnnxModel *m = begin();
	const float three = 3;

	(void)state;
	add_tensor(m, "three", BRC_ONNX_FLOAT, 0, NULL, &three, sizeof(three));
	add_int_list(add_node(m, "ReduceMax", "x", "top"), "axes", 1, (const int64_t[]){1});
	add_node(m, "Less", "top three", "small"); /* the first image is */
	put(m, choose("small", "x", "y", "Neg", "Relu"));
	gives(m, y);
	m = begin();
	add_tensor(m, "three", BRC_ONNX_FLOAT, 0, NULL, &three, sizeof(three));
	add_int_list(add_node(m, "ReduceMax", "x", "top"), "axes", 1, (const int64_t[]){1});
	add_node(m, "Less", "top three", "small");
	put(m, choose("small", "x", "y", "Neg", "Shape"));
	refuses(m, "node 'my-y' (If): each image asks for a branch, and these have other shapes");
}

static void an_unknown_condition_is_refused(void **state)
{
	Brc__OnnxModel *m = begin();

	(void)state;
	add_node(m, "Greater", "x x", "more");
	put(m, choose("more", "x", "y", "Neg", "Relu"));
	refuses(m, "node 'my-y' (If): its condition 'more' depends on the network's input");
	m = begin();
	put(m, make_node("If", "yes", "y"));
	refuses(m, "node 'my-y' (If): it has no then branch");
	m = begin();
	put(m, choose("yes", "nowhere", "y", "Neg", "Relu"));
	refuses(m, "node 'my-t' (Neg): its input 'nowhere' does not exist");
}

/* A hundred branches inside of each other: the scan refuses them before they are decoded. */
static void a_tower_of_branches_is_refused(void **state)
{
	Brc__OnnxModel *m = begin();
	Brc__OnnxNode *n = choose("yes", "x", "y", "Neg", "Relu");

	(void)state;
	for (size_t i = 0; i < 100; i++) {
		Brc__OnnxGraph *g = make_graph("", "y", n);

		n = make_node("If", "yes", "y");
		add_graph(n, "then_branch", g);
	}
	put(m, n);
	refuses(m, "nested too deeply");
}

/* ---- functions ---- */

/* scaled(p; alpha = 3) = LeakyRelu(p; alpha), twice(p) = -scaled(-p) */
static Brc__OnnxModel *with_functions(bool given)
{
	Brc__OnnxModel *m = begin();
	Brc__OnnxFunction *f = add_function(m, "scaled", "p", "q"), *twice;
	Brc__OnnxNode *n = make_node("LeakyRelu", "p", "q"), *c;
	Brc__OnnxAttribute *a = add_attribute(n, "alpha", 1), *d = made(sizeof(*d));

	a->ref_attr_name = strdup("slope");
	put_in(f, n);
	brc__onnx_attribute__init(d);
	d->name = strdup("slope");
	d->type = d->has_type = 1;
	d->f = 3;
	d->has_f = 1;
	append(&f->attribute_proto, &f->n_attribute_proto, d);
	twice = add_function(m, "twice", "p -", "q");
	put_in(twice, make_node("Neg", "p", "h"));
	c = call("scaled", "h", "g");
	if (given) {
		a = add_attribute(c, "slope", 1);
		a->f = 2;
		a->has_f = 1;
	}
	put_in(twice, c);
	put_in(twice, make_node("Neg", "g", "q"));
	put(m, call("twice", "x", "y"));
	return m;
}

static void functions_become_their_nodes(void **state)
{
	static const float three[] = {-1, 0, 3, 6, 9, 12, 15, 18};
	static const float two[] = {-1, 0, 2, 4, 6, 8, 10, 12};
	Brc__OnnxModel *m;

	(void)state;
	gives(with_functions(false), three);
	gives(with_functions(true), two);
	m = with_functions(true);
	m->functions[0]->node[0]->op_type[0] = 'Q';
	refuses(m, "operator QeakyRelu (node 'my-q') is not supported");
	m = with_functions(true);
	add_int(m->functions[1]->node[1], "speed", 1);
	refuses(m, "node 'my-g' (scaled): its function has no attribute 'speed'");
	m = with_functions(true);
	add_function(m, "twice", "p", "q");
	refuses(m, "function 'twice' is defined twice");
}

static void functions_that_call_themselves_are_refused(void **state)
{
	Brc__OnnxModel *m = begin();

	(void)state;
	put_in(add_function(m, "one", "p", "q"), call("two", "p", "q"));
	put_in(add_function(m, "two", "p", "q"), call("one", "p", "q"));
	put(m, call("one", "x", "y"));
	refuses(m, "function 'one' calls itself");
}

/* Each function calls the next one twice: a thousand bytes for 2^40 nodes. */
static void functions_that_double_are_refused(void **state)
{
	Brc__OnnxModel *m = begin();
	char name[3][16];

	(void)state;
	for (size_t i = 0; i < 40; i++) {
		Brc__OnnxFunction *f;

		snprintf(name[0], sizeof(name[0]), "f%zu", i);
		snprintf(name[1], sizeof(name[1]), "f%zu", i + 1);
		f = add_function(m, name[0], "p", "q");
		put_in(f, i < 39 ? call(name[1], "p", "h") : make_node("Neg", "p", "h"));
		put_in(f, i < 39 ? call(name[1], "h", "q") : make_node("Neg", "h", "q"));
	}
	put(m, call("f0", "x", "y"));
	refuses(m, "more nodes than the size of the model accounts for");
}

/* ---- loops and sequences ---- */

/* p goes through Add to itself, `turns` times. */
static Brc__OnnxModel *doubling(int64_t turns, const char *condition)
{
	Brc__OnnxModel *m = begin();
	Brc__OnnxNode *n = make_node("Loop", condition, "y");

	add_tensor(m, "turns", BRC_ONNX_INT64, 0, NULL, &turns, sizeof(turns));
	add_graph(n, "body", make_graph("i go p", "go q", make_node("Add", "p p", "q")));
	put(m, n);
	return m;
}

static void loops_become_their_turns(void **state)
{
	static const float eight[] = {-8, 0, 8, 16, 24, 32, 40, 48};
	static const float once[] = {-1, 0, 1, 2, 3, 4, 5, 6};

	(void)state;
	gives(doubling(3, "turns - x"), eight);
	gives(doubling(3, "turns yes x"), eight);
	gives(doubling(3, "turns no x"), once);
	gives(doubling(-1, "turns - x"), once);
	refuses(doubling(INT64_MAX, "turns - x"), "more nodes than the size of the model");
	refuses(doubling(3, "- yes x"), "more nodes than the size of the model");
	refuses(doubling(3, "x - x"), "its number of turns 'x' holds floats");
	refuses(doubling(3, "turns - x x"), "its body does not fit its inputs");
}

static void sequences_become_their_values(void **state)
{
	static const float swapped[] = {1, 2, -1, 0, 5, 6, 3, 4};
	static const int64_t two = 2, first = 0, far = 9;
	Brc__OnnxModel *m;

	(void)state;
	for (int wrong = 0; wrong < 2; wrong++) {
		m = begin();
		add_tensor(m, "two", BRC_ONNX_INT64, 0, NULL, &two, sizeof(two));
		add_tensor(m, "at", BRC_ONNX_INT64, 0, NULL, wrong ? &far : &first, sizeof(first));
		add_int(add_node(m, "SplitToSequence", "x two", "s"), "axis", 1);
		add_node(m, "SequenceAt", "s at", "f");
		add_node(m, "SequenceErase", "s at", "r");
		add_node(m, "SequenceInsert", "r f", "t");
		add_int(add_node(m, "ConcatFromSequence", "t", "y"), "axis", 1);
		if (wrong)
			refuses(m, "(SequenceAt): position 9 in a sequence of 2 values");
		else
			gives(m, swapped);
	}
	m = begin();
	add_node(m, "SequenceConstruct", "x x", "y");
	refuses(m, "the output 'y' is a sequence of values");
	m = begin();
	add_node(m, "SequenceConstruct", "x x", "s");
	add_node(m, "Neg", "s", "y");
	refuses(m, "node 'my-y' (Neg): its input 's' is a sequence");
}

/* The halves of x, each added to the first half of x; and an optional value that is there. */
static void bodies_are_applied_to_each_value(void **state)
{
	static const float y[] = {-2, 0, 0, 2, 6, 8, 8, 10};
	static const int64_t two = 2, first = 0;
	Brc__OnnxModel *m = begin();
	Brc__OnnxNode *n = make_node("SequenceMap", "s f", "t");

	(void)state;
	add_tensor(m, "two", BRC_ONNX_INT64, 0, NULL, &two, sizeof(two));
	add_tensor(m, "at", BRC_ONNX_INT64, 0, NULL, &first, sizeof(first));
	add_int(add_node(m, "SplitToSequence", "x two", "s"), "axis", 1);
	add_node(m, "SequenceAt", "s at", "f");
	add_graph(n, "body", make_graph("p q", "r", make_node("Add", "p q", "r")));
	put(m, n);
	add_node(m, "Optional", "t", "o");
	add_node(m, "OptionalGetElement", "o", "u");
	add_int(add_node(m, "ConcatFromSequence", "u", "y"), "axis", 1);
	gives(m, y);
	m = begin();
	add_node(m, "Optional", "", "o");
	add_node(m, "OptionalHasElement", "o", "there");
	put(m, choose("there", "x", "y", "Neg", "Relu"));
	gives(m, cut);
	m = begin();
	add_node(m, "Optional", "", "o");
	add_node(m, "OptionalGetElement", "o", "y");
	refuses(m, "(OptionalGetElement): its optional value is not there");
}

/* Bounds that the network computes: of each row the largest number, less two. */
static void values_may_be_cut_off_at_values(void **state)
{
	static const float y[] = {0, 0, 1, 2, 4, 4, 5, 6}, low[] = {-1, 0, 0, 0, 3, 4, 4, 4};
	const float two = 2;

	(void)state;
	for (int upper = 0; upper < 2; upper++) {
		Brc__OnnxModel *m = begin();

		add_tensor(m, "two", BRC_ONNX_FLOAT, 0, NULL, &two, sizeof(two));
		add_int_list(add_node(m, "ReduceMax", "x", "top"), "axes", 1, (const int64_t[]){1});
		add_node(m, "Sub", "top two", "bound");
		add_node(m, "Clip", upper ? "x - bound" : "x bound", "y");
		gives(m, upper ? low : y);
	}
}

/* ---- layers ---- */

static brc_net *network(Brc__OnnxModel *m)
{
	brc_err err = {0};
	brc_net *net;
	size_t n;
	uint8_t *bytes = pack_model(m, &n);

	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	return net;
}

/* Layers inside of functions, loops and branches are those of the same network without them. */
static void layers_inside_are_layers(void **state)
{
	Brc__OnnxModel *m = begin();
	Brc__OnnxFunction *f = add_function(m, "layer", "p w", "q");
	Brc__OnnxNode *n = make_node("If", "yes", "h3");
	const brc_layer_graph *g;
	float w[16] = {0};
	brc_err err = {0};
	brc_net *net;

	(void)state;
	put_in(f, make_node("MatMul", "p w", "s"));
	put_in(f, make_node("Relu", "s", "q"));
	put(m, call("layer", "x a", "h1"));
	put(m, call("layer", "h1 a", "h2"));
	add_graph(n, "then_branch", make_graph("", "t", make_node("MatMul", "h2 a", "t")));
	put(m, n);
	add_node(m, "Identity", "h3", "y");
	net = network(m);
	g = brc_net_layer_graph(net);
	assert_int_equal(g->layers->n, 4);
	assert_int_equal(g->n_edges, 3);
	for (size_t e = 0; e < 3; e++) {
		assert_int_equal(g->edge[e].from + 1, g->edge[e].to);
		assert_int_equal(g->weights(net, e, w, &err), BRC_OK);
		assert_true(w[0] == 0.5f && w[15] == 0.5f);
	}
	brc_net_free(net);
}

/* ---- the number of images ---- */

/* If the extent `k` of x exceeds 100, -x, else what Relu leaves of it; then a layer. */
static Brc__OnnxModel *asks_extent(int64_t k)
{
	static const int64_t hundred = 100;
	Brc__OnnxModel *m = begin();

	add_list(m, "k", 1, &k);
	add_tensor(m, "hundred", BRC_ONNX_INT64, 0, NULL, &hundred, sizeof(hundred));
	add_node(m, "Shape", "x", "shape");
	add_node(m, "Concat", "hundreds shape", "longer");
	add_list(m, "hundreds", 0, NULL);
	add_int(m->graph->node[1], "axis", 0);
	add_node(m, "Gather", "longer k", "extent");
	add_node(m, "Greater", "extent hundred", "many");
	put(m, choose("many", "x", "h", "Neg", "Relu"));
	add_node(m, "MatMul", "h a", "y");
	return m;
}

/* NULL: the network is read; else it is refused with this. */
static void reads(Brc__OnnxModel *m, const char *shape, const char *message)
{
	const brc_net_options how = {.shape = shape};
	brc_err err = {0};
	brc_net *net;
	size_t n;
	uint8_t *bytes = pack_model(m, &n);
	brc_rc rc = brc_net_decode(&net, bytes, n, &how, &err);

	if ((rc == BRC_OK) != !message || (message && !strstr(err.message, message)))
		fail_msg("'%s'", err.message);
	if (message)
		assert_string_equal(err.hint,
				    "--shape x=1,... runs one image at a time, which is possible");
	brc_net_free(net);
	free(bytes);
}

static void the_number_of_images_is_no_condition(void **state)
{
	static const char no[] = "node 'my-h' (If): its condition 'many' follows from the number "
				 "of images at a time";
	Brc__OnnxModel *declared = asks_extent(0);
	Brc__OnnxDimension *images = declared->graph->input[0]->type->tensor_type->shape->dim[0];

	(void)state;
	reads(asks_extent(0), NULL, no);
	reads(asks_extent(0), "x=1,4", NULL);
	reads(asks_extent(0), "x=200,4", NULL);
	reads(asks_extent(1), NULL, NULL);
	images->has_dim_value = 1; /* the answer for one image is that of the model */
	images->dim_value = 1;
	reads(declared, NULL, NULL);
}

/* What broca computes for an image must not depend on how many others there are. */
static void the_number_of_images_is_no_operand(void **state)
{
	static const int64_t zero = 0, four = 4;
	Brc__OnnxModel *m[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		m[i] = begin();
		add_tensor(m[i], "zero", BRC_ONNX_INT64, 0, NULL, &zero, sizeof(zero));
		add_list(m[i], "four", 1, &four);
		add_node(m[i], "Shape", "x", "shape");
	}
	add_node(m[0], "Gather", "shape zero", "n");
	add_int(add_node(m[0], "Cast", "n", "real"), "to", BRC_ONNX_FLOAT);
	add_node(m[0], "Div", "x real", "h");
	add_node(m[0], "MatMul", "h a", "y");
	reads(m[0], NULL, "node 'my-h' (Div): it computes with the number of images at a time");
	/* as an extent it may be used: zeros for all images, and rows of four */
	add_node(m[1], "ConstantOfShape", "shape", "zeros");
	add_node(m[1], "Gather", "shape zero", "n");
	add_node(m[1], "Reshape", "n one", "rows");
	add_list(m[1], "one", 1, (const int64_t[]){1});
	add_int(add_node(m[1], "Concat", "rows four", "target"), "axis", 0);
	add_node(m[1], "Add", "x zeros", "more");
	add_node(m[1], "Reshape", "more target", "h");
	add_node(m[1], "MatMul", "h a", "y");
	reads(m[1], NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_condition_chooses_a_branch),
		cmocka_unit_test(a_condition_on_shapes_is_known),
		cmocka_unit_test(branches_see_the_names_around_them),
		cmocka_unit_test(images_may_ask_for_a_branch),
		cmocka_unit_test(an_unknown_condition_is_refused),
		cmocka_unit_test(a_tower_of_branches_is_refused),
		cmocka_unit_test(functions_become_their_nodes),
		cmocka_unit_test(functions_that_call_themselves_are_refused),
		cmocka_unit_test(functions_that_double_are_refused),
		cmocka_unit_test(loops_become_their_turns),
		cmocka_unit_test(sequences_become_their_values),
		cmocka_unit_test(bodies_are_applied_to_each_value),
		cmocka_unit_test(values_may_be_cut_off_at_values),
		cmocka_unit_test(layers_inside_are_layers),
		cmocka_unit_test(the_number_of_images_is_no_condition),
		cmocka_unit_test(the_number_of_images_is_no_operand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
