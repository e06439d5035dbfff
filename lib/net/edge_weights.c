/*
 * The weight between two units: a norm of the magnitudes that join them (docs/method.md, "From
 * weights to edges").
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "net/network.h"

static bool all_finite(const float *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isfinite(v[i]))
			return false;
	return true;
}

static brc_rc check_finite(const brc_net *net, size_t layer, brc_err *err)
{
	const brc_layer_site *at = &net->site[layer];
	const brc_linear_map *w = &at->weights;
	const brc_affine *affine = at->affine;
	const brc_operand *bias = at->bias == BRC_NOWHERE ? NULL : brc_exec_value(net->g, at->bias);
	const brc_operand *scale =
		at->scale == BRC_NOWHERE ? NULL : brc_exec_value(net->g, at->scale);
	const char *name = net->layer[layer].name;

	if (scale && !all_finite(scale->data, scale->count))
		return brc_fail(err, BRC_DATA, "layer '%s': a scale is not finite", name);
	if (!all_finite(w->w, brc_exec_value(net->g, w->value)->count) || !isfinite(w->alpha))
		return brc_fail(err, BRC_DATA, "layer '%s': a weight is not finite", name);
	if ((w->bias && !all_finite(w->bias, w->outputs)) ||
	    (bias && !all_finite(bias->data, bias->count)))
		return brc_fail(err, BRC_DATA, "layer '%s': a bias is not finite", name);
	if (affine && (!all_finite(affine->scale, affine->channels) ||
		       !all_finite(affine->shift, affine->channels)))
		return brc_fail(err, BRC_DATA, "layer '%s': its normalisation is not finite", name);
	return BRC_OK;
}

brc_rc brc_net_check_weights(const brc_net *net, brc_err *err)
{
	BRC_ASSERT_VALID(brc_net_valid(net));
	for (size_t l = 1; l < net->n_layers; l++)
		BRC_TRY(check_finite(net, l, err));
	return BRC_OK;
}

/* Input `input` of the later layer comes from unit `unit` of the earlier one. */
typedef struct path {
	size_t unit, input;
	size_t channel; /* of which the input is a position */
	float factor;
} path;

typedef struct join {
	const brc_net *net;
	const brc_layer_site *to;
	const brc_layer_inputs *in;
	const brc_linear_map *w;
	size_t positions; /* features that make one channel, whose weights are one kernel; or 1 */
	bool last;        /* a feature is channels last, else channels first */
	float *norm;      /* [inputs / groups][outputs]: the norm of the kernel of each pair */
	path *path;
	size_t n;
	double *row;        /* [outputs] */
	const float *scale; /* of whole numbers: [outputs], or one for all; NULL: none */
	bool one_scale;
	float *magnitude; /* [positions] */
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

/* The channel of an input, if each channel has so many positions. */
static size_t channel_of(size_t inputs, size_t positions, bool last, size_t input)
{
	return last ? input % (inputs / positions) : input / positions;
}

/* Do all positions of every channel come from the same units? */
static bool are_channels(const join *j, size_t positions, bool last)
{
	const int32_t *source = j->in->source;
	size_t n = j->w->inputs, step = last ? 1 : positions;

	for (size_t i = 0; i < n; i++)
		if (!same_units(j->net->sets, source[i],
				source[step * channel_of(n, positions, last, i)]))
			return false;
	return true;
}

/*
 * Where a feature map was flattened, the weights of a channel's features are one
 * kernel of the map's height and width. Norms that are sums over entries come out
 * the same without that.
 */
static void find_positions(join *j)
{
	size_t positions = j->in->map[0] * j->in->map[1];
	const brc_node *n = brc_exec_node(j->net->g, j->to->node);
	/* two dimensions: neither channels nor the features of tokens */
	bool features = brc_exec_value(j->net->g, n->in[j->w->in])->ndim == 2;

	j->positions = 1;
	if (j->net->options.norm == BRC_NORM_L1 || j->net->options.norm == BRC_NORM_L2 ||
	    positions < 2 || !features || j->w->inputs % positions != 0)
		return;
	for (size_t last = 0; j->positions == 1 && last < 2; last++) {
		j->last = last;
		if (are_channels(j, positions, last))
			j->positions = positions;
	}
}

static brc_rc list_paths(join *j, size_t from, brc_err *err)
{
	size_t cap = 0;

	for (size_t i = 0; i < j->w->inputs; i++) {
		size_t n, channel = channel_of(j->w->inputs, j->positions, j->last, i);
		const brc_scaled_unit *u = brc_unit_sets_get(j->net->sets, j->in->source[i], &n);

		for (size_t k = 0; k < n; k++) {
			if ((size_t)u[k].layer != from)
				continue;
			BRC_TRY(brc_grow(&j->path, &cap, j->n + 1, sizeof(*j->path), err));
			j->path[j->n++] = (path){(size_t)u[k].unit, i, channel, u[k].factor};
		}
	}
	qsort(j->path, j->n, sizeof(*j->path), by_unit); /* an edge has at least one path */
	return BRC_OK;
}

/* norm[i][o] = |w[o, i]|, in tiles, as one of the two arrays is transposed. */
static void magnitudes(const brc_linear_map *w, float *norm)
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
	const brc_linear_map *w = j->w;
	size_t each = w->inputs / w->groups;

	j->norm = brc_alloc(each, w->outputs * sizeof(*j->norm), err);
	BRC_TRY(brc_made(j->norm));
	if (w->h * w->wide > 1 || w->groups > 1)
		return brc_kernel_norms(j->net->options.norm, w->w, w->outputs, each, w->h, w->wide,
					j->norm, err);
	magnitudes(w, j->norm);
	return BRC_OK;
}

/*
 * Each input has a kernel of its own. The norms of kernels add up, as squares under
 * l2. An input reaches only the outputs of its group.
 */
static void add_up(const join *j, const path *p, size_t n)
{
	const brc_linear_map *w = j->w;
	size_t inputs = w->inputs / w->groups, outputs = w->outputs / w->groups;
	bool squares = j->net->options.norm == BRC_NORM_L2;

	memset(j->row, 0, w->outputs * sizeof(*j->row));
	for (size_t k = 0; k < n; k++) {
		const float *norm = j->norm + p[k].input % inputs * w->outputs;
		size_t first = p[k].input / inputs * outputs;

		for (size_t o = first; o < first + outputs; o++) {
			double one = (double)p[k].factor * norm[o];

			j->row[o] += squares ? one * one : one;
		}
	}
	for (size_t o = 0; squares && o < w->outputs; o++)
		j->row[o] = sqrt(j->row[o]);
}

/* The features of a channel are one kernel. The norms of channels add up. */
static brc_rc add_kernels(const join *j, const path *p, size_t n, brc_err *err)
{
	memset(j->row, 0, j->w->outputs * sizeof(*j->row));
	for (size_t i = 0; i < n; i += j->positions) {
		for (size_t o = 0; o < j->w->outputs; o++) {
			double norm;

			for (size_t k = 0; k < j->positions; k++)
				j->magnitude[k] = j->norm[p[i + k].input * j->w->outputs + o] *
						  p[i + k].factor;
			BRC_TRY(brc_kernel_norm(j->net->options.norm, j->magnitude, j->in->map[0],
						j->in->map[1], &norm, err));
			j->row[o] += norm;
		}
	}
	return BRC_OK;
}

static brc_rc join_unit(const join *j, const path *p, size_t n, float *out, brc_err *err)
{
	if (j->positions > 1)
		BRC_TRY(add_kernels(j, p, n, err));
	else
		add_up(j, p, n);
	for (size_t o = 0; o < j->w->outputs; o++) {
		double scale = j->w->alpha;

		if (j->scale)
			scale *= j->scale[j->one_scale ? 0 : o];
		if (j->to->affine && !j->net->options.unfolded)
			scale *= j->to->affine->scale[o];
		out[o] = (float)(fabs(scale) * j->row[o]);
	}
	return BRC_OK;
}

static brc_rc join_layers(join *j, const brc_net_edge *e, float *w, brc_err *err)
{
	find_positions(j);
	BRC_TRY(take_norms(j, err));
	BRC_TRY(list_paths(j, e->from, err));
	j->magnitude = brc_alloc(j->positions, sizeof(*j->magnitude), err);
	j->row = brc_alloc(j->w->outputs, sizeof(*j->row), err);
	if (!j->magnitude || !j->row)
		return BRC_RESOURCE;
	for (size_t i = 0, n; i < j->n; i += n) {
		for (n = 1; i + n < j->n && j->path[i + n].unit == j->path[i].unit;)
			n++;
		BRC_TRY(join_unit(j, j->path + i, n, w + j->path[i].unit * j->w->outputs, err));
	}
	return BRC_OK;
}

brc_rc brc_net_edge_weights(const void *of, size_t edge, float *w, brc_err *err)
{
	const brc_net *net = of;
	const brc_net_edge *e = &net->edge[edge];
	const brc_layer_site *to = &net->site[e->to];
	join j = {.net = net, .to = to, .in = &net->inputs[e->to], .w = &to->weights};
	size_t n = net->layer[e->from].units * to->weights.outputs;
	brc_rc rc;

	BRC_ASSERT_VALID(brc_net_valid(net) && edge < net->n_edges);
	BRC_TRY(check_finite(net, e->to, err));
	if (to->scale != BRC_NOWHERE) {
		j.scale = brc_exec_value(net->g, to->scale)->data;
		j.one_scale = brc_exec_value(net->g, to->scale)->count == 1;
	}
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
