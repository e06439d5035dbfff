/* extract-weights: a network's units, and the magnitudes of the weights between them. */
#include <stdlib.h>

#include "base/cli.h"
#include "base/memory.h"
#include "base/str.h"
#include "data/weights.h"
#include "graph/blocks.h"
#include "graph/chain.h"
#include "net/net.h"
#include "stream/filter.h"

enum { UNITS_HIDDEN, UNITS_ALL };

static const char *model, *order;
static int units = -1, norm = -1, compat;
static const char *const norms[] = {"l1", "l2", "colsum", "spectral"};
static bool skip_untraced, transposed;

static const brc_opt options[] = {
	{BRC_OPT_PATH, "model", 'm', "FILE", &model, "the network, instead of the operand", NULL, 0,
	 0, 0},
	{BRC_OPT_CHOICE, "units", 'u', "WHICH", &units,
	 "units of the graph: hidden|all, the latter with the inputs first and the outputs last "
	 "(default: hidden; all with --compat paper)",
	 "hidden|all", 0, 0, 0},
	{BRC_OPT_CHOICE, "kernel-norm", 0, "NORM", &norm,
	 "the weight of a convolution's kernel: sum of magnitudes, root of the sum of squares, "
	 "largest sum of a column, or largest singular value of the magnitudes: "
	 "l1|l2|colsum|spectral (default: l1; colsum with --compat paper)",
	 "l1|l2|colsum|spectral", 0, 0, 0},
	{BRC_OPT_FLAG, "skip-untraced", 0, NULL, &skip_untraced,
	 "leave out edges into layers whose inputs cannot be traced, instead of refusing", NULL, 0,
	 0, 0},
	{BRC_OPT_STRING, "chain", 0, "NAMES", &order,
	 "of a file of weights, the arrays to take, first layer first: NAME,NAME,... (default: all "
	 "of two or four dimensions, by name, numbers in them counted)",
	 NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "transposed", 0, NULL, &transposed,
	 "of a file of weights, dense layers are [inputs, outputs]", NULL, 0, 0, 0},
	{BRC_OPT_CHOICE, "compat", 0, "RULES", &compat,
	 "paper takes the units and norms that the published code takes", "none|paper", 0, 0, 0},
	{BRC_OPT_END, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, 0},
};

/* The graph of the chosen layers, and the memory of its blocks. */
typedef struct chosen {
	size_t *place; /* [layers of the network]: index in the graph, or BRC_ANY */
	brc_blocks graph;
	float **w; /* [blocks] */
	size_t n;
} chosen;

static brc_rc choose_layers(chosen *c, const brc_net *net, brc_err *err)
{
	const brc_layers *all = brc_net_layers(net);
	const char **name = brc_calloc(all->n, sizeof(*name), err);
	size_t *size = brc_calloc(all->n, sizeof(*size), err), n = 0;
	brc_layers layers = {0};
	brc_rc rc = BRC_RESOURCE;

	c->place = brc_calloc(all->n, sizeof(*c->place), err);
	for (size_t l = 0; name && size && c->place && l < all->n; l++) {
		bool in = units == UNITS_ALL || brc_net_layer_at(net, l)->role == BRC_ROLE_HIDDEN;

		c->place[l] = in ? n : BRC_ANY;
		if (!in)
			continue;
		name[n] = all->name[l];
		size[n++] = all->units[l];
	}
	if (name && size && c->place)
		rc = n ? brc_layers_init(&layers, n, name, size, err)
		       : brc_fail(err, BRC_DATA, "the network has no hidden layer");
	if (rc == BRC_OK)
		rc = brc_blocks_init(&c->graph, &layers, err);
	brc_layers_clear(&layers);
	free(name);
	free(size);
	return rc;
}

static bool is_chosen(const chosen *c, const brc_net_edge *e)
{
	return c->place[e->from] != BRC_ANY && c->place[e->to] != BRC_ANY;
}

/* Floats of the block of an edge. */
static size_t edge_size(const brc_net *net, const brc_net_edge *e)
{
	return brc_net_layers(net)->units[e->from] * brc_net_layers(net)->units[e->to];
}

static brc_rc check_memory(const chosen *c, const brc_net *net, const brc_cli *cli, brc_err *err)
{
	const brc_net_edge *e;
	size_t n = brc_net_edges(net, &e), floats = 0;

	for (size_t i = 0; i < n; i++)
		floats += is_chosen(c, &e[i]) ? edge_size(net, &e[i]) : 0;
	if (floats == 0) {
		brc_fail(err, BRC_DATA, "no two of the units chosen are joined by a weight");
		return brc_hint(err, "--units all takes inputs and outputs as well");
	}
	return brc_mem_need(floats * sizeof(float), cli->c.mem, "the graph of weights", err);
}

static brc_rc collect_weights(chosen *c, const brc_net *net, brc_err *err)
{
	const brc_net_edge *e;
	size_t n = brc_net_edges(net, &e);

	c->w = brc_calloc(n, sizeof(*c->w), err);
	if (!c->w)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		float *w;

		if (!is_chosen(c, &e[i]))
			continue;
		w = brc_alloc(edge_size(net, &e[i]), sizeof(*w), err);
		if (!w)
			return BRC_RESOURCE;
		c->w[c->n++] = w;
		BRC_TRY(brc_net_edge_weights(net, i, w, err));
		BRC_TRY(brc_blocks_add(&c->graph, c->place[e[i].from], c->place[e[i].to], w, err));
	}
	return BRC_OK;
}

/* The network, or the chain of a file of weights: the other is NULL. */
static brc_rc write_units(brc_filter *f, const brc_net *net, const brc_chain *chain, brc_err *err)
{
	brc_section *s;
	brc_rc rc;

	BRC_TRY(brc_section_new(&s, "units", 1, "units", err));
	rc = chain ? brc_chain_write_units(chain, s, err) : brc_net_write_units(net, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static brc_rc write_weights(brc_filter *f, const brc_cli *cli, const brc_blocks *graph,
			    const char *digest, brc_err *err)
{
	brc_section *s;
	brc_rc rc;

	BRC_TRY(brc_section_new(&s, "weights", 1, cli->c.name ? cli->c.name : "weights", err));
	brc_map_put_string(s->meta, "model", digest);
	brc_map_put_string(s->meta, "units", units == UNITS_ALL ? "all" : "hidden");
	brc_map_put_string(s->meta, "norm", norms[norm]);
	brc_map_put_string(s->meta, "compat", compat ? "paper" : "none");
	rc = brc_blocks_write(graph, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static void tell_untraced(const brc_cli *cli, const brc_net *net)
{
	for (size_t l = 1; l < brc_net_layers(net)->n; l++)
		if (brc_net_untraced(net, l))
			brc_cli_note(cli,
				     "layer '%s' is left without edges into it: node '%s' cannot "
				     "be traced through",
				     brc_net_layer_at(net, l)->name, brc_net_untraced(net, l));
}

static void tell(const brc_cli *cli, const brc_blocks *graph)
{
	brc_cli_note(cli, "%zu units in %zu layers, %zu block%s of weights",
		     brc_layers_total(&graph->layers), graph->layers.n, graph->n,
		     graph->n == 1 ? "" : "s");
	for (size_t l = 0; l < graph->layers.n; l++)
		brc_cli_detail(cli, "layer %zu '%s': %zu units", l, graph->layers.name[l],
			       graph->layers.units[l]);
}

static brc_rc extract(brc_filter *f, const brc_cli *cli, const brc_net *net, brc_err *err)
{
	chosen c = {0};
	brc_rc rc = brc_filter_side_digest(f, "model", brc_net_digest(net), err);

	if (rc == BRC_OK && !skip_untraced)
		rc = brc_net_check_traced(net, err);
	if (rc == BRC_OK)
		rc = brc_net_check_weights(net, err);
	if (rc == BRC_OK)
		rc = choose_layers(&c, net, err);
	if (rc == BRC_OK)
		rc = check_memory(&c, net, cli, err);
	if (rc == BRC_OK)
		rc = collect_weights(&c, net, err);
	if (rc == BRC_OK)
		rc = write_units(f, net, NULL, err);
	if (rc == BRC_OK)
		rc = write_weights(f, cli, &c.graph, brc_net_digest(net), err);
	if (rc == BRC_OK) {
		tell_untraced(cli, net);
		tell(cli, &c.graph);
	}
	for (size_t i = 0; i < c.n; i++)
		free(c.w[i]);
	free(c.w);
	free(c.place);
	brc_blocks_clear(&c.graph);
	return rc;
}

static brc_rc extract_chain(brc_filter *f, const brc_cli *cli, brc_chain *c, brc_err *err)
{
	brc_blocks graph = {0};
	brc_rc rc = brc_filter_side_digest(f, "model", brc_chain_digest(c), err);

	if (rc == BRC_OK)
		rc = brc_chain_blocks(c, units == UNITS_ALL, (brc_norm)norm, cli->c.mem, &graph,
				      err);
	if (rc == BRC_OK)
		rc = write_units(f, NULL, c, err);
	if (rc == BRC_OK)
		rc = write_weights(f, cli, &graph, brc_chain_digest(c), err);
	if (rc == BRC_OK)
		tell(cli, &graph);
	brc_blocks_clear(&graph);
	return rc;
}

static brc_rc take_model(const brc_cli *cli, brc_err *err)
{
	if (cli->n_operands == 1 && model)
		return brc_fail(err, BRC_USAGE, "the model is given twice");
	if (cli->n_operands == 1)
		model = cli->operands[0];
	if (model)
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "no model is given");
	return brc_hint(err, "extract-weights MODEL.onnx");
}

/* Arrays of weights are a chain of layers. */
static brc_rc run_chain(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	brc_chain *c;
	brc_rc rc;

	if (skip_untraced)
		return brc_fail(err, BRC_USAGE,
				"--skip-untraced is for networks: %s holds weights alone", model);
	BRC_TRY(brc_chain_read(&c, model, order, transposed, err));
	rc = extract_chain(f, cli, c, err);
	brc_chain_free(c);
	return rc;
}

static brc_rc run(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	brc_net *net;
	brc_rc rc;

	BRC_TRY(take_model(cli, err));
	if (brc_weights_recognise(model))
		return run_chain(f, cli, err);
	if (order || transposed) {
		brc_fail(err, BRC_USAGE, "--%s is for weights alone: %s does not hold such",
			 order ? "chain" : "transposed", model);
		return brc_hint(err, "safetensors, NPZ and NPY files hold them; a network's order "
				     "is its own");
	}
	BRC_TRY(brc_net_read(&net, model, (brc_norm)norm, err));
	rc = extract(f, cli, net, err);
	brc_net_free(net);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "extract-weights",
		.usage = "[MODEL]",
		.purpose = "Read a trained network (ONNX), or the weights of a plain chain of "
			   "layers (safetensors, NPZ), and make the graph of its units: an edge is "
			   "the magnitude of the weight between two units.",
		.writes = "units, weights",
		.examples = "  extract-weights net.onnx | laplacian | spectral -k 16 >labels.brc\n"
			    "  extract-weights --units all net.onnx >weights.brc\n"
			    "  extract-weights --chain fc1.weight,fc2.weight,fc3.weight "
			    "mlp.safetensors >weights.brc",
		.options = options,
		.common = BRC_COMMON_NAME | BRC_COMMON_STREAM,
		.max_operands = 1,
	};
	brc_err err = {0};
	brc_filter *f = NULL;

	brc_cli_parse(&cli, argc, argv);
	if (units < 0) /* before the history notes it */
		units = compat ? UNITS_ALL : UNITS_HIDDEN;
	if (norm < 0)
		norm = compat ? BRC_NORM_COLSUM : BRC_NORM_L1;
	if (brc_filter_open(&f, &cli, &err) == BRC_OK)
		run(f, &cli, &err);
	return brc_filter_close(f, &cli, &err);
}
