/*
 * Operators on sequences and on optional values. A sequence is known by its length and its values
 * when the graph is built, so that these operators leave at most Split, Concat and the like.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/builder.h"

/* An optional value that is not there. */
static const brc_sequence nothing;

static bool is_sequence(const brc_binding *is)
{
	return is->sequence && is->sequence != &nothing;
}

static brc_rc need_sequence(const brc_builder *b, const brc_binding *in, size_t k,
			    const brc_sequence **s)
{
	*s = in[k].sequence;
	return is_sequence(&in[k]) ? BRC_OK
				   : brc_fail(b->err, BRC_DATA, "input %zu is no sequence", k);
}

/* A sequence of n values that are still to be set. */
static brc_rc new_sequence(brc_builder *b, size_t n, size_t **at, brc_binding *out)
{
	brc_sequence *s;

	BRC_TRY(brc_exec_alloc(b->g, &s, 1, sizeof(*s), b->err));
	BRC_TRY(brc_exec_alloc(b->g, at, n, sizeof(**at), b->err));
	*s = (brc_sequence){n, *at};
	*out = (brc_binding){BRC_NOWHERE, s};
	return BRC_OK;
}

/* A position among n, counted from the back if negative. */
static brc_rc position(const brc_builder *b, int64_t given, size_t n, size_t *at)
{
	int64_t end = (int64_t)n;

	if (given < -end || given >= end)
		return brc_fail(b->err, BRC_DATA, "position %lld in a sequence of %zu values",
				(long long)given, n);
	*at = (size_t)(given < 0 ? given + end : given);
	return BRC_OK;
}

/* ---- making, taking apart ---- */

static brc_rc build_construct(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			      brc_binding *out)
{
	size_t *at;

	BRC_TRY(new_sequence(b, p->n_input, &at, out));
	for (size_t k = 0; k < p->n_input; k++)
		BRC_TRY(brc_builder_tensor(b, in, k, &at[k]));
	return BRC_OK;
}

static brc_rc build_at(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
		       brc_binding *out)
{
	const brc_sequence *s;
	int64_t given = 0;
	size_t at = 0;

	(void)p;
	BRC_TRY(need_sequence(b, in, 0, &s));
	BRC_TRY(brc_builder_number(b, in, 1, "position", &given));
	BRC_TRY(position(b, given, s->n, &at));
	*out = brc_bind(s->at[at]);
	return BRC_OK;
}

static brc_rc build_length(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			   brc_binding *out)
{
	const brc_sequence *s;
	int64_t n;

	(void)p;
	BRC_TRY(need_sequence(b, in, 0, &s));
	n = (int64_t)s->n;
	return brc_builder_constant(b, BRC_ELEM_INT, 0, &n, 1, &out->value);
}

static brc_rc build_insert(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			   brc_binding *out)
{
	const brc_sequence *s;
	size_t at = 0, *to, value;
	int64_t given;

	BRC_TRY(need_sequence(b, in, 0, &s));
	BRC_TRY(brc_builder_tensor(b, in, 1, &value));
	given = (int64_t)s->n;
	if (p->n_input > 2 && !brc_is_unbound(&in[2]))
		BRC_TRY(brc_builder_number(b, in, 2, "position", &given));
	if (given == (int64_t)s->n)
		at = s->n;
	else
		BRC_TRY(position(b, given, s->n, &at));
	BRC_TRY(new_sequence(b, s->n + 1, &to, out));
	for (size_t k = 0; k < s->n; k++)
		to[k + (k >= at)] = s->at[k];
	to[at] = value;
	return BRC_OK;
}

static brc_rc build_erase(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			  brc_binding *out)
{
	const brc_sequence *s;
	int64_t given = -1;
	size_t at = 0, *to;

	BRC_TRY(need_sequence(b, in, 0, &s));
	if (p->n_input > 1 && !brc_is_unbound(&in[1]))
		BRC_TRY(brc_builder_number(b, in, 1, "position", &given));
	BRC_TRY(position(b, given, s->n, &at));
	BRC_TRY(new_sequence(b, s->n - 1, &to, out));
	for (size_t k = 0; k + 1 < s->n; k++)
		to[k] = s->at[k + (k >= at)];
	return BRC_OK;
}

/* ---- SplitToSequence, ConcatFromSequence ---- */

/* The extents of the parts: *list[*n], owned by the graph; *scalar: they are as equal as can be. */
static brc_rc part_sizes(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			 size_t extent, int64_t **list, size_t *n)
{
	const brc_operand *v;
	int64_t each = 1;

	if (p->n_input > 1 && !brc_is_unbound(&in[1])) {
		BRC_TRY(brc_builder_known(b, in, 1, "split", &v));
		each = v->count == 1 ? *(const int64_t *)v->data : 1;
		if (v->ndim > 0) {
			*n = v->count;
			BRC_TRY(brc_exec_alloc(b->g, list, *n, sizeof(**list), b->err));
			memcpy(*list, v->data, *n * sizeof(**list));
			return BRC_OK;
		}
	}
	if (each < 1)
		return brc_fail(b->err, BRC_DATA, "its split is %lld", (long long)each);
	each = (int64_t)brc_least((size_t)each, extent ? extent : 1);
	*n = (extent + (size_t)each - 1) / (size_t)each;
	BRC_TRY(brc_exec_alloc(b->g, list, *n, sizeof(**list), b->err));
	for (size_t k = 0; k < *n; k++)
		(*list)[k] = (int64_t)brc_least((size_t)each, extent - k * (size_t)each);
	return BRC_OK;
}

static brc_rc build_split(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			  brc_binding *out)
{
	const brc_operand *v;
	brc_split_args args = {.num_outputs = -1};
	brc_axes_args drop;
	int64_t keep, *list;
	size_t value, axis, n = 0, *at;

	BRC_TRY(brc_builder_tensor(b, in, 0, &value));
	BRC_TRY(brc_onnx_attribute_int(p, "axis", 0, &args.axis, b->err));
	BRC_TRY(brc_onnx_attribute_int(p, "keepdims", 1, &keep, b->err));
	v = &b->g->value[value];
	BRC_TRY(brc_axis(args.axis, v->ndim, &axis, b->err));
	BRC_TRY(part_sizes(b, p, in, v->dim[axis], &list, &n));
	if (n > b->left)
		return brc_fail(b->err, BRC_DATA, "%zu parts are too many", n);
	args.split = (brc_list){list, n};
	BRC_TRY(new_sequence(b, n, &at, out));
	if (n == 0)
		return BRC_OK;
	BRC_TRY(brc_builder_emit(b, p, "Split", &args, &value, 1, at, n));
	if (keep || (p->n_input > 1 && !brc_is_unbound(&in[1])))
		return BRC_OK;
	BRC_TRY(brc_builder_list(b, &args.axis, 1, &drop.axes));
	for (size_t k = 0; k < n; k++)
		BRC_TRY(brc_builder_emit(b, p, "Squeeze", &drop, &at[k], 1, &at[k], 1));
	return BRC_OK;
}

static brc_rc join(brc_builder *b, const Brc__OnnxNode *p, const brc_sequence *s, size_t *all,
		   size_t *out)
{
	int64_t axis, fresh;
	brc_axes_args more;
	brc_axis_args along;

	BRC_TRY(brc_onnx_attribute_int(p, "axis", 0, &axis, b->err));
	BRC_TRY(brc_onnx_attribute_int(p, "new_axis", 0, &fresh, b->err));
	along.axis = axis;
	BRC_TRY(brc_builder_list(b, &axis, 1, &more.axes));
	memcpy(all, s->at, s->n * sizeof(*all));
	for (size_t k = 0; fresh && k < s->n; k++)
		BRC_TRY(brc_builder_emit(b, p, "Unsqueeze", &more, &all[k], 1, &all[k], 1));
	return brc_builder_emit(b, p, "Concat", &along, all, s->n, out, 1);
}

static brc_rc build_concat(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			   brc_binding *out)
{
	const brc_sequence *s;
	size_t *all;
	brc_rc rc;

	BRC_TRY(need_sequence(b, in, 0, &s));
	if (s->n == 0)
		return brc_fail(b->err, BRC_DATA, "its sequence is empty");
	all = brc_alloc(s->n, sizeof(*all), b->err);
	rc = brc_made(all);
	BRC_THEN(rc, join(b, p, s, all, &out->value));
	free(all);
	return rc;
}

/* ---- SequenceMap ---- */

/* What the body gets for the value at `at`: that value of each sequence, and tensors as they are.
 */
static brc_rc map_inputs(const brc_builder *b, const brc_binding *in, size_t n, size_t at,
			 brc_binding *to)
{
	for (size_t k = 0; k < n; k++) {
		to[k] = in[k];
		if (!is_sequence(&in[k]))
			continue;
		if (at >= in[k].sequence->n)
			return brc_fail(b->err, BRC_DATA, "its sequences differ in length");
		to[k] = brc_bind(in[k].sequence->at[at]);
	}
	return BRC_OK;
}

static brc_rc run_map(brc_builder *b, const brc_inlined *what, const brc_binding *in, size_t n,
		      brc_binding *given, brc_binding *made, brc_binding *out)
{
	size_t outputs = what->graph->n_output, **at;
	brc_rc rc = BRC_OK;

	at = brc_alloc(outputs, sizeof(*at), b->err);
	BRC_TRY(brc_made((const void *)at));
	for (size_t k = 0; rc == BRC_OK && k < outputs; k++)
		rc = new_sequence(b, n, &at[k], &out[k]);
	for (size_t i = 0; rc == BRC_OK && i < n; i++) {
		brc_inlined turn = *what;

		turn.turn = i;
		rc = map_inputs(b, in, what->n_in, i, given);
		BRC_THEN(rc, brc_builder_inline(b, &turn, made));
		for (size_t k = 0; rc == BRC_OK && k < outputs; k++)
			rc = brc_builder_tensor(b, made, k, &at[k][i]);
	}
	free((void *)at);
	return rc;
}

static brc_rc build_map(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			brc_binding *out)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, "body");
	brc_inlined what = {.graph = a ? a->g : NULL, .node = p, .n_in = p->n_input};
	const brc_sequence *s;
	brc_binding *room;
	brc_rc rc;

	BRC_TRY(need_sequence(b, in, 0, &s));
	if (!what.graph || what.graph->n_input != p->n_input || what.graph->n_output != p->n_output)
		return brc_fail(b->err, BRC_DATA, "its body does not fit its inputs and outputs");
	room = brc_alloc(p->n_input + p->n_output, sizeof(*room), b->err);
	BRC_TRY(brc_made(room));
	what.in = room;
	rc = run_map(b, &what, in, s->n, room, room + p->n_input, out);
	free(room);
	return rc;
}

/* ---- optional values ---- */

static brc_rc build_optional(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			     brc_binding *out)
{
	(void)b;
	*out = p->n_input && !brc_is_unbound(&in[0]) ? in[0] : (brc_binding){BRC_NOWHERE, &nothing};
	return BRC_OK;
}

static brc_rc build_has(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			brc_binding *out)
{
	const int64_t has = p->n_input && !brc_is_unbound(&in[0]) && in[0].sequence != &nothing;

	return brc_builder_constant(b, BRC_ELEM_BOOL, 0, &has, 1, &out->value);
}

static brc_rc build_get(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			brc_binding *out)
{
	(void)p;
	*out = in[0];
	return brc_is_unbound(&in[0]) || in[0].sequence == &nothing
		       ? brc_fail(b->err, BRC_DATA, "its optional value is not there")
		       : BRC_OK;
}

static const char *const none[] = {NULL};
static const char *const empties[] = {"dtype", NULL};
static const char *const splits[] = {"axis", "keepdims", NULL};
static const char *const joins[] = {"axis", "new_axis", NULL};
static const char *const body[] = {"body", NULL};
static const char *const types[] = {"type", NULL};

const brc_structure brc_sequence_structures[] = {
	{"SequenceConstruct", none, 1, SIZE_MAX, 1, build_construct},
	{"SequenceEmpty", empties, 0, 0, 1, build_construct},
	{"SequenceAt", none, 2, 2, 1, build_at},
	{"SequenceLength", none, 1, 1, 1, build_length},
	{"SequenceInsert", none, 2, 3, 1, build_insert},
	{"SequenceErase", none, 1, 2, 1, build_erase},
	{"SplitToSequence", splits, 1, 2, 1, build_split},
	{"ConcatFromSequence", joins, 1, 1, 1, build_concat},
	{"SequenceMap", body, 1, SIZE_MAX, SIZE_MAX, build_map},
	{"Optional", types, 0, 1, 1, build_optional},
	{"OptionalHasElement", none, 0, 1, 1, build_has},
	{"OptionalGetElement", none, 1, 1, 1, build_get},
	{.type = NULL},
};
