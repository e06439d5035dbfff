#include "data/tables/tsv.h"

#include <string.h>

#include "base/memory.h"
#include "stream/section.h"

static brc_rc find_column(const brc_tsv *t, const char *name, size_t *index, brc_err *err)
{
	*index = BRC_ANY;
	for (size_t i = 0; i < t->columns; i++) {
		if (strcmp(t->field[i], name) != 0)
			continue;
		if (*index != BRC_ANY)
			return brc_fail(err, BRC_DATA, "%s: line 1 names column '%s' twice",
					t->lines.name, name);
		*index = i;
	}
	return BRC_OK;
}

brc_rc brc_tsv_head(brc_tsv *t, const char *const *name, size_t n, size_t *index, brc_err *err)
{
	char *line;

	BRC_TRY(brc_lines_next(&t->lines, &line, err));
	if (!line)
		return brc_fail(err, BRC_DATA, "%s: the table is empty", t->lines.name);
	if (strncmp(line, "\xef\xbb\xbf", 3) == 0) /* the mark that some editors put first */
		line += 3;
	t->columns = brc_line_fields(line, true, t->field, BRC_TSV_COLUMNS_MAX);
	if (t->columns > BRC_TSV_COLUMNS_MAX)
		return brc_fail(err, BRC_DATA, "%s: %zu columns, more than %d", t->lines.name,
				t->columns, BRC_TSV_COLUMNS_MAX);
	for (size_t i = 0; i < n; i++)
		BRC_TRY(find_column(t, name[i], &index[i], err));
	return BRC_OK;
}

brc_rc brc_tsv_next(brc_tsv *t, bool *found, brc_err *err)
{
	char *line = NULL;
	size_t n;

	do {
		if (!t->skip_empty && brc_lines_only_empty(&t->lines))
			line = NULL;
		else
			BRC_TRY(brc_lines_next(&t->lines, &line, err));
	} while (t->skip_empty && line && *line == '\0');
	*found = line;
	if (!line)
		return BRC_OK;
	n = brc_line_fields(line, true, t->field, BRC_TSV_COLUMNS_MAX);
	if (n == t->columns)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: line %zu has %zu columns, line 1 has %zu", t->lines.name,
		 t->lines.number, n, t->columns);
	return n == t->columns + 1 ? brc_hint(err, "write the table without row names (in R: "
						   "row.names = FALSE)")
				   : BRC_DATA;
}
