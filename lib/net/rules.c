#include "net/rules.h"

#include <string.h>

typedef struct row {
	const char *type;
	brc_rule rule;
	bool activation;
} row;

static const row rows[] = {
	{"Relu", BRC_RULE_SAME, true},
	{"LeakyRelu", BRC_RULE_SAME, true},
	{"Elu", BRC_RULE_SAME, true},
	{"Selu", BRC_RULE_SAME, true},
	{"Gelu", BRC_RULE_SAME, true},
	{"Sigmoid", BRC_RULE_SAME, true},
	{"HardSigmoid", BRC_RULE_SAME, true},
	{"HardSwish", BRC_RULE_SAME, true},
	{"Tanh", BRC_RULE_SAME, true},
	{"Softplus", BRC_RULE_SAME, true},
	{"Softsign", BRC_RULE_SAME, true},
	{"Sqrt", BRC_RULE_SAME, true},
	{"Exp", BRC_RULE_SAME, true},
	{"Log", BRC_RULE_SAME, true},
	{"Erf", BRC_RULE_SAME, true},
	{"Neg", BRC_RULE_SAME, true},
	{"Abs", BRC_RULE_SAME, true},
	{"Reciprocal", BRC_RULE_SAME, true},
	{"Floor", BRC_RULE_SAME, true},
	{"Ceil", BRC_RULE_SAME, true},
	{"Sin", BRC_RULE_SAME, true},
	{"Cos", BRC_RULE_SAME, true},
	{"Clip", BRC_RULE_SAME, true},
	{"Dropout", BRC_RULE_SAME, true},
	{"Identity", BRC_RULE_SAME, true},
	{"Cast", BRC_RULE_SAME, true},
	{"Not", BRC_RULE_SAME, false},
	{"LRN", BRC_RULE_SAME, false},
	{"InstanceNormalization", BRC_RULE_SAME, false},
	{"BatchNormalization", BRC_RULE_AFFINE, false},
	{"LayerNormalization", BRC_RULE_LAYER_NORM, false},
	{"Add", BRC_RULE_COMBINE, true},
	{"Sub", BRC_RULE_COMBINE, true},
	{"Mul", BRC_RULE_COMBINE, true},
	{"Div", BRC_RULE_COMBINE, true},
	{"Pow", BRC_RULE_COMBINE, true},
	{"Min", BRC_RULE_COMBINE, true},
	{"Max", BRC_RULE_COMBINE, true},
	{"Sum", BRC_RULE_COMBINE, true},
	{"PRelu", BRC_RULE_COMBINE, true},
	{"Where", BRC_RULE_COMBINE, true},
	{"Equal", BRC_RULE_COMBINE, true},
	{"Less", BRC_RULE_COMBINE, true},
	{"LessOrEqual", BRC_RULE_COMBINE, true},
	{"Greater", BRC_RULE_COMBINE, true},
	{"GreaterOrEqual", BRC_RULE_COMBINE, true},
	{"And", BRC_RULE_COMBINE, false},
	{"Or", BRC_RULE_COMBINE, false},
	{"Xor", BRC_RULE_COMBINE, false},
	{"Transpose", BRC_RULE_MOVE, false},
	{"Concat", BRC_RULE_MOVE, false},
	{"Slice", BRC_RULE_MOVE, false},
	{"Split", BRC_RULE_MOVE, false},
	{"Expand", BRC_RULE_MOVE, false},
	{"Reshape", BRC_RULE_MOVE, false},
	{"Flatten", BRC_RULE_MOVE, false},
	{"Squeeze", BRC_RULE_MOVE, false},
	{"Unsqueeze", BRC_RULE_MOVE, false},
	{"Gather", BRC_RULE_MOVE, false},
	{"Pad", BRC_RULE_MOVE, false},
	{"MaxPool", BRC_RULE_PLACES, false},
	{"AveragePool", BRC_RULE_PLACES, false},
	{"GlobalMaxPool", BRC_RULE_PLACES, false},
	{"GlobalAveragePool", BRC_RULE_PLACES, false},
	{"Resize", BRC_RULE_PLACES, false},
	{"Upsample", BRC_RULE_PLACES, false},
	{"Conv", BRC_RULE_PRODUCT, false},
	{"Gemm", BRC_RULE_PRODUCT, false},
	{"MatMul", BRC_RULE_PRODUCT, false},
};

static const row *find(const brc_op *op)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].type, op->type) == 0)
			return &rows[i];
	return NULL;
}

brc_rule brc_rule_of(const brc_op *op)
{
	const row *r = find(op);

	/* by the name that all of them begin with */
	return r ? r->rule : strncmp(op->type, "Reduce", 6) == 0 ? BRC_RULE_REDUCE : BRC_RULE_MIX;
}

bool brc_rule_is_activation(const brc_op *op)
{
	const row *r = find(op);

	return r && r->activation;
}
