/*
 * libFuzzer target: any bytes as an ONNX model. Reading must end in order; a
 * network that was accepted must run, stop at its layers and go on from them, and
 * its edges must have weights.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/onnx_fuzz.c
 *     ./onnx_fuzz tests/fuzz/corpus/onnx
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "net/net.h"
#include "net/run_plan.h"

#define RUN_BYTES ((size_t)16 << 20)
#define RUN_FLOPS 1e8
#define BLOCK_FLOATS ((size_t)1 << 20)

enum { LAYERS = 10 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void weigh_edges(const brc_net *net)
{
	const brc_layers *layers = brc_net_layers(net);
	const brc_net_edge *edge = brc_net_layer_graph(net)->edge;
	size_t n = brc_net_layer_graph(net)->n_edges;

	for (size_t i = 0; i < n && i < 100; i++) {
		size_t cells = layers->units[edge[i].from] * layers->units[edge[i].to];
		float *w = cells <= BLOCK_FLOATS ? malloc((cells + 1) * sizeof(*w)) : NULL;

		if (w && brc_net_layer_graph(net)->weights(net, i, w, NULL) == BRC_OK)
			for (size_t k = 0; k < cells; k++)
				if (!(w[k] >= 0))
					abort();
		free(w);
	}
}

static void run_program(const brc_net *net, const brc_run_plan *p, size_t turns)
{
	static const int32_t unit[] = {0};
	const brc_dataset nothing = {.pixels = brc_net_io_of(net)->inputs};
	volatile float last = 0;
	const float *value;
	brc_run *r;

	if (brc_runs_new(&r, 1, p, NULL) != BRC_OK)
		abort();
	if (brc_run_start(r, &nothing, NULL, 0, 0, NULL) == BRC_OK) {
		for (size_t t = 0; t < turns; t++)
			if (brc_run_until(r, t, &value, NULL) != BRC_OK ||
			    brc_run_silenced(r, t, unit, 1, &value, NULL) != BRC_OK)
				abort();
		if (brc_run_finish(r, &value, NULL) != BRC_OK)
			abort();
		last = value[p->rows * brc_net_io_of(net)->classes * brc_net_io_of(net)->positions -
			     1];
	}
	(void)last;
	brc_runs_free(r, 1);
}

static void run_network(const brc_net *net)
{
	size_t layer[LAYERS], n = 0;
	brc_run_options how = {
		.layer = layer, .stage = BRC_STAGE_POST, .logits = true, .silence = true};
	brc_run_plan *p;
	brc_err err = {0};
	brc_rc rc;

	if (!brc_net_io_of(net)->scored)
		return;
	while (n < LAYERS && n < brc_net_layers(net)->n) {
		layer[n] = n;
		n++;
	}
	how.n = n;
	rc = brc_run_plan_new(&p, net, &how, &err);
	if (rc != BRC_OK) {
		if (rc != BRC_DATA && rc != BRC_RESOURCE)
			abort();
		return;
	}
	if (brc_schedule_bytes(p->schedule) <= RUN_BYTES &&
	    brc_schedule_pass_flops(p->schedule) <= RUN_FLOPS)
		run_program(net, p, n);
	brc_run_plan_free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	brc_err err = {0};
	brc_net *net;
	brc_rc rc = brc_net_decode(&net, data, size, NULL, &err);

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
