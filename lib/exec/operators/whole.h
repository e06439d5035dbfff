/*
 * Exact products of whole numbers of 8 bits, less their zero points, in single precision: floats
 * hold every whole number up to 2^24, so sums are cut into parts that cannot exceed it, and parts
 * are added up as integers. Internal to lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_WHOLE_H
#define BRC_EXEC_OPERATORS_WHOLE_H

#include "exec/loops.h"

/* Numbers less their zero points, as floats: row-major in the shape of `numbers`. */
typedef struct brc_shifted {
	brc_loops loops;      /* the floats, the numbers, the zero points (or the numbers again) */
	size_t numbers, zero; /* inputs of the node; zero is BRC_NOWHERE where there is none */
	size_t count;
	float *kept; /* made once, of constants; NULL: made when the node runs */
	size_t step; /* products with such numbers that a part may add up */
} brc_shifted;

/*
 * s: input `numbers` of the node less its zero points, input `zero`, which may be left out. They
 * are one number, one for each index of dimension `axis`, or one for each image. BRC_DATA.
 */
brc_rc brc_shifted_set(const brc_exec *g, const brc_node *n, size_t numbers, size_t zero,
		       size_t axis, brc_shifted *s, brc_err *err);
/* Where both are constants, make s->kept, owned by the graph, for `prepare`. BRC_DATA. */
brc_rc brc_shifted_keep(brc_exec *g, brc_node *n, brc_shifted *s, brc_err *err);
/* Bytes that brc_shifted_make takes of the scratch memory: 0 where they are kept. */
size_t brc_shifted_bytes(const brc_exec *g, const brc_node *n, const brc_shifted *s);
/* The floats: s->kept, or made in `room`. */
const float *brc_shifted_make(const brc_exec *g, const brc_node *n, const brc_shifted *s,
			      void *const *at, float *room);

/*
 * y[m, n], rows y_row apart, = a[m, k] b[k, n], rows a_row and b_row apart, in parts of at most
 * `step` products. part: [m, n] to work in. False: there is no memory.
 */
typedef struct brc_whole_product {
	size_t m, k, n, step;
	const float *a, *b;
	size_t a_row, b_row;
	float *part;
	int64_t *y;
	size_t y_row;
} brc_whole_product;
bool brc_whole_multiply(const brc_whole_product *p);

/*
 * In a bare graph: input `numbers` less its zero points times its scales, input `scale`
 * (BRC_NOWHERE: 1), as a new constant: the real weights. *value: the constant. s as above;
 * along: where the scales lie, a dimension. BRC_DATA.
 */
brc_rc brc_whole_weights(brc_exec *g, const brc_node *n, const brc_shifted *s, size_t scale,
			 size_t along, size_t *value, brc_err *err);

#endif
