/* The rows of a text: CSV, TSV, or values with blanks between. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/texts.h"
#include "data/series/rows.h"
#include "data/tables/separated.h"

enum { LINE_MAX_BYTES = 1 << 22 };

typedef struct text {
	brc_rows *rows;
	brc_lines lines;
	brc_series_head head;
	char separator; /* 0: no line was read */
	brc_fields field;
	char **title; /* of the columns, if there is a line of names; owned */
	size_t n_titles, titles_line;
	size_t width;   /* fields of a row, its name included; 0: no row was read */
	bool row_names; /* the first field of each row is its name */
	bool counts;
	double *value;
} text;

static bool is_number(const char *s)
{
	double v;

	return brc_line_number(s, &v);
}

/* Nothing, or what programs write where there is no value. */
static bool is_missing(const char *s)
{
	static const char *const words[] = {"", "na", "n/a", "nan", "null", "none", ".", "?", "-"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcasecmp(s, words[i]) == 0)
			return true;
	return false;
}

static bool is_word(const char *s)
{
	return !is_number(s) && !is_missing(s);
}

/* ---- the first line ---- */

/* Do the fields from `from` count 0, 1, 2 ... or 1, 2, 3 ...? Columns without names do. */
static bool count_up(const brc_fields *f, size_t from)
{
	size_t first, v;

	if (f->n < from + 2 || !brc_line_whole(f->text[from], 0, 1, &first))
		return false;
	for (size_t i = from; i < f->n; i++)
		if (!brc_line_whole(f->text[i], first + i - from, first + i - from, &v))
			return false;
	return true;
}

/* The first field alone may be the name of a row. */
static bool is_head(text *t)
{
	const brc_fields *f = &t->field;

	t->counts = t->head == BRC_HEAD_AUTO && f->n > 2 && count_up(f, 0);
	if (t->head != BRC_HEAD_AUTO)
		return t->head == BRC_HEAD_YES;
	for (size_t i = f->n > 1; i < f->n; i++)
		if (is_word(f->text[i]))
			return true;
	return *f->text[0] == '\0' && count_up(f, 1);
}

static brc_rc take_head(text *t, brc_err *err)
{
	t->n_titles = t->field.n;
	t->titles_line = t->lines.number;
	return brc_texts_dup(t->field.text, t->field.n, &t->title, err);
}

/* ---- rows ---- */

static brc_rc other_width(const text *t, size_t n, size_t line, size_t wanted, brc_err *err)
{
	brc_lines_fail(&t->lines, err, "%zu value%s, but line %zu has %zu", n, n == 1 ? "" : "s",
		       line, wanted);
	return brc_hint(err, "tabs, semicolons, commas or blanks separate values, the same in all "
			     "lines, and each row has a value for each column");
}

static brc_rc name_columns(const text *t, size_t skip, brc_err *err)
{
	t->rows->line = t->titles_line;
	for (size_t i = skip; i < t->n_titles; i++)
		BRC_TRY(brc_rows_name(t->rows, t->title[i], i + 1, err));
	return BRC_OK;
}

/* What the first row shows: whether rows have names, how many columns there are. */
static brc_rc begin_rows(text *t, brc_err *err)
{
	size_t n = t->field.n, named, skip;

	t->width = n;
	t->row_names = n > 1 && is_word(t->field.text[0]);
	t->row_names |= t->title && (n == t->n_titles + 1 || (n > 1 && *t->title[0] == '\0'));
	named = t->rows->before = t->row_names;
	if (t->title && n != t->n_titles && n != t->n_titles + 1)
		return other_width(t, n, t->titles_line, t->n_titles, err);
	skip = t->n_titles - (t->title ? n - named : 0);
	BRC_TRY(BRC_ARRAY(t->value, n - named, err));
	BRC_TRY(brc_rows_begin(t->rows, n - named, err));
	return t->title && !t->rows->units_down ? name_columns(t, skip, err) : BRC_OK;
}

static brc_rc no_number(const text *t, size_t i, const char *s, brc_err *err)
{
	if (is_missing(s)) {
		brc_rows_bad(t->rows, i, err, "the value is missing%s%s%s", *s ? " (" : "", s,
			     *s ? ")" : "");
		return brc_hint(err, "correlations need every value: fill it in, or leave out its "
				     "sample or its unit");
	}
	brc_rows_bad(t->rows, i, err, "'%.40s' is not a finite number", s);
	if (strchr(s, ','))
		return brc_hint(err, "numbers are written with a point: 1.5");
	return brc_hint(err, "a first line with names needs a word in it, or --header yes");
}

static brc_rc take_row(text *t, brc_err *err)
{
	char **field = t->field.text;
	size_t named;

	if (t->width == 0)
		BRC_TRY(begin_rows(t, err));
	if (t->field.n != t->width)
		return other_width(t, t->field.n, t->rows->line, t->width, err);
	named = t->row_names;
	t->rows->line = t->lines.number;
	if (t->row_names && t->rows->units_down)
		BRC_TRY(brc_rows_name(t->rows, field[0], 1, err));
	for (size_t i = named; i < t->width; i++)
		if (!brc_line_number(field[i], &t->value[i - named]))
			return no_number(t, i - named, field[i], err);
	return brc_rows_add(t->rows, t->value, err);
}

static brc_rc take_line(text *t, char *line, brc_err *err)
{
	bool first = t->separator == 0;

	if (line[strspn(line, " \t")] == '\0' || *line == '#')
		return BRC_OK;
	if (first)
		t->separator = brc_separator_of(line);
	BRC_TRY(brc_lines_at(&t->lines, brc_separated_fields(&t->field, line, t->separator, err),
			     err));
	return first && is_head(t) ? take_head(t, err) : take_row(t, err);
}

static brc_rc take_lines(text *t, brc_err *err)
{
	for (char *line;;) {
		BRC_TRY(brc_lines_next(&t->lines, &line, err));
		if (!line)
			return BRC_OK;
		if (t->lines.number == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
			line += 3; /* the mark that some editors put first */
		BRC_TRY(take_line(t, line, err));
	}
}

brc_rc brc_rows_of_text(brc_rows *r, brc_input *in, brc_series_head head, bool *counts,
			brc_err *err)
{
	text t = {.rows = r, .head = head};
	brc_rc rc = brc_lines_init(&t.lines, in, LINE_MAX_BYTES, err);

	BRC_THEN(rc, take_lines(&t, err));
	if (rc == BRC_OK && t.width == 0)
		rc = brc_fail(err, BRC_DATA, "%s: there is no row of numbers", r->file);
	*counts = t.counts;
	brc_texts_free(t.title, t.n_titles);
	brc_fields_clear(&t.field);
	free(t.value);
	brc_lines_clear(&t.lines);
	return rc;
}
