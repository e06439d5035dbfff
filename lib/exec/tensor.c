/* The tensors of a model as constants of a graph. */
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exec/names.h"
#include "exec/operator.h"

/* Bytes that a quantised weight takes: as an integer, and as the real number that it stands for. */
enum { OF_A_BYTE = sizeof(int64_t) + sizeof(float) };

static brc_elem elem_of(const Brc__OnnxTensor *t)
{
	return t->data_type == BRC_ONNX_BOOL ? BRC_ELEM_BOOL
	       : brc_onnx_tensor_is_int(t)   ? BRC_ELEM_INT
					     : BRC_ELEM_FLOAT;
}

/* Are its elements in the message just as they are wanted? */
static bool lies_ready(const Brc__OnnxTensor *t, size_t count)
{
	return t->data_type == BRC_ONNX_FLOAT && t->has_raw_data && count > 0 &&
	       t->raw_data.len == count * sizeof(float) &&
	       (uintptr_t)t->raw_data.data % sizeof(float) == 0 && t->n_float_data == 0;
}

/* Its elements; a list of floats that was just read is taken as it is. */
static brc_rc elements(Brc__OnnxTensor *t, bool read, brc_operand *v, brc_err *err)
{
	float *f = NULL;
	int64_t *i = NULL;

	if (read && t->data_type == BRC_ONNX_FLOAT) {
		v->data = t->raw_data.data;
		t->raw_data.data = NULL;
		return BRC_OK;
	}
	BRC_TRY(v->elem == BRC_ELEM_FLOAT ? brc_onnx_tensor_floats(t, &f, err)
					  : brc_onnx_tensor_ints(t, &i, err));
	v->data = f ? (void *)f : (void *)i;
	return BRC_OK;
}

brc_rc brc_exec_tensor(brc_exec *g, const Brc__OnnxTensor *given, brc_operand *v, brc_err *err)
{
	Brc__OnnxTensor t;
	bool read;
	brc_rc rc;

	*v = (brc_operand){.state = BRC_CONSTANT, .batch = BRC_NOWHERE, .inner = 1};
	BRC_TRY(brc_exec_external(g, given, &t, &read, err));
	v->elem = elem_of(&t);
	v->narrow = brc_narrow_type(t.data_type);
	rc = brc_onnx_tensor_shape(&t, &v->ndim, v->dim, &v->count, err);
	BRC_THEN(rc, brc_count(v, err));
	if (rc == BRC_OK && g->borrow && !read && lies_ready(&t, v->count)) {
		v->data = t.raw_data.data;
		return BRC_OK;
	}
	if (rc == BRC_OK && !g->again && brc_onnx_type_size(t.data_type) == 1)
		g->budget += v->count * OF_A_BYTE;
	if (rc == BRC_OK &&
	    brc_exec_spend(&g->budget, v->count, brc_item(v->elem), "its values", err) != BRC_OK)
		rc = brc_err_prefix(err, "initializer '%.200s'", brc_text(t.name));
	BRC_THEN(rc, elements(&t, read, v, err));
	if (read)
		free(t.raw_data.data);
	return rc == BRC_OK ? brc_exec_own(g, v->data, free, err) : rc;
}

static int by_address(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t) * (void *const *)a, y = (uintptr_t) * (void *const *)b;

	return (x > y) - (x < y);
}

/* The memory of constants that are read when the graph runs, by address; views share theirs. */
static size_t list_needed(const brc_exec *g, void **needed)
{
	size_t count = 0;

	for (size_t i = 0; i < g->n_nodes; i++) {
		const brc_node *n = &g->node[i];

		for (size_t k = 0; k < n->n_in; k++)
			if (n->in[k] != BRC_NOWHERE && !(n->packed >> k & 1))
				needed[count++] = g->value[n->in[k]].data;
	}
	for (size_t i = 0; i < g->n_outputs; i++)
		needed[count++] = g->value[g->output[i]].data;
	qsort((void *)needed, count, sizeof(*needed), by_address);
	return count;
}

static bool among(void *p, void *const *list, size_t n)
{
	return n > 0 && bsearch(&p, (const void *)list, n, sizeof(*list), by_address);
}

void brc_exec_drop(brc_exec *g)
{
	size_t uses = g->n_outputs, dropped = 0, count, kept = 0;
	void **needed, **gone = brc_alloc(g->n_values, sizeof(*gone), NULL);

	for (size_t i = 0; i < g->n_nodes; i++)
		uses += g->node[i].n_in;
	needed = brc_alloc(uses, sizeof(*needed), NULL);
	if (needed && gone) {
		count = list_needed(g, needed);
		for (size_t v = 0; v < g->n_values; v++) {
			brc_operand *x = &g->value[v];

			if (x->state != BRC_CONSTANT || !x->data || among(x->data, needed, count))
				continue;
			gone[dropped++] = x->data;
			x->data = NULL;
		}
		qsort((void *)gone, dropped, sizeof(*gone), by_address);
		for (size_t i = 0; i < g->n_owned; i++) {
			if (among(g->owned[i].p, gone, dropped))
				g->owned[i].release(g->owned[i].p);
			else
				g->owned[kept++] = g->owned[i];
		}
		g->n_owned = kept;
	}
	free((void *)needed);
	free((void *)gone);
}
