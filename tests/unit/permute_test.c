/* Untrained copies: each tensor keeps its values, in another order, and all else of the model
 * stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/models/permute.h"

static int by_bits(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(float));
}

static float *sorted(const Brc__OnnxTensor *t)
{
	float *v = malloc(t->raw_data.len + 1);

	assert_non_null(v);
	memcpy(v, t->raw_data.data, t->raw_data.len);
	qsort(v, t->raw_data.len / sizeof(*v), sizeof(*v), by_bits);
	return v;
}

/* Same name, shape and values. */
static void same_values(const Brc__OnnxTensor *a, const Brc__OnnxTensor *b)
{
	float *v = sorted(a), *w = sorted(b);

	assert_string_equal(a->name, b->name);
	assert_int_equal(a->data_type, b->data_type);
	assert_int_equal(a->n_dims, b->n_dims);
	assert_memory_equal(a->dims, b->dims, a->n_dims * sizeof(*a->dims));
	assert_int_equal(a->raw_data.len, b->raw_data.len);
	assert_memory_equal(v, w, a->raw_data.len);
	free(v);
	free(w);
}

static void read_model(brc_onnx *m, const char *name)
{
	char path[512];
	brc_err err = {0};

	snprintf(path, sizeof(path), "fixtures/%s", name);
	assert_int_equal(brc_onnx_read(m, path, &err), BRC_OK);
}

/* A copy of the model, permuted, written and read again. */
static void copy_of(brc_onnx *copy, const char *name, uint64_t seed, brc_permuted *done)
{
	brc_onnx m;
	brc_err err = {0};
	uint8_t *bytes;
	size_t n;

	read_model(&m, name);
	assert_int_equal(brc_onnx_permute(&m, seed, done, &err), BRC_OK);
	assert_int_equal(brc_onnx_encode(&m, &bytes, &n, &err), BRC_OK);
	assert_int_equal(brc_onnx_decode(copy, bytes, n, &err), BRC_OK);
	free(bytes);
	brc_onnx_clear(&m);
}

static void every_tensor_keeps_its_values(void **state)
{
	static const char *const models[] = {"fashion-resnet.onnx", "fashion-vit.onnx",
					     "side-by-side.onnx"};

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		brc_onnx m, copy;
		brc_permuted done;
		size_t moved = 0, entries = 0;

		read_model(&m, models[k]);
		copy_of(&copy, models[k], 7, &done);
		assert_int_equal(m.model->graph->n_initializer, copy.model->graph->n_initializer);
		assert_int_equal(m.model->graph->n_node, copy.model->graph->n_node);
		for (size_t i = 0; i < m.model->graph->n_initializer; i++) {
			const Brc__OnnxTensor *a = m.model->graph->initializer[i];
			const Brc__OnnxTensor *b = copy.model->graph->initializer[i];

			same_values(a, b);
			if (memcmp(a->raw_data.data, b->raw_data.data, a->raw_data.len) == 0)
				continue;
			assert_int_equal(a->data_type, BRC_ONNX_FLOAT);
			moved++;
			entries += a->raw_data.len / sizeof(float);
		}
		assert_true(moved >= 4 && moved <= done.tensors);
		assert_true(entries <= done.entries);
		brc_onnx_clear(&copy);
		brc_onnx_clear(&m);
	}
}

/* Where the 8 entries of tensors 0 and 1 come from with a seed. */
static void permuted_order(uint64_t seed, float value[2][8])
{
	Brc__OnnxTensor t[2], *list[2] = {&t[0], &t[1]};
	Brc__OnnxGraph graph = BRC__ONNX_GRAPH__INIT;
	Brc__OnnxModel model = BRC__ONNX_MODEL__INIT;
	brc_onnx m = {.model = &model};
	brc_permuted done;
	brc_err err = {0};
	int64_t extent = 8;

	for (size_t i = 0; i < 2; i++) {
		brc__onnx_tensor__init(&t[i]);
		t[i].n_dims = 1;
		t[i].dims = &extent;
		t[i].data_type = BRC_ONNX_FLOAT;
		t[i].n_float_data = 8;
		t[i].float_data = value[i];
		for (size_t k = 0; k < 8; k++)
			value[i][k] = (float)k;
	}
	graph.n_initializer = 2;
	graph.initializer = list;
	model.graph = &graph;
	assert_int_equal(brc_onnx_permute(&m, seed, &done, &err), BRC_OK);
	assert_int_equal(done.tensors, 2);
	assert_int_equal(done.entries, 16);
}

/* tests/oracle/permute.py draws them with a generator of its own. */
static void orders_are_those_of_another_implementation(void **state)
{
	FILE *f = fopen("tests/golden/data/permuted.txt", "r");
	unsigned long long seed;
	size_t tensor, rows = 0;

	(void)state;
	assert_non_null(f);
	while (fscanf(f, "%llu %zu", &seed, &tensor) == 2) {
		float value[2][8];

		permuted_order(seed, value);
		for (size_t k = 0; k < 8; k++, rows++) {
			int from;

			assert_int_equal(fscanf(f, "%d", &from), 1);
			assert_int_equal((int)value[tensor][k], from);
		}
	}
	fclose(f);
	assert_int_equal(rows, 6 * 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_tensor_keeps_its_values),
		cmocka_unit_test(orders_are_those_of_another_implementation),
	};

	return cmocka_run_group_tests_name("permute", tests, NULL, NULL);
}
