/* From sections of a stream to files of other programs: labels, layers, graphs; see graph/import.h.
 */
#ifndef BRC_GRAPH_EXPORT_H
#define BRC_GRAPH_EXPORT_H

#include <stddef.h>

#include "base/err.h"
#include "data/graphs/edges.h"
#include "stream/filter.h"

/*
 * Read the stream of `f` and write the one section labels/1 (data/tables/labels_tsv.h), with the
 * names of units that a section units/1 has.
 */
brc_rc brc_export_labels(brc_filter *f, brc_err *err);

/* The one section units/1 as a table of layers (data/tables/units_table.h). */
brc_rc brc_export_units(brc_filter *f, brc_err *err);

/* The one section weights/1 or affinity/1 in a format of data/graphs/edges.h, within `mem`. */
brc_rc brc_export_graph(brc_filter *f, brc_graph_format format, size_t mem, brc_err *err);

#endif
