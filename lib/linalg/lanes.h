/*
 * Eight doubles at a time, for the inner loops of k-means. The vectors are 512
 * bits wide in the source; the compiler makes of them what each processor has.
 */
#ifndef BRC_LINALG_LANES_H
#define BRC_LINALG_LANES_H

#include <stdint.h>

#include "base/processor.h"

#define BRC_LANES 8

typedef double brc_lanes __attribute__((vector_size(BRC_LANES * sizeof(double))));
typedef int64_t brc_lane_mask __attribute__((vector_size(BRC_LANES * sizeof(int64_t))));

#endif
