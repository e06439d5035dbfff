#include "base/texts.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_texts_dup(char *const *texts, size_t n, char ***out, brc_err *err)
{
	char **copy;

	*out = NULL;
	if (!texts)
		return BRC_OK;
	BRC_TRY(BRC_ZEROED(copy, n, err));
	for (size_t i = 0; i < n; i++) {
		copy[i] = brc_strdup(texts[i], err);
		if (!copy[i]) {
			brc_texts_free(copy, i);
			return BRC_RESOURCE;
		}
	}
	*out = copy;
	return BRC_OK;
}

void brc_texts_free(char **texts, size_t n)
{
	for (size_t i = 0; texts && i < n; i++)
		free(texts[i]);
	free(texts);
}

brc_rc brc_texts_add(char ***texts, size_t *n, size_t *cap, const char *text, brc_err *err)
{
	BRC_TRY(brc_grow(texts, cap, *n + 1, sizeof(**texts), err));
	(*texts)[*n] = brc_strdup(text, err);
	if (!(*texts)[*n])
		return BRC_RESOURCE;
	++*n;
	return BRC_OK;
}

/* By text; equal ones by place. */
static int by_text(const void *pa, const void *pb)
{
	char *const *a = *(char *const *const *)pa, *const *b = *(char *const *const *)pb;
	int order = strcmp(*a, *b);

	return order != 0 ? order : a < b ? -1 : a > b;
}

brc_rc brc_texts_repeated(char *const *texts, size_t n, size_t *first, size_t *again, brc_err *err)
{
	char *const **sorted = brc_alloc(n, sizeof(*sorted), err);

	*first = *again = n;
	BRC_TRY(brc_made(sorted));
	for (size_t i = 0; i < n; i++)
		sorted[i] = &texts[i];
	qsort(sorted, n, sizeof(*sorted), by_text);
	for (size_t i = 1; i < n && *again == n; i++)
		if (strcmp(*sorted[i - 1], *sorted[i]) == 0) {
			*first = (size_t)(sorted[i - 1] - texts);
			*again = (size_t)(sorted[i] - texts);
		}
	free(sorted);
	return BRC_OK;
}
