/* Model files: reading the bytes, decoding them within bounds; the attributes of nodes. */
#include "data/models/onnx.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "data/bytes/input.h"
#include "stream/digest.h"

#define DECODE_FACTOR 4u
#define DECODE_EXTRA ((size_t)32 << 20)

/* Version of the default operator set; 0 when the model imports none. */
static int64_t default_opset(const Brc__OnnxModel *model)
{
	int64_t version = 0;

	for (size_t i = 0; i < model->n_opset_import; i++) {
		const Brc__OnnxOperatorSet *o = model->opset_import[i];

		if (!o->domain || !*o->domain || strcmp(o->domain, "ai.onnx") == 0)
			version = o->version;
	}
	return version;
}

static brc_rc check_need(size_t need, size_t n, brc_err *err)
{
	char have[32], would[32];

	if (need / DECODE_FACTOR <= n || need <= DECODE_EXTRA + DECODE_FACTOR * n)
		return BRC_OK;
	return brc_fail(err, BRC_DATA,
			"not a plausible ONNX model: %s would take %s of memory to decode",
			brc_human_bytes((double)n, have), brc_human_bytes((double)need, would));
}

/* malloc, and whether it ever failed: protobuf-c itself does not say why it gives up. */
static void *take(void *short_of_memory, size_t n)
{
	void *p = malloc(n);

	*(bool *)short_of_memory |= !p;
	return p;
}

static void give_back(void *short_of_memory, void *p)
{
	(void)short_of_memory;
	free(p);
}

brc_rc brc_onnx_decode(brc_onnx *m, const uint8_t *bytes, size_t n, brc_err *err)
{
	bool short_of_memory = false;
	ProtobufCAllocator allocator = {take, give_back, &short_of_memory};
	size_t need;

	memset(m, 0, sizeof(*m));
	if (n == 0)
		return brc_fail(err, BRC_DATA, "not an ONNX model: the file is empty");
	if (n > BRC_ONNX_MAX_BYTES)
		return brc_fail(err, BRC_DATA, "an ONNX file of more than 2 GiB is not supported");
	BRC_TRY(brc_onnx_scan(&brc__onnx_model__descriptor, bytes, n, &need, err));
	BRC_TRY(check_need(need, n, err));
	m->bytes = n;
	brc_digest(bytes, n, m->digest);
	m->model = brc__onnx_model__unpack(&allocator, n, bytes);
	if (!m->model)
		return short_of_memory
			       ? brc_fail(err, BRC_RESOURCE, "out of memory for the ONNX model")
			       : brc_fail(err, BRC_DATA,
					  "not a valid ONNX model: it cannot be decoded");
	m->opset = default_opset(m->model);
	if (!m->model->graph) {
		brc_onnx_clear(m);
		brc_fail(err, BRC_DATA, "not an ONNX model: it holds no graph");
		return brc_hint(err, "is it an ONNX file?");
	}
	return BRC_OK;
}

void brc_onnx_clear(brc_onnx *m)
{
	if (m->model)
		brc__onnx_model__free_unpacked(m->model, NULL);
	memset(m, 0, sizeof(*m));
}

brc_rc brc_onnx_read(brc_onnx *m, const char *path, brc_err *err)
{
	brc_input *in;
	void *bytes = NULL;
	size_t n = 0;
	brc_rc rc;

	memset(m, 0, sizeof(*m));
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_input_rest(in, BRC_ONNX_MAX_BYTES, 0, &bytes, &n, err);
	brc_input_free(in);
	BRC_TRY(rc);
	rc = brc_onnx_decode(m, bytes, n, err);
	free(bytes);
	return rc == BRC_OK ? rc : brc_err_prefix(err, "%s", path);
}

/* ---- attributes of a node ---- */

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

/* ---- what a node reads ---- */

static void reads_inside(const Brc__OnnxGraph *g, void (*read)(void *ctx, const char *name),
			 void *ctx)
{
	for (size_t i = 0; i < g->n_node; i++)
		brc_onnx_reads(g->node[i], read, ctx);
	for (size_t i = 0; i < g->n_output; i++)
		if (g->output[i]->name)
			read(ctx, g->output[i]->name);
}

void brc_onnx_reads(const Brc__OnnxNode *node, void (*read)(void *ctx, const char *name), void *ctx)
{
	for (size_t k = 0; k < node->n_input; k++)
		if (node->input[k] && *node->input[k])
			read(ctx, node->input[k]);
	for (size_t i = 0; i < node->n_attribute; i++)
		if (node->attribute[i]->g)
			reads_inside(node->attribute[i]->g, read, ctx);
}
