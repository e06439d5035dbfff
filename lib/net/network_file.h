/*
 * The files of networks that filters are given: models, and the weights of plain chains of layers.
 */
#ifndef BRC_NET_NETWORK_FILE_H
#define BRC_NET_NETWORK_FILE_H

#include <stdbool.h>

#include "base/err.h"
#include "net/layer_chain.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "stream/filter.h"

/* brc_net_read for a filter: the history has the digest as that of --model. */
brc_rc brc_network_open(brc_net **net, const char *path, const brc_net_options *how, brc_filter *f,
			brc_err *err);

/*
 * The data set that it runs on: of the stream `path` (--data), or if that is NULL, the one that the
 * filter has taken from its incoming stream.
 */
brc_rc brc_network_data(brc_dataset *data, const char *path, brc_filter *f, brc_err *err);

/* How a file of either kind is read. Texts are borrowed for the call. */
typedef struct brc_network_file_options {
	brc_net_options net; /* of a model; of a chain its norm alone. Its data are those below */
	const char *data; /* --data: a stream with a dataset, for the extents of a model; or NULL */
	bool skip_untraced; /* take models of which not all layers can be traced */
	const char *chain;  /* the order of a chain, or NULL; transposed: brc_layer_chain_read */
	bool transposed;
} brc_network_file_options;

/* A network of either kind. */
typedef struct brc_network_file {
	const brc_layer_graph *graph; /* borrowed from it */
	brc_net *net;
	brc_layer_chain *chain; /* instead, of a file of weights */
	brc_dataset data;
} brc_network_file;

/*
 * Read it, all weights checked; the digests of model and data join the history. BRC_USAGE for an
 * option that belongs to the other kind of file; else errors as brc_net_read and
 * brc_layer_chain_read. Cleared by the caller, after a failure too.
 */
brc_rc brc_network_file_read(brc_network_file *n, const char *path,
			     const brc_network_file_options *how, brc_filter *f, brc_err *err);
void brc_network_file_clear(brc_network_file *n); /* of a zeroed or a filled struct */

#endif
