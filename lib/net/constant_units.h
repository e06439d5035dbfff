/* Units that put out the same value for every image, at every place: dead units. */
#ifndef BRC_NET_CONSTANT_UNITS_H
#define BRC_NET_CONSTANT_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/progress.h"
#include "base/threads.h"
#include "exec/exec.h"
#include "net/net.h"
#include "sections/dataset.h"

/*
 * Run the network once on all images. layer[n] are hidden layers, ascending, once each. constant[]
 * has their units, layer after layer: is the output of the unit, after its activation function, the
 * same number everywhere? A value that is no number makes it no constant. Memory: 8 bytes a unit
 * and thread, beside what running takes; above `mem` (0: what the machine has) it is BRC_RESOURCE.
 * `pool` and `p` may be NULL; `p` advances by the number of images. Errors as
 * brc_net_activations.
 */
brc_rc brc_net_constant_units(const brc_net *net, const brc_dataset *data, const size_t *layer,
			      size_t n, brc_precision precision, size_t mem, brc_pool *pool,
			      brc_progress *p, bool *constant, brc_err *err);

#endif
