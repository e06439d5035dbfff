/* An array in memory, as readers of array files make it. */
#ifndef BRC_DATA_ARRAYS_ARRAY_H
#define BRC_DATA_ARRAYS_ARRAY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "stream/section.h"

typedef struct brc_array {
	char dtype[12]; /* NumPy descr: |b1 |u1 |i1 <u2 <i2 <u4 <i4 <u8 <i8 <f2 <f4 <f8 */
	size_t itemsize;
	size_t ndim, shape[BRC_MAX_DIMS];
	size_t count; /* product of shape; 1 when ndim is 0 */
	void *data;   /* row-major, in the byte order of this machine; owned */
} brc_array;

void brc_array_clear(brc_array *a); /* of a zeroed or a filled array */

/*
 * Set dtype and shape and the sizes that follow; `data` becomes NULL. The
 * descr may be of either byte order ('>' and '<'; *swap says if elements have
 * to be reversed after reading) and is stored as little-endian. BRC_DATA,
 * starting with `what`, for other dtypes and for sizes beyond the memory space.
 */
brc_rc brc_array_declare(brc_array *a, const char *descr, size_t ndim, const size_t *shape,
			 const char *what, bool *swap, brc_err *err);

/*
 * Convert to `dtype`: |u1, <i4, <i8, <f4 or <f8. To integers every element
 * must be a whole number in range, to floats finite numbers must stay finite
 * (they are rounded to nearest); BRC_DATA naming the first element that is not.
 * Bytes of memory for old and new array are needed at once.
 */
brc_rc brc_array_convert(brc_array *a, const char *dtype, const char *what, brc_err *err);

/*
 * The same for n elements from one place to another, which do not overlap;
 * `first` is the index of the first of them in messages.
 */
brc_rc brc_elements_convert(const char *from, const void *in, size_t first, size_t n,
			    const char *to, void *out, const char *what, brc_err *err);
/* Reverse the bytes of n elements. */
void brc_elements_swap(void *data, size_t n, size_t itemsize);

/* "[60000, 28, 28]", for messages. Returns buf. */
char *brc_array_shape_text(const brc_array *a, char *buf, size_t cap);

#endif
