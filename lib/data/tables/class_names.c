#include "data/tables/class_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/datasets/dataset.h"
#include "data/bytes/input.h"

enum { FILE_MAX = 1 << 24, NAME_MAX_BYTES = 255 };

static brc_rc check_name(const char *path, size_t n, const char *s, brc_err *err)
{
	size_t length = strlen(s);

	if (length == 0 || length > NAME_MAX_BYTES)
		return brc_fail(err, BRC_DATA,
				"%s: line %zu: a class name of %zu bytes, not 1 to %d", path, n + 1,
				length, NAME_MAX_BYTES);
	if (n == BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: more than %u classes", path, BRC_CLASSES_MAX);
	for (const char *c = s; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return brc_fail(err, BRC_DATA, "%s: line %zu: a control character in '%s'",
					path, n + 1, s);
	return BRC_OK;
}

typedef struct named {
	const char *name;
	size_t line;
} named;

static int by_name_line(const void *pa, const void *pb)
{
	const named *a = pa, *b = pb;
	int order = strcmp(a->name, b->name);

	return order != 0 ? order : a->line < b->line ? -1 : a->line > b->line;
}

static brc_rc check_unique(const char *path, char *const *names, size_t n, brc_err *err)
{
	named *sorted = brc_alloc(n, sizeof(*sorted), err);
	brc_rc rc;

	if (!sorted)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++)
		sorted[i] = (named){names[i], i + 1};
	qsort(sorted, n, sizeof(*sorted), by_name_line);
	rc = BRC_OK;
	for (size_t i = 1; i < n && rc == BRC_OK; i++)
		if (!strcmp(sorted[i - 1].name, sorted[i].name))
			rc = brc_fail(err, BRC_DATA,
				      "%s: line %zu: '%s' stands already in line %zu", path,
				      sorted[i].line, sorted[i].name, sorted[i - 1].line);
	free(sorted);
	return rc;
}

/* Cut the text into lines. */
static brc_rc split(const char *path, char *text, char ***names, size_t *n, brc_err *err)
{
	size_t cap = 0;

	for (char *at = text, *end; at[strspn(at, "\r\n")] != '\0'; at = end) {
		size_t length;

		end = at + strcspn(at, "\n");
		if (*end != '\0')
			*end++ = '\0';
		length = strlen(at);
		if (length > 0 && at[length - 1] == '\r')
			at[length - 1] = '\0';
		BRC_TRY(check_name(path, *n, at, err));
		BRC_TRY(brc_grow(names, &cap, *n + 1, sizeof(**names), err));
		(*names)[*n] = brc_strdup(at, err);
		if (!(*names)[*n])
			return BRC_RESOURCE;
		++*n;
	}
	if (*n == 0)
		return brc_fail(err, BRC_DATA, "%s: there are no class names", path);
	return check_unique(path, *names, *n, err);
}

brc_rc brc_class_names_read(const char *path, char ***names, size_t *n, brc_err *err)
{
	brc_input *in;
	void *text = NULL;
	size_t bytes = 0;
	brc_rc rc;

	*names = NULL;
	*n = 0;
	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_input_rest(in, FILE_MAX, 0, &text, &bytes, err);
	if (rc == BRC_OK && strlen(text) != bytes)
		rc = brc_fail(err, BRC_DATA, "%s: byte %zu is zero: this is no text",
			      brc_input_name(in), strlen(text));
	if (rc == BRC_OK)
		rc = split(brc_input_name(in), text, names, n, err);
	brc_input_free(in);
	free(text);
	if (rc != BRC_OK) {
		brc_class_names_free(*names, *n);
		*names = NULL;
		*n = 0;
	}
	return rc;
}

void brc_class_names_free(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}
