/*
 * Controls that hang together as groups of a clustering do. Each draw cuts the whole layer into
 * sets of the observed sizes, which grow from random seeds along the strongest edges. They are a
 * reference, not an exchangeable null: nobody says that the observed groups were grown so.
 */
#ifndef BRC_STUDY_COHESIVE_CONTROLS_H
#define BRC_STUDY_COHESIVE_CONTROLS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/threads.h"
#include "graph/laplacian.h"
#include "study/controls.h"
#include "study/match_units.h"

/*
 * Cut n units into sets, set g of size[g] units, the sizes adding up to n. set[n]: the set of each.
 * s[n, n] are strengths, symmetric. Random numbers: a shuffle of the units, then one of the sets.
 *
 * The first unit of the shuffle is the seed of the first set, the second that of the second, and so
 * on. Then the sets take turns in their order. In its turn a set that is not full takes the unit,
 * of those in no set, with the strongest mean edge to its units; of several as strong the one that
 * comes first in the shuffle. `room` is brc_growth_bytes() of memory.
 */
void brc_grow_sets(const float *s, size_t n, const size_t *size, size_t sets, brc_rng *rng,
		   void *room, int32_t *set);
size_t brc_growth_bytes(size_t n, size_t sets); /* SIZE_MAX if that does not fit */

typedef struct brc_cohesive_controls {
	const brc_laplacian *graph;   /* borrowed */
	const brc_match_units *units; /* borrowed */
	brc_pool *pool;
	size_t mem;
	size_t layers, through; /* layers drawn; those of them without edges of their own */
	/* private, of the layer that is drawn: */
	float *s;
	void *room;
	size_t *size;
} brc_cohesive_controls;

void brc_cohesive_controls_clear(brc_cohesive_controls *c); /* of a zeroed or a filled struct */

/*
 * How brc_control_sets_redraw draws them: c has its first four members set, all others zero.
 * Strengths are those of graph/strengths.h, in the graph that keeps the layer. The value of a set
 * is the mean strength between two of its units, NaN of a single unit. Memory: 4 bytes for each
 * pair of a layer's units, refused above `mem` (0: what the machine has); BRC_DATA as
 * brc_match_graph_of.
 */
brc_redraw brc_cohesive_redraw(brc_cohesive_controls *c);

#endif
