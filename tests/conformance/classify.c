#include "classify.h"

#include <stdio.h>
#include <string.h>

enum { FIRST_OPSET = 1 };

/* The operators that any model may use; others may be supported besides. */
static const char *const operators[] = {"Conv",
					"Gemm",
					"MatMul",
					"Add",
					"Sub",
					"Mul",
					"Div",
					"Pow",
					"Sqrt",
					"Exp",
					"Log",
					"Neg",
					"Abs",
					"Erf",
					"Min",
					"Max",
					"Relu",
					"LeakyRelu",
					"PRelu",
					"Elu",
					"Selu",
					"Gelu",
					"Sigmoid",
					"HardSigmoid",
					"HardSwish",
					"Tanh",
					"Softplus",
					"Clip",
					"Softmax",
					"LogSoftmax",
					"BatchNormalization",
					"InstanceNormalization",
					"LayerNormalization",
					"LRN",
					"MaxPool",
					"AveragePool",
					"GlobalAveragePool",
					"GlobalMaxPool",
					"ReduceMean",
					"ReduceSum",
					"ReduceMax",
					"ReduceMin",
					"Concat",
					"Split",
					"Slice",
					"Gather",
					"Reshape",
					"Flatten",
					"Transpose",
					"Squeeze",
					"Unsqueeze",
					"Expand",
					"Pad",
					"Resize",
					"Dropout",
					"Identity",
					"Constant",
					"ConstantOfShape",
					"Shape",
					"Cast",
					"Where",
					"Equal",
					"Less",
					"Greater",
					"ArgMax"};

static const char *text(const char *s)
{
	return s ? s : "";
}

static bool is_listed(const Brc__OnnxNode *p)
{
	if (*text(p->domain) && strcmp(p->domain, "ai.onnx") != 0)
		return false;
	for (size_t i = 0; i < sizeof(operators) / sizeof(*operators); i++)
		if (strcmp(operators[i], text(p->op_type)) == 0)
			return true;
	return false;
}

static bool is_training(const Brc__OnnxNode *p, const char *name)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(p, "training_mode");

	return (a && a->i) || (strcmp(text(p->op_type), "Dropout") == 0 &&
			       strncmp(name, "test_training_", 14) == 0);
}

/* Floats, the integers that shapes and indices are, and truth values. */
static bool is_common(const Brc__OnnxValueInfo *v, const char **type)
{
	int32_t t = v->type && v->type->tensor_type ? v->type->tensor_type->elem_type : 0;

	*type = t ? brc_onnx_type_name(t) : "no tensor";
	return t == BRC_ONNX_FLOAT || t == BRC_ONNX_INT64 || t == BRC_ONNX_BOOL;
}

category classify(const brc_onnx *m, const char *name, char *detail, size_t cap)
{
	const Brc__OnnxGraph *g = m->model->graph;
	const char *type;

	detail[0] = '\0';
	for (size_t i = 0; i < g->n_node; i++) {
		snprintf(detail, cap, "%.60s", text(g->node[i]->op_type));
		if (!is_listed(g->node[i]))
			return OUTSIDE;
	}
	if (m->opset < FIRST_OPSET) {
		snprintf(detail, cap, "%lld", (long long)m->opset);
		return OLDER;
	}
	for (size_t i = 0; i < g->n_node; i++)
		if (is_training(g->node[i], name))
			return TRAINING;
	for (size_t i = 0; i < g->n_input + g->n_output; i++) {
		bool common =
			is_common(i < g->n_input ? g->input[i] : g->output[i - g->n_input], &type);

		snprintf(detail, cap, "%s", type);
		if (!common)
			return OTHER;
	}
	return REQUIRED;
}

const char *category_name(category c)
{
	static const char *const name[CATEGORIES] = {"required", "operator", "operator-set",
						     "training", "elements"};

	return name[c];
}
