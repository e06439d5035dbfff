/* ONNX models made by hand, right and wrong ones. */
#ifndef TESTS_UNIT_MODEL_BUILD_H
#define TESTS_UNIT_MODEL_BUILD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/models/onnx.h"

static inline void *made(size_t size)
{
	void *p = calloc(1, size);

	assert_non_null(p);
	return p;
}

/* list[n] = item, where the lists of protobuf-c are arrays of pointers. */
static inline void append(void *list, size_t *n, void *item)
{
	void ***l = list;

	*l = realloc(*l, (*n + 1) * sizeof(void *));
	assert_non_null(*l);
	(*l)[(*n)++] = item;
}

/* The words of a text, '-' for an empty one, appended to a list of strings. */
static inline void append_words(void *list, size_t *n, const char *words)
{
	char *copy = strdup(words), *rest = copy, *word;

	while ((word = strtok_r(rest, " ", &rest)))
		append(list, n, strdup(strcmp(word, "-") ? word : ""));
	free(copy);
}

/* A model without anything: operator set 13, one graph. */
static inline Brc__OnnxModel *new_model(void)
{
	Brc__OnnxModel *m = made(sizeof(*m));
	Brc__OnnxOperatorSet *o = made(sizeof(*o));

	brc__onnx_model__init(m);
	brc__onnx_operator_set__init(o);
	o->version = 13;
	o->has_version = 1;
	append(&m->opset_import, &m->n_opset_import, o);
	m->graph = made(sizeof(*m->graph));
	brc__onnx_graph__init(m->graph);
	return m;
}

static inline void free_model(Brc__OnnxModel *m)
{
	brc__onnx_model__free_unpacked(m, NULL);
}

/* Extents: -1 is one without a value. */
static inline Brc__OnnxValueInfo *new_value(const char *name, int32_t type, size_t n,
					    const int64_t *extent)
{
	Brc__OnnxValueInfo *v = made(sizeof(*v));
	Brc__OnnxTensorType *t = made(sizeof(*t));

	brc__onnx_value_info__init(v);
	brc__onnx_tensor_type__init(t);
	v->name = strdup(name);
	v->type = made(sizeof(*v->type));
	brc__onnx_type__init(v->type);
	v->type->tensor_type = t;
	t->elem_type = type;
	t->has_elem_type = 1;
	t->shape = made(sizeof(*t->shape));
	brc__onnx_shape__init(t->shape);
	for (size_t i = 0; i < n; i++) {
		Brc__OnnxDimension *d = made(sizeof(*d));

		brc__onnx_dimension__init(d);
		d->has_dim_value = extent[i] != -1;
		d->dim_value = extent[i];
		append(&t->shape->dim, &t->shape->n_dim, d);
	}
	return v;
}

static inline void add_input(Brc__OnnxModel *m, const char *name, size_t n, const int64_t *extent)
{
	append(&m->graph->input, &m->graph->n_input, new_value(name, BRC_ONNX_FLOAT, n, extent));
}

static inline void add_output(Brc__OnnxModel *m, const char *name)
{
	append(&m->graph->output, &m->graph->n_output, new_value(name, BRC_ONNX_FLOAT, 0, NULL));
}

static inline Brc__OnnxNode *add_node(Brc__OnnxModel *m, const char *op, const char *in,
				      const char *out)
{
	Brc__OnnxNode *n = made(sizeof(*n));
	char name[64];

	brc__onnx_node__init(n);
	snprintf(name, sizeof(name), "my-%s", out);
	name[strcspn(name, " ")] = '\0';
	n->name = strdup(name);
	n->op_type = strdup(op);
	append_words(&n->input, &n->n_input, in);
	append_words(&n->output, &n->n_output, out);
	append(&m->graph->node, &m->graph->n_node, n);
	return n;
}

static inline Brc__OnnxAttribute *add_attribute(Brc__OnnxNode *n, const char *name, int32_t type)
{
	Brc__OnnxAttribute *a = made(sizeof(*a));

	brc__onnx_attribute__init(a);
	a->name = strdup(name);
	a->type = type;
	a->has_type = 1;
	append(&n->attribute, &n->n_attribute, a);
	return a;
}

static inline void add_int(Brc__OnnxNode *n, const char *name, int64_t value)
{
	Brc__OnnxAttribute *a = add_attribute(n, name, 2);

	a->i = value;
	a->has_i = 1;
}

static inline void add_int_list(Brc__OnnxNode *n, const char *name, size_t count, const int64_t *v)
{
	Brc__OnnxAttribute *a = add_attribute(n, name, 7);

	a->ints = made((count + 1) * sizeof(*v));
	memcpy(a->ints, v, count * sizeof(*v));
	a->n_ints = count;
}

static inline Brc__OnnxTensor *new_tensor(const char *name, int32_t type, size_t n,
					  const int64_t *extent, const void *data, size_t bytes)
{
	Brc__OnnxTensor *t = made(sizeof(*t));

	brc__onnx_tensor__init(t);
	t->name = strdup(name);
	t->data_type = type;
	t->has_data_type = 1;
	t->dims = made((n + 1) * sizeof(*extent));
	if (n)
		memcpy(t->dims, extent, n * sizeof(*extent));
	t->n_dims = n;
	t->has_raw_data = 1;
	t->raw_data.len = bytes;
	t->raw_data.data = made(bytes + 1);
	if (data)
		memcpy(t->raw_data.data, data, bytes);
	return t;
}

static inline Brc__OnnxTensor *add_tensor(Brc__OnnxModel *m, const char *name, int32_t type,
					  size_t n, const int64_t *extent, const void *data,
					  size_t bytes)
{
	Brc__OnnxTensor *t = new_tensor(name, type, n, extent, data, bytes);

	append(&m->graph->initializer, &m->graph->n_initializer, t);
	return t;
}

/* A matrix [rows, columns] of 0.5, or a vector when rows is 0. */
static inline void add_weights(Brc__OnnxModel *m, const char *name, int64_t rows, int64_t columns)
{
	const int64_t extent[2] = {rows ? rows : columns, columns};
	size_t n = (size_t)(rows ? rows * columns : columns);
	Brc__OnnxTensor *t = add_tensor(m, name, BRC_ONNX_FLOAT, rows ? 2 : 1, extent, NULL, 4 * n);

	for (size_t i = 0; i < n; i++)
		((float *)(void *)t->raw_data.data)[i] = 0.5f;
}

static inline void add_list(Brc__OnnxModel *m, const char *name, size_t count, const int64_t *v)
{
	const int64_t extent = (int64_t)count;

	add_tensor(m, name, BRC_ONNX_INT64, 1, &extent, v, 8 * count);
}

/* As bytes, which the caller frees; the model is freed. */
static inline uint8_t *pack_model(Brc__OnnxModel *m, size_t *n)
{
	uint8_t *bytes = made(brc__onnx_model__get_packed_size(m) + 1);

	*n = brc__onnx_model__pack(m, bytes);
	free_model(m);
	return bytes;
}

#endif
