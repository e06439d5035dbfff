/*
 * libFuzzer target: any bytes as an ONNX model. Reading must end in order; a
 * network that was accepted must run, and its edges must have weights.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/onnx_fuzz.c
 *     ./onnx_fuzz tests/fuzz/corpus/onnx
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/net.h"
#include "net/run.h"

#define RUN_BYTES ((size_t)16 << 20)
#define BLOCK_FLOATS ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void weigh_edges(const brc_net *net)
{
	const brc_layers *layers = brc_net_layers(net);
	const brc_net_edge *edge;
	size_t n = brc_net_edges(net, &edge);

	for (size_t i = 0; i < n && i < 100; i++) {
		size_t cells = layers->units[edge[i].from] * layers->units[edge[i].to];
		float *w = cells <= BLOCK_FLOATS ? malloc((cells + 1) * sizeof(*w)) : NULL;

		if (w && brc_net_edge_weights(net, i, w, NULL) == BRC_OK)
			for (size_t k = 0; k < cells; k++)
				if (!(w[k] >= 0))
					abort();
		free(w);
	}
}

static void run_suffixes(const brc_net *net, brc_run *r)
{
	for (size_t l = 0; l < brc_net_layers(net)->n && l < 10; l++) {
		brc_plan plan;

		if (brc_plan_new(&plan, net, brc_net_layer_at(net, l)->post, NULL) != BRC_OK)
			abort();
		brc_run_again(r, &plan);
		brc_plan_clear(&plan);
	}
	brc_run_back(r);
}

static void run_network(const brc_net *net)
{
	volatile float last;
	brc_run *r;

	if (brc_run_bytes(net) > RUN_BYTES || brc_net_flops(net) > 1e9)
		return;
	if (brc_run_new(&r, net, NULL) != BRC_OK)
		abort();
	memset(brc_run_input(r), 0, BRC_RUN_ROWS * brc_net_inputs(net) * sizeof(float));
	brc_run_forward(r);
	run_suffixes(net, r);
	last = brc_run_value(r, brc_net_output(net))[BRC_RUN_ROWS * brc_net_classes(net) - 1];
	(void)last;
	brc_run_free(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	brc_err err = {0};
	brc_net *net;
	brc_rc rc = brc_net_decode(&net, data, size, &err);

	if (rc != BRC_OK) {
		if (rc != BRC_DATA || err.message[0] == '\0')
			abort();
		return 0;
	}
	weigh_edges(net);
	run_network(net);
	brc_net_free(net);
	return 0;
}
