#include "exec/place.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { ALIGN = 64 };

/* A stretch of the block that is free. */
typedef struct gap {
	size_t start, size;
} gap;

typedef struct block {
	size_t bytes;
	gap *gap; /* by start, none next to another */
	size_t n, cap;
} block;

/* The block grows if the gap at its end is too small. */
static size_t take_at_end(block *b, size_t need)
{
	gap *end = b->n ? &b->gap[b->n - 1] : NULL;
	size_t start = b->bytes;

	if (end && end->start + end->size == b->bytes) {
		start = end->start;
		b->n--;
	}
	b->bytes = start + need;
	return start;
}

static size_t take(block *b, size_t need)
{
	size_t best = b->n, start;

	for (size_t i = 0; i < b->n; i++)
		if (b->gap[i].size >= need && (best == b->n || b->gap[i].size < b->gap[best].size))
			best = i;
	if (best == b->n)
		return take_at_end(b, need);
	start = b->gap[best].start;
	b->gap[best].start += need;
	b->gap[best].size -= need;
	if (b->gap[best].size == 0)
		memmove(&b->gap[best], &b->gap[best + 1], (--b->n - best) * sizeof(gap));
	return start;
}

/* Gap `at` and the next one become one if they touch. */
static void join(block *b, size_t at)
{
	gap *x = &b->gap[at];

	if (at + 1 >= b->n || x->start + x->size != x[1].start)
		return;
	x->size += x[1].size;
	memmove(x + 1, x + 2, (--b->n - at - 1) * sizeof(*x));
}

/* What is given back becomes a gap, joined with those on either side. */
static brc_rc give_back(block *b, size_t start, size_t size, brc_err *err)
{
	size_t at = 0;

	BRC_TRY(brc_grow(&b->gap, &b->cap, b->n + 1, sizeof(gap), err));
	while (at < b->n && b->gap[at].start < start)
		at++;
	memmove(&b->gap[at + 1], &b->gap[at], (b->n++ - at) * sizeof(gap));
	b->gap[at] = (gap){start, size};
	join(b, at);
	if (at > 0)
		join(b, at - 1);
	return BRC_OK;
}

/* By steps, then in the order of the lifetimes. */
static int by(size_t a, size_t b, const brc_lifetime *x, const brc_lifetime *y)
{
	return a != b ? (a > b) - (a < b) : (x > y) - (x < y);
}

static int by_first(const void *a, const void *b)
{
	const brc_lifetime *x = *(brc_lifetime *const *)a, *y = *(brc_lifetime *const *)b;

	return by(x->first, y->first, x, y);
}

static int by_last(const void *a, const void *b)
{
	const brc_lifetime *x = *(brc_lifetime *const *)a, *y = *(brc_lifetime *const *)b;

	return by(x->last, y->last, x, y);
}

static size_t padded(size_t bytes)
{
	return (bytes + ALIGN - 1) / ALIGN * ALIGN + ALIGN;
}

static brc_rc place(brc_lifetime **begin, brc_lifetime **end, size_t n, block *b, brc_err *err)
{
	size_t gone = 0;

	for (size_t i = 0; i < n; i++) {
		for (; end[gone]->last < begin[i]->first; gone++)
			BRC_TRY(give_back(b, end[gone]->offset, padded(end[gone]->bytes), err));
		begin[i]->offset = take(b, padded(begin[i]->bytes));
	}
	return BRC_OK;
}

brc_rc brc_place(brc_lifetime *life, size_t n, size_t *bytes, brc_err *err)
{
	brc_lifetime **order = brc_alloc(2 * n, sizeof(*order), err);
	block b = {0};
	brc_rc rc;

	BRC_TRY(brc_made(order));
	for (size_t i = 0; i < n; i++)
		order[i] = order[n + i] = &life[i];
	if (n) {
		qsort(order, n, sizeof(*order), by_first);
		qsort(order + n, n, sizeof(*order), by_last);
	}
	rc = place(order, order + n, n, &b, err);
	*bytes = b.bytes;
	free(order);
	free(b.gap);
	return rc;
}
