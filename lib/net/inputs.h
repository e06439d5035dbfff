/*
 * The inputs of a network. One of them, the main input, takes the images or sequences of the data
 * set. Others take arrays of the data set that are called like them, or what exporters' defaults
 * are, such as ones for an attention mask. Internal to lib/net.
 *
 * A dimension that the model leaves open gets its extent from the data, from the user, or from a
 * dimension of the same name in another input.
 */
#ifndef BRC_NET_INPUTS_H
#define BRC_NET_INPUTS_H

#include "exec/exec.h"
#include "net/network.h"

/*
 * From the inputs of net->model, all of which are read by some node, and net->options: net->in,
 * net->main, net->rows, net->fixed, net->tracked, net->declared. BRC_DATA naming the input, the
 * dimension and the remedy where an extent stays open or contradicts another; BRC_USAGE for extents
 * of the user that do not fit the model.
 */
brc_rc brc_net_find_inputs(brc_net *net, brc_err *err);

/* The parts of it. From the model alone: net->in[net->n_in]. BRC_DATA naming the input. */
brc_rc brc_net_list_inputs(brc_net *net, brc_err *err);
/* From these and net->options.data: net->main, and what fills each of them. */
void brc_net_choose_main(brc_net *net);

/* Undo it. */
void brc_net_forget_inputs(brc_net *net);

/* Read one image at a time, or as many as the model declares, instead of as many as one likes. */
void brc_net_fix_rows(brc_net *net, size_t rows);

/*
 * Build the graph of net->model for `rows` images at a time. Inputs that are the same for all
 * images are constants in it.
 */
brc_rc brc_net_build(const brc_net *net, size_t rows, const brc_exec_options *options, brc_exec **g,
		     brc_err *err);

/* From net->g: net->input, and what of net->io concerns the input. */
void brc_net_note_input(brc_net *net);

/*
 * Fill the inputs of a workspace of such a graph with the images sample[n] of a data set that fits
 * (sample NULL: first..first+n-1), zeros below up to `rows`. BRC_DATA when the network does not use
 * its main input, or naming an input for which the data set has nothing that fits.
 */
brc_rc brc_net_fill_inputs(const brc_net *net, brc_workspace *w, size_t rows,
			   const brc_dataset *data, const size_t *sample, size_t first, size_t n,
			   brc_err *err);

/*
 * shape[*ndim]: the part of a value of net->g that belongs to one image, in the order of its
 * dimensions. If images lie in the midst of a dimension, what is before them, and what is behind
 * them, are dimensions of their own, as brc_exec_options.images_first makes them. False where no
 * dimension holds the images, or there are too many.
 */
bool brc_net_item_shape(const brc_net *net, const brc_operand *v, size_t *ndim,
			size_t shape[BRC_MAX_DIMS]);

/* What an input is filled with that has this name, and no array in the data set. */
brc_fill brc_input_default(const char *name, brc_elem elem, size_t ndim);

/* "[N, 3, height, 192]": as the model declares it, N for the images. */
void brc_net_input_text(const brc_net *net, const brc_net_input *in, brc_str *s);

#endif
