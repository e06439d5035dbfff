#define _GNU_SOURCE
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

enum { ALIGNMENT = 64 };

bool brc_mul(size_t a, size_t b, size_t *out)
{
	size_t r;

	if (__builtin_mul_overflow(a, b, &r))
		return false;
	*out = r;
	return true;
}

bool brc_add(size_t a, size_t b, size_t *out)
{
	size_t r;

	if (__builtin_add_overflow(a, b, &r))
		return false;
	*out = r;
	return true;
}

static void *out_of_memory(size_t n, size_t size, brc_err *err)
{
	brc_fail(err, BRC_RESOURCE, "out of memory: %zu elements of %zu bytes", n, size);
	return NULL;
}

/* The padded size of a block: a multiple of the alignment, at least one unit. */
static bool padded(size_t n, size_t size, size_t *bytes)
{
	size_t b;

	if (!brc_mul(n, size, &b) || !brc_add(b, ALIGNMENT, &b) || b > PTRDIFF_MAX)
		return false;
	*bytes = b / ALIGNMENT * ALIGNMENT;
	return true;
}

void *brc_alloc(size_t n, size_t size, brc_err *err)
{
	size_t bytes;
	void *p;

	if (!padded(n, size, &bytes))
		return out_of_memory(n, size, err);
	p = aligned_alloc(ALIGNMENT, bytes);
	if (!p)
		out_of_memory(n, size, err);
	return p;
}

void *brc_calloc(size_t n, size_t size, brc_err *err)
{
	void *p = brc_alloc(n, size, err);

	if (p)
		memset(p, 0, n * size);
	return p;
}

void *brc_memdup(const void *from, size_t n, size_t size, brc_err *err)
{
	void *p = brc_alloc(n, size, err);

	if (p && n > 0)
		memcpy(p, from, n * size);
	return p;
}

char *brc_strndup(const char *s, size_t n, brc_err *err)
{
	size_t len = strnlen(s, n);
	char *copy = brc_calloc(len + 1, 1, err);

	return copy ? memcpy(copy, s, len) : NULL;
}

char *brc_strdup(const char *s, brc_err *err)
{
	return brc_strndup(s, strlen(s), err);
}

brc_rc brc_grow(void *array, size_t *cap, size_t need, size_t size, brc_err *err)
{
	size_t grown, bytes;
	void *old, *p;

	if (need <= *cap)
		return BRC_OK;
	grown = *cap < 8 ? 8 : *cap;
	while (grown < need && grown <= SIZE_MAX / 2)
		grown *= 2;
	if (grown < need)
		grown = need;
	if (!brc_mul(grown, size, &bytes) || bytes > PTRDIFF_MAX) {
		out_of_memory(need, size, err);
		return BRC_RESOURCE;
	}
	memcpy(&old, array, sizeof(old));
	p = realloc(old, bytes);
	if (!p) {
		out_of_memory(grown, size, err);
		return BRC_RESOURCE;
	}
	memcpy(array, &p, sizeof(p));
	*cap = grown;
	return BRC_OK;
}

/* The number in the first line of a one-value file, or SIZE_MAX ("max" of cgroups included). */
static size_t read_number(const char *path)
{
	FILE *f = fopen(path, "re");
	unsigned long long v;
	int got;

	if (!f)
		return SIZE_MAX;
	got = fscanf(f, "%llu", &v);
	fclose(f);
	return got == 1 ? (size_t)v : SIZE_MAX;
}

size_t brc_mem_available(void)
{
	size_t available = SIZE_MAX;
	FILE *f = fopen("/proc/meminfo", "re");
	size_t limit;
	size_t used;

	if (f) {
		char line[256];
		unsigned long long kib;

		while (fgets(line, sizeof(line), f))
			if (sscanf(line, "MemAvailable: %llu", &kib) == 1)
				available = (size_t)kib * 1024;
		fclose(f);
	}
	limit = read_number("/sys/fs/cgroup/memory.max");
	used = read_number("/sys/fs/cgroup/memory.current");
	if (limit != SIZE_MAX && used != SIZE_MAX) {
		size_t left = limit > used ? limit - used : 0;

		if (left < available)
			available = left;
	}
	return available;
}

brc_rc brc_mem_need(size_t bytes, size_t limit, const char *what, brc_err *err)
{
	char need[32], have[32];
	size_t available;

	brc_human_bytes((double)bytes, need);
	if (limit != 0 && bytes > limit) {
		brc_fail(err, BRC_RESOURCE, "%s needs %s, more than --mem %s", what, need,
			 brc_human_bytes((double)limit, have));
		return brc_hint(err, "raise --mem, or analyse fewer units or images at once");
	}
	available = brc_mem_available();
	if (bytes > available) {
		brc_fail(err, BRC_RESOURCE, "%s needs %s, but this machine has %s free", what, need,
			 brc_human_bytes((double)available, have));
		return brc_hint(err,
				"analyse fewer units or images at once, or use a larger machine");
	}
	return BRC_OK;
}
