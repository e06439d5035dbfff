#include "exec/operators/gates.h"

#include <math.h>
#include <string.h>
#include <strings.h>

/* Defaults as onnx.ai/onnx/operators/onnx__LSTM.html gives them, or those of the operator. */
static const struct named {
	const char *name;
	bool alpha, beta; /* has such a parameter */
	float a, b;
} functions[] = {
	[BRC_GATE_SIGMOID] = {"Sigmoid", false, false, 0, 0},
	[BRC_GATE_TANH] = {"Tanh", false, false, 0, 0},
	[BRC_GATE_RELU] = {"Relu", false, false, 0, 0},
	[BRC_GATE_AFFINE] = {"Affine", true, true, 1, 0},
	[BRC_GATE_LEAKY_RELU] = {"LeakyRelu", true, false, 0.01f, 0},
	[BRC_GATE_THRESHOLDED_RELU] = {"ThresholdedRelu", true, false, 1, 0},
	[BRC_GATE_SCALED_TANH] = {"ScaledTanh", true, true, 1, 1},
	[BRC_GATE_HARD_SIGMOID] = {"HardSigmoid", true, true, 0.2f, 0.5f},
	[BRC_GATE_ELU] = {"Elu", true, false, 1, 0},
	[BRC_GATE_SOFTSIGN] = {"Softsign", false, false, 0, 0},
	[BRC_GATE_SOFTPLUS] = {"Softplus", false, false, 0, 0},
};

enum { FUNCTIONS = sizeof(functions) / sizeof(*functions), NAME = 32 };

static brc_rc find(const ProtobufCBinaryData *text, brc_gate_function *f, brc_err *err)
{
	char name[NAME] = "";

	if (text->len < sizeof(name))
		memcpy(name, text->data, text->len);
	for (size_t k = 0; k < FUNCTIONS; k++) {
		if (strcasecmp(name, functions[k].name) != 0)
			continue;
		*f = (brc_gate_function){k, functions[k].a, functions[k].b};
		return BRC_OK;
	}
	return brc_fail(err, BRC_DATA, "its activation function '%s' is not supported", name);
}

/* The next number of a list, which the function has if `has`. */
static void take(const Brc__OnnxAttribute *list, size_t *at, bool has, float *x)
{
	if (has && list && *at < list->n_floats)
		*x = list->floats[(*at)++];
}

brc_rc brc_gates_read(const Brc__OnnxNode *p, size_t want, brc_gate_function *f, bool *given,
		      brc_err *err)
{
	const Brc__OnnxAttribute *names = brc_onnx_attribute(p, "activations");
	const Brc__OnnxAttribute *alpha = brc_onnx_attribute(p, "activation_alpha");
	const Brc__OnnxAttribute *beta = brc_onnx_attribute(p, "activation_beta");
	size_t a = 0, b = 0;

	*given = names;
	if (!names && !alpha && !beta)
		return BRC_OK;
	if (!names || names->n_strings != want)
		return brc_fail(err, BRC_DATA, "it names %zu activation functions, not %zu",
				names ? names->n_strings : 0, want);
	for (size_t k = 0; k < want; k++) {
		BRC_TRY(find(&names->strings[k], &f[k], err));
		take(alpha, &a, functions[f[k].kind].alpha, &f[k].alpha);
		take(beta, &b, functions[f[k].kind].beta, &f[k].beta);
	}
	if ((alpha && a < alpha->n_floats) || (beta && b < beta->n_floats))
		return brc_fail(err, BRC_DATA,
				"it has more parameters than its activation functions take");
	return BRC_OK;
}

static float value(const brc_gate_function *f, float v)
{
	switch ((brc_gate_kind)f->kind) {
	case BRC_GATE_SIGMOID:
		return 1.0f / (1.0f + expf(-v));
	case BRC_GATE_TANH:
		return tanhf(v);
	case BRC_GATE_RELU:
		return v < 0 ? 0 : v;
	case BRC_GATE_AFFINE:
		return f->alpha * v + f->beta;
	case BRC_GATE_LEAKY_RELU:
		return v < 0 ? f->alpha * v : v;
	case BRC_GATE_THRESHOLDED_RELU:
		return v > f->alpha ? v : 0;
	case BRC_GATE_SCALED_TANH:
		return f->alpha * tanhf(f->beta * v);
	case BRC_GATE_HARD_SIGMOID:
		v = f->alpha * v + f->beta;
		return v < 0 ? 0 : v > 1 ? 1 : v;
	case BRC_GATE_ELU:
		return v < 0 ? f->alpha * expm1f(v) : v;
	case BRC_GATE_SOFTSIGN:
		return v / (1 + fabsf(v));
	case BRC_GATE_SOFTPLUS:
		return v > 20 ? v : log1pf(expf(v));
	}
	return v;
}

void brc_gate_apply(const brc_gate_function *f, float clip, float *x, size_t n)
{
	for (size_t i = 0; clip < INFINITY && i < n; i++)
		x[i] = x[i] < -clip ? -clip : x[i] > clip ? clip : x[i];
	if (f->kind == BRC_GATE_SIGMOID)
		for (size_t i = 0; i < n; i++)
			x[i] = 1.0f / (1.0f + expf(-x[i]));
	else if (f->kind == BRC_GATE_TANH)
		for (size_t i = 0; i < n; i++)
			x[i] = tanhf(x[i]);
	else
		for (size_t i = 0; i < n; i++)
			x[i] = value(f, x[i]);
}
