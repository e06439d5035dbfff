#include "data/tables/class_names.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "sections/dataset.h"
#include "data/tables/lines.h"

enum { FILE_MAX = 1 << 24, NAME_MAX_BYTES = 255 };

static brc_rc check_name(const brc_lines *lines, size_t n, const char *name, brc_err *err)
{
	size_t length = strlen(name);

	if (length == 0 || length > NAME_MAX_BYTES)
		return brc_lines_fail(lines, err, "a class name of %zu bytes, not 1 to %d", length,
				      NAME_MAX_BYTES);
	if (n == BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%s: more than %u classes", lines->name,
				BRC_CLASSES_MAX);
	for (const char *c = name; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return brc_lines_fail(lines, err, "a control character in '%s'", name);
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

static brc_rc take_lines(brc_lines *lines, char ***names, size_t *n, brc_err *err)
{
	size_t cap = 0;

	while (!brc_lines_only_empty(lines)) {
		char *line;

		BRC_TRY(brc_lines_next(lines, &line, err));
		BRC_TRY(check_name(lines, *n, line, err));
		BRC_TRY(brc_grow(names, &cap, *n + 1, sizeof(**names), err));
		(*names)[*n] = brc_strdup(line, err);
		if (!(*names)[*n])
			return BRC_RESOURCE;
		++*n;
	}
	if (*n == 0)
		return brc_fail(err, BRC_DATA, "%s: there are no class names", lines->name);
	return check_unique(lines->name, *names, *n, err);
}

brc_rc brc_class_names_read(const char *path, char ***names, size_t *n, brc_err *err)
{
	brc_lines lines;
	char *text;
	size_t bytes;
	brc_rc rc;

	*names = NULL;
	*n = 0;
	BRC_TRY(brc_text_read(path, FILE_MAX, 0, &text, &bytes, err));
	brc_lines_of_text(&lines, strcmp(path, "-") == 0 ? "standard input" : path, text, bytes);
	rc = take_lines(&lines, names, n, err);
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
