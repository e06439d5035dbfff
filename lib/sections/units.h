/*
 * The section units/1: the layers of a network and which layer feeds which; of an imported
 * graph also the names of its units (docs/sections.md).
 */
#ifndef BRC_SECTIONS_UNITS_H
#define BRC_SECTIONS_UNITS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

#define BRC_UNITS_EDGES ((size_t)1 << 20) /* edges at most */

typedef enum brc_role {
	BRC_ROLE_INPUT,
	BRC_ROLE_HIDDEN,
	BRC_ROLE_OUTPUT /* reaches the network's output without passing another layer */
} brc_role;

typedef struct brc_units {
	brc_layers layers; /* in topological order */
	brc_role *role;    /* [layers.n] */
	char **kind;       /* [layers.n] the operator: "Conv", "Gemm", "MatMul"; "input", "graph" */
	char **untraced;   /* [layers.n] the operator through which the inputs cannot be traced, ""
			    * as a rule; NULL: of none */
	char **part;       /* [layers.n] "mlp", "heads" or ""; NULL: not known */
	size_t n_edges;
	int32_t *from, *to; /* [n_edges] layer from[e] feeds the later layer to[e] */
	char **unit_name;   /* [units of all layers], each once; NULL: units have no names */
	char model[33];     /* digest of the model; empty: not of a model */
} brc_units;

void brc_units_clear(brc_units *u); /* of a zeroed or a filled struct */

/*
 * From a section; everything is copied. BRC_DATA when a column of layers is missing, a role is none
 * of the three, an edge does not lead from a layer to a later one, there are more than
 * BRC_UNITS_EDGES, or two units have one name.
 */
brc_rc brc_units_read(brc_units *u, const brc_section *s, brc_err *err);

/* Into an empty section; everything is copied. */
brc_rc brc_units_write(const brc_units *u, brc_section *s, brc_err *err);

/* Row l of a text column, or "" where there is no column. */
static inline const char *brc_units_text_of(char *const *column, size_t l)
{
	return column ? column[l] : "";
}

/* "input", "hidden" or "output". */
const char *brc_role_name(brc_role role);

#endif
