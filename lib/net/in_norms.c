#include "net/in_norms.h"

#include <math.h>

#include "base/invariant.h"
#include "net/network.h"

/* Constant factors of unit o behind the weights. */
static double factor_of(const brc_net *net, const brc_layer_site *at, size_t o)
{
	double factor = at->weights.alpha;

	if (at->scale != BRC_NOWHERE) {
		const brc_operand *scale = brc_exec_value(net->g, at->scale);
		const float *by = scale->data;

		factor *= by[scale->count == 1 ? 0 : o];
	}
	if (at->affine)
		factor *= at->affine->scale[o];
	return fabs(factor);
}

/* A kernel lies in one piece. */
static double norm_of(const brc_linear_map *w, size_t o)
{
	const size_t kernel = w->h * w->wide, inputs = w->inputs / w->groups;
	double squares = 0;

	for (size_t i = 0; i < inputs; i++)
		for (size_t k = 0; k < kernel; k++) {
			const double v = w->w[o * w->out_step + i * w->in_step + k];

			squares += v * v;
		}
	return sqrt(squares);
}

brc_rc brc_net_in_norms(const brc_net *net, size_t layer, double *norm, brc_err *err)
{
	const brc_layer_site *at = &net->site[layer];

	BRC_ASSERT_VALID(brc_net_valid(net) && layer > 0 && layer < net->n_layers);
	for (size_t o = 0; o < net->layer[layer].units; o++) {
		norm[o] = factor_of(net, at, o) * norm_of(&at->weights, o);
		if (!isfinite(norm[o]))
			return brc_fail(err, BRC_DATA,
					"layer '%s', unit %zu: the norm of its incoming weights is "
					"not finite",
					net->layer[layer].name, o);
	}
	return BRC_OK;
}
