/* How strongly units are fed: the norms of their incoming weights. */
#ifndef BRC_NET_IN_NORMS_H
#define BRC_NET_IN_NORMS_H

#include "base/err.h"
#include "net/net.h"

/*
 * norm[units of the layer]: the Euclidean norm of all weights of the node that feed a unit, whether
 * or not it can be traced where they come from. Of a convolution it is that of the unit's kernels,
 * of a recurrent layer that of the magnitudes by which inputs and the units themselves feed it (of
 * all gates, as edges have them). Times the constant factors that follow, as those of a
 * BatchNormalization. Biases play no part. The layer is no input. BRC_DATA naming the layer where
 * a norm is not finite.
 */
brc_rc brc_net_in_norms(const brc_net *net, size_t layer, double *norm, brc_err *err);

#endif
