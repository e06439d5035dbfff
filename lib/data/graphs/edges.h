/*
 * Undirected graphs in files of other programs: Matrix Market, GraphML, a square matrix as NPY, a
 * list of edges. The reader and the writer of each format are side by side: matrix_market.c,
 * graphml.c and graphml_write.c, graph_npy.c, edge_text.c.
 */
#ifndef BRC_DATA_GRAPHS_EDGES_H
#define BRC_DATA_GRAPHS_EDGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/tables/unit_names.h"
#include "stream/layers.h"

/* ---- reading ---- */

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
 * its diagonal, or a value on one side only.
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

/* ---- writing ---- */

typedef struct brc_edge_end {
	size_t layer, unit; /* within the layer */
} brc_edge_end;

/* What is done with an edge; `from` does not stand behind `to`. */
typedef brc_rc (*brc_edge_visit)(void *ctx, brc_edge_end from, brc_edge_end to, float weight,
				 brc_err *err);

/*
 * Edges that another module holds. A writer does not know how they are stored. Everything is
 * borrowed.
 */
typedef struct brc_edge_source {
	const brc_layers *layers;
	const brc_named_units *names; /* of units, as far as they are known; may be NULL */
	/* Call `visit` with every edge once, always in the same order, until it fails. */
	brc_rc (*each)(const void *graph, brc_edge_visit visit, void *ctx, brc_err *err);
	const void *graph;
} brc_edge_source;

typedef enum brc_graph_format {
	BRC_GRAPH_MATRIX_MARKET, /* coordinate real symmetric: the lower triangle */
	BRC_GRAPH_EDGE_TEXT,     /* lines "layer:unit, layer:unit, weight" */
	BRC_GRAPH_GRAPHML,       /* with the names of units */
	BRC_GRAPH_NPY            /* the whole matrix, <f4 [N, N] */
} brc_graph_format;

/* Where bytes go. */
typedef brc_rc (*brc_byte_sink)(void *ctx, const char *bytes, size_t n, brc_err *err);

/*
 * Write all edges of weight above 0; Matrix Market and lists declare the layers in comments.
 * Takes little memory, but for NPY: BRC_RESOURCE where the matrix exceeds `mem` bytes. BRC_DATA
 * for a name that the format cannot hold.
 */
brc_rc brc_graph_write(const brc_edge_source *e, brc_graph_format format, size_t mem,
		       brc_byte_sink sink, void *ctx, brc_err *err);

#endif
