/*
 * Edges between layers: layer `from` feeds layer `to` when an input of `to`
 * comes from a unit of `from`. The weight between two units is the norm of the
 * magnitudes that join them (METHOD: docs/method.md, "From weights to edges").
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/network.h"

#define MAX_EDGES ((size_t)1 << 20)

/* Append the layers that feed layer `to`, each once; last[l]: the layer seen last to use l. */
static brc_rc collect(brc_net *net, size_t to, size_t *last, size_t *cap, brc_err *err)
{
	brc_weights w;

	brc_net_weights(net, to, &w);
	for (size_t i = 0; i < w.inputs; i++) {
		size_t n;
		const brc_scaled_unit *f =
			brc_unit_sets_get(net->feeds, net->unit[to].source[i], &n);

		for (size_t k = 0; k < n; k++) {
			size_t from = (size_t)f[k].layer;

			if (last[from] == to)
				continue;
			last[from] = to;
			if (net->n_edges == MAX_EDGES)
				return brc_fail(err, BRC_DATA, "too many branches to trace");
			BRC_TRY(brc_grow(&net->edge, cap, net->n_edges + 1, sizeof(*net->edge),
					 err));
			net->edge[net->n_edges++] = (brc_net_edge){from, to};
		}
	}
	return BRC_OK;
}

static int compare(const void *a, const void *b)
{
	const brc_net_edge *x = a, *y = b;

	if (x->from != y->from)
		return x->from < y->from ? -1 : 1;
	return (x->to > y->to) - (x->to < y->to);
}

brc_rc brc_net_find_edges(brc_net *net, brc_err *err)
{
	size_t *last = brc_calloc(net->n_layers, sizeof(*last), err), cap = 0;
	brc_rc rc = last ? BRC_OK : BRC_RESOURCE;

	for (size_t l = 1; rc == BRC_OK && l < net->n_layers; l++)
		rc = collect(net, l, last, &cap, err);
	free(last);
	if (net->edge)
		qsort(net->edge, net->n_edges, sizeof(*net->edge), compare);
	return rc;
}

brc_rc brc_net_check_traced(const brc_net *net, brc_err *err)
{
	char title[256];

	for (size_t l = 1; l < net->n_layers; l++) {
		if (net->unit[l].mixed == BRC_NOWHERE)
			continue;
		brc_fail(err, BRC_DATA, "layer '%s': what feeds it cannot be traced through %s",
			 net->layer[l].name,
			 brc_net_node_text(net, net->unit[l].mixed, title, sizeof(title)));
		return brc_hint(err, "--skip-untraced leaves such edges out");
	}
	return BRC_OK;
}

/* ---- weights ---- */

static bool all_finite(const float *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

static brc_rc check_finite(const brc_net *net, size_t layer, brc_err *err)
{
	const brc_unit_layer *u = &net->unit[layer];
	const brc_operand *v,
		*bias = u->bias == BRC_NOWHERE ? NULL : brc_exec_value(net->g, u->bias);
	const char *name = net->layer[layer].name;
	brc_weights w;

	brc_net_weights(net, layer, &w);
	v = brc_exec_value(net->g, w.value);
	if (!all_finite(w.w, v->count) || !isfinite(w.alpha))
		return brc_fail(err, BRC_DATA, "layer '%s': a weight is not finite", name);
	if ((w.bias && !all_finite(w.bias, w.outputs)) ||
	    (bias && !all_finite(bias->data, bias->count)))
		return brc_fail(err, BRC_DATA, "layer '%s': a bias is not finite", name);
	if (u->affine && (!all_finite(u->affine->scale, u->affine->channels) ||
			  !all_finite(u->affine->shift, u->affine->channels)))
		return brc_fail(err, BRC_DATA, "layer '%s': its normalisation is not finite", name);
	return BRC_OK;
}

brc_rc brc_net_check_weights(const brc_net *net, brc_err *err)
{
	for (size_t l = 1; l < net->n_layers; l++)
		BRC_TRY(check_finite(net, l, err));
	return BRC_OK;
}

/* One input of the consumer that comes from a unit of the producer, by units and then by channels
 * that the input is a place of. */
typedef struct path {
	size_t unit, channel, input;
	float factor;
} path;

typedef struct join {
	const brc_net *net;
	const brc_unit_layer *to;
	brc_weights w;
	size_t places; /* features that are one channel's, and one kernel; 1: weights apart */
	bool last;     /* channels are its last dimension, else its first */
	float *norm;   /* [inputs / groups][outputs]: of the kernel of each pair */
	path *path;
	size_t n;
	double *row;      /* [outputs] */
	float *magnitude; /* [places] */
} join;

static int by_unit(const void *a, const void *b)
{
	const path *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->channel != y->channel)
		return x->channel < y->channel ? -1 : 1;
	return (x->input > y->input) - (x->input < y->input);
}

static bool same_units(const brc_unit_sets *t, int32_t a, int32_t b)
{
	return a == b || (brc_unit_sets_is_subset(t, a, b) && brc_unit_sets_is_subset(t, b, a));
}

/* The channel whose place an input is, if there are so many places. */
static size_t channel_of(size_t inputs, size_t places, bool last, size_t input)
{
	return last ? input % (inputs / places) : input / places;
}

/* Do all places of every channel come from the same units? */
static bool are_channels(const join *j, size_t places, bool last)
{
	const int32_t *source = j->to->source;
	size_t n = j->w.inputs, step = last ? 1 : places;

	for (size_t i = 0; i < n; i++)
		if (!same_units(j->net->feeds, source[i],
				source[step * channel_of(n, places, last, i)]))
			return false;
	return true;
}

/*
 * Features that were a map are kernels of its height and width. A norm that is a sum over
 * entries need not know.
 */
static void find_places(join *j)
{
	size_t places = j->to->map[0] * j->to->map[1];
	const brc_node *n = brc_exec_node(j->net->g, j->to->node);
	bool features = brc_exec_value(j->net->g, n->in[j->w.in])->ndim ==
			2; /* nor channels, nor tokens' */

	j->places = 1;
	if (j->net->norm == BRC_NORM_L1 || j->net->norm == BRC_NORM_L2 || places < 2 || !features ||
	    j->w.inputs % places != 0)
		return;
	for (size_t last = 0; j->places == 1 && last < 2; last++) {
		j->last = last;
		if (are_channels(j, places, last))
			j->places = places;
	}
}

static brc_rc list_paths(join *j, size_t from, brc_err *err)
{
	size_t n = 0;

	for (size_t pass = 0; pass < 2; pass++) {
		j->n = 0;
		for (size_t i = 0; i < j->w.inputs; i++) {
			const brc_scaled_unit *f =
				brc_unit_sets_get(j->net->feeds, j->to->source[i], &n);

			for (size_t k = 0; k < n; k++) {
				if ((size_t)f[k].layer != from)
					continue;
				if (pass)
					j->path[j->n] = (path){
						(size_t)f[k].unit,
						channel_of(j->w.inputs, j->places, j->last, i), i,
						f[k].factor};
				j->n++;
			}
		}
		if (pass == 0)
			j->path = brc_alloc(j->n, sizeof(*j->path), err);
		if (!j->path)
			return BRC_RESOURCE;
	}
	qsort(j->path, j->n, sizeof(*j->path), by_unit); /* a network's edge has a path */
	return BRC_OK;
}

/* norm[i][o] = |w[o, i]|, by tiles: one of the two lies across. */
static void magnitudes(const brc_weights *w, float *norm)
{
	enum { TILE = 64 };

	for (size_t i0 = 0; i0 < w->inputs; i0 += TILE) {
		size_t i1 = i0 + TILE < w->inputs ? i0 + TILE : w->inputs;

		for (size_t o0 = 0; o0 < w->outputs; o0 += TILE) {
			size_t o1 = o0 + TILE < w->outputs ? o0 + TILE : w->outputs;

			for (size_t i = i0; i < i1; i++)
				for (size_t o = o0; o < o1; o++)
					norm[i * w->outputs + o] =
						fabsf(w->w[o * w->out_step + i * w->in_step]);
		}
	}
}

static brc_rc take_norms(join *j, brc_err *err)
{
	const brc_weights *w = &j->w;
	size_t each = w->inputs / w->groups;

	j->norm = brc_alloc(each, w->outputs * sizeof(*j->norm), err);
	if (!j->norm)
		return BRC_RESOURCE;
	if (w->h * w->wide > 1 || w->groups > 1)
		return brc_kernel_norms(j->net->norm, w->w, w->outputs, each, w->h, w->wide,
					j->norm, err);
	magnitudes(w, j->norm);
	return BRC_OK;
}

/* Outputs that an input reaches: those of its group. */
static void reached(const brc_weights *w, size_t input, size_t *first, size_t *last)
{
	size_t group = input / (w->inputs / w->groups), outputs = w->outputs / w->groups;

	*first = group * outputs;
	*last = *first + outputs;
}

/* Kernels apart: their norms add up, as squares where the norm is of squares. */
static void add_up(const join *j, const path *p, size_t n)
{
	const brc_weights *w = &j->w;
	bool squares = j->net->norm == BRC_NORM_L2;

	memset(j->row, 0, w->outputs * sizeof(*j->row));
	for (size_t k = 0; k < n; k++) {
		const float *norm = j->norm + p[k].input % (w->inputs / w->groups) * w->outputs;
		double factor = p[k].factor;
		size_t first, last;

		reached(w, p[k].input, &first, &last);
		for (size_t o = first; o < last; o++) {
			double one = factor * norm[o];

			j->row[o] += squares ? one * one : one;
		}
	}
	for (size_t o = 0; squares && o < w->outputs; o++)
		j->row[o] = sqrt(j->row[o]);
}

/* Features as kernels of height and width, whose norms add up. */
static brc_rc add_kernels(const join *j, const path *p, size_t n, brc_err *err)
{
	memset(j->row, 0, j->w.outputs * sizeof(*j->row));
	for (size_t i = 0; i < n; i += j->places) {
		for (size_t o = 0; o < j->w.outputs; o++) {
			double norm;

			for (size_t k = 0; k < j->places; k++)
				j->magnitude[k] = j->norm[p[i + k].input * j->w.outputs + o] *
						  p[i + k].factor;
			BRC_TRY(brc_kernel_norm(j->net->norm, j->magnitude, j->to->map[0],
						j->to->map[1], &norm, err));
			j->row[o] += norm;
		}
	}
	return BRC_OK;
}

static brc_rc join_unit(const join *j, const path *p, size_t n, float *out, brc_err *err)
{
	if (j->places > 1)
		BRC_TRY(add_kernels(j, p, n, err));
	else
		add_up(j, p, n);
	for (size_t o = 0; o < j->w.outputs; o++) {
		double scale = j->w.alpha;

		if (j->to->affine && !j->net->unfolded)
			scale *= j->to->affine->scale[o];
		out[o] = (float)(fabs(scale) * j->row[o]);
	}
	return BRC_OK;
}

static brc_rc join_layers(join *j, const brc_net_edge *e, float *w, brc_err *err)
{
	find_places(j);
	BRC_TRY(take_norms(j, err));
	BRC_TRY(list_paths(j, e->from, err));
	j->magnitude = brc_alloc(j->places, sizeof(*j->magnitude), err);
	j->row = brc_alloc(j->w.outputs, sizeof(*j->row), err);
	if (!j->magnitude || !j->row)
		return BRC_RESOURCE;
	for (size_t i = 0, n; i < j->n; i += n) {
		for (n = 1; i + n < j->n && j->path[i + n].unit == j->path[i].unit;)
			n++;
		BRC_TRY(join_unit(j, j->path + i, n, w + j->path[i].unit * j->w.outputs, err));
	}
	return BRC_OK;
}

brc_rc brc_net_edge_weights(const brc_net *net, size_t edge, float *w, brc_err *err)
{
	const brc_net_edge *e = &net->edge[edge];
	join j = {.net = net, .to = &net->unit[e->to]};
	size_t n;
	brc_rc rc;

	BRC_TRY(check_finite(net, e->to, err));
	brc_net_weights(net, e->to, &j.w);
	n = net->layer[e->from].units * j.w.outputs;
	memset(w, 0, n * sizeof(*w));
	rc = join_layers(&j, e, w, err);
	free(j.norm);
	free(j.path);
	free(j.magnitude);
	free(j.row);
	BRC_TRY(rc);
	if (!all_finite(w, n))
		return brc_fail(err, BRC_DATA, "layer '%s': its weights add up to infinity",
				net->layer[e->to].name);
	return BRC_OK;
}
