/*
 * A section in memory: what a filter reads from a stream or builds to write.
 *
 * A section has a type with a version ("labels/1"), a name, a metadata map,
 * records (small maps) and tensors. Tables are sets of one-dimensional
 * tensors named "table/column"; text columns have dtype |S<width>.
 */
#ifndef BRC_STREAM_SECTION_H
#define BRC_STREAM_SECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/map.h"

#define BRC_MAX_DIMS 8
#define BRC_NAME_MAX 128  /* bytes of a section or tensor name, terminator included */
#define BRC_TEXT_MAX 4096 /* bytes of a text in a column: the largest |S<width> */
#define BRC_ANY SIZE_MAX  /* in a wanted shape: any extent */

typedef struct brc_tensor {
	char name[BRC_NAME_MAX];
	char dtype[12]; /* NumPy descr: <f4 <f8 <i4 <i8 |u1 |S<width> */
	size_t itemsize;
	size_t ndim, shape[BRC_MAX_DIMS];
	char axes[BRC_MAX_DIMS][32];
	void *data;        /* row-major, little-endian, 64-byte aligned when owned */
	size_t map_length; /* > 0: `data` is a mapping of that length (memory or spool file) */
	bool owned;
	bool spooled; /* a file holds it (brc_spool_drop) */
} brc_tensor;

typedef struct brc_section {
	char type[64];
	unsigned version;
	char name[BRC_NAME_MAX];
	brc_map *meta;
	brc_map **records;
	size_t n_records, cap_records;
	brc_tensor **tensors;
	size_t n_tensors, cap_tensors;
	char digest[33]; /* hex, of the uncompressed content; empty until read or written */
} brc_section;

/* ---- building ---- */

/* Can this be the type or name of a section or tensor: printable UTF-8, 1 to cap - 1 bytes? */
bool brc_section_name_ok(const char *name, size_t cap);

/* An empty section with an empty metadata map. */
brc_rc brc_section_new(brc_section **s, const char *type, unsigned version, const char *name,
		       brc_err *err);
void brc_section_free(brc_section *s);

/* A new record, owned by the section; fill it in place. NULL with err set. */
brc_map *brc_section_add_record(brc_section *s, brc_err *err);

/*
 * Add a tensor of `ndim` extents. `axes` is a comma-separated list of axis
 * names. !data allocates zeroed memory (fill (*t)->data);
 * otherwise `data` is borrowed and must outlive the section. `t` may be NULL.
 */
brc_rc brc_section_add(brc_section *s, const char *name, const char *dtype, size_t ndim,
		       const size_t *shape, const char *axes, const void *data, brc_tensor **t,
		       brc_err *err);
/* One-dimensional, copied: columns of tables. */
brc_rc brc_section_add_column(brc_section *s, const char *name, const char *dtype, size_t n,
			      const void *data, brc_err *err);
/* A text column from n strings, copied; its width is that of the longest. */
brc_rc brc_section_add_text(brc_section *s, const char *name, const char *const *v, size_t n,
			    brc_err *err);

/* ---- reading ---- */

/* NULL when absent. */
const brc_tensor *brc_section_tensor(const brc_section *s, const char *name);

/*
 * The tensor `name`, which must have this dtype ("|S" fits any width) and
 * shape (BRC_ANY fits any extent); BRC_DATA naming section and tensor if not.
 */
brc_rc brc_section_need(const brc_section *s, const char *name, const char *dtype, size_t ndim,
			const size_t *shape, const brc_tensor **t, brc_err *err);
/* The same for a column of n rows (BRC_ANY: any number). */
brc_rc brc_section_need_column(const brc_section *s, const char *name, const char *dtype, size_t n,
			       const brc_tensor **t, brc_err *err);
/*
 * A copy of the tensor `name`, aligned, in *out: free(). `shape` is as wanted, and on return as it
 * is. BRC_DATA as brc_section_need.
 */
brc_rc brc_section_dup(const brc_section *s, const char *name, const char *dtype, size_t ndim,
		       size_t *shape, void *out, brc_err *err);
/* The same of a column of *n rows (BRC_ANY: any number, *n is then how many there are). */
brc_rc brc_section_dup_column(const brc_section *s, const char *name, const char *dtype, size_t *n,
			      void *out, brc_err *err);
/* The same of a text column: brc_texts_free (base/texts.h). */
brc_rc brc_section_dup_texts(const brc_section *s, const char *name, size_t *n, char ***out,
			     brc_err *err);
/* Row i of a text column, as a terminated copy in buf (always terminated). Returns buf. */
char *brc_tensor_text(const brc_tensor *t, size_t i, char *buf, size_t cap);

/* BRC_DATA with a message that begins with the title below. */
brc_rc brc_section_bad(const brc_section *s, brc_err *err, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* "labels/1 weights.global", for messages. Returns buf. */
char *brc_section_title(const brc_section *s, char *buf, size_t cap);

/* ---- tensors ---- */

/* Bytes of one row (product of shape[1..] times itemsize) and rows (shape[0], 1 if ndim is 0). */
size_t brc_tensor_row_bytes(const brc_tensor *t);
size_t brc_tensor_rows(const brc_tensor *t);
size_t brc_tensor_count(const brc_tensor *t);
size_t brc_tensor_bytes(const brc_tensor *t);
/* Put name, dtype, shape and axes into `m`, in this order. */
void brc_tensor_put(const brc_tensor *t, brc_map *m);
/* Size of one element of a dtype we know, 0 for any other. */
size_t brc_dtype_size(const char *dtype);

#endif
