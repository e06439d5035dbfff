/*
 * Moved elements, transposed convolutions, branches, loops and functions, exported by torch
 * (tests/oracle/exports_moves.py): what each network answers, and its layers. `make check-oracles`
 * compares more of them with torch, at every operator set.
 */
#include "net_fixture.h"

typedef struct row {
	const char *name;
	size_t layers, edges; /* the input counts as a layer */
} row;

static const row rows[] = {
	{"unet", 6, 6},        {"assign", 4, 4},    {"einsum", 5, 4},
	{"scripted-if", 4, 3}, {"functions", 4, 6}, {"scripted-loop", 6, 7},
};

static void check(const row *r)
{
	char golden[96], path[128];
	brc_array input, output;
	brc_err err = {0};
	brc_net *net;
	float *have;

	snprintf(golden, sizeof(golden), "../exports/%s", r->name);
	snprintf(path, sizeof(path), "fixtures/exports/%s.onnx", r->name);
	input = need_golden(golden, "input", "<f4");
	output = need_golden(golden, "output", "<f4");
	if (brc_net_read(&net, path, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(output.count, input.shape[0] * brc_net_io_of(net)->classes);
	have = logits_of(net, input.data, input.shape[0]);
	assert_close(have, output.data, output.count, 1e-5, r->name);
	if (brc_net_layers(net)->n != r->layers || brc_net_layer_graph(net)->n_edges != r->edges)
		fail_msg("%s: %zu layers, %zu edges", r->name, brc_net_layers(net)->n,
			 brc_net_layer_graph(net)->n_edges);
	for (size_t l = 1; l < brc_net_layers(net)->n; l++)
		if (brc_net_layer_at(net, l)->untraced)
			fail_msg("%s: %s is not traced", r->name, brc_net_layer_at(net, l)->name);
	free(have);
	brc_net_free(net);
	brc_array_clear(&input);
	brc_array_clear(&output);
}

static void exports_answer_as_torch_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		check(&rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exports_answer_as_torch_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
