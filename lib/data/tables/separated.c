#include "data/tables/separated.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void brc_fields_clear(brc_fields *f)
{
	free(f->text);
	memset(f, 0, sizeof(*f));
}

char brc_separator_of(const char *line)
{
	static const char candidates[] = "\t;,";
	bool quoted = false, seen[sizeof(candidates)] = {false};

	for (; *line != '\0'; line++) {
		const char *c = strchr(candidates, *line);

		quoted ^= *line == '"';
		if (c && !quoted)
			seen[c - candidates] = true;
	}
	for (size_t i = 0; candidates[i] != '\0'; i++)
		if (seen[i])
			return candidates[i];
	return ' ';
}

/* The text between quotes, in place; `line` is behind the first. NULL: no second one. */
static char *unquote(char *line)
{
	char *out = line;

	for (;; line++) {
		if (*line == '\0')
			return NULL;
		if (*line == '"' && *++line != '"')
			break;
		*out++ = *line;
	}
	*out = '\0';
	return line;
}

static char *trim(char *from, char *to)
{
	while (to > from && strchr(" \t\r", to[-1]))
		to--;
	*to = '\0';
	return from + strspn(from, " ");
}

/* The field at `at`; *next is behind its separator, NULL after the last. */
static brc_rc cut(char *at, char separator, char **field, char **next, brc_err *err)
{
	char *begin = at + strspn(at, " "), *end;

	if (*begin == '"') {
		*field = begin + 1;
		at = unquote(*field);
		if (!at)
			return brc_fail(err, BRC_DATA, "a quote does not end within its line");
		at += strspn(at, " ");
		if (*at != '\0' && *at != separator)
			return brc_fail(err, BRC_DATA, "something follows a quoted field");
		*next = *at == '\0' ? NULL : at + 1;
		return BRC_OK;
	}
	end = strchr(at, separator);
	*next = end ? end + 1 : NULL;
	*field = trim(at, end ? end : at + strlen(at));
	return BRC_OK;
}

static size_t most_fields(const char *line, char separator)
{
	size_t n = 1;

	for (; *line != '\0'; line++)
		n += *line == separator || (separator == ' ' && *line == '\t');
	return n;
}

brc_rc brc_separated_fields(brc_fields *f, char *line, char separator, brc_err *err)
{
	BRC_TRY(brc_grow(&f->text, &f->cap, most_fields(line, separator), sizeof(*f->text), err));
	f->n = 0;
	if (separator == ' ') {
		f->n = brc_line_fields(line, false, f->text, f->cap);
		return BRC_OK;
	}
	while (line)
		BRC_TRY(cut(line, separator, &f->text[f->n++], &line, err));
	return BRC_OK;
}
