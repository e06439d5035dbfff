/* A graph as a square matrix in an NPY file: of weights between all units, 0 where there is no
 * edge. */
#include <stdlib.h>

#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/graphs/graph_formats.h"

/* ---- reading ---- */

static brc_rc take_entry(brc_edge_list *l, const brc_array *a, size_t i, size_t j, brc_err *err)
{
	const float *v = a->data;
	size_t n = a->shape[0];
	brc_rc rc;

	if (i < j && v[i * n + j] != v[j * n + i]) {
		brc_fail(err, BRC_DATA, "row %zu, column %zu is %g, but row %zu, column %zu is %g",
			 i, j, (double)v[i * n + j], j, i, (double)v[j * n + i]);
		return brc_hint(err, "a graph is undirected: make the matrix symmetric first");
	}
	rc = brc_edge_list_add(l, i, j, (double)v[i * n + j], 0, err);
	return rc == BRC_DATA ? brc_err_prefix(err, "row %zu, column %zu", i, j) : rc;
}

static brc_rc take_matrix(brc_edge_list *l, brc_array *a, const char *name, brc_err *err)
{
	const brc_layer_list none = {0};
	size_t n = a->shape[0];
	char shape[128];

	if (a->ndim != 2 || n != a->shape[1] || n == 0 || n > BRC_UNITS_MAX)
		return brc_fail(err, BRC_DATA, "%s: shape %s: a graph is a square matrix", name,
				brc_array_shape_text(a, shape, sizeof(shape)));
	BRC_TRY(brc_array_convert(a, "<f4", name, err));
	for (size_t i = 0; i < n; i++)
		for (size_t j = i; j < n; j++) {
			brc_rc rc = take_entry(l, a, i, j, err);

			if (rc != BRC_OK)
				return rc == BRC_DATA ? brc_err_prefix(err, "%s", name) : rc;
		}
	return brc_edges_set_layers(l, &none, n, name, err);
}

brc_rc brc_edges_npy(brc_edge_list *l, brc_input *in, brc_err *err)
{
	brc_array a = {0};
	brc_rc rc = brc_npy_read_input(in, l->mem, &a, err);

	BRC_THEN(rc, take_matrix(l, &a, brc_input_name(in), err));
	brc_array_clear(&a);
	return rc;
}

/* ---- writing ---- */

typedef struct matrix {
	const brc_layers *layers;
	size_t n;
	float *weight; /* [n, n] */
} matrix;

static brc_rc put_edge(void *ctx, brc_edge_end from, brc_edge_end to, float weight, brc_err *err)
{
	matrix *m = ctx;
	size_t u = m->layers->first[from.layer] + from.unit;
	size_t v = m->layers->first[to.layer] + to.unit;

	(void)err;
	m->weight[u * m->n + v] = m->weight[v * m->n + u] = weight;
	return BRC_OK;
}

brc_rc brc_graph_npy_write(brc_graph_out *o, size_t mem, brc_err *err)
{
	matrix m = {.layers = o->e->layers, .n = brc_layers_total(o->e->layers)};
	const size_t shape[] = {m.n, m.n};
	size_t bytes;
	brc_rc rc;

	if (!brc_mul(m.n, m.n, &bytes) || !brc_mul(bytes, sizeof(*m.weight), &bytes))
		bytes = SIZE_MAX;
	BRC_TRY(brc_mem_need(bytes, mem, "the whole matrix", err));
	BRC_TRY(BRC_ZEROED(m.weight, m.n * m.n, err));
	rc = o->e->each(o->e->graph, put_edge, &m, err);
	BRC_THEN(rc, brc_npy_header(&o->text, "<f4", 2, shape, err));
	BRC_THEN(rc, brc_graph_out_pass(o, 0, err));
	BRC_THEN(rc, o->sink(o->ctx, (const char *)m.weight, bytes, err));
	free(m.weight);
	return rc;
}
