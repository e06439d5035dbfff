#include "net/data_fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/activation_function.h"
#include "net/network.h"
#include "net/run_plan.h"

enum { IMAGES_MOST = 64 };
/* Of normal distributions, this is a shift by 0.7 standard deviations, or 0.55 or 1.53 times them.
 */
static const double DIVERGENCE_MOST = 0.25;

/* Sums over the places of all images, of each channel. */
typedef struct sums {
	size_t channels, places;
	double *sum, *squares; /* [channels] */
} sums;

static bool fed_by_input(const brc_net *net, size_t layer)
{
	for (size_t e = 0; e < net->n_edges; e++)
		if (net->edge[e].from == 0 && net->edge[e].to == layer)
			return true;
	return false;
}

/* The node that normalises the sums of a layer by constants; NULL: none. */
static const brc_node *normalisation(const brc_net *net, size_t layer)
{
	const brc_layer_site *u = &net->site[layer];
	const size_t at = u->axis == 1 ? brc_sole_user(net->g, u->sum, u->node + 1) : BRC_NOWHERE;
	const brc_node *n = at == BRC_NOWHERE ? NULL : brc_exec_node(net->g, at);

	if (!n || strcmp(brc_node_type(n), "BatchNormalization") != 0)
		return NULL;
	for (size_t k = 3; k < 5; k++) {
		const brc_operand *v = brc_in(net->g, n, k);

		if (!v || v->state != BRC_CONSTANT || !v->data || v->elem != BRC_ELEM_FLOAT ||
		    v->count != net->layer[layer].units)
			return NULL;
	}
	return n;
}

static void add_batch(const brc_run_plan *p, const float *value, size_t rows, sums *s)
{
	const brc_unit_view *v = &p->view[0];

	for (size_t c = 0; c < s->channels; c++)
		for (size_t r = 0; r < rows; r++)
			for (size_t k = 0; k < v->positions; k++) {
				const double x =
					value[r * v->row_step + c * v->unit_step + v->position[k]];

				s->sum[c] += x;
				s->squares[c] += x * x;
			}
	s->places += rows * v->positions;
}

static brc_rc add_images(const brc_run_plan *p, const brc_dataset *data, size_t n, sums *s,
			 brc_err *err)
{
	size_t sample[IMAGES_MOST];
	brc_run *run;
	brc_rc rc = brc_runs_new(&run, 1, p, err);

	for (size_t i = 0; i < n; i++)
		sample[i] = i * data->n / n;
	for (size_t i = 0; rc == BRC_OK && i < n; i += p->rows) {
		const size_t rows = brc_least(n - i, p->rows);
		const float *value;

		rc = brc_run_start(run, data, sample + i, 0, rows, err);
		BRC_THEN(rc, brc_run_until(run, 0, &value, err));
		if (rc == BRC_OK)
			add_batch(p, value, rows, s);
	}
	brc_runs_free(run, 1);
	return rc;
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *x, size_t n)
{
	qsort(x, n, sizeof(*x), ascending);
	return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/* x[3][channels]: scratch. */
static void compare(const brc_net *net, const brc_node *n, const sums *s, double *x,
		    brc_data_fit *fit)
{
	const float *mean = brc_in(net->g, n, 3)->data, *variance = brc_in(net->g, n, 4)->data;
	const size_t c = s->channels;

	for (size_t k = 0; k < c; k++) {
		const double here = s->sum[k] / (double)s->places;
		const double squares = s->squares[k] / (double)s->places;
		const double then = fmax(variance[k], 1e-12);
		const double shift = (here - mean[k]) / sqrt(then);
		const double ratio = fmax((squares - here * here) / then, 1e-12);

		x[k] = fabs(shift);
		x[c + k] = sqrt(ratio);
		x[2 * c + k] = (ratio - 1 - log(ratio) + shift * shift) / 2;
	}
	fit->shift = median(x, c);
	fit->spread = median(x + c, c);
	fit->divergence = median(x + 2 * c, c);
}

static brc_rc look(const brc_net *net, const brc_dataset *data, size_t layer, const brc_node *n,
		   brc_data_fit *fit, brc_err *err)
{
	const brc_run_options how = {.layer = &layer, .n = 1, .stage = BRC_STAGE_SUM};
	sums s = {.channels = net->layer[layer].units};
	double *x = brc_calloc(5 * s.channels, sizeof(*x), err);
	brc_run_plan *p = NULL;
	brc_rc rc = x ? brc_run_plan_new(&p, net, &how, err) : BRC_RESOURCE;

	fit->images = brc_least(data->n, IMAGES_MOST);
	if (rc == BRC_OK) {
		s.sum = x;
		s.squares = x + s.channels;
		rc = add_images(p, data, fit->images, &s, err);
	}
	if (rc == BRC_OK) {
		compare(net, n, &s, x + 2 * s.channels, fit);
		fit->layer = net->layer[layer].name;
	}
	brc_run_plan_free(p);
	free(x);
	return rc;
}

brc_rc brc_net_data_fit(const brc_net *net, const brc_dataset *data, brc_data_fit *fit,
			brc_err *err)
{
	*fit = (brc_data_fit){.layer = NULL};
	if (net->io.tokens)
		return BRC_OK;
	for (size_t l = 1; l < net->n_layers; l++) {
		const brc_node *n = fed_by_input(net, l) ? normalisation(net, l) : NULL;

		if (n)
			return look(net, data, l, n, fit, err);
	}
	return BRC_OK;
}

bool brc_data_fit_bad(const brc_data_fit *fit)
{
	return fit->layer && !(fit->divergence <= DIVERGENCE_MOST); /* NaN is bad, too */
}

const char *brc_data_fit_cause(const brc_dataset *data)
{
	if (data->pixel == BRC_PIXEL_I4)
		return "are these the tokens that the network was trained on?";
	return data->channels ? "are --mean, --std, --scale and the order of the channels those of "
				"training?"
			      : "were --mean and --std forgotten, or is --scale another?";
}
