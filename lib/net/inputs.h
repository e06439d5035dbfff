/*
 * The inputs of a network, as the model declares them: the one that takes the images, or sequences
 * of tokens, and its extents. Internal to lib/net.
 */
#ifndef BRC_NET_INPUTS_H
#define BRC_NET_INPUTS_H

#include "exec/exec.h"
#include "net/network.h"

/* *x: the input of net->model, without data. BRC_DATA naming the input that is not supported. */
brc_rc brc_net_find_inputs(const brc_net *net, brc_tensor_view *x, brc_err *err);
/* From net->g, which was built for x: net->input, and what of net->io concerns the input. */
void brc_net_note_input(brc_net *net, const brc_tensor_view *x);

#endif
