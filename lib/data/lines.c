#include "data/lines.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_lines_init(brc_lines *l, brc_input *in, brc_err *err)
{
	*l = (brc_lines){.in = in, .buffer = brc_alloc(BRC_LINE_MAX + 1, 1, err)};
	return l->buffer != NULL ? BRC_OK : BRC_RESOURCE;
}

void brc_lines_clear(brc_lines *l)
{
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
	return brc_fail(err, BRC_DATA, "%s: line %zu: %s", brc_input_name(l->in), l->number, text);
}

/* Room for a whole line behind what is left, and as much of the input as fits. */
static brc_rc fill(brc_lines *l, brc_err *err)
{
	size_t got;
	memmove(l->buffer, l->buffer + l->at, l->filled - l->at);
	l->filled -= l->at;
	l->at = 0;
	BRC_TRY(brc_input_read(l->in, l->buffer + l->filled, BRC_LINE_MAX - l->filled, &got, err));
	l->end = got < BRC_LINE_MAX - l->filled;
	l->filled += got;
	return BRC_OK;
}

brc_rc brc_lines_next(brc_lines *l, char **line, brc_err *err)
{
	char *start = l->buffer + l->at, *end = memchr(start, '\n', l->filled - l->at);
	if (end == NULL && !l->end) {
		BRC_TRY(fill(l, err));
		start = l->buffer;
		end = memchr(start, '\n', l->filled);
	}
	*line = NULL;
	if (end == NULL && l->at == l->filled)
		return BRC_OK;
	l->number++;
	if (end == NULL && !l->end)
		return brc_lines_fail(l, err, "longer than %d bytes", BRC_LINE_MAX);
	if (end == NULL)
		end = l->buffer + l->filled; /* the last line need not end */
	l->at = (size_t)(end - l->buffer) + (end < l->buffer + l->filled);
	if (end > start && end[-1] == '\r')
		end--;
	*end = '\0';
	if (memchr(start, '\0', (size_t)(end - start)) != NULL)
		return brc_lines_fail(l, err, "a NUL byte: this is no text");
	*line = start;
	return BRC_OK;
}

size_t brc_line_fields(char *line, bool tabs, char **field, size_t cap)
{
	const char *parting = tabs ? "\t" : " \t";
	size_t n = 0;
	for (char *next = line; next != NULL; n++) {
		if (!tabs)
			next += strspn(next, parting);
		if (!tabs && *next == '\0')
			break;
		if (n < cap)
			field[n] = next;
		next = strpbrk(next, parting);
		if (next != NULL)
			*next++ = '\0';
	}
	return n;
}

bool brc_line_number(const char *s, double *out)
{
	char *end;
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
