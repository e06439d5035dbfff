/*
 * MatMul with a stack of constant matrices, such as those of heads: x [batch, 1, tokens, width] and
 * w [heads, width, features]. It is built as the Einsum "bhtd,hdk->bhtk" would be. There, a matrix
 * that all heads read is a layer, which the dimensions of a MatMul hide.
 */
#include "exec/builder.h"

/* Dimension k of v when it is aligned with one of n dimensions; 1 in front of its own. */
static size_t aligned(const brc_operand *v, size_t n, size_t k)
{
	return k + v->ndim < n ? 1 : v->dim[k + v->ndim - n];
}

bool brc_is_stack(const brc_operand *x, const brc_operand *w)
{
	size_t n = x->ndim > w->ndim ? x->ndim : w->ndim;

	if (x->state != BRC_COMPUTED || w->state != BRC_CONSTANT || x->elem != BRC_ELEM_FLOAT ||
	    w->elem != BRC_ELEM_FLOAT || x->ndim < 2 || w->ndim < 3 || w->count == 0 ||
	    x->count == 0 || n > BRC_MAX_DIMS || x->dim[x->ndim - 1] != w->dim[w->ndim - 2])
		return false;
	for (size_t k = 0; k + 2 < n; k++) {
		size_t a = aligned(x, n, k), b = aligned(w, n, k);

		if ((a != b && a != 1 && b != 1) ||
		    (b > 1 && x->batch != BRC_NOWHERE && k + x->ndim == n + x->batch))
			return false;
	}
	return true;
}

/* A letter for each dimension. Those of w that have the extent 1 are none of x. */
static size_t name_operand(const brc_operand *x, const brc_operand *w, size_t n, bool of_w,
			   char *text)
{
	size_t len = 0;

	for (size_t k = 0; k + 2 < n; k++) {
		bool apart = of_w && aligned(w, n, k) == 1;

		if (k + (of_w ? w : x)->ndim >= n)
			text[len++] = (char)((apart ? 'A' : 'a') + (int)k);
	}
	text[len++] = of_w ? 'y' : 'x';
	text[len++] = of_w ? 'z' : 'y';
	return len;
}

brc_rc brc_stack_build(brc_builder *b, const Brc__OnnxNode *p, const brc_binding *in,
		       brc_binding *out)
{
	const brc_operand *x = &b->g->value[in[0].value], *w = &b->g->value[in[1].value];
	size_t n = x->ndim > w->ndim ? x->ndim : w->ndim, len;
	char text[3 * BRC_MAX_DIMS + 4];

	len = name_operand(x, w, n, false, text);
	text[len++] = ',';
	len += name_operand(x, w, n, true, text + len);
	text[len++] = '-';
	text[len++] = '>';
	for (size_t k = 0; k + 2 < n; k++) /* where x has no dimension, w has one */
		text[len++] =
			(char)((k + x->ndim < n && aligned(w, n, k) == 1 ? 'A' : 'a') + (int)k);
	text[len++] = 'x';
	text[len++] = 'z';
	return brc_einsum_build(b, p, text, len, in, out);
}
