#include "stream/ancestors.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* A section that an entry wrote. */
typedef struct written {
	const char *digest;
	size_t entry;
} written;

/* The digest of item i of the list `key`; NULL beyond its end, "" where there is none. */
static const char *digest_at(const brc_map *entry, const char *key, size_t i)
{
	const brc_value *v = brc_map_get(entry, key);

	if (!v || v->type != BRC_V_LIST || i >= v->u.list.n)
		return NULL;
	return v->u.list.items[i].type == BRC_V_MAP
		       ? brc_map_string(v->u.list.items[i].u.map, "digest", "")
		       : "";
}

static int by_digest(const void *a, const void *b)
{
	return strcmp(((const written *)a)->digest, ((const written *)b)->digest);
}

/* All that was written, sorted. The caller frees *list. */
static brc_rc list_written(const brc_map *const *entry, size_t n, written **list, size_t *count,
			   brc_err *err)
{
	size_t cap = 0;
	const char *digest;

	*list = NULL;
	*count = 0;
	for (size_t e = 0; e < n; e++)
		for (size_t i = 0; (digest = digest_at(entry[e], "writes", i)); i++) {
			BRC_TRY(brc_grow(list, &cap, *count + 1, sizeof(**list), err));
			(*list)[(*count)++] = (written){digest, e};
		}
	if (*count > 0)
		qsort(*list, *count, sizeof(**list), by_digest);
	return BRC_OK;
}

/* Mark the entries that wrote it, and put those that are new on the stack. */
static void mark(const written *list, size_t count, const char *digest, bool *made, size_t *stack,
		 size_t *depth)
{
	size_t lo = 0, hi = count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (strcmp(list[mid].digest, digest) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; digest[0] && lo < count && strcmp(list[lo].digest, digest) == 0; lo++)
		if (!made[list[lo].entry]) {
			made[list[lo].entry] = true;
			stack[(*depth)++] = list[lo].entry;
		}
}

brc_rc brc_ancestors(const brc_map *const *entry, size_t n, const char *digest, bool *made,
		     brc_err *err)
{
	size_t count, depth = 0, *stack = brc_alloc(n, sizeof(*stack), err);
	written *list = NULL;
	const char *read;
	brc_rc rc = stack ? list_written(entry, n, &list, &count, err) : BRC_RESOURCE;

	memset(made, 0, n * sizeof(*made));
	if (rc == BRC_OK)
		mark(list, count, digest, made, stack, &depth);
	while (rc == BRC_OK && depth > 0) {
		const brc_map *e = entry[stack[--depth]];

		for (size_t i = 0; (read = digest_at(e, "reads", i)); i++)
			mark(list, count, read, made, stack, &depth);
	}
	free(list);
	free(stack);
	return rc;
}
