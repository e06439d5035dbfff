/*
 * Einsum, by the equation that it is given: transposed operands, then products of matrices, or of
 * elements where nothing is summed. So a matrix of constants inside of it is a layer like that of a
 * MatMul, and attention written in this way has its heads.
 *
 * An equation names each dimension by a letter: "bsd,de->bse". Dimensions of the same letter have
 * the same extent, or the extent 1; letters that are not behind the arrow are summed over. Three
 * dots stand for any number of dimensions.
 */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/builder.h"

/* Letters are labels 0 to 51, dimensions under three dots those from DOTS on. */
enum { DOTS = 52, LABELS = DOTS + BRC_MAX_DIMS, MOST_OPERANDS = 64, MOST_PARTS = 64 };

/* A value, with a label for each of its dimensions. */
typedef struct term {
	size_t value, n;
	uint8_t label[BRC_MAX_DIMS];
} term;

typedef struct einsum {
	brc_builder *b;
	const Brc__OnnxNode *node;
	const char *text, *end; /* what is left of the equation */
	size_t dots;            /* dimensions that three dots stand for */
	size_t extent[LABELS];
	term *operand; /* [n] */
	size_t n;
} einsum;

typedef uint64_t labels; /* a set: bit k */

_Static_assert(LABELS <= 64, "a set of labels is one number");

static brc_rc wrong(const einsum *e, const char *what)
{
	return brc_fail(e->b->err, BRC_DATA, "its equation %s", what);
}

static const brc_operand *value_of(const einsum *e, size_t value)
{
	return &e->b->g->value[value];
}

static bool is_constant(const einsum *e, const term *t)
{
	return value_of(e, t->value)->state == BRC_CONSTANT;
}

/* ---- the equation ---- */

/* The next character that is no space; 0: there is none. */
static char peek(einsum *e)
{
	while (e->text < e->end && *e->text == ' ')
		e->text++;
	return e->text < e->end ? *e->text : '\0';
}

static int label_of(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' : c >= 'a' && c <= 'z' ? c - 'a' + 26 : -1;
}

/* The labels of one term; dots: how many dimensions three dots stand for here. */
static brc_rc read_term(einsum *e, size_t dots, term *t)
{
	bool dotted = false;

	for (t->n = 0; peek(e) != '\0' && peek(e) != ',' && peek(e) != '-';) {
		char c = *e->text++;
		size_t more = c == '.' ? dots : 1;

		if (c == '.' && (dotted || e->end - e->text < 2 || memcmp(e->text, "..", 2) != 0))
			return wrong(e, "has dots that are not three");
		if (c != '.' && label_of(c) < 0)
			return wrong(e, "has a character that is no letter");
		if (t->n + more > BRC_MAX_DIMS)
			return wrong(e, "names more dimensions than its operands have");
		for (size_t k = 0; k < more; k++)
			t->label[t->n++] = (uint8_t)(c == '.' ? DOTS + e->dots - dots + k
							      : (size_t)label_of(c));
		e->text += c == '.' ? 2 : 0;
		dotted = dotted || c == '.';
	}
	return BRC_OK;
}

/* Dimensions that three dots stand for in the next term, whose operand has ndim of them. */
static brc_rc count_dots(einsum *e, size_t ndim, size_t *dots)
{
	size_t letters = 0;
	bool dotted = false;

	for (const char *c = e->text; c < e->end && *c != ',' && *c != '-'; c++) {
		letters += label_of(*c) >= 0;
		dotted = dotted || *c == '.';
	}
	*dots = dotted && ndim > letters ? ndim - letters : 0;
	return letters > ndim || (!dotted && letters < ndim)
		       ? brc_fail(e->b->err, BRC_DATA,
				  "its equation names %zu dimensions of an operand that has %zu",
				  letters, ndim)
		       : BRC_OK;
}

static brc_rc read_operands(einsum *e)
{
	const char *begin = e->text;
	size_t dots = 0;

	for (int pass = 0; pass < 2; pass++) { /* how many dots there are is known after one */
		e->text = begin;
		for (size_t k = 0; k < e->n; k++) {
			term *t = &e->operand[k];

			if (k > 0 && peek(e) != ',')
				return wrong(e, "has fewer terms than there are inputs");
			e->text += k > 0;
			BRC_TRY(count_dots(e, value_of(e, t->value)->ndim, &dots));
			if (pass == 0 && dots > e->dots)
				e->dots = dots;
			BRC_TRY(read_term(e, dots, t));
		}
	}
	return peek(e) == ',' ? wrong(e, "has more terms than there are inputs") : BRC_OK;
}

/* Without an arrow: the dots, then the letters that occur once, in the order of the alphabet. */
static brc_rc implied_output(const einsum *e, term *out)
{
	size_t times[LABELS] = {0};

	for (size_t k = 0; k < e->n; k++)
		for (size_t i = 0; i < e->operand[k].n; i++)
			times[e->operand[k].label[i]]++;
	out->n = 0;
	for (size_t k = 0; k < LABELS; k++) {
		size_t l = (k + DOTS) % LABELS;

		if (times[l] == 0 || (l < DOTS && times[l] > 1))
			continue;
		if (out->n == BRC_MAX_DIMS)
			return wrong(e, "has too many dimensions");
		out->label[out->n++] = (uint8_t)l;
	}
	return BRC_OK;
}

static labels set_of(const term *t)
{
	labels s = 0;

	for (size_t k = 0; k < t->n; k++)
		s |= (labels)1 << t->label[k];
	return s;
}

static brc_rc read_output(einsum *e, term *out)
{
	labels seen = 0, known = 0;

	if (peek(e) == '\0')
		return implied_output(e, out);
	if (e->end - e->text < 2 || memcmp(e->text, "->", 2) != 0)
		return wrong(e, "has no arrow where its output begins");
	e->text += 2;
	BRC_TRY(read_term(e, e->dots, out));
	if (peek(e) != '\0')
		return wrong(e, "has more than one output");
	for (size_t k = 0; k < e->n; k++)
		known |= set_of(&e->operand[k]);
	for (size_t k = 0; k < out->n; k++) {
		labels one = (labels)1 << out->label[k];

		if (seen & one)
			return wrong(e, "names a dimension of its output twice");
		if (!(known & one))
			return wrong(e, "has an output of which no operand is");
		seen |= one;
	}
	return BRC_OK;
}

/* The extent of every label; 1 gives way to others. */
static brc_rc read_extents(einsum *e)
{
	for (size_t k = 0; k < LABELS; k++)
		e->extent[k] = 1;
	for (size_t k = 0; k < e->n; k++) {
		const term *t = &e->operand[k];
		const size_t *dim = value_of(e, t->value)->dim;

		for (size_t i = 0; i < t->n; i++) {
			size_t *extent = &e->extent[t->label[i]];

			if (*extent != dim[i] && *extent != 1 && dim[i] != 1)
				return brc_fail(e->b->err, BRC_DATA,
						"its equation gives one letter to extents of %zu "
						"and %zu",
						*extent, dim[i]);
			*extent = *extent == 1 ? dim[i] : *extent;
		}
	}
	return BRC_OK;
}

/* ---- operators in its place ---- */

/* One more operator. A constant keeps its name, because it names a layer. */
static brc_rc emit(const einsum *e, const char *type, const void *args, const size_t *in,
		   size_t n_in, size_t *out)
{
	size_t from = in[0];

	BRC_TRY(brc_builder_emit(e->b, e->node, type, args, in, n_in, out, 1));
	if (value_of(e, *out)->state == BRC_CONSTANT)
		e->b->g->value[*out].name = value_of(e, from)->name;
	return BRC_OK;
}

/* Order the dimensions of t as those of `like`, the same labels. */
static brc_rc transpose(const einsum *e, term *t, const uint8_t *like)
{
	brc_transpose_args args;
	int64_t perm[BRC_MAX_DIMS] = {0};

	if (memcmp(t->label, like, t->n) == 0)
		return BRC_OK;
	for (size_t k = 0; k < t->n; k++)
		while (t->label[perm[k]] != like[k])
			perm[k]++;
	memcpy(t->label, like, t->n);
	BRC_TRY(brc_builder_list(e->b, perm, t->n, &args.perm));
	return emit(e, "Transpose", &args, &t->value, 1, &t->value);
}

static brc_rc reshape(const einsum *e, size_t *value, const size_t *dim, size_t n)
{
	const brc_reshape_args args = {.allowzero = true};
	const brc_operand *v = value_of(e, *value);
	int64_t list[BRC_MAX_DIMS] = {0};
	size_t in[2] = {*value};

	if (n == v->ndim && memcmp(dim, v->dim, n * sizeof(*dim)) == 0)
		return BRC_OK;
	if (n > BRC_MAX_DIMS)
		return wrong(e, "has too many dimensions");
	for (size_t k = 0; k < n; k++)
		list[k] = (int64_t)dim[k];
	BRC_TRY(brc_builder_constant(e->b, BRC_ELEM_INT, 1, list, n, &in[1]));
	return emit(e, "Reshape", &args, in, 2, value);
}

/* Sum over the dimensions whose labels are in `gone`. */
static brc_rc sum_over(const einsum *e, term *t, labels gone)
{
	brc_reduce_args args = {.keepdims = false};
	int64_t axes[BRC_MAX_DIMS];
	size_t n = 0, left = 0;

	for (size_t k = 0; k < t->n; k++)
		if (gone >> t->label[k] & 1)
			axes[n++] = (int64_t)k;
		else
			t->label[left++] = t->label[k];
	t->n = left;
	if (n == 0)
		return BRC_OK;
	BRC_TRY(brc_builder_list(e->b, axes, n, &args.axes));
	return emit(e, "ReduceSum", &args, &t->value, 1, &t->value);
}

/* The elements for which the dimensions i < k, of the same label, have the same index. */
static brc_rc take_diagonal(const einsum *e, term *t, size_t i, size_t k)
{
	const brc_axis_args along = {.axis = 0};
	brc_transpose_args args;
	size_t dim[BRC_MAX_DIMS], in[2], n = 2, extent = e->extent[t->label[i]];
	int64_t perm[BRC_MAX_DIMS] = {(int64_t)i, (int64_t)k}, *index;

	for (size_t d = 0; d < t->n; d++)
		if (d != i && d != k)
			perm[n++] = (int64_t)d;
	BRC_TRY(brc_builder_list(e->b, perm, t->n, &args.perm));
	BRC_TRY(emit(e, "Transpose", &args, &t->value, 1, &t->value));
	memcpy(dim, value_of(e, t->value)->dim, sizeof(dim));
	dim[1] *= dim[0]; /* no more elements than the value has */
	BRC_TRY(reshape(e, &t->value, dim + 1, t->n - 1));
	BRC_TRY(brc_exec_alloc(e->b->g, &index, extent, sizeof(*index), e->b->err));
	for (size_t d = 0; d < extent; d++)
		index[d] = (int64_t)(d * (extent + 1));
	in[0] = t->value;
	BRC_TRY(brc_builder_constant(e->b, BRC_ELEM_INT, 1, index, extent, &in[1]));
	BRC_TRY(emit(e, "Gather", &along, in, 2, &t->value));
	n = t->label[i];
	memmove(t->label + k, t->label + k + 1, t->n - k - 1);
	memmove(t->label + 1, t->label, i);
	t->label[0] = (uint8_t)n;
	t->n--;
	return BRC_OK;
}

/* An operand as it is needed: each label once, and no extent of 1 in place of another. */
static brc_rc simplify(const einsum *e, term *t)
{
	const brc_operand *v = value_of(e, t->value);
	size_t dim[BRC_MAX_DIMS], n = 0;

	for (size_t k = 0; k < t->n; k++) {
		if (v->dim[k] == 1 && e->extent[t->label[k]] != 1)
			continue;
		dim[n] = v->dim[k];
		t->label[n++] = t->label[k];
	}
	if (n < t->n)
		BRC_TRY(reshape(e, &t->value, dim, n));
	t->n = n;
	for (size_t k = 1; k < t->n; k++)
		for (size_t i = 0; i < k; i++)
			if (t->label[i] == t->label[k]) {
				BRC_TRY(take_diagonal(e, t, i, k));
				k = 0;
				break;
			}
	return BRC_OK;
}

/* ---- products of two ---- */

/* The labels of two terms, sorted by what becomes of them; in each, that of images is first. */
typedef struct roles {
	uint8_t shared[BRC_MAX_DIMS], summed[BRC_MAX_DIMS]; /* of both: kept, summed over */
	uint8_t left[BRC_MAX_DIMS], right[BRC_MAX_DIMS];    /* of one of them */
	size_t n_shared, n_summed, n_left, n_right;
} roles;

static void add_label(uint8_t *list, size_t *n, uint8_t label, bool first)
{
	if (first)
		memmove(list + 1, list, *n);
	list[first ? 0 : *n] = label;
	++*n;
}

static void sort_labels(const einsum *e, const term *x, const term *w, labels kept, roles *r)
{
	labels of_x = set_of(x), of_w = set_of(w);

	*r = (roles){.n_left = 0};
	for (size_t k = 0; k < x->n; k++) {
		bool images = value_of(e, x->value)->batch == k;
		uint8_t l = x->label[k];

		if (!(of_w >> l & 1))
			add_label(r->left, &r->n_left, l, images);
		else if (kept >> l & 1)
			add_label(r->shared, &r->n_shared, l, images);
		else
			add_label(r->summed, &r->n_summed, l, false);
	}
	for (size_t k = 0; k < w->n; k++)
		if (!(of_x >> w->label[k] & 1))
			add_label(r->right, &r->n_right, w->label[k],
				  value_of(e, w->value)->batch == k);
}

static void append(term *t, const uint8_t *list, size_t n)
{
	memcpy(t->label + t->n, list, n);
	t->n += n;
}

/* Put dimensions of extent 1 in, so that t has those of `like`, of which it has some in order. */
static brc_rc widen(const einsum *e, const term *t, const term *like, size_t *value)
{
	size_t dim[BRC_MAX_DIMS], k = 0;

	for (size_t i = 0; i < like->n; i++)
		dim[i] = k < t->n && t->label[k] == like->label[i] ? e->extent[t->label[k++]] : 1;
	*value = t->value;
	return reshape(e, value, dim, like->n);
}

/* Nothing is summed over: a product of elements. */
static brc_rc multiply(const einsum *e, term *x, term *w, const roles *r, term *out)
{
	term order = {.n = 0};
	size_t in[2];

	if (x->n + r->n_right > BRC_MAX_DIMS)
		return wrong(e, "has too many dimensions");
	*out = *x;
	append(out, r->right, r->n_right);
	for (size_t k = 0; k < out->n; k++)
		if (set_of(w) >> out->label[k] & 1)
			order.label[order.n++] = out->label[k];
	BRC_TRY(transpose(e, w, order.label));
	BRC_TRY(widen(e, x, out, &in[0]));
	BRC_TRY(widen(e, w, out, &in[1]));
	return emit(e, "Mul", NULL, in, 2, &out->value);
}

/* dim[*n] and on: the extents of these labels, or one extent for all of them. */
static void add_extents(const einsum *e, const uint8_t *label, size_t count, bool joined,
			size_t *dim, size_t *n)
{
	size_t all = 1;

	for (size_t k = 0; k < count; k++) {
		all *= e->extent[label[k]]; /* no more than a value has elements */
		if (!joined)
			dim[(*n)++] = e->extent[label[k]];
	}
	if (joined)
		dim[(*n)++] = all;
}

/*
 * Matrices [shared, left, summed] and [shared, summed, right]. The rows of a product with one
 * constant matrix stay as they are, so that it is a layer like others.
 */
static brc_rc multiply_matrices(const einsum *e, term *x, term *w, const roles *r, term *out)
{
	bool rows = r->n_shared > 0 || !is_constant(e, w) || r->n_left == 0;
	size_t dim[2 * BRC_MAX_DIMS], n = 0, in[2];
	uint8_t order[BRC_MAX_DIMS];

	memcpy(order, r->shared, r->n_shared);
	memcpy(order + r->n_shared, r->left, r->n_left);
	memcpy(order + r->n_shared + r->n_left, r->summed, r->n_summed);
	BRC_TRY(transpose(e, x, order));
	add_extents(e, r->shared, r->n_shared, false, dim, &n);
	add_extents(e, r->left, r->n_left, rows, dim, &n);
	add_extents(e, r->summed, r->n_summed, true, dim, &n);
	in[0] = x->value;
	BRC_TRY(reshape(e, &in[0], dim, n));
	memcpy(order + r->n_shared, r->summed, r->n_summed);
	memcpy(order + r->n_shared + r->n_summed, r->right, r->n_right);
	BRC_TRY(transpose(e, w, order));
	n = r->n_shared;
	add_extents(e, r->summed, r->n_summed, true, dim, &n);
	add_extents(e, r->right, r->n_right, true, dim, &n);
	in[1] = w->value;
	BRC_TRY(reshape(e, &in[1], dim, n));
	BRC_TRY(emit(e, "MatMul", NULL, in, 2, &out->value));
	if (r->n_shared + r->n_left + r->n_right > BRC_MAX_DIMS)
		return wrong(e, "has too many dimensions");
	out->n = n = 0;
	append(out, r->shared, r->n_shared);
	append(out, r->left, r->n_left);
	append(out, r->right, r->n_right);
	add_extents(e, out->label, out->n, false, dim, &n);
	return reshape(e, &out->value, dim, n);
}

static brc_rc pair(const einsum *e, term x, term w, labels kept, term *out);

/* What t is at index i of a dimension, which is gone then. */
static brc_rc at_index(const einsum *e, const term *t, uint8_t label, int64_t i, term *part)
{
	brc_axis_args along = {.axis = 0};
	size_t in[2] = {t->value};

	while (t->label[along.axis] != label)
		along.axis++;
	*part = *t;
	memmove(part->label + along.axis, part->label + along.axis + 1,
		t->n - 1 - (size_t)along.axis);
	part->n--;
	BRC_TRY(brc_builder_constant(e->b, BRC_ELEM_INT, 0, &i, 1, &in[1]));
	return emit(e, "Gather", &along, in, 2, &part->value);
}

/*
 * A matrix of constants for each index of a shared dimension: each is a layer of its own. Their
 * outputs are joined.
 */
static brc_rc multiply_parts(const einsum *e, const term *x, const term *w, labels kept,
			     uint8_t label, term *out)
{
	const brc_axis_args along = {.axis = 0};
	brc_axes_args more;
	size_t part[MOST_PARTS], n = e->extent[label];
	const int64_t first = 0;
	term y[2];

	BRC_TRY(brc_builder_list(e->b, &first, 1, &more.axes));
	for (size_t i = 0; i < n; i++) {
		BRC_TRY(at_index(e, x, label, (int64_t)i, &y[0]));
		BRC_TRY(at_index(e, w, label, (int64_t)i, &y[1]));
		BRC_TRY(pair(e, y[0], y[1], kept, out));
		BRC_TRY(emit(e, "Unsqueeze", &more, &out->value, 1, &part[i]));
	}
	memmove(out->label + 1, out->label, out->n++);
	out->label[0] = label;
	return emit(e, "Concat", &along, part, n, &out->value);
}

/* A shared dimension along which constants are parts, or DOTS + all there are. */
static size_t parts_label(const einsum *e, const term *w, const roles *r)
{
	for (size_t k = 0; is_constant(e, w) && r->n_summed > 0 && k < r->n_shared; k++)
		if (e->extent[r->shared[k]] > 0 && e->extent[r->shared[k]] <= MOST_PARTS)
			return r->shared[k];
	return LABELS;
}

/* The product of two terms, summed over what is not kept. */
static brc_rc pair(const einsum *e, term x, term w, labels kept, term *out)
{
	size_t part;
	roles r;

	if (is_constant(e, &x) && !is_constant(e, &w)) {
		term other = x;

		x = w;
		w = other;
	}
	BRC_TRY(sum_over(e, &x, ~(kept | set_of(&w))));
	BRC_TRY(sum_over(e, &w, ~(kept | set_of(&x))));
	sort_labels(e, &x, &w, kept, &r);
	if (r.n_summed == 0)
		return multiply(e, &x, &w, &r, out);
	part = is_constant(e, &x) ? LABELS : parts_label(e, &w, &r);
	return part < LABELS ? multiply_parts(e, &x, &w, kept, (uint8_t)part, out)
			     : multiply_matrices(e, &x, &w, &r, out);
}

/* ---- the whole ---- */

static brc_rc build(einsum *e, brc_binding *out)
{
	term whole, y;

	BRC_TRY(read_operands(e));
	BRC_TRY(read_output(e, &whole));
	BRC_TRY(read_extents(e));
	for (size_t k = 0; k < e->n; k++)
		BRC_TRY(simplify(e, &e->operand[k]));
	y = e->operand[0];
	for (size_t k = 1; k < e->n; k++) {
		labels kept = set_of(&whole);

		for (size_t i = k + 1; i < e->n; i++)
			kept |= set_of(&e->operand[i]);
		BRC_TRY(pair(e, y, e->operand[k], kept, &y));
	}
	BRC_TRY(sum_over(e, &y, ~set_of(&whole)));
	BRC_TRY(transpose(e, &y, whole.label));
	*out = brc_bind(y.value);
	return BRC_OK;
}

brc_rc brc_einsum_build(brc_builder *b, const Brc__OnnxNode *p, const char *text, size_t len,
			const brc_binding *in, brc_binding *out)
{
	term operand[MOST_OPERANDS];
	einsum e = {.b = b,
		    .node = p,
		    .text = text,
		    .end = text + len,
		    .operand = operand,
		    .n = p->n_input};

	for (size_t k = 0; k < e.n; k++)
		BRC_TRY(brc_builder_tensor(b, in, k, &operand[k].value));
	return build(&e, out);
}

static brc_rc build_einsum(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
			   brc_binding *out)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, "equation");

	if (!a || !a->has_s)
		return brc_fail(b->err, BRC_DATA, "it has no equation");
	return brc_einsum_build(b, p, (const char *)a->s.data, a->s.len, in, out);
}

static const char *const equation[] = {"equation", NULL};

const brc_structure brc_product_structures[] = {
	{"Einsum", equation, 1, MOST_OPERANDS, 1, build_einsum},
	{.type = NULL},
};
