#include "exec/refused.h"

#include <stddef.h>
#include <string.h>

static const char random_numbers[] = "it draws random numbers";
static const char training[] = "it trains a network";
static const char loss[] = "it is a loss, which only training needs";
static const char texts[] = "it works on texts";
static const char waves[] = "it computes with complex numbers";
static const char boxes[] = "it cuts boxes out of any images of a batch";
static const char values[] = "how large its output is depends on the values that it finds";

static const struct refusal {
	const char *type, *reason;
} table[] = {
	{"Bernoulli", random_numbers},
	{"Multinomial", random_numbers},
	{"RandomNormal", random_numbers},
	{"RandomNormalLike", random_numbers},
	{"RandomUniform", random_numbers},
	{"RandomUniformLike", random_numbers},
	{"Adagrad", training},
	{"Adam", training},
	{"Gradient", training},
	{"Momentum", training},
	{"NegativeLogLikelihoodLoss", loss},
	{"SoftmaxCrossEntropyLoss", loss},
	{"RegexFullMatch", texts},
	{"StringConcat", texts},
	{"StringNormalizer", texts},
	{"StringSplit", texts},
	{"TfIdfVectorizer", "it counts words, which is done before a network runs"},
	{"DFT", waves},
	{"STFT", waves},
	{"NonMaxSuppression", values},
	{"RoiAlign", boxes},
	{"MaxRoiPool", boxes},
};

const char *brc_op_refusal(const char *type)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].type, type) == 0)
			return table[i].reason;
	return NULL;
}
