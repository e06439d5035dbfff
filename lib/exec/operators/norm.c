/* Normalisation: BatchNormalization, InstanceNormalization, LayerNormalization, RMSNormalization,
 * LRN. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "exec/operator.h"

/* ---- BatchNormalization: an affine map of every channel ---- */

static brc_rc channel_weights(const brc_exec *g, const brc_node *n, size_t k, size_t channels,
			      const float **v, brc_err *err)
{
	const brc_operand *w;

	BRC_TRY(brc_need_constant(g, n, k, BRC_ELEM_FLOAT, &w, err));
	*v = w->data;
	if (w->count == channels)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "input %zu ('%.200s') has %zu elements for %zu channels", k,
			w->name, w->count, channels);
}

static void adapt_batch_norm(int64_t opset, void *args)
{
	((brc_batch_norm_args *)args)->is_test = opset > 6;
}

static brc_rc infer_batch_norm(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_batch_norm_args *args = n->args;
	brc_affine *a = n->state;
	bool training = args->training_mode || !args->is_test;
	const float *part[4]; /* scale, bias, mean, variance */
	const brc_operand *x;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	for (size_t k = 1; k < n->n_out; k++)
		training = training || n->out[k] != BRC_NOWHERE;
	if (training || !args->spatial) {
		brc_fail(err, BRC_DATA, "%s is not supported",
			 training ? "training mode" : "spatial = 0");
		return brc_hint(err, "export the network for inference");
	}
	if (x->ndim < 2)
		return brc_fail(err, BRC_DATA, "its input has no channels");
	BRC_TRY(brc_keeps_images(x, 1, err));
	a->channels = x->dim[1];
	for (size_t k = 0; k < 4; k++)
		BRC_TRY(channel_weights(g, n, k + 1, a->channels, &part[k], err));
	BRC_TRY(brc_exec_alloc(g, &a->scale, a->channels, sizeof(*a->scale), err));
	BRC_TRY(brc_exec_alloc(g, &a->shift, a->channels, sizeof(*a->shift), err));
	for (size_t c = 0; c < a->channels; c++) {
		double scale = part[0][c] / sqrt((double)part[3][c] + args->epsilon);

		a->scale[c] = (float)scale;
		a->shift[c] = (float)(part[1][c] - scale * part[2][c]);
	}
	return brc_set_output(g, n, 0, x, err);
}

static void run_batch_norm(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_affine *a = n->state;
	const brc_operand *v = &g->value[n->out[0]];
	const float *x = m->at[n->in[0]], *scale = a->scale, *shift = a->shift;
	float *y = m->at[n->out[0]];
	size_t channels = a->channels, rows, places;

	if (v->count == 0)
		return;
	rows = v->dim[0];
	places = v->count / (rows * channels);
	if (v->last || places == 1) {
		for (size_t r = 0; r < rows * places; r++, x += channels, y += channels)
			for (size_t c = 0; c < channels; c++)
				y[c] = scale[c] * x[c] + shift[c];
		return;
	}
	for (size_t r = 0; r < rows * channels; r++, x += places, y += places)
		for (size_t i = 0; i < places; i++)
			y[i] = scale[r % channels] * x[i] + shift[r % channels];
}

static const brc_affine *affine_of(const brc_node *n)
{
	return n->state;
}

/* ---- groups brought to mean 0 and variance 1 ---- */

typedef enum variant { MOMENTS, MEAN_SQUARE } variant;

typedef struct groups {
	size_t n, size; /* groups, elements of each */
	size_t weights; /* scales and biases */
	bool each;      /* one for each element of a group; else for each group, in turn */
	bool centred;   /* the mean is taken off */
	float epsilon;
} groups;

/* The numbers that bring a group to mean 0 and variance 1; not centred, to a mean square of 1. */
static void moments(const groups *t, const float *x, float *centre, float *factor)
{
	double sum = 0, squares = 0, mean;

	for (size_t i = 0; i < t->size; i++)
		sum += x[i];
	mean = t->centred ? sum / (double)t->size : 0;
	for (size_t i = 0; i < t->size; i++)
		squares += (x[i] - mean) * (x[i] - mean);
	*centre = (float)mean;
	*factor = (float)(1 / sqrt(squares / (double)t->size + t->epsilon));
}

static void normalise(const groups *t, size_t group, const float *x, const float *scale,
		      const float *bias, float *y, float centre, float factor)
{
	for (size_t i = 0; i < t->size; i++) {
		size_t k = t->each ? i : group % t->weights;

		y[i] = (x[i] - centre) * factor * scale[k] + (bias ? bias[k] : 0);
	}
}

static void run_groups(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const groups *t = n->state;
	const float *x = m->at[n->in[0]], *scale = m->at[n->in[1]];
	const float *bias = brc_in(g, n, 2) ? m->at[n->in[2]] : NULL;
	float *y = m->at[n->out[0]], *kept[2] = {NULL, NULL}; /* LayerNormalization's others */

	for (size_t k = 1; k < n->n_out; k++)
		kept[k - 1] = n->out[k] == BRC_NOWHERE ? NULL : m->at[n->out[k]];
	for (size_t i = 0; i < t->n; i++) {
		float centre, factor;

		moments(t, x + i * t->size, &centre, &factor);
		normalise(t, i, x + i * t->size, scale, bias, y + i * t->size, centre, factor);
		if (kept[0])
			kept[0][i] = centre;
		if (kept[1])
			kept[1][i] = factor;
	}
}

static brc_rc check_weights(const brc_exec *g, const brc_node *n, const groups *t, brc_err *err)
{
	const brc_operand *w;

	for (size_t k = 1; k < 3; k++) {
		if (k == 2 && !brc_in(g, n, k))
			continue;
		BRC_TRY(brc_need(g, n, k, BRC_ELEM_FLOAT, &w, err));
		if (w->count != t->weights || w->batch != BRC_NOWHERE)
			return brc_fail(err, BRC_DATA,
					"input %zu ('%.200s') has %zu elements, not %zu", k,
					w->name, w->count, t->weights);
	}
	return BRC_OK;
}

static brc_rc infer_instance_norm(brc_exec *g, brc_node *n, brc_err *err)
{
	groups *t = n->state;
	const brc_operand *x;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	t->epsilon = ((const brc_norm_args *)n->args)->epsilon;
	t->centred = true;
	if (x->ndim < 3 || x->count == 0)
		return brc_fail(err, BRC_DATA, "its input has no places to average over");
	for (size_t k = 1; k < x->ndim; k++)
		BRC_TRY(brc_keeps_images(x, k, err));
	t->weights = x->dim[1];
	t->n = x->dim[0] * x->dim[1];
	t->size = x->count / t->n;
	BRC_TRY(check_weights(g, n, t, err));
	return brc_set_output(g, n, 0, x, err);
}

static brc_rc infer_layer_norm(brc_exec *g, brc_node *n, brc_err *err)
{
	const brc_norm_args *a = n->args;
	groups *t = n->state;
	const brc_operand *x;
	brc_operand part;
	size_t axis;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	BRC_TRY(brc_axis(a->axis, x->ndim, &axis, err));
	t->epsilon = a->epsilon;
	t->centred = n->op->variant != MEAN_SQUARE;
	t->size = t->n = 1;
	for (size_t k = 0; k < x->ndim; k++) {
		*(k < axis ? &t->n : &t->size) *= x->dim[k];
		if (k >= axis)
			BRC_TRY(brc_keeps_images(x, k, err));
	}
	t->weights = t->size;
	t->each = true;
	BRC_TRY(check_weights(g, n, t, err));
	part = *x;
	for (size_t k = axis; k < x->ndim; k++)
		part.dim[k] = 1;
	BRC_TRY(brc_set_output(g, n, 0, x, err));
	if (n->op->variant == MEAN_SQUARE)
		return BRC_OK;
	BRC_TRY(brc_set_output(g, n, 1, &part, err));
	return brc_set_output(g, n, 2, &part, err);
}

/* ---- LRN (Krizhevsky et al. 2012, section 3.3), row-major ---- */

static brc_rc infer_lrn(brc_exec *g, brc_node *n, brc_err *err)
{
	int64_t size = ((const brc_lrn_args *)n->args)->size;
	const brc_operand *x;

	BRC_TRY(brc_need(g, n, 0, BRC_ELEM_FLOAT, &x, err));
	if (size < 1 || size > INT32_MAX || x->ndim < 2)
		return brc_fail(err, BRC_DATA, "its size is %lld", (long long)size);
	BRC_TRY(brc_keeps_images(x, 1, err));
	return brc_set_output(g, n, 0, x, err);
}

static void run_lrn(const brc_exec *g, const brc_node *n, const brc_memory *m)
{
	const brc_lrn_args *l = n->args;
	const brc_operand *v = &g->value[n->out[0]];
	const float *x = m->at[n->in[0]];
	float *y = m->at[n->out[0]];
	size_t size = (size_t)l->size, before = (size - 1) / 2;
	size_t channels = v->dim[1], rows = v->dim[0], places;

	if (v->count == 0)
		return;
	places = v->count / (rows * channels);
	for (size_t r = 0; r < rows; r++) {
		for (size_t c = 0; c < channels; c++) {
			size_t lo = c > before ? c - before : 0, hi = c - before + size;

			hi = hi < channels ? hi : channels;
			for (size_t i = 0; i < places; i++) {
				size_t at = (r * channels + c) * places + i;
				float sum = 0;

				for (size_t k = lo; k < hi; k++) {
					float s = x[(r * channels + k) * places + i];

					sum += s * s;
				}
				y[at] = x[at] /
					powf(l->bias + l->alpha / (float)l->size * sum, l->beta);
			}
		}
	}
}

static double lrn_work(const brc_node *n, const brc_operand *out)
{
	size_t size = (size_t)((const brc_lrn_args *)n->args)->size;

	return 2.0 * (double)out->count * (double)brc_least(size, out->dim[1]);
}

#define EPSILON(ARGS) BRC_ATTR_FLOAT("epsilon", ARGS, epsilon, 1e-5f, 0)

const brc_op brc_normalisation_ops[] = {
	BRC_OP("BatchNormalization", BRC_TAKES(5, 5, 5), infer_batch_norm, run_batch_norm, ANY,
	       AFFINE,
	       BRC_ARGS(brc_batch_norm_args, EPSILON(brc_batch_norm_args),
			BRC_ATTR_UNREAD("momentum"),
			BRC_ATTR_FLAG("training_mode", brc_batch_norm_args, training_mode, 0),
			BRC_ATTR_FLAG("spatial", brc_batch_norm_args, spatial, 1),
			BRC_ATTR_FLAG("is_test", brc_batch_norm_args, is_test, 1)),
	       .state = sizeof(brc_affine), .adapt = adapt_batch_norm, .affine = affine_of),
	BRC_OP("InstanceNormalization", BRC_TAKES(3, 3, 1), infer_instance_norm, run_groups, PLAIN,
	       NORMALISED, BRC_ARGS(brc_norm_args, EPSILON(brc_norm_args)),
	       .state = sizeof(groups)),
	BRC_OP("LayerNormalization", BRC_TAKES(2, 3, 3), infer_layer_norm, run_groups, PLAIN,
	       LAYER_NORM,
	       BRC_ARGS(brc_norm_args, BRC_ATTR_INT("axis", brc_norm_args, axis, -1),
			EPSILON(brc_norm_args), BRC_ATTR_UNREAD("stash_type")),
	       .state = sizeof(groups)),
	BRC_OP("RMSNormalization", BRC_TAKES(2, 2, 1), infer_layer_norm, run_groups, PLAIN,
	       LAYER_NORM,
	       BRC_ARGS(brc_norm_args, BRC_ATTR_INT("axis", brc_norm_args, axis, -1),
			EPSILON(brc_norm_args), BRC_ATTR_UNREAD("stash_type")),
	       .state = sizeof(groups), .variant = MEAN_SQUARE),
	BRC_OP("LRN", BRC_TAKES(1, 1, 1), infer_lrn, run_lrn, PLAIN, NORMALISED,
	       BRC_ARGS(brc_lrn_args, BRC_ATTR_FLOAT("alpha", brc_lrn_args, alpha, 1e-4f, 0),
			BRC_ATTR_FLOAT("beta", brc_lrn_args, beta, 0.75f, 0),
			BRC_ATTR_FLOAT("bias", brc_lrn_args, bias, 1, 0),
			BRC_ATTR_INT("size", brc_lrn_args, size, 0)),
	       .work = lrn_work),
	{.type = NULL},
};
