/*
 * Attention of operator set 23: softmax(scale q k' + mask) v for each head. Queries, keys and
 * values are [images, heads, tokens, features], or [images, tokens, heads * features].
 */
#include <limits.h>
#include <math.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>

#include "base/memory.h"
#include "exec/loops.h"

/* How many scores are held at a time. */
#define SCORES ((size_t)1 << 18)

/* Where the tokens of an operand lie: floats from one image, head and token to the next. */
typedef struct place {
	size_t images, heads, tokens, size; /* size: features of a head */
	size_t image, head, token;
} place;

typedef struct attention {
	place q, k, v, y; /* k and v: with what is past */
	place past[2];    /* of keys and values; no tokens: nothing is past */
	size_t rows;      /* of scores at a time */
	size_t mask[4];   /* floats, or truth values, from one index to the next; 0: the same */
	bool truth;       /* the mask holds truth values */
	bool keeps[2];    /* present keys and values are gathered in the scratch */
	float scale;
} attention;

/* ---- inference ---- */

static void lay_out(place *p, size_t ndim)
{
	p->head = ndim == 4 ? p->tokens * p->size : p->size;
	p->token = ndim == 4 ? p->size : p->heads * p->size;
	p->image = p->heads * p->tokens * p->size;
}

/* Input k. `heads` of an input of three dimensions; 0: the node does not say. */
static brc_rc read_operand(const brc_exec *g, const brc_node *n, size_t k, int64_t heads, place *p,
			   brc_err *err)
{
	const brc_operand *v, *q = brc_in(g, n, 0);
	size_t given;

	BRC_TRY(brc_need(g, n, k, BRC_ELEM_FLOAT, &v, err));
	if (v->ndim != q->ndim || v->ndim < 3 || v->ndim > 4)
		return brc_fail(err, BRC_DATA,
				"input %zu has shape %s; 3 or 4 dimensions, as many "
				"as the others, are needed",
				k, brc_shape_text(v).s);
	if (v->batch != q->batch || v->batch + 1 > 1 || v->inner != 1)
		return brc_fail(err, BRC_DATA,
				"dimension 0 of input %zu does not hold the images as that of the "
				"others does",
				k);
	if (heads < 0 || (v->ndim == 3 && heads == 0))
		return brc_fail(err, BRC_DATA, "the number of heads is missing, or negative");
	given = v->ndim == 4 ? v->dim[1] : (size_t)heads;
	if (given == 0 || (heads > 0 && given != (size_t)heads) ||
	    v->dim[v->ndim - 1] % (v->ndim == 4 ? 1 : given) != 0)
		return brc_fail(err, BRC_DATA, "input %zu of shape %s has not %lld heads", k,
				brc_shape_text(v).s, (long long)heads);
	*p = (place){.images = v->dim[0],
		     .heads = given,
		     .tokens = v->dim[v->ndim - 2],
		     .size = v->dim[v->ndim - 1] / (v->ndim == 4 ? 1 : given)};
	lay_out(p, v->ndim);
	return BRC_OK;
}

/* Keys (0) or values (1) that are past come before those that are given. */
static brc_rc add_past(const brc_exec *g, const brc_node *n, size_t which, attention *t,
		       brc_err *err)
{
	place *p = which ? &t->v : &t->k;
	const brc_operand *v = brc_in(g, n, 4 + which), *q = brc_in(g, n, 0);

	if (!v && brc_in(g, n, 5 - which))
		return brc_fail(err, BRC_DATA, "past keys and past values must come together");
	if (!v)
		return BRC_OK;
	BRC_TRY(brc_need(g, n, 4 + which, BRC_ELEM_FLOAT, &v, err));
	if (v->ndim != 4 || v->batch != q->batch || v->inner != 1 || v->dim[0] != p->images ||
	    v->dim[1] != p->heads || v->dim[3] != p->size)
		return brc_fail(err, BRC_DATA,
				"the past %s of shape %s do not fit %zu heads of %zu features",
				which ? "values" : "keys", brc_shape_text(v).s, p->heads, p->size);
	t->past[which] = (place){v->dim[0], v->dim[1], v->dim[2], v->dim[3], 0, 0, 0};
	lay_out(&t->past[which], 4);
	return BRC_OK;
}

static brc_rc fit_together(const attention *t, brc_err *err)
{
	if (t->k.images != t->q.images || t->v.images != t->q.images || t->k.heads != t->v.heads ||
	    t->k.size != t->q.size || t->k.tokens != t->v.tokens ||
	    t->past[0].tokens != t->past[1].tokens || t->q.size == 0)
		return brc_fail(err, BRC_DATA,
				"its queries, keys and values do not fit one another");
	if (t->q.heads % t->k.heads != 0)
		return brc_fail(err, BRC_DATA, "%zu heads of queries cannot share %zu of keys",
				t->q.heads, t->k.heads);
	if (t->q.tokens > INT_MAX || t->k.tokens + t->past[0].tokens > INT_MAX ||
	    t->q.token > INT_MAX || t->v.token > INT_MAX || t->k.token > INT_MAX)
		return brc_fail(err, BRC_DATA, "its matrices are too large");
	return BRC_OK;
}

static brc_rc read_mask(const brc_exec *g, const brc_node *n, attention *t, brc_err *err)
{
	const brc_operand *q = brc_in(g, n, 0), *mask = brc_in(g, n, 3), *in[2];
	brc_operand scores = {
		.ndim = 4,
		.dim = {t->q.images, t->q.heads, t->q.tokens, t->k.tokens + t->past[0].tokens},
		.batch = q->batch,
		.inner = 1};
	brc_operand both;
	size_t step = 1;

	if (!mask)
		return BRC_OK;
	BRC_TRY(brc_need_any(g, n, 3, &mask, err));
	t->truth = mask->elem == BRC_ELEM_BOOL;
	if (mask->elem == BRC_ELEM_INT)
		return brc_fail(err, BRC_DATA,
				"its mask holds integers, neither floats nor truth values");
	in[0] = &scores;
	in[1] = mask;
	BRC_TRY(brc_broadcast(in, 2, &both, err));
	BRC_TRY(brc_alike_for_images(g, in, 2, &both, err));
	if (mask->ndim > 4 || memcmp(both.dim, scores.dim, 4 * sizeof(*both.dim)) != 0)
		return brc_fail(err, BRC_DATA, "its mask of shape %s does not fit scores of %s",
				brc_shape_text(mask).s, brc_shape_text(&scores).s);
	for (size_t k = mask->ndim; k-- > 0; step *= mask->dim[k])
		t->mask[4 - mask->ndim + k] = mask->dim[k] > 1 ? step : 0;
	return BRC_OK;
}

/* Present keys (0) and values (1) are an output, or in the scratch where they are put together. */
static brc_rc set_present(brc_exec *g, brc_node *n, size_t which, attention *t, brc_err *err)
{
	place *p = which ? &t->v : &t->k;
	const place *past = &t->past[which];
	const brc_operand *q = brc_in(g, n, 0);
	brc_operand out = {.ndim = 4,
			   .dim = {p->images, p->heads, p->tokens + past->tokens, p->size},
			   .batch = q->batch,
			   .inner = 1};

	BRC_TRY(brc_count(&out, err));
	if (which + 1 < n->n_out && n->out[which + 1] != BRC_NOWHERE)
		BRC_TRY(brc_set_output(g, n, which + 1, &out, err));
	t->keeps[which] = past->tokens > 0;
	if (t->keeps[which])
		n->scratch += out.count * sizeof(float);
	return BRC_OK;
}

static brc_rc read_inputs(brc_exec *g, brc_node *n, attention *t, brc_err *err)
{
	const brc_attention_args *a = n->args;

	BRC_TRY(read_operand(g, n, 0, a->q_num_heads, &t->q, err));
	BRC_TRY(read_operand(g, n, 1, a->kv_num_heads, &t->k, err));
	BRC_TRY(read_operand(g, n, 2, a->kv_num_heads, &t->v, err));
	BRC_TRY(add_past(g, n, 0, t, err));
	BRC_TRY(add_past(g, n, 1, t, err));
	BRC_TRY(fit_together(t, err));
	if (!(a->softcap >= 0))
		return brc_fail(err, BRC_DATA, "its softcap is %g", (double)a->softcap);
	t->scale = isnan(a->scale) ? (float)(1 / sqrt((double)t->q.size)) : a->scale;
	return read_mask(g, n, t, err);
}

static brc_rc infer_attention(brc_exec *g, brc_node *n, brc_err *err)
{
	attention *t = n->state;
	const brc_operand *q;
	brc_operand out;
	size_t keys;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &q, err));
	if (n->n_out > 3 && n->out[3] != BRC_NOWHERE)
		return brc_fail(err, BRC_DATA, "its output of scores is not supported");
	BRC_TRY(read_inputs(g, n, t, err));
	keys = t->k.tokens + t->past[0].tokens;
	t->rows = keys ? SCORES / keys : 1;
	t->rows = brc_least(t->rows ? t->rows : 1, t->q.tokens);
	out = *q;
	t->y = (place){t->q.images, t->q.heads, t->q.tokens, t->v.size, 0, 0, 0};
	lay_out(&t->y, q->ndim);
	out.dim[q->ndim - 1] = q->ndim == 4 ? t->v.size : t->q.heads * t->v.size;
	if (t->y.token > INT_MAX)
		return brc_fail(err, BRC_DATA, "its matrices are too large");
	n->scratch = t->rows * keys * sizeof(float);
	BRC_TRY(set_present(g, n, 0, t, err));
	BRC_TRY(set_present(g, n, 1, t, err));
	return brc_set_output(g, n, 0, &out, err);
}

/* ---- running ---- */

/* Copies the tokens of x behind the first `past` of each head in y, [images, heads, tokens, size].
 */
static void append(const place *p, const float *x, size_t past, size_t tokens, float *y)
{
	for (size_t i = 0; i < p->images; i++)
		for (size_t h = 0; h < p->heads; h++)
			for (size_t s = 0; s < p->tokens; s++)
				memcpy(y + (((i * p->heads + h) * tokens) + past + s) * p->size,
				       x + i * p->image + h * p->head + s * p->token,
				       p->size * sizeof(*y));
}

/* Keys or values as they are used, and where they lie: *scratch is moved behind what is taken. */
static const float *gather(const brc_node *n, const brc_memory *m, const attention *t, size_t which,
			   float **scratch, place *now)
{
	const place *p = which ? &t->v : &t->k, *past = &t->past[which];
	size_t tokens = p->tokens + past->tokens;
	bool wanted = which + 1 < n->n_out && n->out[which + 1] != BRC_NOWHERE;
	float *kept = wanted ? m->at[n->out[which + 1]] : NULL;
	const float *x = m->at[n->in[1 + which]];

	*now = *p;
	if (!kept && !t->keeps[which])
		return x;
	if (!kept) {
		kept = *scratch;
		*scratch += p->images * p->heads * tokens * p->size;
	}
	if (past->tokens)
		append(past, m->at[n->in[4 + which]], 0, tokens, kept);
	append(p, x, past->tokens, tokens, kept);
	now->tokens = tokens;
	lay_out(now, 4);
	return kept;
}

/* Scores of one token become shares that add up to 1; from `seen` on they are cut off. */
static void share(float *s, size_t keys, size_t seen)
{
	float top = -INFINITY;
	double sum = 0;

	for (size_t k = seen; k < keys; k++)
		s[k] = -INFINITY;
	for (size_t k = 0; k < keys; k++)
		top = s[k] > top ? s[k] : top;
	for (size_t k = 0; k < keys; k++) {
		s[k] = expf(s[k] - top);
		sum += s[k];
	}
	for (size_t k = 0; k < keys; k++)
		s[k] = (float)(s[k] / sum);
}

/* Cut off by tanh, and add the mask; `at` is its offset for this token. */
static void bend(const attention *t, const brc_attention_args *a, const void *mask, size_t at,
		 float *s, size_t keys)
{
	for (size_t k = 0; a->softcap > 0 && k < keys; k++)
		s[k] = a->softcap * tanhf(s[k] / a->softcap);
	for (size_t k = 0; mask && k < keys; k++) {
		size_t i = at + k * t->mask[3];

		if (!t->truth)
			s[k] += ((const float *)mask)[i];
		else if (!((const int64_t *)mask)[i])
			s[k] = -INFINITY;
	}
}

typedef struct head {
	const float *q, *k, *v;
	const void *mask;
	size_t mask_at;
	float *y, *scores;
	place keys, values;
} head;

/* Tokens first..first+rows-1 of one head. */
static bool attend(const attention *t, const brc_attention_args *a, const head *h, size_t first,
		   size_t rows)
{
	size_t keys = h->keys.tokens, past = t->past[0].tokens;
	dnnl_dim_t m = (dnnl_dim_t)rows, n = (dnnl_dim_t)keys;
	float *s = h->scores;

	if (dnnl_sgemm('N', 'T', m, n, (dnnl_dim_t)t->q.size, t->scale, h->q + first * t->q.token,
		       (dnnl_dim_t)t->q.token, h->k, (dnnl_dim_t)h->keys.token, 0, s,
		       n) != dnnl_success)
		return false;
	for (size_t i = 0; i < rows; i++) {
		size_t seen = a->is_causal ? brc_least(past + first + i + 1, keys) : keys;

		bend(t, a, h->mask, h->mask_at + (first + i) * t->mask[2], s + i * keys, keys);
		share(s + i * keys, keys, seen);
	}
	return dnnl_sgemm('N', 'N', m, (dnnl_dim_t)t->v.size, n, 1, s, n, h->v,
			  (dnnl_dim_t)h->values.token, 0, h->y + first * t->y.token,
			  (dnnl_dim_t)t->y.token) == dnnl_success;
}

static void run_attention(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const attention *t = n->state;
	const brc_attention_args *a = n->args;
	float *scratch = m->scratch, *y = m->at[n->out[0]];
	head h = {.mask = brc_in(g, n, 3) ? m->at[n->in[3]] : NULL};
	const float *k, *v;

	h.scores = scratch;
	scratch += t->rows * (t->k.tokens + t->past[0].tokens);
	k = gather(n, m, t, 0, &scratch, &h.keys);
	v = gather(n, m, t, 1, &scratch, &h.values);
	if (g->value[n->out[0]].count == 0)
		return;
	if (h.keys.tokens == 0) {
		memset(y, 0, g->value[n->out[0]].count * sizeof(*y));
		return;
	}
	for (size_t i = 0; i < t->q.images * t->q.heads; i++) {
		size_t image = i / t->q.heads, at = i % t->q.heads;
		size_t shared = at / (t->q.heads / t->k.heads);

		h.q = (const float *)m->at[n->in[0]] + image * t->q.image + at * t->q.head;
		h.k = k + image * h.keys.image + shared * h.keys.head;
		h.v = v + image * h.values.image + shared * h.values.head;
		h.y = y + image * t->y.image + at * t->y.head;
		h.mask_at = image * t->mask[0] + at * t->mask[1];
		for (size_t r = 0; r < t->q.tokens; r += t->rows)
			if (!attend(t, a, &h, r, brc_least(t->rows, t->q.tokens - r)))
				*m->failed = true;
	}
}

static double attention_flops(const brc_exec *g, const brc_node *n)
{
	const attention *t = n->state;
	size_t keys = t->k.tokens + t->past[0].tokens;

	(void)g;
	return 2.0 * (double)(t->q.images * t->q.heads * t->q.tokens) * (double)keys *
	       (double)(t->q.size + t->v.size);
}

static void attention_heads(const brc_node *n, size_t *heads, size_t *shared)
{
	const attention *t = n->state;

	*heads = t->q.heads;
	*shared = t->k.heads;
}

#define HEADS(NAME) BRC_ATTR_INT(#NAME, brc_attention_args, NAME, 0)

const brc_op brc_attention_ops[] = {
	BRC_OP("Attention", BRC_TAKES(3, 6, 4), infer_attention, run_attention, PLAIN, ATTENTION,
	       BRC_ARGS(brc_attention_args, HEADS(q_num_heads), HEADS(kv_num_heads),
			BRC_ATTR_FLAG("is_causal", brc_attention_args, is_causal, 0),
			BRC_ATTR_FLOAT("scale", brc_attention_args, scale, NAN, 0),
			BRC_ATTR_FLOAT("softcap", brc_attention_args, softcap, 0, 0),
			BRC_ATTR_UNREAD("qk_matmul_output_mode"),
			BRC_ATTR_UNREAD("softmax_precision")),
	       .state = sizeof(attention), .flops = attention_flops, .heads = attention_heads),
	{.type = NULL},
};
