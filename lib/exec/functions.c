#include "exec/functions.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/names.h"

enum { MOST_ATTRIBUTES = 256 };

/* ---- finding one ---- */

/* "" and "ai.onnx" are the same domain. */
static const char *domain_of(const char *domain)
{
	return strcmp(brc_text(domain), "ai.onnx") == 0 ? "" : brc_text(domain);
}

static int by_name(const void *a, const void *b)
{
	const Brc__OnnxFunction *x = *(const Brc__OnnxFunction *const *)a;
	const Brc__OnnxFunction *y = *(const Brc__OnnxFunction *const *)b;
	int c = strcmp(domain_of(x->domain), domain_of(y->domain));

	c = c ? c : strcmp(brc_text(x->name), brc_text(y->name));
	return c ? c : strcmp(brc_text(x->overload), brc_text(y->overload));
}

brc_rc brc_functions_collect(brc_functions *f, const Brc__OnnxModel *m, brc_err *err)
{
	f->n = m->n_functions;
	f->at = brc_alloc(f->n, sizeof(*f->at), err);
	BRC_TRY(brc_made((const void *)f->at));
	for (size_t i = 0; i < f->n; i++)
		f->at[i] = m->functions[i];
	qsort((void *)f->at, f->n, sizeof(*f->at), by_name);
	for (size_t i = 1; i < f->n; i++)
		if (by_name((const void *)&f->at[i - 1], (const void *)&f->at[i]) == 0)
			return brc_fail(err, BRC_DATA, "function '%.200s' is defined twice",
					brc_text(f->at[i]->name));
	return BRC_OK;
}

void brc_functions_clear(brc_functions *f)
{
	free((void *)f->at);
	*f = (brc_functions){0};
}

const Brc__OnnxFunction *brc_function_of(const brc_functions *f, const Brc__OnnxNode *p)
{
	Brc__OnnxFunction like = {.domain = p->domain, .name = p->op_type, .overload = p->overload};
	const Brc__OnnxFunction *key = &like, *const * found;

	if (f->n == 0)
		return NULL;
	found = bsearch((const void *)&key, (const void *)f->at, f->n, sizeof(*f->at), by_name);
	return found ? *found : NULL;
}

/* ---- as a graph ---- */

static brc_rc name_values(Brc__OnnxValueInfo ***list, size_t *n, char *const *name, size_t count,
			  brc_err *err)
{
	Brc__OnnxValueInfo *v = brc_calloc(count, sizeof(*v), err);

	*list = brc_alloc(count, sizeof(**list), err);
	if (!v || !*list) {
		free(v);
		return BRC_RESOURCE;
	}
	*n = count;
	for (size_t i = 0; i < count; i++) {
		brc__onnx_value_info__init(&v[i]);
		v[i].name = name[i];
		(*list)[i] = &v[i];
	}
	if (count == 0)
		free(v);
	return BRC_OK;
}

brc_rc brc_function_graph_new(Brc__OnnxGraph **out, const Brc__OnnxFunction *f, brc_err *err)
{
	Brc__OnnxGraph *g = brc_calloc(1, sizeof(*g), err);
	brc_rc rc;

	*out = g;
	BRC_TRY(brc_made(g));
	brc__onnx_graph__init(g);
	g->name = f->name;
	g->node = f->node;
	g->n_node = f->n_node;
	rc = name_values(&g->input, &g->n_input, f->input, f->n_input, err);
	BRC_THEN(rc, name_values(&g->output, &g->n_output, f->output, f->n_output, err));
	if (rc != BRC_OK) {
		brc_function_graph_free(g);
		*out = NULL;
	}
	return rc;
}

void brc_function_graph_free(Brc__OnnxGraph *g)
{
	if (!g)
		return;
	if (g->n_input)
		free(g->input[0]);
	if (g->n_output)
		free(g->output[0]);
	free((void *)g->input);
	free((void *)g->output);
	free(g);
}

/* ---- attributes ---- */

static const Brc__OnnxAttribute *find(Brc__OnnxAttribute *const *a, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(brc_text(a[i]->name), name) == 0)
			return a[i];
	return NULL;
}

const Brc__OnnxAttribute *brc_function_attribute(const Brc__OnnxFunction *f,
						 const Brc__OnnxNode *call, const char *name)
{
	const Brc__OnnxAttribute *a = find(call->attribute, call->n_attribute, name);

	return a ? a : find(f->attribute_proto, f->n_attribute_proto, name);
}

brc_rc brc_function_accept(const Brc__OnnxFunction *f, const Brc__OnnxNode *call, brc_err *err)
{
	if (call->n_attribute > MOST_ATTRIBUTES || f->n_attribute > MOST_ATTRIBUTES ||
	    f->n_attribute_proto > MOST_ATTRIBUTES)
		return brc_fail(err, BRC_DATA, "a function of more than %d attributes",
				MOST_ATTRIBUTES);
	for (size_t i = 0; i < call->n_attribute; i++) {
		const char *name = brc_text(call->attribute[i]->name);
		bool known = !!find(f->attribute_proto, f->n_attribute_proto, name);

		for (size_t k = 0; k < f->n_attribute; k++)
			known = known || strcmp(f->attribute[k], name) == 0;
		if (!known)
			return brc_fail(err, BRC_DATA, "its function has no attribute '%.100s'",
					name);
	}
	if (call->n_input > f->n_input || call->n_output > f->n_output)
		return brc_fail(err, BRC_DATA,
				"it has %zu inputs and %zu outputs, its function %zu and %zu",
				call->n_input, call->n_output, f->n_input, f->n_output);
	return BRC_OK;
}
