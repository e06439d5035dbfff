/*
 * Nodes that hold graphs: If with a condition that is known when the graph is built, Loop and Scan
 * with a known number of turns. Their nodes are put in their place. Also what all structures share.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/builder.h"

const brc_structure *brc_structure_find(const char *type)
{
	static const brc_structure *const all[] = {brc_control_structures, brc_sequence_structures,
						   brc_product_structures};

	for (size_t k = 0; k < sizeof(all) / sizeof(*all); k++)
		for (const brc_structure *s = all[k]; s->type; s++)
			if (strcmp(s->type, type) == 0)
				return s;
	return NULL;
}

/* ---- what structures share ---- */

brc_rc brc_builder_tensor(const brc_builder *b, const brc_binding *in, size_t k, size_t *value)
{
	*value = in[k].value;
	if (in[k].sequence)
		return brc_fail(b->err, BRC_DATA, "input %zu is a sequence; a tensor is needed", k);
	return *value == BRC_NOWHERE ? brc_fail(b->err, BRC_DATA, "input %zu is missing", k)
				     : BRC_OK;
}

brc_rc brc_builder_known(const brc_builder *b, const brc_binding *in, size_t k, const char *what,
			 const brc_operand **v)
{
	size_t at;

	BRC_TRY(brc_builder_tensor(b, in, k, &at));
	*v = &b->g->value[at];
	if ((*v)->elem == BRC_ELEM_FLOAT)
		return brc_fail(b->err, BRC_DATA, "its %s '%.200s' holds floats", what, (*v)->name);
	if ((*v)->state == BRC_CONSTANT)
		return BRC_OK;
	return brc_fail(b->err, BRC_DATA,
			"its %s '%.200s' depends on the network's input; it must be known when the "
			"network is read",
			what, (*v)->name);
}

brc_rc brc_builder_number(const brc_builder *b, const brc_binding *in, size_t k, const char *what,
			  int64_t *number)
{
	const brc_operand *v;

	BRC_TRY(brc_builder_known(b, in, k, what, &v));
	if (v->count != 1)
		return brc_fail(b->err, BRC_DATA, "its %s '%.200s' has %zu elements, not one", what,
				v->name, v->count);
	if (brc_follows_images(v, 0))
		return brc_fail(
			b->err, BRC_DATA,
			"its %s '%.200s' follows from the number of images at a time, which "
			"may be any",
			what, v->name);
	*number = *(const int64_t *)v->data;
	return BRC_OK;
}

brc_rc brc_builder_constant(brc_builder *b, brc_elem elem, size_t ndim, const int64_t *v,
			    size_t count, size_t *value)
{
	int64_t *copy;

	BRC_TRY(brc_exec_constant(b->g, "", elem, ndim, count, value, &copy, b->err));
	if (count)
		memcpy(copy, v, count * sizeof(*v));
	return BRC_OK;
}

brc_rc brc_builder_list(brc_builder *b, const int64_t *v, size_t n, brc_list *list)
{
	int64_t *copy;

	BRC_TRY(brc_exec_alloc(b->g, &copy, n, sizeof(*copy), b->err));
	if (n)
		memcpy(copy, v, n * sizeof(*copy));
	*list = (brc_list){copy, n};
	return BRC_OK;
}

static const Brc__OnnxGraph *graph_of(const Brc__OnnxNode *p, const char *name)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, name);

	return a ? a->g : NULL;
}

/* ---- If ---- */

/* The outputs of one branch: out[outputs of the node]. */
static brc_rc take_branch(brc_builder *b, const Brc__OnnxNode *p, bool then, brc_binding *out)
{
	brc_inlined what = {.graph = graph_of(p, then ? "then_branch" : "else_branch"),
			    .node = p,
			    .branch = then ? "then" : "else",
			    .turn = BRC_NOWHERE};

	if (!what.graph)
		return brc_fail(b->err, BRC_DATA, "it has no %s branch", then ? "then" : "else");
	if (what.graph->n_output != p->n_output)
		return brc_fail(b->err, BRC_DATA, "it has %zu outputs, its branch %zu", p->n_output,
				what.graph->n_output);
	return brc_builder_inline(b, &what, out);
}

/* Has each image a condition of its own? A model for one image at a time may be written so. */
static bool asks_each_image(const brc_builder *b, const brc_binding *in)
{
	const brc_operand *c =
		in->sequence || in->value == BRC_NOWHERE ? NULL : &b->g->value[in->value];

	return c && c->state == BRC_COMPUTED && c->elem == BRC_ELEM_BOOL &&
	       c->batch != BRC_NOWHERE && c->inner == 1 && c->count == b->g->rows;
}

/* *out: the first of two values for images whose condition is true, and the second for others. */
static brc_rc choose(brc_builder *b, const Brc__OnnxNode *p, size_t condition,
		     const brc_binding *from, size_t *out)
{
	int64_t shape[BRC_MAX_DIMS];
	size_t in[3] = {0}, ask[2] = {condition}, ndim, at;
	const brc_operand *v;

	BRC_TRY(brc_builder_tensor(b, from, 0, &in[1]));
	BRC_TRY(brc_builder_tensor(b, from, 1, &in[2]));
	v = &b->g->value[in[b->g->value[in[1]].batch == BRC_NOWHERE ? 2 : 1]];
	ndim = v->ndim;
	at = v->batch == BRC_NOWHERE ? 0 : v->batch;
	if (b->g->value[in[1]].ndim != b->g->value[in[2]].ndim || ndim == 0)
		return brc_fail(b->err, BRC_DATA,
				"each image asks for a branch, and these have other shapes");
	for (size_t k = 0; k < ndim; k++)
		shape[k] = k == at ? (int64_t)b->g->rows : 1;
	BRC_TRY(brc_builder_constant(b, BRC_ELEM_INT, 1, shape, ndim, &ask[1]));
	BRC_TRY(brc_builder_emit(b, p, "Reshape", NULL, ask, 2, &in[0], 1));
	return brc_builder_emit(b, p, "Where", NULL, in, 3, out, 1);
}

/* Both branches, of which each image takes one. */
static brc_rc take_both(brc_builder *b, const Brc__OnnxNode *p, size_t condition, brc_binding *out)
{
	size_t n = p->n_output;
	brc_binding *from = brc_alloc(2 * n, sizeof(*from), b->err);
	brc_rc rc = brc_made(from);

	BRC_THEN(rc, take_branch(b, p, true, from));
	BRC_THEN(rc, take_branch(b, p, false, from + n));
	for (size_t k = 0; rc == BRC_OK && k < n; k++) {
		const brc_binding two[2] = {from[k], from[n + k]};

		rc = choose(b, p, condition, two, &out[k].value);
	}
	free(from);
	return rc;
}

static brc_rc build_if(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
		       brc_binding *out)
{
	int64_t condition = 0;

	if (asks_each_image(b, in))
		return take_both(b, p, in->value, out);
	BRC_TRY(brc_builder_number(b, in, 0, "condition", &condition));
	return take_branch(b, p, condition, out);
}

/* ---- turns ---- */

/* Turns of a Loop or Scan: its graph, and what a turn is given and leaves. */
typedef struct turns {
	const Brc__OnnxNode *node;
	const Brc__OnnxGraph *body;
	size_t n, carried, given, kept; /* turns; values that turns hand on, get, leave behind */
	brc_binding *in, *out;          /* of one turn: [inputs], [outputs] of the body */
	size_t *left, cap;              /* [turns so far][kept]: values that they left behind */
} turns;

static void free_turns(turns *t)
{
	free(t->in);
	free(t->out);
	free(t->left);
}

/* Room for one turn. */
static brc_rc new_turns(const brc_builder *b, turns *t)
{
	t->in = brc_alloc(t->body->n_input, sizeof(*t->in), b->err);
	t->out = brc_alloc(t->body->n_output, sizeof(*t->out), b->err);
	return t->in && t->out ? BRC_OK : BRC_RESOURCE;
}

static brc_rc one_turn(brc_builder *b, const turns *t, size_t turn)
{
	const brc_inlined what = {.graph = t->body,
				  .node = t->node,
				  .turn = turn,
				  .in = t->in,
				  .n_in = t->body->n_input};

	return brc_builder_inline(b, &what, t->out);
}

/* all[n]: what turns left behind in place k, joined along a new axis. */
static brc_rc join_all(brc_builder *b, const turns *t, size_t *all, size_t k, int64_t axis,
		       bool backwards, size_t *out)
{
	const brc_axis_args along = {.axis = axis};
	brc_axes_args one;

	BRC_TRY(brc_builder_list(b, &axis, 1, &one.axes));
	for (size_t i = 0; i < t->n; i++) {
		size_t turn = backwards ? t->n - 1 - i : i;

		BRC_TRY(brc_builder_emit(b, t->node, "Unsqueeze", &one,
					 &t->left[turn * t->kept + k], 1, &all[i], 1));
	}
	return brc_builder_emit(b, t->node, "Concat", &along, all, t->n, out, 1);
}

static brc_rc join_kept(brc_builder *b, const turns *t, size_t k, int64_t axis, bool backwards,
			brc_binding *out)
{
	size_t *all;
	brc_rc rc;

	if (t->n == 0)
		return brc_fail(b->err, BRC_DATA, "it has no turns, and leaves nothing behind");
	all = brc_alloc(t->n, sizeof(*all), b->err);
	rc = brc_made(all);
	BRC_THEN(rc, join_all(b, t, all, k, axis, backwards, &out->value));
	free(all);
	return rc;
}

/* Note what a turn left behind, from output `first` of the body on. */
static brc_rc keep(const brc_builder *b, turns *t, size_t first, size_t turn)
{
	BRC_TRY(brc_grow(&t->left, &t->cap, (turn + 1) * t->kept, sizeof(*t->left), b->err));
	for (size_t k = 0; k < t->kept; k++)
		BRC_TRY(brc_builder_tensor(b, t->out + first, k, &t->left[turn * t->kept + k]));
	return BRC_OK;
}

/* ---- Loop ---- */

/* Turns that a Loop takes at most; and whether it takes a first one. */
static brc_rc trip_count(const brc_builder *b, const brc_binding *in, size_t *n, bool *go)
{
	int64_t most = INT64_MAX, first = 1;

	if (!brc_is_unbound(&in[0]))
		BRC_TRY(brc_builder_number(b, in, 0, "number of turns", &most));
	if (!brc_is_unbound(&in[1]))
		BRC_TRY(brc_builder_number(b, in, 1, "condition", &first));
	*n = most > 0 ? brc_least((size_t)most, b->left + 1) : 0;
	*go = first;
	return BRC_OK;
}

static brc_rc loop_turns(brc_builder *b, turns *t)
{
	size_t most = t->n;
	int64_t go = 1;

	for (size_t i = 0; i < most && go; i++) {
		const int64_t number = (int64_t)i, yes = 1;

		BRC_TRY(brc_builder_constant(b, BRC_ELEM_INT, 0, &number, 1, &t->in[0].value));
		BRC_TRY(brc_builder_constant(b, BRC_ELEM_BOOL, 0, &yes, 1, &t->in[1].value));
		BRC_TRY(one_turn(b, t, i));
		BRC_TRY(brc_builder_number(b, t->out, 0, "condition", &go));
		BRC_TRY(keep(b, t, 1 + t->carried, i));
		for (size_t k = 0; k < t->carried; k++)
			t->in[2 + k] = t->out[1 + k];
		t->n = go ? most : i + 1;
	}
	return BRC_OK;
}

static brc_rc run_loop(brc_builder *b, turns *t, const brc_binding *in, brc_binding *out)
{
	t->in[0] = t->in[1] = brc_bind(BRC_NOWHERE);
	for (size_t k = 0; k < t->carried; k++)
		t->in[2 + k] = in[2 + k];
	BRC_TRY(loop_turns(b, t));
	for (size_t k = 0; k < t->carried && k < t->node->n_output; k++)
		out[k] = t->in[2 + k];
	for (size_t k = 0; t->carried + k < t->node->n_output; k++)
		if (*brc_text(t->node->output[t->carried + k]))
			BRC_TRY(join_kept(b, t, k, 0, false, &out[t->carried + k]));
	return BRC_OK;
}

static brc_rc build_loop(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			 brc_binding *out)
{
	turns t = {.node = p, .body = graph_of(p, "body"), .carried = p->n_input - 2};
	bool go;
	brc_rc rc;

	BRC_TRY(trip_count(b, in, &t.n, &go));
	if (!t.body || t.body->n_input != p->n_input || t.body->n_output < 1 + t.carried)
		return brc_fail(b->err, BRC_DATA, "its body does not fit its inputs");
	t.kept = t.body->n_output - 1 - t.carried;
	if (p->n_output > t.carried + t.kept)
		return brc_fail(b->err, BRC_DATA, "its body does not fit its outputs");
	if (!go)
		t.n = 0;
	rc = new_turns(b, &t);
	BRC_THEN(rc, run_loop(b, &t, in, out));
	free_turns(&t);
	return rc;
}

/* ---- Scan ---- */

/* The lists of integers that a Scan may have: axes and directions of what it gets and leaves. */
typedef struct scan {
	const int64_t *axis[2], *direction[2]; /* NULL: zeros */
} scan;

static brc_rc scan_list(const brc_builder *b, const turns *t, const char *name, size_t n,
			const int64_t **list)
{
	size_t have;

	BRC_TRY(brc_onnx_attribute_ints(t->node, name, list, &have, b->err));
	if (*list && have != n)
		return brc_fail(b->err, BRC_DATA, "its %s has %zu entries, not %zu", name, have, n);
	return BRC_OK;
}

static brc_rc scan_lists(const brc_builder *b, const turns *t, scan *s)
{
	BRC_TRY(scan_list(b, t, "scan_input_axes", t->given, &s->axis[0]));
	BRC_TRY(scan_list(b, t, "scan_output_axes", t->kept, &s->axis[1]));
	BRC_TRY(scan_list(b, t, "scan_input_directions", t->given, &s->direction[0]));
	return scan_list(b, t, "scan_output_directions", t->kept, &s->direction[1]);
}

/* The number of turns: the extent of every input along its axis. */
static brc_rc scan_count(const brc_builder *b, turns *t, const scan *s, const brc_binding *in)
{
	for (size_t k = 0; k < t->given; k++) {
		const brc_operand *v;
		size_t at, axis;

		BRC_TRY(brc_builder_tensor(b, in, t->carried + k, &at));
		v = &b->g->value[at];
		BRC_TRY(brc_axis(s->axis[0] ? s->axis[0][k] : 0, v->ndim, &axis, b->err));
		if (k > 0 && v->dim[axis] != t->n)
			return brc_fail(b->err, BRC_DATA, "its inputs differ in length");
		t->n = v->dim[axis];
	}
	return BRC_OK;
}

/* What turn i is given of input k: one index along its axis. */
static brc_rc scan_give(brc_builder *b, const turns *t, const scan *s, const brc_binding *in,
			size_t k, size_t i)
{
	const brc_axis_args along = {.axis = s->axis[0] ? s->axis[0][k] : 0};
	const int64_t at = (int64_t)(s->direction[0] && s->direction[0][k] ? t->n - 1 - i : i);
	size_t from[2] = {in[t->carried + k].value};
	brc_binding *to = &t->in[t->carried + k];

	BRC_TRY(brc_builder_constant(b, BRC_ELEM_INT, 0, &at, 1, &from[1]));
	*to = brc_bind(BRC_NOWHERE);
	return brc_builder_emit(b, t->node, "Gather", &along, from, 2, &to->value, 1);
}

static brc_rc run_scan(brc_builder *b, turns *t, const scan *s, const brc_binding *in,
		       brc_binding *out)
{
	memcpy(t->in, in, t->carried * sizeof(*in));
	for (size_t i = 0; i < t->n; i++) {
		for (size_t k = 0; k < t->given; k++)
			BRC_TRY(scan_give(b, t, s, in, k, i));
		BRC_TRY(one_turn(b, t, i));
		BRC_TRY(keep(b, t, t->carried, i));
		memcpy(t->in, t->out, t->carried * sizeof(*in));
	}
	for (size_t k = 0; k < t->node->n_output; k++) {
		size_t kept = k - t->carried;

		if (k < t->carried)
			out[k] = t->in[k];
		else if (*brc_text(t->node->output[k]))
			BRC_TRY(join_kept(b, t, kept, s->axis[1] ? s->axis[1][kept] : 0,
					  s->direction[1] && s->direction[1][kept], &out[k]));
	}
	return BRC_OK;
}

static brc_rc build_scan(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			 brc_binding *out)
{
	turns t = {.node = p, .body = graph_of(p, "body")};
	scan s = {.axis = {NULL}};
	int64_t given;
	brc_rc rc;

	BRC_TRY(brc_onnx_attribute_int(p, "num_scan_inputs", 0, &given, b->err));
	if (b->g->opset < 9)
		return brc_fail(b->err, BRC_DATA, "its form up to operator set 8 is not supported");
	if (given < 1 || (uint64_t)given > p->n_input || !t.body || t.body->n_input != p->n_input ||
	    t.body->n_output != p->n_output || p->n_output + (size_t)given < p->n_input)
		return brc_fail(b->err, BRC_DATA, "its body does not fit its inputs and outputs");
	t.given = (size_t)given;
	t.carried = p->n_input - t.given;
	t.kept = p->n_output - t.carried;
	BRC_TRY(scan_lists(b, &t, &s));
	BRC_TRY(scan_count(b, &t, &s, in));
	rc = new_turns(b, &t);
	BRC_THEN(rc, run_scan(b, &t, &s, in, out));
	free_turns(&t);
	return rc;
}

static const char *const branches[] = {"then_branch", "else_branch", NULL};
static const char *const body[] = {"body", NULL};
static const char *const scans[] = {"body",
				    "num_scan_inputs",
				    "scan_input_axes",
				    "scan_output_axes",
				    "scan_input_directions",
				    "scan_output_directions",
				    NULL};

const brc_structure brc_control_structures[] = {
	{"If", branches, 1, 1, SIZE_MAX, build_if},
	{"Loop", body, 2, SIZE_MAX, SIZE_MAX, build_loop},
	{"Scan", scans, 1, SIZE_MAX, SIZE_MAX, build_scan},
	{.type = NULL},
};
