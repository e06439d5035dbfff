/*
 * NumPy's array files: NPY (format versions 1, 2 and 3) and NPZ, a zip archive
 * of them. Source: numpy.lib.format (NEP 1). Booleans, integers and floats of
 * either byte order are read; structured types and objects are refused, since
 * the latter would mean running a pickle.
 */
#ifndef BRC_DATA_ARRAYS_NPY_H
#define BRC_DATA_ARRAYS_NPY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "data/arrays/array.h"
#include "data/bytes/input.h"
#include "data/bytes/zip.h"

/* Do these first bytes (6 of them) look like NPY? */
bool brc_npy_magic(const unsigned char *p, size_t n);

/*
 * Read the whole input, which must hold one array in C order and nothing
 * after it. BRC_DATA naming the file and what is wrong; BRC_RESOURCE when the
 * array needs more than `mem` (0: what the machine has).
 */
brc_rc brc_npy_read_input(brc_input *in, size_t mem, brc_array *out, brc_err *err);
/*
 * Read only the head: type and shape, without data. The elements follow. *swap: they are
 * big-endian.
 */
brc_rc brc_npy_head(brc_input *in, brc_array *out, bool *swap, brc_err *err);
/* The same in either order. *fortran: the first index changes fastest, which is refused above. */
brc_rc brc_npy_head_any(brc_input *in, brc_array *out, bool *swap, bool *fortran, brc_err *err);

/*
 * The unpacked bytes of the member "x" or "x.npy" of an archive, an NPY file; brc_input_free() it.
 * If there is none, the error lists all.
 */
brc_rc brc_npz_open(const brc_zip *z, const char *member, brc_input **in, brc_err *err);
/* Bytes of a member's name without ".npy" at its end. */
size_t brc_npz_stem(const char *name);
/* Is there a member of this name? */
bool brc_npz_has(const brc_zip *z, const char *member);
/* The members' names without ".npy", separated by ", "; at most `cap` - 1 bytes. Returns buf. */
char *brc_npz_list(const brc_zip *z, char *buf, size_t cap);

/*
 * Append to `out`, which the caller frees, the part of an NPY file before the elements (version
 * 1.0); `dtype` is a NumPy descr of a tensor (|S<width> too). The elements follow row-major,
 * little-endian.
 */
brc_rc brc_npy_header(brc_str *out, const char *dtype, size_t ndim, const size_t *shape,
		      brc_err *err);
#endif
