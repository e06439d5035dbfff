/* Pooling makes one number for each unit from its feature map. Internal to lib/net. */
#ifndef BRC_NET_POOLING_H
#define BRC_NET_POOLING_H

#include "net/activations.h"
#include "net/run_plan.h"

/* Floats of scratch that brc_pooling_row needs. */
size_t brc_pooling_scratch(const brc_unit_view *v, brc_pooling how);
/* out[units] of one row of a layer's value. */
void brc_pooling_row(const float *value, const brc_unit_view *v, size_t row, brc_pooling how,
		     double *scratch, float *out);

#endif
