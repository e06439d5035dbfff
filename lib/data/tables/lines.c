#include "data/tables/lines.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stream/section.h"

brc_rc brc_lines_init(brc_lines *l, brc_input *in, size_t max, brc_err *err)
{
	*l = (brc_lines){.name = brc_input_name(in),
			 .in = in,
			 .buffer = brc_alloc(max + 1, 1, err),
			 .max = max};
	return l->buffer ? BRC_OK : BRC_RESOURCE;
}

void brc_lines_of_text(brc_lines *l, const char *name, char *text, size_t n)
{
	*l = (brc_lines){.name = name, .buffer = text, .filled = n, .end = true};
}

brc_rc brc_text_read(const char *path, size_t max, size_t mem, char **text, size_t *n, brc_err *err)
{
	brc_input *in;
	void *data = NULL;
	brc_rc rc;

	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_input_rest(in, max, mem, &data, n, err);
	if (rc == BRC_OK && strlen(data) != *n) {
		rc = brc_fail(err, BRC_DATA, "%s: byte %zu is zero: this is no text",
			      brc_input_name(in), strlen(data));
		free(data);
		data = NULL;
	}
	brc_input_free(in);
	*text = data;
	return rc;
}

void brc_lines_clear(brc_lines *l)
{
	if (l->in)
		free(l->buffer);
	memset(l, 0, sizeof(*l));
}

brc_rc brc_lines_fail(const brc_lines *l, brc_err *err, const char *fmt, ...)
{
	char text[900];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return brc_fail(err, BRC_DATA, "%s: line %zu: %s", l->name, l->number, text);
}

brc_rc brc_lines_at(const brc_lines *l, brc_rc rc, brc_err *err)
{
	return rc == BRC_DATA ? brc_err_prefix(err, "%s: line %zu", l->name, l->number) : rc;
}

bool brc_lines_only_empty(const brc_lines *l)
{
	return l->buffer[l->at + strspn(l->buffer + l->at, "\r\n")] == '\0';
}

/* Room for a whole line behind what is left, and as much of the input as fits. */
static brc_rc fill(brc_lines *l, brc_err *err)
{
	size_t got;

	memmove(l->buffer, l->buffer + l->at, l->filled - l->at);
	l->filled -= l->at;
	l->at = 0;
	BRC_TRY(brc_input_read(l->in, l->buffer + l->filled, l->max - l->filled, &got, err));
	l->end = got < l->max - l->filled;
	l->filled += got;
	return BRC_OK;
}

brc_rc brc_lines_next(brc_lines *l, char **line, brc_err *err)
{
	char *start = l->buffer + l->at, *end = memchr(start, '\n', l->filled - l->at);

	if (!end && !l->end) {
		BRC_TRY(fill(l, err));
		start = l->buffer;
		end = memchr(start, '\n', l->filled);
	}
	*line = NULL;
	if (!end && l->at == l->filled)
		return BRC_OK;
	l->number++;
	if (!end && !l->end)
		return brc_lines_fail(l, err, "longer than %zu bytes", l->max);
	if (!end)
		end = l->buffer + l->filled; /* the last line need not end */
	l->at = (size_t)(end - l->buffer) + (end < l->buffer + l->filled);
	if (end > start && end[-1] == '\r')
		end--;
	*end = '\0';
	if (memchr(start, '\0', (size_t)(end - start)))
		return brc_lines_fail(l, err, "a NUL byte: this is no text");
	*line = start;
	return BRC_OK;
}

static bool parts(char c, bool tabs)
{
	return c == '\t' || (!tabs && c == ' ');
}

size_t brc_line_fields(char *line, bool tabs, char **field, size_t cap)
{
	size_t n = 0;

	for (char *c = line;; n++) {
		while (!tabs && parts(*c, tabs))
			c++;
		if (!tabs && *c == '\0')
			return n;
		if (n < cap)
			field[n] = c;
		while (*c != '\0' && !parts(*c, tabs))
			c++;
		if (*c == '\0')
			return n + 1;
		*c++ = '\0';
	}
}

typedef struct decimal {
	uint64_t digits; /* times 10^power */
	int power;
	bool negative;
} decimal;

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits, of which at most 18 in all, so that they fit; NULL where there are more. */
static const char *take_digits(const char *s, decimal *d, int *n)
{
	for (; is_digit(*s); s++, ++*n) {
		if (*n == 18)
			return NULL;
		d->digits = 10 * d->digits + (uint64_t)(*s - '0');
	}
	return s;
}

/* Read a short number without oddities. false means only that another way must be tried. */
static bool take_decimal(const char *s, decimal *d)
{
	int n = 0, power = 0;

	*d = (decimal){.negative = *s == '-'};
	s = take_digits(s + d->negative, d, &n);
	if (s && *s == '.') {
		int whole = n;

		s = take_digits(s + 1, d, &n);
		d->power = whole - n;
	}
	if (!s || n == 0)
		return false;
	if (*s == 'e' || *s == 'E') {
		bool down = s[1] == '-';

		for (s += down || s[1] == '+' ? 2 : 1; is_digit(*s) && power < 100; s++)
			power = 10 * power + (*s - '0');
		if (!is_digit(s[-1]))
			return false;
		d->power += down ? -power : power;
	}
	return *s == '\0';
}

/*
 * If the digits and the power of ten are doubles themselves, their product or quotient is the
 * correctly rounded number (Clinger 1990, "How to read floating point numbers accurately"). Most
 * weights are so short. strtod reads the others; it takes several times as long.
 */
bool brc_line_number(const char *s, double *out)
{
	static const double ten[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
				     1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
				     1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
	char *end;
	decimal d;

	if (take_decimal(s, &d) && d.digits <= (uint64_t)1 << 53 && d.power >= -22 &&
	    d.power <= 22) {
		double v = (double)d.digits;

		v = d.power < 0 ? v / ten[-d.power] : v * ten[d.power];
		*out = d.negative ? -v : v;
		return true;
	}
	if (strspn(s, "+-.0123456789eE") != strlen(s) || *s == '\0')
		return false; /* strtod would also take blanks, hexadecimal and words */
	*out = strtod(s, &end);
	return *end == '\0' && isfinite(*out);
}

bool brc_line_whole(const char *s, size_t min, size_t max, size_t *out)
{
	size_t v = 0;

	if (*s == '\0')
		return false;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || v > (SIZE_MAX - 9) / 10)
			return false;
		v = 10 * v + (size_t)(*s - '0');
	}
	*out = v;
	return v >= min && v <= max;
}

/* ---- tables ---- */

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
