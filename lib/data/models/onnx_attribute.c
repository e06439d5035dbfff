/* Attributes of an ONNX node. */
#include "data/models/onnx.h"

#include <string.h>

/* AttributeProto.AttributeType */
enum { TYPE_UNSET = 0, TYPE_FLOAT = 1, TYPE_INT = 2, TYPE_INTS = 7 };

const Brc__OnnxAttribute *brc_onnx_attribute(const Brc__OnnxNode *node, const char *name)
{
	for (size_t i = 0; i < node->n_attribute; i++)
		if (node->attribute[i]->name && strcmp(node->attribute[i]->name, name) == 0)
			return node->attribute[i];
	return NULL;
}

/* IR version 1 left the type out. */
static brc_rc check_type(const Brc__OnnxAttribute *a, int type, bool present, const char *what,
			 brc_err *err)
{
	if (present && (a->type == TYPE_UNSET || a->type == type))
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "attribute '%s' is not %s", a->name, what);
}

brc_rc brc_onnx_attribute_int(const Brc__OnnxNode *node, const char *name, int64_t otherwise,
			      int64_t *out, brc_err *err)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(node, name);

	*out = a ? a->i : otherwise;
	return a ? check_type(a, TYPE_INT, a->has_i, "an integer", err) : BRC_OK;
}

brc_rc brc_onnx_attribute_float(const Brc__OnnxNode *node, const char *name, float otherwise,
				float *out, brc_err *err)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(node, name);

	*out = a ? a->f : otherwise;
	return a ? check_type(a, TYPE_FLOAT, a->has_f, "a number", err) : BRC_OK;
}

brc_rc brc_onnx_attribute_ints(const Brc__OnnxNode *node, const char *name, const int64_t **v,
			       size_t *n, brc_err *err)
{
	const Brc__OnnxAttribute *a = brc_onnx_attribute(node, name);

	*v = a ? a->ints : NULL;
	*n = a ? a->n_ints : 0;
	return a ? check_type(a, TYPE_INTS, a->n_ints > 0, "a list of integers", err) : BRC_OK;
}
