/* Networks whose weights lie in a file beside the model: read twice, they give what they did. */
#include "model_edit.h"

#include <unistd.h>

/* Every initializer of raw data moves into one file. */
static void move_weights(brc_onnx *m, FILE *to)
{
	Brc__OnnxGraph *g = m->model->graph;
	long at = 0;

	for (size_t i = 0; i < g->n_initializer; i++) {
		Brc__OnnxTensor *t = g->initializer[i];
		const char *const key[] = {"location", "offset", "length"};
		char value[3][32];

		if (!t->has_raw_data)
			continue;
		assert_int_equal(fwrite(t->raw_data.data, 1, t->raw_data.len, to), t->raw_data.len);
		snprintf(value[0], sizeof(value[0]), "weights.bin");
		snprintf(value[1], sizeof(value[1]), "%ld", at);
		snprintf(value[2], sizeof(value[2]), "%zu", t->raw_data.len);
		at += (long)t->raw_data.len;
		free(t->raw_data.data);
		t->raw_data.data = NULL;
		t->raw_data.len = 0;
		t->has_raw_data = 0;
		t->has_data_location = 1;
		t->data_location = 1;
		t->external_data = calloc(3, sizeof(*t->external_data));
		assert_non_null(t->external_data);
		for (size_t k = 0; k < 3; k++) {
			Brc__OnnxExternal *e = calloc(1, sizeof(*e));

			assert_non_null(e);
			brc__onnx_external__init(e);
			e->key = strdup(key[k]);
			e->value = strdup(value[k]);
			t->external_data[t->n_external_data++] = e;
		}
	}
}

static void weights_in_another_file_are_the_same(void **state)
{
	char folder[] = "/tmp/broca-net-XXXXXX", model[64], data[64];
	brc_onnx m = model_open("fixtures/small/densenet.onnx");
	brc_net *net = network("fixtures/small/densenet.onnx"), *moved, *other;
	brc_array x = need_golden("densenet", "input", "<f4");
	float *a, *b;
	uint8_t *bytes;
	size_t n;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(model, sizeof(model), "%s/net.onnx", folder);
	snprintf(data, sizeof(data), "%s/weights.bin", folder);
	f = fopen(data, "wb");
	assert_non_null(f);
	move_weights(&m, f);
	assert_int_equal(fclose(f), 0);
	bytes = model_pack(&m, &n);
	f = fopen(model, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	moved = network(model);
	assert_string_not_equal(brc_net_digest(moved), brc_net_digest(net));
	a = logits_of(net, x.data, x.shape[0]);
	b = logits_of(moved, x.data, x.shape[0]);
	assert_memory_equal(a, b, x.shape[0] * brc_net_io_of(net)->classes * sizeof(*a));
	free(a);
	free(b);
	free(bytes);
	/* another weight is another network, though the model's file is the same */
	f = fopen(data, "r+b");
	assert_non_null(f);
	assert_int_equal(fputc(7, f), 7);
	assert_int_equal(fclose(f), 0);
	other = network(model);
	assert_string_not_equal(brc_net_digest(moved), brc_net_digest(other));
	brc_net_free(other);
	unlink(model);
	unlink(data);
	rmdir(folder);
	brc_array_clear(&x);
	brc_onnx_clear(&m);
	brc_net_free(net);
	brc_net_free(moved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(weights_in_another_file_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
