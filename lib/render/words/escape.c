#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "render/words/escape.h"

#define REPLACEMENT "\xEF\xBF\xBD"

/* The replacements of characters; NULL: the character itself. */
typedef struct manner {
	const char *ascii[128];
	const char *unprintable, *ill_formed; /* for those without an entry above */
} manner;

static const manner in_html = {{['&'] = "&amp;",
				['<'] = "&lt;",
				['>'] = "&gt;",
				['"'] = "&quot;",
				['\''] = "&#39;",
				['\n'] = "\n",
				['\t'] = "\t"},
			       REPLACEMENT,
			       REPLACEMENT};
static const manner on_terminal = {{NULL}, "?", "?"};
static const manner in_tsv = {
	{['\t'] = "\\t", ['\n'] = "\\n", ['\r'] = "\\r", ['\\'] = "\\\\"}, "?", "?"};
static const manner in_utf8 = {{NULL}, NULL, REPLACEMENT};
static const manner in_quotes = {{['\''] = "'\\''"}, "?", "?"};

static const char *replacement(const manner *m, uint32_t c)
{
	if (c < 128 && m->ascii[c])
		return m->ascii[c];
	if (c == BRC_ILL_FORMED)
		return m->ill_formed;
	return brc_is_unprintable(c) ? m->unprintable : NULL;
}

static void escape(brc_str *b, const char *s, const manner *m)
{
	while (*s) {
		uint32_t c;
		size_t n = brc_utf8_next(s, &c);
		const char *other = replacement(m, c);

		if (other)
			brc_str_add(b, other);
		else
			brc_str_addn(b, s, n);
		s += n;
	}
}

void brc_escape_html(brc_str *b, const char *s)
{
	escape(b, s, &in_html);
}

/* One directive, "%.1f", with its argument; strings are escaped. */
static void add_directive(brc_str *b, const char *directive, va_list *args)
{
	switch (directive[strlen(directive) - 1]) {
	case 's':
		brc_escape_html(b, va_arg(*args, const char *));
		break;
	case 'd':
	case 'c':
		brc_str_addf(b, directive, va_arg(*args, int));
		break;
	case 'u':
		brc_str_addf(b, directive, va_arg(*args, size_t));
		break;
	default:
		brc_str_addf(b, directive, va_arg(*args, double));
	}
}

void brc_vhtmlf(brc_str *b, const char *fmt, va_list *args)
{
	while (*fmt) {
		size_t plain = strcspn(fmt, "%"), n;
		char directive[16];

		brc_str_addn(b, fmt, plain);
		fmt += plain;
		if (!*fmt)
			break;
		n = 1 + strcspn(fmt + 1, "sdcufgeE%");
		snprintf(directive, sizeof(directive), "%.*s", (int)n + 1, fmt);
		if (fmt[n] == '%')
			brc_str_add(b, "%");
		else
			add_directive(b, directive, args);
		fmt += n + 1;
	}
}

void brc_htmlf(brc_str *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	brc_vhtmlf(b, fmt, &args);
	va_end(args);
}

void brc_escape_html_cell(brc_str *b, const char *s, size_t columns)
{
	size_t own = brc_escape_columns(s);
	brc_str cut = {0};

	brc_escape_cell(&cut, s, own < columns ? own : columns);
	brc_escape_html(b, cut.s ? cut.s : "");
	b->failed |= cut.failed;
	brc_str_free(&cut);
}

void brc_escape_terminal(brc_str *b, const char *s)
{
	escape(b, s, &on_terminal);
}

void brc_escape_tsv(brc_str *b, const char *s)
{
	if (*s && strchr("=+-@", *s))
		brc_str_add(b, "'");
	escape(b, s, &in_tsv);
}

void brc_escape_utf8(brc_str *b, const char *s)
{
	brc_str_addn(b, "", 0);
	escape(b, s, &in_utf8);
}

void brc_escape_script(brc_str *b, const char *json)
{
	for (; *json; json++) {
		if (*json == '<' || *json == '>' || *json == '&')
			brc_str_addf(b, "\\u%04x", (unsigned)*json);
		else
			brc_str_addn(b, json, 1);
	}
}

void brc_escape_shell(brc_str *b, const char *s)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_-+=.,/:@%";

	if (*s && s[strspn(s, safe)] == '\0') {
		brc_str_add(b, s);
		return;
	}
	brc_str_add(b, "'");
	escape(b, s, &in_quotes);
	brc_str_add(b, "'");
}

static size_t columns_of(uint32_t c)
{
	if (brc_is_unprintable(c))
		return 1; /* shown as '?' */
	if ((c >= 0x300 && c <= 0x36F) || (c >= 0xFE00 && c <= 0xFE0F))
		return 0;
	if ((c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) ||
	    (c >= 0xAC00 && c <= 0xD7A3) || (c >= 0xF900 && c <= 0xFAFF) ||
	    (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
	    (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) ||
	    (c >= 0x20000 && c <= 0x3FFFD))
		return 2;
	return 1;
}

size_t brc_escape_columns(const char *s)
{
	size_t columns = 0;

	while (*s) {
		uint32_t c;

		s += brc_utf8_next(s, &c);
		columns += columns_of(c);
	}
	return columns;
}

void brc_escape_cell(brc_str *b, const char *s, size_t width)
{
	bool fits = brc_escape_columns(s) <= width;
	size_t limit = fits || width == 0 ? width : width - 1, used = 0;

	while (*s) {
		uint32_t c;
		size_t n = brc_utf8_next(s, &c), w = columns_of(c);

		if (used + w > limit)
			break;
		if (brc_is_unprintable(c))
			brc_str_add(b, "?");
		else
			brc_str_addn(b, s, n);
		used += w;
		s += n;
	}
	if (!fits && width > 0) {
		brc_str_add(b, "~");
		used++;
	}
	for (; used < width; used++)
		brc_str_add(b, " ");
}
