/*
 * Memory: overflow-checked sizes and aligned blocks. Everything allocated
 * here is released with free().
 *
 * Ownership, once for the whole library: functions named _new, _read, _dup
 * (and brc_alloc/brc_calloc) give ownership; everything else borrows.
 * _free(NULL) is legal.
 */
#ifndef BRC_BASE_MEMORY_H
#define BRC_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

static inline size_t brc_least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * The last i with v[i] <= x of n >= 1 ascending numbers; 0 where the first is above x. With v the
 * first units of layers, this is the layer of unit x.
 */
static inline size_t brc_last_below(const size_t *v, size_t n, size_t x)
{
	size_t low = 0;

	while (n - low > 1) {
		size_t middle = low + (n - low) / 2;

		if (v[middle] <= x)
			low = middle;
		else
			n = middle;
	}
	return low;
}

/* *out = a * b (or a + b); false, with *out untouched, when it does not fit. */
bool brc_mul(size_t a, size_t b, size_t *out);
bool brc_add(size_t a, size_t b, size_t *out);

/* a * b (or a + b), or SIZE_MAX where that does not fit: for estimates of memory. */
static inline size_t brc_times(size_t a, size_t b)
{
	return brc_mul(a, b, &a) ? a : SIZE_MAX;
}

static inline size_t brc_plus(size_t a, size_t b)
{
	return brc_add(a, b, &a) ? a : SIZE_MAX;
}

/*
 * n elements of `size` bytes, aligned to 64 bytes; never NULL for n == 0.
 * brc_alloc leaves them uninitialised, brc_calloc zeroes them.
 * NULL on overflow or exhaustion, with BRC_RESOURCE in `err`.
 */
void *brc_alloc(size_t n, size_t size, brc_err *err) __attribute__((malloc));
void *brc_calloc(size_t n, size_t size, brc_err *err) __attribute__((malloc));

/* A copy of n elements, aligned as above; NULL as above. */
void *brc_memdup(const void *from, size_t n, size_t size, brc_err *err) __attribute__((malloc));

/*
 * Room for n things of the type that p points to: zeroed, or not. Returns from the calling function
 * where there is none.
 */
#define BRC_NEW(p, n, err) BRC_TRY(brc_made((p) = brc_calloc(n, sizeof(*(p)), err)))
#define BRC_NEW_RAW(p, n, err) BRC_TRY(brc_made((p) = brc_alloc(n, sizeof(*(p)), err)))

/* BRC_OK, or BRC_RESOURCE where an allocation gave NULL; it has filled in the error. */
static inline brc_rc brc_made(const void *block)
{
	return block ? BRC_OK : BRC_RESOURCE;
}

/* Make p n elements of its type, as brc_alloc or brc_calloc do. BRC_RESOURCE: p is NULL. */
#define BRC_ARRAY(p, n, err) brc_made((p) = brc_alloc((n), sizeof(*(p)), (err)))
#define BRC_ZEROED(p, n, err) brc_made((p) = brc_calloc((n), sizeof(*(p)), (err)))

/* The return code `rc`. After success p is given out as *out, else it is released. */
#define BRC_GIVE(out, p, rc, release) ((rc) == BRC_OK ? (void)(*(out) = (p)) : (release)(p), (rc))

/* A copy of the string (or of its first n bytes, terminated); NULL as above. */
char *brc_strdup(const char *s, brc_err *err) __attribute__((malloc));
char *brc_strndup(const char *s, size_t n, brc_err *err) __attribute__((malloc));

/*
 * Grow *array (capacity *cap elements of `size` bytes) so that it holds at
 * least `need`; doubling. *array must come from malloc/realloc or be NULL.
 */
brc_rc brc_grow(void *array, size_t *cap, size_t need, size_t size, brc_err *err);

/* Bytes of memory that this machine could still give us (MemAvailable, cgroup limit). */
size_t brc_mem_available(void);

/*
 * Refuse work that needs more than the limit (`limit` of --mem, 0 for none)
 * or than the machine has: BRC_RESOURCE, naming `what`, both figures and the
 * remedy.
 */
brc_rc brc_mem_need(size_t bytes, size_t limit, const char *what, brc_err *err);

#endif
