#include "data/tables/class_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
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
	return brc_has_control(name)
		       ? brc_lines_fail(lines, err, "a control character in '%s'", name)
		       : BRC_OK;
}

static brc_rc check_unique(const char *path, char *const *names, size_t n, brc_err *err)
{
	size_t first, again;

	BRC_TRY(brc_texts_repeated(names, n, &first, &again, err));
	return again == n ? BRC_OK
			  : brc_fail(err, BRC_DATA, "%s: line %zu: '%s' stands already in line %zu",
				     path, again + 1, names[again], first + 1);
}

static brc_rc take_lines(brc_lines *lines, char ***names, size_t *n, brc_err *err)
{
	size_t cap = 0;

	while (!brc_lines_only_empty(lines)) {
		char *line;

		BRC_TRY(brc_lines_next(lines, &line, err));
		BRC_TRY(check_name(lines, *n, line, err));
		BRC_TRY(brc_texts_add(names, n, &cap, line, err));
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
		brc_texts_free(*names, *n);
		*names = NULL;
		*n = 0;
	}
	return rc;
}
