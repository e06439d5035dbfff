#include "net/trace/scaling.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* ---- the forest ---- */

static size_t root_of(brc_scaling *s, size_t u)
{
	while (s->parent[u] != u)
		u = s->parent[u] = s->parent[s->parent[u]];
	return u;
}

/* The smaller number becomes the root, so that groups do not depend on the order of nodes. */
static void tie(brc_scaling *s, size_t a, size_t b)
{
	size_t x = root_of(s, a), y = root_of(s, b), root = x < y ? x : y;

	s->fixed[root] = s->fixed[x] || s->fixed[y];
	s->parent[x] = s->parent[y] = root;
}

static void fix(brc_scaling *s, size_t u)
{
	s->fixed[root_of(s, u)] = true;
}

brc_rc brc_scaling_init(brc_scaling *s, const brc_net *net, brc_err *err)
{
	*s = (brc_scaling){.n = brc_layers_total(&net->layers)};
	BRC_TRY(BRC_ARRAY(s->parent, s->n, err));
	BRC_TRY(BRC_ZEROED(s->fixed, s->n, err));
	for (size_t u = 0; u < s->n; u++)
		s->parent[u] = u;
	return BRC_OK;
}

void brc_scaling_clear(brc_scaling *s)
{
	free(s->parent);
	free(s->fixed);
	free(s->tied_set);
	free(s->fixed_set);
}

/* ---- sets ---- */

/* Has the set been seen before? It has from now on. */
static brc_rc see(brc_scaling *s, int32_t set, bool fixes, bool *before, brc_err *err)
{
	size_t need = (size_t)set + 1, had = s->sets, cap = s->sets;

	if (need > had) {
		BRC_TRY(brc_grow(&s->tied_set, &cap, need, sizeof(bool), err));
		BRC_TRY(brc_grow(&s->fixed_set, &had, need, sizeof(bool), err));
		memset(s->tied_set + s->sets, 0, cap - s->sets);
		memset(s->fixed_set + s->sets, 0, cap - s->sets);
		s->sets = cap;
	}
	*before = fixes ? s->fixed_set[set] : s->tied_set[set];
	*(fixes ? &s->fixed_set[set] : &s->tied_set[set]) = true;
	return BRC_OK;
}

/* The units of a set are tied to each other; with `fixes` they are fixed as well. */
static brc_rc note_set(brc_scaling *s, const brc_tracer *t, int32_t set, bool fixes, brc_err *err)
{
	const size_t *first = t->net->layers.first;
	size_t n;
	const brc_scaled_unit *u = brc_unit_sets_get(t->sets, set, &n);
	bool before;

	BRC_TRY(see(s, set, fixes, &before, err));
	for (size_t k = 0; !before && k < n; k++) {
		size_t unit = first[u[k].layer] + (size_t)u[k].unit;

		if (fixes)
			fix(s, unit);
		else if (k > 0)
			tie(s, unit, first[u[0].layer] + (size_t)u[0].unit);
	}
	return BRC_OK;
}

static brc_rc note_sets(brc_scaling *s, const brc_tracer *t, const brc_sources *x, bool fixes,
			brc_err *err)
{
	for (size_t i = 0; x && i < x->n; i++)
		BRC_TRY(note_set(s, t, x->set[i], fixes, err));
	return BRC_OK;
}

/* ---- nodes ---- */

/*
 * A constant that is added is a bias where it has a number for each unit. One number for several
 * units cannot follow them when they are scaled by different factors.
 */
static bool is_bias(const brc_operand *c, const brc_sources *y)
{
	const float *v = c->data;
	bool zero = v && c->elem == BRC_ELEM_FLOAT;

	for (size_t i = 0; zero && i < c->count; i++)
		zero = v[i] == 0;
	for (size_t k = 0; !zero && k < y->ndim; k++) {
		size_t missing = y->ndim - c->ndim;

		if ((k < missing || c->dim[k - missing] != y->ext[k]) && y->ext[k] > 1)
			return false;
	}
	return true;
}

static bool adds_biases(const brc_tracer *t, const brc_node *n)
{
	for (size_t k = 0; k < n->n_in; k++) {
		const brc_operand *c = brc_in(t->g, n, k);

		if (c && c->state == BRC_CONSTANT && !is_bias(c, &t->of[n->out[0]]))
			return false;
	}
	return true;
}

/* Inputs through which units can be scaled: bit k is input k. */
static size_t open_inputs(const brc_tracer *t, const brc_node *n)
{
	brc_linear_map w;
	bool alike;

	if (brc_net_makes_units(t->g, n, &w))
		return t->net->inputs[t->layer].untraced == BRC_NOWHERE ? (size_t)1 << w.in : 0;
	if (brc_net_is_depthwise(t->g, n, &w))
		return (size_t)1 << w.in;
	if (t->of[n->out[0]].set && t->of[n->out[0]].untraced != BRC_NOWHERE)
		return 0;
	alike = brc_node_is_homogeneous(t->g, n) &&
		(brc_node_trace(n) != BRC_TRACE_SUM || adds_biases(t, n));
	return alike ? ~(size_t)0 : 0;
}

brc_rc brc_scaling_node(brc_scaling *s, const brc_tracer *t, const brc_node *n, brc_err *err)
{
	size_t open = open_inputs(t, n);

	for (size_t k = 0; k < n->n_in; k++)
		if (k >= 8 * sizeof(open) ? open != ~(size_t)0 : !(open >> k & 1))
			BRC_TRY(note_sets(s, t, brc_traced(t, n, k), true, err));
	for (size_t k = 0; k < n->n_out; k++)
		if (n->out[k] != BRC_NOWHERE)
			BRC_TRY(note_sets(s, t, &t->of[n->out[k]], false, err));
	return BRC_OK;
}

/* ---- what else fixes units ---- */

static void fix_layer(brc_scaling *s, const brc_net *net, size_t l)
{
	for (size_t u = 0; u < net->layers.units[l]; u++)
		fix(s, net->layers.first[l] + u);
}

/* The layer's own units, and those that it reads. */
static brc_rc fix_around(brc_scaling *s, const brc_tracer *t, size_t l, brc_err *err)
{
	const brc_layer_inputs *in = &t->net->inputs[l];

	fix_layer(s, t->net, l);
	for (size_t i = 0; in->source && i < t->net->site[l].weights.inputs; i++)
		BRC_TRY(note_set(s, t, in->source[i], true, err));
	return BRC_OK;
}

static bool same_weights(const brc_net *net, size_t a, size_t b)
{
	const brc_linear_map *x = &net->site[a].weights, *y = &net->site[b].weights;
	const brc_operand *v = brc_exec_value(net->g, x->value);
	const brc_operand *w = brc_exec_value(net->g, y->value);

	if (x->value == y->value || x->w == y->w)
		return true;
	return x->outputs == y->outputs && x->inputs == y->inputs && v->count == w->count &&
	       memcmp(x->w, y->w, v->count * sizeof(*x->w)) == 0;
}

brc_rc brc_scaling_end(brc_scaling *s, const brc_tracer *t, brc_err *err)
{
	const brc_net *net = t->net;

	fix_layer(s, net, 0);
	if (net->output != BRC_NOWHERE)
		BRC_TRY(note_sets(s, t, &t->of[net->output], true, err));
	for (size_t k = 0; k < brc_exec_outputs(t->g); k++)
		BRC_TRY(note_sets(s, t, &t->of[brc_exec_output_value(t->g, k)], true, err));
	for (size_t l = 1; l < net->n_layers; l++) {
		if (net->site[l].weights.recurrent)
			fix_layer(s, net, l);
		for (size_t m = 1; m < l; m++) {
			if (!same_weights(net, l, m))
				continue;
			BRC_TRY(fix_around(s, t, l, err));
			BRC_TRY(fix_around(s, t, m, err));
		}
	}
	return BRC_OK;
}

brc_rc brc_scaling_number(brc_scaling *s, brc_net *net, brc_err *err)
{
	int32_t groups = 0;

	BRC_TRY(BRC_ARRAY(net->tied, s->n, err));
	for (size_t u = 0; u < s->n; u++) { /* a root comes before all others of its group */
		size_t root = root_of(s, u);

		if (s->fixed[root])
			net->tied[u] = -1;
		else
			net->tied[u] = root == u ? groups++ : net->tied[root];
	}
	return BRC_OK;
}
