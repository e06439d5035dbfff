/* Models changed in memory: decode, edit the weights, encode, read as a network. */
#ifndef TESTS_UNIT_MODEL_EDIT_H
#define TESTS_UNIT_MODEL_EDIT_H

#include "net_fixture.h"

#include "data/models/onnx.h"

static inline brc_onnx model_open(const char *path)
{
	brc_onnx m;
	brc_err err = {0};

	if (brc_onnx_read(&m, path, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return m;
}

/* The raw floats of an initializer, to be changed in place. */
static inline float *model_weights(brc_onnx *m, const char *name, size_t count)
{
	Brc__OnnxGraph *g = m->model->graph;

	for (size_t i = 0; i < g->n_initializer; i++) {
		if (strcmp(g->initializer[i]->name, name) != 0)
			continue;
		assert_int_equal(g->initializer[i]->raw_data.len, count * sizeof(float));
		return (float *)(void *)g->initializer[i]->raw_data.data;
	}
	fail_msg("no initializer '%s'", name);
	return NULL;
}

/* The model as bytes, which the caller frees. */
static inline uint8_t *model_pack(const brc_onnx *m, size_t *n)
{
	uint8_t *bytes;

	*n = brc__onnx_model__get_packed_size(m->model);
	bytes = malloc(*n);
	assert_non_null(bytes);
	assert_int_equal(brc__onnx_model__pack(m->model, bytes), *n);
	return bytes;
}

/* The network of the model, which is cleared. */
static inline brc_net *model_close(brc_onnx *m)
{
	size_t n;
	uint8_t *bytes = model_pack(m, &n);
	brc_err err = {0};
	brc_net *net;

	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	brc_onnx_clear(m);
	return net;
}

#endif
