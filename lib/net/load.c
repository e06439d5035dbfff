/* Reading a network from a model: the stages one after another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/wanted.h"
#include "net/input_images.h"
#include "net/inputs.h"
#include "net/network.h"
#include "net/layer_names.h"
#include "net/output.h"
#include "stream/digest.h"

static const char *text(const char *s)
{
	return s ? s : "";
}

/* ---- the digest ---- */

static const brc_operand *weights_called(const brc_exec *g, const char *name)
{
	for (size_t i = 0; i < brc_exec_values(g); i++) {
		const brc_operand *v = brc_exec_value(g, i);

		if (v->state == BRC_CONSTANT && v->data && strcmp(v->name, name) == 0)
			return v;
	}
	return NULL;
}

/* The digest covers the file of the model, and weights that lie in other files. */
static brc_rc digest_weights(brc_net *net, brc_err *err)
{
	const Brc__OnnxGraph *p = net->model.model->graph;
	brc_section_digest *d = brc_section_digest_new(err);
	bool any = false;

	BRC_TRY(brc_made(d));
	brc_section_digest_bytes(d, net->model.digest, sizeof(net->model.digest));
	for (size_t i = 0; i < p->n_initializer; i++) {
		const Brc__OnnxTensor *t = p->initializer[i];
		const brc_operand *v =
			t->n_external_data ? weights_called(net->g, text(t->name)) : NULL;

		if (v)
			brc_section_digest_bytes(d, v->data, v->count * brc_item(v->elem));
		any = any || v;
	}
	if (any)
		brc_section_digest_hex(d, net->model.digest);
	brc_section_digest_free(d);
	return BRC_OK;
}

/* ---- the whole ---- */

static void describe_graph(brc_net *net)
{
	size_t largest = 0;

	for (size_t l = 1; l < net->n_layers; l++) {
		const brc_linear_map *w = &net->site[l].weights;
		size_t size = w->inputs / w->groups * w->outputs;

		largest = size > largest ? size : largest;
	}
	net->graph = (brc_layer_graph){.layers = &net->layers,
				       .layer = net->layer,
				       .edge = net->edge,
				       .n_edges = net->n_edges,
				       .digest = net->model.digest,
				       .norm = net->options.norm,
				       .parts = true,
				       .weights = brc_net_edge_weights,
				       .of = net,
				       .tied = net->tied,
				       .scratch = largest * sizeof(float)}; /* norms of kernels */
}

/* Leave out of the model what nobody wants. */
static brc_rc prune(brc_net *net, brc_err *err)
{
	const char *output = net->options.output;

	brc_rc rc = output ? brc_exec_want(&net->model, &output, 1, err)
			   : brc_exec_want_outputs(&net->model, err);

	if (rc == BRC_DATA && !output && err && !*err->hint)
		brc_hint(err, "--output NAME takes a value before it as the network's output");
	BRC_THEN(rc, brc_exec_drop_inputs(&net->model, err));
	return rc;
}

/*
 * The graph for any number of images. Where that is not possible, it is made for as many as the
 * model declares.
 */
static brc_rc read_graph(brc_net *net, const brc_exec_options *bare, brc_err *err)
{
	const char *main = net->in[net->main].name;
	brc_err other = {0};
	brc_rc rc = brc_net_build(net, net->rows, bare, &net->g, err);

	if (rc != BRC_DATA || net->fixed)
		return rc;
	brc_net_fix_rows(net, net->declared ? net->declared : 1);
	rc = brc_net_build(net, net->rows, bare, &net->g, &other);
	if (!rc && !net->declared) /* one at a time might not be what is meant */
		return brc_hint(err,
				"--shape %.100s=1,... runs one image at a time, which is possible",
				main);
	if (rc == BRC_DATA && net->declared > 1 && !net->options.data)
		return brc_hint(err,
				"if the first dimension of '%.100s' does not hold images, --data "
				"FILE tells that",
				main);
	if (rc)
		return rc;
	if (err)
		*err = (brc_err){0};
	return BRC_OK;
}

/*
 * Where the first dimension cannot hold the images, because the network combines what stands there,
 * they may lie in the second one, as in torch's recurrent layers.
 */
static brc_rc read_either(brc_net *net, const brc_exec_options *bare, brc_err *err)
{
	brc_err other = {0};
	brc_rc rc = read_graph(net, bare, err), again;

	if (rc != BRC_DATA || !brc_input_may_be_behind(&net->in[net->main]))
		return rc;
	brc_exec_free(net->g);
	net->g = NULL;
	brc_net_forget_inputs(net);
	net->behind = true;
	again = brc_net_find_inputs(net, &other);
	BRC_THEN(again, read_graph(net, bare, &other));
	if (again == BRC_OK && err)
		*err = (brc_err){0};
	return again == BRC_OK ? BRC_OK : rc;
}

static brc_rc build(brc_net *net, brc_err *err)
{
	const char *const output = net->options.output;
	const brc_exec_options bare = {.folder = net->folder,
				       .borrow = true,
				       .bare = true,
				       .keep = &output,
				       .n_keep = output ? 1 : 0,
				       .keep_only = output ? true : false};

	BRC_TRY(prune(net, err));
	BRC_TRY(brc_net_find_inputs(net, err));
	if (!net->options.output && net->model.model->graph->n_output == 0)
		return brc_fail(err, BRC_DATA, "the network has no output");
	BRC_TRY(read_either(net, &bare, err));
	BRC_TRY(digest_weights(net, err));
	brc_net_note_input(net);
	brc_net_choose_output(net);
	BRC_TRY(brc_net_note_output(net, err));
	BRC_TRY(brc_net_find_layers(net, err));
	BRC_TRY(brc_net_name_layers(net, err));
	BRC_TRY(brc_net_trace_units(net, err));
	BRC_TRY(brc_net_find_edges(net, err));
	BRC_TRY(brc_net_find_parts(net, err));
	describe_graph(net);
	return BRC_OK;
}

static brc_rc finish(brc_net *net, brc_rc rc, const char *path, brc_net **out, brc_err *err)
{
	if (rc == BRC_OK) { /* messages of brc_onnx_read name the path already */
		rc = build(net, err);
		if (rc != BRC_OK && path)
			brc_err_prefix(err, "%s", path);
	}
	*out = rc == BRC_OK ? net : NULL;
	if (rc == BRC_OK) { /* what was lent for the call */
		net->options.shape = net->options.output = NULL;
		net->options.data = NULL;
	} else {
		brc_net_free(net);
	}
	return rc;
}

static brc_net *begin(const brc_net_options *options, brc_err *err)
{
	brc_net *net = brc_calloc(1, sizeof(*net), err);

	if (net && options)
		net->options = *options;
	return net;
}

brc_rc brc_net_decode(brc_net **out, const void *bytes, size_t n, const brc_net_options *options,
		      brc_err *err)
{
	brc_net *net = begin(options, err);
	brc_rc rc = net ? brc_onnx_decode(&net->model, bytes, n, err) : BRC_RESOURCE;

	return finish(net, rc, NULL, out, err);
}

/* The folder of the model file, the only one where external data are looked for. */
static brc_rc folder_of(const char *path, char **folder, brc_err *err)
{
	const char *slash = strrchr(path, '/');

	if (strcmp(path, "-") == 0)
		return BRC_OK;
	*folder = slash ? brc_strndup(path, slash == path ? 1 : (size_t)(slash - path), err)
			: brc_strdup(".", err);
	return *folder ? BRC_OK : BRC_RESOURCE;
}

brc_rc brc_net_read(brc_net **out, const char *path, const brc_net_options *options, brc_err *err)
{
	brc_net *net = begin(options, err);
	brc_rc rc = net ? folder_of(path, &net->folder, err) : BRC_RESOURCE;

	BRC_THEN(rc, brc_onnx_read(&net->model, path, err));
	return finish(net, rc, path, out, err);
}
