#include "data/models/permute.h"

#include <string.h>

#include "base/memory.h"
#include "base/rng.h"

enum { LOCATION_EXTERNAL = 1 };

/* The entries of a tensor: n of `size` bytes each. */
typedef struct entries {
	unsigned char *at;
	size_t n, size;
} entries;

/* Raw data, or the list of its type; 16-bit floats stand in the list of 32-bit integers. */
static entries entries_of(const Brc__OnnxTensor *t)
{
	const size_t raw = brc_onnx_type_size(t->data_type);

	if (t->has_raw_data)
		return (entries){t->raw_data.data, t->raw_data.len / raw, raw};
	if (t->data_type == BRC_ONNX_FLOAT)
		return (entries){(void *)t->float_data, t->n_float_data, sizeof(float)};
	if (t->data_type == BRC_ONNX_DOUBLE)
		return (entries){(void *)t->double_data, t->n_double_data, sizeof(double)};
	return (entries){(void *)t->int32_data, t->n_int32_data, sizeof(int32_t)};
}

static bool is_real(const Brc__OnnxTensor *t)
{
	return t->data_type == BRC_ONNX_FLOAT || t->data_type == BRC_ONNX_DOUBLE ||
	       t->data_type == BRC_ONNX_FLOAT16 || t->data_type == BRC_ONNX_BFLOAT16;
}

static bool varies(const entries *e)
{
	for (size_t i = 1; i < e->n; i++)
		if (memcmp(e->at, e->at + i * e->size, e->size) != 0)
			return true;
	return false;
}

/* Fisher and Yates. */
static void shuffle(const entries *e, brc_rng *rng)
{
	unsigned char held[8];

	for (size_t i = e->n; i > 1; i--) {
		unsigned char *a = e->at + (i - 1) * e->size;
		unsigned char *b = e->at + brc_rng_below(rng, (uint32_t)i) * e->size;

		memcpy(held, a, e->size);
		memmove(a, b, e->size);
		memcpy(b, held, e->size);
	}
}

static brc_rc permute(const Brc__OnnxTensor *t, uint64_t seed, uint32_t *number, brc_permuted *done,
		      brc_err *err)
{
	size_t ndim, shape[BRC_MAX_DIMS], count;
	brc_rng rng;
	entries e;

	if (!is_real(t))
		return BRC_OK;
	if (t->data_location == LOCATION_EXTERNAL) {
		brc_fail(err, BRC_DATA, "tensor '%.100s' lies in another file",
			 t->name ? t->name : "");
		return brc_hint(err, "save the model in one file, as onnx.save(onnx.load(PATH), "
				     "NEW) does");
	}
	BRC_TRY(brc_onnx_tensor_shape(t, &ndim, shape, &count, err));
	e = entries_of(t);
	if (e.n != count || (t->has_raw_data && t->raw_data.len % e.size))
		return brc_fail(err, BRC_DATA,
				"tensor '%.100s' should have %zu entries and has %zu",
				t->name ? t->name : "", count, e.n);
	brc_rng_init(&rng, seed, BRC_RNG_WEIGHTS, (*number)++, 0);
	if (!varies(&e)) {
		done->kept++;
		return BRC_OK;
	}
	shuffle(&e, &rng);
	done->tensors++;
	done->entries += count;
	return BRC_OK;
}

brc_rc brc_onnx_permute(brc_onnx *m, uint64_t seed, brc_permuted *done, brc_err *err)
{
	const Brc__OnnxGraph *g = m->model->graph;
	uint32_t number = 0;

	*done = (brc_permuted){0};
	for (size_t i = 0; i < g->n_initializer; i++)
		BRC_TRY(permute(g->initializer[i], seed, &number, done, err));
	for (size_t i = 0; i < g->n_node; i++) {
		const Brc__OnnxNode *node = g->node[i];
		const Brc__OnnxAttribute *a = brc_onnx_attribute(node, "value");

		if (node->op_type && strcmp(node->op_type, "Constant") == 0 && a && a->t)
			BRC_TRY(permute(a->t, seed, &number, done, err));
	}
	if (done->tensors == 0)
		return brc_fail(err, BRC_DATA, "the model has no weights that could be permuted");
	return BRC_OK;
}

brc_rc brc_onnx_encode(const brc_onnx *m, uint8_t **bytes, size_t *n, brc_err *err)
{
	*n = brc__onnx_model__get_packed_size(m->model);
	BRC_TRY(brc_mem_need(*n, 0, "the bytes of the model", err));
	BRC_TRY(BRC_ARRAY(*bytes, *n, err));
	brc__onnx_model__pack(m->model, *bytes);
	return BRC_OK;
}
