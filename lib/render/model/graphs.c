/* How stable the partitions of the graphs are. */
#include <math.h>

#include "render/model/model.h"

bool brc_stability_range(const brc_labelling *l, double range[2])
{
	range[0] = INFINITY;
	range[1] = -INFINITY;
	for (size_t i = 0; i < l->n_graphs; i++) {
		double s = l->graph[i].k > 1 ? l->graph[i].stability : NAN;

		if (isfinite(s)) {
			range[0] = fmin(range[0], s);
			range[1] = fmax(range[1], s);
		}
	}
	return range[0] <= range[1];
}
