/*
 * The table of sub-clusters that several sections hold, "subcluster/layer" and so on or, in
 * spectrum/1, "group/layer": a sub-cluster is the units of one layer with one label.
 */
#ifndef BRC_SECTIONS_SUBCLUSTERS_H
#define BRC_SECTIONS_SUBCLUSTERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

typedef struct brc_subcluster_table {
	size_t m;
	int32_t *layer, *cluster, *size; /* [m]: index of a layer, label >= 0, units >= 1; owned */
} brc_subcluster_table;

void brc_subcluster_table_clear(brc_subcluster_table *t); /* of a zeroed or a filled struct */

/*
 * From the columns `name`/layer, /cluster and /size of a section, copied. BRC_DATA when a cluster
 * is negative, a sub-cluster has no unit or, with `layers` (NULL: not known), it does not fit its
 * layer or there is none at all.
 */
brc_rc brc_subcluster_table_read(brc_subcluster_table *t, const brc_section *s, const char *name,
				 const brc_layers *layers, brc_err *err);
/* Into a section; everything is copied. */
brc_rc brc_subcluster_table_write(const brc_subcluster_table *t, const char *name, brc_section *s,
				  brc_err *err);

#endif
