/*
 * Eight doubles at a time, for inner loops. The vectors are 512
 * bits wide in the source; the compiler makes of them what each processor has.
 */
#ifndef BRC_LINALG_LANES_H
#define BRC_LINALG_LANES_H

#include <stdint.h>

#include "base/processor.h"

#define BRC_LANES 8

typedef double brc_lanes __attribute__((vector_size(BRC_LANES * sizeof(double))));
typedef double brc_free_lanes /* not aligned */
	__attribute__((vector_size(BRC_LANES * sizeof(double)), aligned(8), may_alias));
typedef float brc_half_lanes
	__attribute__((vector_size(BRC_LANES * sizeof(float)), aligned(4), may_alias));
typedef int64_t brc_lane_mask __attribute__((vector_size(BRC_LANES * sizeof(int64_t))));

/* Eight floats, not aligned, as doubles. */
#define brc_lanes_of(p) __builtin_convertvector(*(const brc_half_lanes *)(p), brc_lanes)

#endif
