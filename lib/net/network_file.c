#include "net/network_file.h"

#include <string.h>

#include "data/models/weights.h"
#include "net/check_dataset.h"

brc_rc brc_network_open(brc_net **net, const char *path, const brc_net_options *how, brc_filter *f,
			brc_err *err)
{
	BRC_TRY(brc_net_read(net, path, how, err));
	return brc_filter_side_digest(f, "model", brc_net_digest(*net), err);
}

brc_rc brc_network_data(brc_dataset *data, const char *path, brc_filter *f, brc_err *err)
{
	const brc_section *s;

	if (path)
		BRC_TRY(brc_filter_side(f, "data", path, "dataset", 1, &s, err));
	else if (brc_filter_section(f, "dataset", &s, err) != BRC_OK)
		return brc_hint(err, "give a stream made by read-data with --data FILE");
	return brc_dataset_read(data, s, err);
}

/* ---- a file of weights ---- */

/* The first option given that only models have. */
static const char *model_option(const brc_network_file_options *how)
{
	return how->skip_untraced ? "skip-untraced"
	       : how->data        ? "data"
	       : how->net.scaling ? "balance"
	       : how->net.shape   ? "shape"
	       : how->net.output  ? "output"
				  : NULL;
}

static brc_rc read_chain(brc_network_file *n, const char *path, const brc_network_file_options *how,
			 brc_filter *f, brc_err *err)
{
	const char *option = model_option(how);

	if (option)
		return brc_fail(err, BRC_USAGE,
				"--%s applies only to networks, and %s is a file of weights",
				option, path);
	BRC_TRY(brc_layer_chain_read(&n->chain, path, how->chain, how->transposed, how->net.norm,
				     err));
	n->graph = brc_layer_chain_graph(n->chain);
	return brc_filter_side_digest(f, "model", n->graph->digest, err);
}

/* ---- a model ---- */

static brc_rc read_model(brc_network_file *n, const char *path, const brc_network_file_options *how,
			 brc_filter *f, brc_err *err)
{
	brc_net_options net = how->net;

	if (how->chain || how->transposed) {
		brc_fail(err, BRC_USAGE,
			 "--%s applies only to a file of weights, and %s is not one",
			 how->chain ? "chain" : "transposed", path);
		return brc_hint(err, "such a file is safetensors, NPZ or NPY; a network says by "
				     "itself how its layers are joined");
	}
	if (how->data) {
		BRC_TRY(brc_network_data(&n->data, how->data, f, err));
		net.data = &n->data;
	}
	BRC_TRY(brc_network_open(&n->net, path, &net, f, err));
	if (net.data)
		BRC_TRY(brc_net_check_dataset(n->net, net.data, err));
	n->graph = brc_net_layer_graph(n->net);
	if (!how->skip_untraced)
		BRC_TRY(brc_net_check_traced(n->net, err));
	return brc_net_check_weights(n->net, err);
}

brc_rc brc_network_file_read(brc_network_file *n, const char *path,
			     const brc_network_file_options *how, brc_filter *f, brc_err *err)
{
	memset(n, 0, sizeof(*n));
	return brc_weights_recognise(path) ? read_chain(n, path, how, f, err)
					   : read_model(n, path, how, f, err);
}

void brc_network_file_clear(brc_network_file *n)
{
	brc_net_free(n->net);
	brc_layer_chain_free(n->chain);
	brc_dataset_clear(&n->data);
	memset(n, 0, sizeof(*n));
}
