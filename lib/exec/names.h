/*
 * The names in a model's graph, what defines each, and the order that follows for its nodes.
 * Internal to lib/exec.
 */
#ifndef BRC_EXEC_NAMES_H
#define BRC_EXEC_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/models/onnx.h"

/* Values in a row; an optional value that is not there is a row of its own kind. */
typedef struct brc_sequence {
	size_t n;
	const size_t *at; /* [n]: values */
} brc_sequence;

/* What a name stands for: a value, or a sequence of values. Neither: nothing so far. */
typedef struct brc_binding {
	size_t value; /* SIZE_MAX: none */
	const brc_sequence *sequence;
} brc_binding;

typedef struct brc_name {
	const char *text;
	size_t node;    /* that defines it; SIZE_MAX: it is an input or initializer */
	brc_binding is; /* for whoever looks it up; nothing at first */
} brc_name;

typedef struct brc_names {
	brc_name *at; /* [n], by text, each once */
	size_t n;
} brc_names;

/*
 * All names that inputs, initializers and nodes define. They borrow the text of
 * g. BRC_DATA when one is defined twice, but for an initializer that is listed
 * among the inputs as well, as up to IR version 3. Release with brc_names_clear.
 */
brc_rc brc_names_collect(brc_names *t, const Brc__OnnxGraph *g, brc_err *err);
void brc_names_clear(brc_names *t);
/* NULL when nothing defines it. Logarithmic time, whatever the names. */
brc_name *brc_names_find(const brc_names *t, const char *text);

/*
 * order[n_node]: the nodes of g, each after those that compute what it reads (brc_onnx_reads). This
 * is the order of the file if that is such an order, as the format demands; otherwise it is Kahn's
 * (1962). Inputs that nothing defines are ignored. Time in proportion to the graph. BRC_DATA naming
 * a node on a cycle.
 */
brc_rc brc_node_order(const Brc__OnnxGraph *g, const brc_names *t, size_t *order, brc_err *err);

/* "" for a text that was left out. */
const char *brc_text(const char *s);
/* What messages call a node: its name, else its first output. */
const char *brc_node_title(const Brc__OnnxNode *p);

#endif
