#include "net/activation_function.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_follow(brc_followed *f, const brc_exec *g, size_t value, brc_err *err)
{
	*f = (brc_followed){.g = g,
			    .inside = brc_calloc(brc_exec_values(g), sizeof(*f->inside), err),
			    .open = brc_exec_value(g, value)->users};
	BRC_TRY(brc_made(f->inside));
	f->inside[value] = true;
	return BRC_OK;
}

size_t brc_follow_uses(const brc_followed *f, const brc_node *n)
{
	size_t uses = 0;

	for (size_t k = 0; k < n->n_in; k++)
		uses += n->in[k] != BRC_NOWHERE && f->inside[n->in[k]];
	return uses;
}

void brc_follow_node(brc_followed *f, const brc_node *n, bool add)
{
	brc_trace t = brc_node_trace(n);
	/* statistics are not what is followed */
	size_t outputs = t == BRC_TRACE_QUANTISED || t == BRC_TRACE_LAYER_NORM ? 1 : n->n_out;

	f->open -= brc_follow_uses(f, n);
	for (size_t k = 0; add && k < outputs; k++) {
		if (n->out[k] == BRC_NOWHERE ||
		    brc_exec_value(f->g, n->out[k])->state != BRC_COMPUTED)
			continue;
		f->inside[n->out[k]] = true;
		f->open += brc_exec_value(f->g, n->out[k])->users;
	}
}

size_t brc_sole_user(const brc_exec *g, size_t value, size_t behind)
{
	if (brc_exec_value(g, value)->users != 1)
		return BRC_NOWHERE;
	for (size_t i = behind; i < brc_exec_nodes(g); i++) {
		const brc_node *n = brc_exec_node(g, i);

		for (size_t k = 0; k < n->n_in; k++)
			if (n->in[k] == value)
				return i;
	}
	return BRC_NOWHERE;
}

static bool same_shape(const brc_operand *a, const brc_operand *b)
{
	return a->ndim == b->ndim && memcmp(a->dim, b->dim, a->ndim * sizeof(*a->dim)) == 0;
}

/* Is it a number, or the slopes of a PRelu, which belong to the function? */
static bool is_parameter(const brc_exec *g, const brc_node *n, size_t k)
{
	const brc_operand *v = brc_exec_value(g, n->in[k]);

	return v->state == BRC_CONSTANT && (v->count == 1 || brc_node_is_parameter(n, k));
}

/*
 * Is it a node of the function that starts at `value`? Then everything it reads is inside, or a
 * number.
 */
static bool belongs(const brc_followed *f, const brc_node *n, size_t value)
{
	if (!brc_node_is_activation(n) || n->out[0] == BRC_NOWHERE ||
	    !same_shape(brc_exec_value(f->g, n->out[0]), brc_exec_value(f->g, value)))
		return false;
	for (size_t k = 0; k < n->n_in; k++)
		if (n->in[k] != BRC_NOWHERE && !f->inside[n->in[k]] && !is_parameter(f->g, n, k))
			return false;
	return true;
}

/*
 * If the only open uses are those of the last output, the function ends at that output. A use by a
 * node that does not belong to the function stays open for ever, so the function cannot end after
 * it. Whole numbers that stand for real ones are within the function, but not its end.
 */
brc_rc brc_activation_end(const brc_exec *g, size_t value, size_t behind, size_t *end, brc_err *err)
{
	bool real = brc_exec_value(g, value)->elem == BRC_ELEM_FLOAT;
	brc_followed f;
	brc_elem made;

	*end = value;
	BRC_TRY(brc_follow(&f, g, value, err));
	for (size_t i = behind; f.open > 0 && i < brc_exec_nodes(g); i++) {
		const brc_node *n = brc_exec_node(g, i);

		if (brc_follow_uses(&f, n) == 0)
			continue;
		if (!belongs(&f, n, value))
			break;
		brc_follow_node(&f, n, true);
		made = brc_exec_value(g, n->out[0])->elem;
		if (made != BRC_ELEM_BOOL) /* a comparison changes nothing */
			real = made == BRC_ELEM_FLOAT && (real || brc_node_dequantises(n));
		if (real && made == BRC_ELEM_FLOAT && f.open == brc_exec_value(g, n->out[0])->users)
			*end = n->out[0];
	}
	free(f.inside);
	return BRC_OK;
}
