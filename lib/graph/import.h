/* Makes sections of a stream from files of other programs: graphs and labels. */
#ifndef BRC_GRAPH_IMPORT_H
#define BRC_GRAPH_IMPORT_H

#include <stddef.h>

#include "base/err.h"
#include "data/tables/unit_names.h"
#include "stream/filter.h"

typedef struct brc_imported {
	size_t layers, units;
	size_t edges, loops; /* of a graph; entries that join a unit with itself are left out */
	size_t clusters;     /* of labels */
} brc_imported;

/*
 * A graph (see data/graphs/edges.h) as a section affinity called `name`, after units/1 of that
 * name where the file names its units. `layers`: a table of them (data/tables/layers_tsv.h), or
 * NULL. Takes memory within `mem` (see brc_mem_need). The digests of what was read join the
 * history.
 */
brc_rc brc_import_graph(const char *path, const char *layers, const char *name, size_t mem,
			brc_filter *f, brc_imported *told, brc_err *err);

/*
 * A table of labels (see data/tables/labels_tsv.h), compared with `known` (NULL: with nothing), as
 * a section labels/1 called `name`. Memory and history as above.
 */
brc_rc brc_import_labels(const char *path, const brc_named_units *known, const char *name,
			 size_t mem, brc_filter *f, brc_imported *told, brc_err *err);

#endif
