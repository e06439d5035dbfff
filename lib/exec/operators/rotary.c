/*
 * RotaryEmbedding: features in pairs, (a, b), are turned by an angle that depends on their token:
 * (a cos - b sin, a sin + b cos). The cosines and sines are tables.
 */
#include <math.h>
#include <string.h>

#include "exec/operator.h"

typedef struct rotary {
	size_t images, heads, tokens, size; /* size: features of a head */
	size_t image, head, token;          /* floats from one to the next */
	size_t turned;                      /* features of a head that are turned, an even number */
	size_t rows;                        /* of the tables, where positions say which */
	size_t table[2];                    /* rows from one image, and token, to the next */
} rotary;

static brc_rc read_input(const brc_exec *g, const brc_node *n, rotary *t, brc_err *err)
{
	const brc_rotary_args *a = n->args;
	const brc_operand *x;
	size_t width;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	if (x->ndim < 3 || x->ndim > 4 || (x->batch != 0 && x->batch != BRC_NOWHERE) ||
	    x->inner != 1)
		return brc_fail(err, BRC_DATA,
				"its input of shape %s is not [images, heads, tokens, features], "
				"nor [images, tokens, features]",
				brc_shape_text(x).s);
	width = x->dim[x->ndim - 1];
	if (x->ndim == 3 && (a->num_heads < 1 || width % (size_t)a->num_heads != 0))
		return brc_fail(err, BRC_DATA, "its input of shape %s has not %lld heads",
				brc_shape_text(x).s, (long long)a->num_heads);
	t->images = x->dim[0];
	t->tokens = x->dim[x->ndim - 2];
	t->heads = x->ndim == 4 ? x->dim[1] : (size_t)a->num_heads;
	t->size = x->ndim == 4 ? width : width / t->heads;
	t->image = t->heads * t->tokens * t->size;
	t->head = x->ndim == 4 ? t->tokens * t->size : t->size;
	t->token = x->ndim == 4 ? t->size : width;
	if (a->rotary_embedding_dim < 0 || (size_t)a->rotary_embedding_dim > t->size)
		return brc_fail(err, BRC_DATA, "it turns %lld of %zu features",
				(long long)a->rotary_embedding_dim, t->size);
	t->turned = a->rotary_embedding_dim ? (size_t)a->rotary_embedding_dim : t->size;
	if (t->turned % 2 != 0)
		return brc_fail(err, BRC_DATA, "it turns %zu features, which are not pairs",
				t->turned);
	return BRC_OK;
}

/* Dimensions of images and tokens in x[.., ..]: as many as there are, or 1 for all. */
static brc_rc place_tokens(const brc_exec *g, const brc_node *n, const brc_operand *x,
			   const char *what, rotary *t, brc_err *err)
{
	const brc_operand *of = brc_in(g, n, 0);

	if ((x->dim[0] != t->images && x->dim[0] != 1) ||
	    (x->dim[1] != t->tokens && x->dim[1] != 1) ||
	    (x->batch != BRC_NOWHERE && (x->batch != 0 || x->inner != 1)) ||
	    (x->dim[0] > 1 && x->batch != of->batch))
		return brc_fail(err, BRC_DATA, "its %s of shape %s do not fit its input of %s",
				what, brc_shape_text(x).s, brc_shape_text(of).s);
	t->table[1] = x->dim[1] > 1;
	t->table[0] = x->dim[0] > 1 ? x->dim[1] : 0;
	return BRC_OK;
}

static brc_rc infer_rotary(brc_exec *g, brc_node *n, brc_err *err)
{
	rotary *t = n->state;
	const brc_operand *x, *table[2], *positions = brc_in(g, n, 3);

	BRC_TRY(brc_need_any(g, n, 0, &x, err));
	BRC_TRY(read_input(g, n, t, err));
	for (size_t k = 0; k < 2; k++) {
		BRC_TRY(brc_need(g, n, k + 1, BRC_ELEM_FLOAT, &table[k], err));
		if (table[k]->ndim != (positions ? 2 : 3) ||
		    table[k]->dim[table[k]->ndim - 1] != t->turned / 2 ||
		    (positions && table[k]->batch != BRC_NOWHERE))
			return brc_fail(err, BRC_DATA,
					"its table of shape %s does not fit %zu features that are "
					"turned",
					brc_shape_text(table[k]).s, t->turned);
		if (!positions)
			BRC_TRY(place_tokens(g, n, table[k], "tables", t, err));
	}
	if (memcmp(table[0]->dim, table[1]->dim, table[0]->ndim * sizeof(*table[0]->dim)) != 0)
		return brc_fail(err, BRC_DATA, "its tables have the shapes %s and %s",
				brc_shape_text(table[0]).s, brc_shape_text(table[1]).s);
	if (positions) {
		BRC_TRY(brc_need(g, n, 3, BRC_ELEM_INT, &positions, err));
		if (positions->ndim != 2)
			return brc_fail(err, BRC_DATA, "its positions have shape %s",
					brc_shape_text(positions).s);
		BRC_TRY(place_tokens(g, n, positions, "positions", t, err));
		t->rows = table[0]->dim[0];
	}
	return brc_set_output(g, n, 0, x, err);
}

/* One head of one token. Tables NULL: its position does not exist. */
static void turn(const rotary *t, bool interleaved, const float *x, const float *cosine,
		 const float *sine, float *y)
{
	size_t half = t->turned / 2, step = interleaved ? 2 : 1, apart = interleaved ? 1 : half;

	for (size_t i = 0; i < half; i++) {
		float c = cosine ? cosine[i] : NAN, s = sine ? sine[i] : NAN;
		float a = x[i * step], b = x[i * step + apart];

		y[i * step] = c * a - s * b;
		y[i * step + apart] = s * a + c * b;
	}
	if (t->size > t->turned)
		memcpy(y + t->turned, x + t->turned, (t->size - t->turned) * sizeof(*y));
}

static void run_rotary(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const rotary *t = n->state;
	const float *x = m->at[n->in[0]], *cosine = m->at[n->in[1]], *sine = m->at[n->in[2]];
	const int64_t *position = brc_in(g, n, 3) ? m->at[n->in[3]] : NULL;
	bool interleaved = ((const brc_rotary_args *)n->args)->interleaved;
	float *y = m->at[n->out[0]];

	for (size_t i = 0; i < t->images * t->tokens; i++) {
		size_t image = i / t->tokens, token = i % t->tokens;
		size_t row = image * t->table[0] + token * t->table[1];
		size_t at = image * t->image + token * t->token;
		bool there = !position || (position[row] >= 0 && (size_t)position[row] < t->rows);

		row = there && position ? (size_t)position[row] : row;
		for (size_t h = 0; h < t->heads; h++, at += t->head)
			turn(t, interleaved, x + at, there ? cosine + row * (t->turned / 2) : NULL,
			     there ? sine + row * (t->turned / 2) : NULL, y + at);
	}
}

const brc_op brc_rotary_ops[] = {
	BRC_OP("RotaryEmbedding", BRC_TAKES(3, 4, 1), infer_rotary, run_rotary, PLAIN, MIX,
	       BRC_ARGS(brc_rotary_args,
			BRC_ATTR_FLAG("interleaved", brc_rotary_args, interleaved, 0),
			BRC_ATTR_INT("num_heads", brc_rotary_args, num_heads, 0),
			BRC_ATTR_INT("rotary_embedding_dim", brc_rotary_args, rotary_embedding_dim,
				     0)),
	       .state = sizeof(rotary)),
	{.type = NULL},
};
