/*
 * What operators on quantised numbers have in common. A whole number q stands for the real number
 * (q - zero point) * scale. Internal to lib/exec/operators.
 */
#ifndef BRC_EXEC_OPERATORS_QUANTISED_H
#define BRC_EXEC_OPERATORS_QUANTISED_H

#include <math.h>

#include "exec/operator.h"

/*
 * Input k as scales. BRC_DATA, naming the input, when one that is known by now is not a finite
 * number above 0.
 */
brc_rc brc_need_scale(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		      brc_err *err);
/*
 * Input k as zero points of the type `narrow`; *v is NULL where it is left out: then they are 0.
 * BRC_DATA for another type.
 */
brc_rc brc_need_zero(const brc_exec *g, const brc_node *n, size_t k, int32_t narrow,
		     const brc_operand **v, brc_err *err);
/* Input k, whole numbers of 8 bits. */
brc_rc brc_need_bytes(const brc_exec *g, const brc_node *n, size_t k, const brc_operand **v,
		      brc_err *err);
/*
 * *out: v, scales or zero points, as an operand that is broadcast to x: one number for all, one for
 * each index of dimension `axis`, or one for each image. BRC_DATA if it is none of these.
 */
brc_rc brc_quantised_along(const brc_operand *v, const brc_operand *x, size_t axis,
			   brc_operand *out, brc_err *err);

/* The least and largest number of a type of 8 or 16 bits; false for other types. */
bool brc_narrow_range(int32_t narrow, int64_t *least, int64_t *most);

/* The nearest whole number, an even one of two, plus zero, cut off at least and most. */
static inline int64_t brc_quantised(float x, int64_t zero, int64_t least, int64_t most)
{
	int64_t q = brc_whole_number(rintf(x));

	if (q > most - zero)
		return most;
	return q < least - zero ? least : q + zero;
}

#endif
