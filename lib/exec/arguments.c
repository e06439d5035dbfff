/* Arguments of a node from its attributes in a file, or from their defaults. */
#include "exec/arguments.h"

#include <string.h>

#include "exec/accept.h"
#include "exec/names.h"
#include "exec/operator.h"

/* Set an argument of a kind that is one number. */
static void set(brc_attribute_kind kind, void *at, int64_t whole, float real)
{
	switch (kind) {
	case BRC_ATTRIBUTE_INT:
		*(int64_t *)at = whole;
		break;
	case BRC_ATTRIBUTE_FLAG:
		*(bool *)at = whole != 0;
		break;
	case BRC_ATTRIBUTE_FLOAT:
		*(float *)at = real;
		break;
	case BRC_ATTRIBUTE_CHOICE:
		*(size_t *)at = (size_t)whole;
		break;
	case BRC_ATTRIBUTE_LIST:
	case BRC_ATTRIBUTE_UNREAD:
		break;
	}
}

static brc_rc read_list(brc_exec *g, const Brc__OnnxNode *p, const char *name, brc_list *list,
			brc_err *err)
{
	const int64_t *v;
	int64_t *copy;

	BRC_TRY(brc_onnx_attribute_ints(p, name, &v, &list->n, err));
	if (!v)
		return BRC_OK;
	BRC_TRY(brc_exec_alloc(g, &copy, list->n, sizeof(*copy), err));
	memcpy(copy, v, list->n * sizeof(*copy));
	list->at = copy;
	return BRC_OK;
}

static brc_rc read_choice(const Brc__OnnxAttribute *a, const brc_attribute *which, int64_t *choice,
			  brc_err *err)
{
	for (*choice = 0; a->has_s && which->choice[*choice]; ++*choice)
		if (a->s.len == strlen(which->choice[*choice]) &&
		    memcmp(a->s.data, which->choice[*choice], a->s.len) == 0)
			return BRC_OK;
	return brc_fail(err, BRC_DATA, "its %s '%.*s' is not supported", which->name,
			a->has_s && a->s.len < 100 ? (int)a->s.len : 0,
			a->has_s ? (const char *)a->s.data : "");
}

static bool has_input(const Brc__OnnxNode *p, size_t k)
{
	return k < p->n_input && *brc_text(p->input[k]);
}

/*
 * Does the operator set of the graph have this attribute? It is an error if the set has the other
 * form.
 */
static brc_rc belongs(const brc_exec *g, const Brc__OnnxNode *p, const brc_attribute *a, bool *does,
		      brc_err *err)
{
	*does = a->until == 0 || g->opset < a->until;
	if (a->until == 0 || a->kind != BRC_ATTRIBUTE_LIST ||
	    !(*does ? has_input(p, a->input) : !!brc_onnx_attribute(p, a->name)))
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "its form does not belong to operator set %lld",
			(long long)g->opset);
}

static brc_rc read_attribute(brc_exec *g, const Brc__OnnxNode *p, const brc_attribute *a,
			     char *args, brc_err *err)
{
	const Brc__OnnxAttribute *given = brc_onnx_attribute(p, a->name);
	int64_t whole = 0;
	float real = 0;
	bool does;

	BRC_TRY(belongs(g, p, a, &does, err));
	if (!does || !given)
		return BRC_OK;
	if (a->kind == BRC_ATTRIBUTE_LIST)
		return read_list(g, p, a->name, (brc_list *)(void *)(args + a->at), err);
	if (a->kind == BRC_ATTRIBUTE_CHOICE)
		BRC_TRY(read_choice(given, a, &whole, err));
	else if (a->kind == BRC_ATTRIBUTE_FLOAT)
		BRC_TRY(brc_onnx_attribute_float(p, a->name, 0, &real, err));
	else if (a->kind != BRC_ATTRIBUTE_UNREAD)
		BRC_TRY(brc_onnx_attribute_int(p, a->name, 0, &whole, err));
	set(a->kind, args + a->at, whole, real);
	return BRC_OK;
}

brc_rc brc_arguments_read(brc_exec *g, const brc_op *op, const Brc__OnnxNode *p, void **args,
			  brc_err *err)
{
	BRC_TRY(brc_exec_alloc(g, args, 1, op->args, err));
	for (const brc_attribute *a = op->attributes; a && a->name; a++)
		set(a->kind, (char *)*args + a->at, a->whole, a->real);
	if (op->adapt)
		op->adapt(p ? g->opset : BRC_OPSET_MAX, *args);
	if (!p)
		return BRC_OK;
	for (const brc_attribute *a = op->attributes; a && a->name; a++)
		BRC_TRY(read_attribute(g, p, a, *args, err));
	return op->read ? op->read(g, p, *args, err) : BRC_OK;
}
