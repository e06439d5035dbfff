/*
 * Undirected graphs from files of other programs: Matrix Market, GraphML, NPY, lists of edges.
 */
#ifndef BRC_DATA_GRAPHS_EDGES_H
#define BRC_DATA_GRAPHS_EDGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/tables/lines.h"
#include "data/tables/name_table.h"
#include "stream/layers.h"

typedef struct brc_edge {
	uint32_t from, to; /* flat units; once the list is complete from < to */
	float weight;      /* > 0 and finite */
	uint32_t line;     /* in the file; once complete 0 */
} brc_edge;

typedef struct brc_edge_list {
	brc_layers layers;
	size_t n, cap;
	brc_edge *edge;       /* once complete: ascending by from, then to; each pair once */
	size_t loops;         /* entries that join a unit with itself, left out */
	brc_name_table names; /* of units that were named in the file, as many as units, or none */
	size_t mem;           /* bytes that edges may take, 0: what the machine has */
	const brc_layers *given; /* what the layers must be; NULL: what the file says. Borrowed */
} brc_edge_list;

/*
 * Read a graph, its format told by its first bytes: "%%MatrixMarket", NPY's magic, XML, else a
 * list of edges. Gzip is undone. `mem` as in brc_mem_need.
 *
 * Matrix Market (coordinate or array; real, integer or pattern; general or symmetric) and NPY
 * (two dimensions): a square matrix. A general one must hold the same value on either side of
 * its diagonal, or a value on one side only. Lists: see data/graphs/edge_text.c; GraphML:
 * data/graphs/graphml.c.
 *
 * Values must be finite and not negative; zeroes are no edges; a pair may stand once in each
 * direction. BRC_DATA naming the line (NPY: row and column) and a remedy otherwise.
 *
 * The layers are those that comments name ("layer", units, name; Matrix Market: after "%",
 * lists: after "#", parted by tabs), else those of `given` (NULL: none), else one called "graph".
 * BRC_DATA where a file and `given` do not agree.
 */
brc_rc brc_edge_list_read(brc_edge_list *l, const char *path, const brc_layers *given, size_t mem,
			  brc_err *err);
void brc_edge_list_clear(brc_edge_list *l); /* of a zeroed or a filled struct */

/* ---- for the readers of formats ---- */

/* One entry, 0 and loops included. BRC_DATA for a value that is no weight, without file or line. */
brc_rc brc_edge_list_add(brc_edge_list *l, size_t from, size_t to, double weight, size_t line,
			 brc_err *err);

/*
 * Complete the list, whose layers are known: in order, each pair once. A pair that stands a second
 * time in one direction, or in both with two weights, is BRC_DATA with its line. `name` starts it.
 */
brc_rc brc_edges_order(brc_edge_list *l, const char *name, brc_err *err);

brc_rc brc_edges_matrix_market(brc_edge_list *l, brc_lines *lines, brc_err *err);
brc_rc brc_edges_text(brc_edge_list *l, brc_lines *lines, brc_err *err);
brc_rc brc_edges_graphml(brc_edge_list *l, brc_input *in, brc_err *err);

/* Layers as comments declare them, one after the other. */
typedef struct brc_layer_lines {
	size_t n, cap, cap_units;
	char **name;
	size_t *units, total;
} brc_layer_lines;

/* The text behind a comment's mark: kept if it declares a layer; BRC_DATA if it does so wrongly. */
brc_rc brc_layer_lines_take(brc_layer_lines *t, const brc_lines *lines, char *comment,
			    brc_err *err);
/* The same layers as those, declared. */
brc_rc brc_layer_lines_copy(brc_layer_lines *t, const brc_layers *from, brc_err *err);
/*
 * Into l->layers; where none was declared those given, which must have `units` in all, else one
 * called "graph" of them. BRC_DATA when what was given differs. Clears `t`.
 */
brc_rc brc_layer_lines_end(brc_layer_lines *t, size_t units, brc_edge_list *l, const brc_input *in,
			   brc_err *err);
void brc_layer_lines_clear(brc_layer_lines *t);

#endif
