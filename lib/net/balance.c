#include "net/balance.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct state {
	brc_balance *b;
	const brc_layer_graph *c;
	const size_t *first; /* [layers + 1]: the first unit of each layer */
	float **w;           /* [edges]: their weights; NULL: of no unit scaled */
	size_t groups;
	size_t *together; /* [layers]: the first of the layers that are scaled with it */
	bool *inner;      /* [layers]: edges lead from this class to itself */
	double *in, *out; /* [groups]: sums of edges */
	bool *active;     /* [groups]: has in-weights and out-weights */
} state;

static bool squares(const state *s)
{
	return s->c->norm == BRC_NORM_L2;
}

/* ---- what there is to scale ---- */

static bool has_free_units(const state *s, size_t l)
{
	for (size_t u = s->first[l]; u < s->first[l + 1]; u++)
		if (s->c->tied[u] >= 0)
			return true;
	return false;
}

static bool matters(const state *s, size_t e)
{
	return has_free_units(s, s->c->edge[e].from) || has_free_units(s, s->c->edge[e].to);
}

static size_t edge_size(const state *s, size_t e)
{
	return s->c->layers->units[s->c->edge[e].from] * s->c->layers->units[s->c->edge[e].to];
}

static brc_rc read_edges(state *s, size_t mem, brc_err *err)
{
	size_t bytes = s->c->scratch;

	for (size_t e = 0; e < s->c->n_edges; e++)
		if (matters(s, e))
			bytes = brc_plus(bytes, brc_times(edge_size(s, e), sizeof(float)));
	BRC_TRY(brc_mem_need(bytes, mem, "balancing weights", err));
	BRC_TRY(BRC_ZEROED(s->w, s->c->n_edges, err));
	for (size_t e = 0; e < s->c->n_edges; e++) {
		size_t n = edge_size(s, e);

		if (!matters(s, e))
			continue;
		BRC_TRY(BRC_ARRAY(s->w[e], n, err));
		BRC_TRY(s->c->weights(s->c->of, e, s->w[e], err));
	}
	return BRC_OK;
}

/* Layers that hold units of one group are scaled together: they are of one class. */
static brc_rc find_classes(state *s, brc_err *err)
{
	size_t *layer_of;
	const int32_t *tied = s->c->tied;
	size_t n = s->c->layers->n;
	bool changed = true;

	for (size_t u = 0; u < s->first[n]; u++)
		if (tied[u] >= 0 && (size_t)tied[u] + 1 > s->groups)
			s->groups = (size_t)tied[u] + 1;
	BRC_TRY(BRC_ARRAY(layer_of, s->groups, err));
	for (size_t l = 0; l < n; l++)
		s->together[l] = l;
	while (changed) { /* the smallest number spreads until none changes */
		changed = false;
		for (size_t g = 0; g < s->groups; g++)
			layer_of[g] = n;
		for (size_t l = 0; l < n; l++)
			for (size_t u = s->first[l]; u < s->first[l + 1]; u++)
				if (tied[u] >= 0 && s->together[l] < layer_of[tied[u]])
					layer_of[tied[u]] = s->together[l];
		for (size_t l = 0; l < n; l++)
			for (size_t u = s->first[l]; u < s->first[l + 1]; u++)
				if (tied[u] >= 0 && layer_of[tied[u]] < s->together[l]) {
					s->together[l] = layer_of[tied[u]];
					changed = true;
				}
	}
	free(layer_of);
	for (size_t e = 0; e < s->c->n_edges; e++)
		if (s->together[s->c->edge[e].from] == s->together[s->c->edge[e].to])
			s->inner[s->together[s->c->edge[e].from]] = true;
	return BRC_OK;
}

/* ---- sums of edges ---- */

/*
 * Add the edges of e to the sums of groups at its end (`to`) and at its beginning (`from`). Under
 * l2 they are squared, in double: the square of a float may leave the range of floats.
 */
static void add_edge(const state *s, size_t e, bool from, bool to)
{
	size_t a = s->first[s->c->edge[e].from], b = s->first[s->c->edge[e].to];
	const double *scale = s->b->scale;
	const bool square = squares(s);
	size_t rows = s->c->layers->units[s->c->edge[e].from];
	size_t cols = s->c->layers->units[s->c->edge[e].to];

	for (size_t i = 0; i < rows; i++) {
		const float *w = s->w[e] + i * cols;
		const double inverse = 1 / scale[a + i];
		double row = 0;

		for (size_t j = 0; j < cols; j++) {
			double v = (double)w[j] * inverse * scale[b + j];

			v = square ? v * v : v;
			row += v;
			if (to && s->c->tied[b + j] >= 0)
				s->in[s->c->tied[b + j]] += v;
		}
		if (from && s->c->tied[a + i] >= 0)
			s->out[s->c->tied[a + i]] += row;
	}
}

/* The sums of all groups of a class. BRC_ANY: of all classes. */
static void add_up(const state *s, size_t which)
{
	memset(s->in, 0, s->groups * sizeof(*s->in));
	memset(s->out, 0, s->groups * sizeof(*s->out));
	for (size_t e = 0; e < s->c->n_edges; e++) {
		bool from = which == BRC_ANY || s->together[s->c->edge[e].from] == which;
		bool to = which == BRC_ANY || s->together[s->c->edge[e].to] == which;

		if (s->w[e] && (from || to))
			add_edge(s, e, from, to);
	}
}

/* ---- sweeps ---- */

/* The logarithm of out-norm / in-norm of a group. */
static double log_ratio(const state *s, size_t g)
{
	return (squares(s) ? 0.5 : 1) * log(s->out[g] / s->in[g]);
}

/* Scale the groups of a class; the largest |log ratio| before that. */
static double scale_class(state *s, size_t which)
{
	double step = s->inner[which] ? 0.25 : 0.5, largest = 0;

	add_up(s, which);
	for (size_t l = which; l < s->c->layers->n; l++) {
		if (s->together[l] != which)
			continue;
		for (size_t u = s->first[l]; u < s->first[l + 1]; u++) {
			int32_t g = s->c->tied[u];
			double r;

			if (g < 0 || !s->active[g])
				continue;
			r = log_ratio(s, (size_t)g);
			largest = fabs(r) > largest ? fabs(r) : largest;
			s->b->scale[u] *= exp(step * r);
		}
	}
	return largest;
}

static void sweep(state *s)
{
	brc_balance *b = s->b;

	for (b->sweeps = 0, b->gap = INFINITY;
	     b->sweeps < BRC_BALANCE_SWEEPS && b->gap > BRC_BALANCE_TOLERANCE; b->sweeps++) {
		b->gap = 0;
		for (size_t l = 0; l < s->c->layers->n; l++) {
			double largest;

			if (s->together[l] != l || !has_free_units(s, l))
				continue;
			largest = scale_class(s, l);
			b->gap = largest > b->gap ? largest : b->gap;
		}
	}
}

static brc_rc prepare(state *s, size_t mem, brc_err *err)
{
	size_t n = s->c->layers->n;

	BRC_TRY(BRC_ZEROED(s->together, n, err));
	BRC_TRY(BRC_ZEROED(s->inner, n, err));
	BRC_TRY(find_classes(s, err));
	BRC_TRY(read_edges(s, mem, err));
	BRC_TRY(BRC_ZEROED(s->in, s->groups, err));
	BRC_TRY(BRC_ZEROED(s->out, s->groups, err));
	BRC_TRY(BRC_ZEROED(s->active, s->groups, err));
	return BRC_OK;
}

static void count_units(const state *s)
{
	for (size_t l = 0; l < s->c->layers->n; l++) {
		if (s->c->layer[l].role != BRC_ROLE_HIDDEN)
			continue;
		s->b->hidden += s->c->layers->units[l];
		for (size_t u = s->first[l]; u < s->first[l + 1]; u++)
			s->b->balanced += s->c->tied[u] >= 0 && s->active[s->c->tied[u]];
	}
}

static brc_rc balance(brc_balance *b, size_t mem, brc_err *err)
{
	state s = {.b = b, .c = b->of, .first = b->of->layers->first};
	brc_rc rc = prepare(&s, mem, err);

	if (rc == BRC_OK) {
		add_up(&s, BRC_ANY);
		for (size_t g = 0; g < s.groups; g++)
			s.active[g] = s.in[g] > 0 && s.out[g] > 0;
		count_units(&s);
		sweep(&s);
	}
	for (size_t e = 0; s.w && e < s.c->n_edges; e++)
		free(s.w[e]);
	free(s.w);
	free(s.together);
	free(s.inner);
	free(s.in);
	free(s.out);
	free(s.active);
	return rc;
}

/* ---- the balanced graph ---- */

/* brc_layer_graph.weights */
static brc_rc balanced_weights(const void *of, size_t edge, float *w, brc_err *err)
{
	const brc_balance *b = of;
	const brc_net_edge *e = &b->of->edge[edge];
	size_t rows = b->of->layers->units[e->from], cols = b->of->layers->units[e->to];
	const double *from = b->scale + b->of->layers->first[e->from];
	const double *to = b->scale + b->of->layers->first[e->to];

	BRC_TRY(b->of->weights(b->of->of, edge, w, err));
	for (size_t i = 0; i < rows; i++)
		for (size_t j = 0; j < cols; j++)
			w[i * cols + j] = (float)((double)w[i * cols + j] / from[i] * to[j]);
	return BRC_OK;
}

brc_rc brc_balance_new(brc_balance **out, const brc_layer_graph *of, size_t mem, brc_err *err)
{
	size_t n = brc_layers_total(of->layers);
	brc_balance *b = brc_calloc(1, sizeof(*b), err);
	brc_rc rc = brc_made(b);

	*out = NULL;
	BRC_TRY(rc);
	b->of = of;
	b->graph = *of;
	b->graph.weights = balanced_weights;
	b->graph.of = b;
	rc = BRC_ARRAY(b->scale, n, err);
	for (size_t u = 0; rc == BRC_OK && u < n; u++)
		b->scale[u] = 1;
	BRC_THEN(rc, balance(b, mem, err));
	return BRC_GIVE(out, b, rc, brc_balance_free);
}

void brc_balance_free(brc_balance *b)
{
	if (!b)
		return;
	free(b->scale);
	free(b);
}

void brc_balance_tell(const brc_cli *cli, const brc_balance *b)
{
	brc_cli_note(cli, "%zu of %zu hidden units balanced%s", b->balanced, b->hidden,
		     b->balanced < b->hidden
			     ? "; the others stay as they are, because no scaling of them leaves "
			       "the network as it is, or they have no weights on one side"
			     : "");
	if (b->gap > BRC_BALANCE_TOLERANCE)
		brc_cli_note(cli,
			     "warning: balancing has not come to an end after %zu sweeps: in- and "
			     "out-norms "
			     "still differ by up to %.2g %%, and the graph may depend on how the "
			     "units of this file are scaled",
			     b->sweeps, 100 * expm1(b->gap));
}
