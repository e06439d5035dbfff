/* Which nodes multiply their output by c > 0 if their inputs are multiplied by c. */
#include <math.h>

#include "exec/operator.h"

static bool is_constant(const brc_exec *g, const brc_node *n, size_t k)
{
	return brc_in(g, n, k)->state == BRC_CONSTANT;
}

/* Inputs that are computed, as real numbers. *reals: all computed ones are real. */
static size_t computed(const brc_exec *g, const brc_node *n, bool *reals)
{
	size_t count = 0;

	*reals = true;
	for (size_t k = 0; k < n->n_in; k++) {
		if (!brc_in(g, n, k) || is_constant(g, n, k))
			continue;
		*reals = *reals && brc_in(g, n, k)->elem == BRC_ELEM_FLOAT;
		count++;
	}
	return count;
}

/* Is a bound at 0, or nowhere? */
static bool is_moot(float bound)
{
	return bound == 0 || isinf(bound);
}

static bool cuts_at_zero(const brc_node *n)
{
	float lo, hi;

	return n->op->bounds && n->op->bounds(n, &lo, &hi) && is_moot(lo) && is_moot(hi);
}

static bool is_zero(const brc_operand *v)
{
	const float *x = v->data;

	for (size_t i = 0; i < v->count; i++)
		if (v->elem != BRC_ELEM_FLOAT || !x || x[i] != 0)
			return false;
	return true;
}

/* Of those that take the larger, for example: are constants other than parameters 0? */
static bool has_no_thresholds(const brc_exec *g, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++)
		if (is_constant(g, n, k) && !brc_node_is_parameter(n, k) &&
		    !is_zero(brc_in(g, n, k)))
			return false;
	return true;
}

bool brc_node_is_homogeneous(const brc_exec *g, const brc_node *n)
{
	bool reals;
	size_t operands = computed(g, n, &reals);

	if (!reals || operands == 0 || brc_exec_value(g, n->out[0])->elem != BRC_ELEM_FLOAT)
		return false;
	switch (n->op->trace) {
	case BRC_TRACE_SAME:
		return operands == 1 && (n->op->homogeneous || cuts_at_zero(n));
	case BRC_TRACE_AFFINE:
		return operands == 1;
	case BRC_TRACE_SUM:
		return true;
	case BRC_TRACE_PRODUCT:
		return operands == 1;
	case BRC_TRACE_QUOTIENT:
		return operands == 1 && is_constant(g, n, 1);
	case BRC_TRACE_COMBINE:
		return n->op->homogeneous && has_no_thresholds(g, n);
	case BRC_TRACE_MOVE:
	case BRC_TRACE_LOOKUP:
		return brc_node_moves(n) && (!n->op->fills || n->op->fills(n) == 0);
	case BRC_TRACE_POOLING:
	case BRC_TRACE_REDUCE:
		return operands == 1 && n->op->homogeneous &&
		       (!n->op->fills || n->op->fills(n) == 0);
	default:
		return false;
	}
}
