/* One decoder of UTF-8 (RFC 3629: no overlong forms, no surrogates), five ways to escape. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "render/escape.h"

#define ILL_FORMED UINT32_MAX
#define REPLACEMENT "\xEF\xBF\xBD"

static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	if (lead >= 0xF0 && lead <= 0xF4)
		return 4;
	return 0;
}

/*
 * The next character of the terminated string `s`: its bytes are the return
 * value (>= 1), its code point *cp, or ILL_FORMED with one byte taken.
 */
static size_t decode(const char *s, uint32_t *cp)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)s;
	size_t n = sequence_length(u[0]);

	*cp = ILL_FORMED;
	if (n == 0)
		return 1;
	uint32_t c = n == 1 ? u[0] : u[0] & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (u[i] & 0x3Fu);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 1;
	*cp = c;
	return n;
}

/* Characters that act instead of being seen, or that reorder what surrounds them. */
static bool is_unprintable(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) ||
	       (c >= 0xE0000 && c <= 0xE0FFF) || c == ILL_FORMED;
}

void brc_escape_html(brc_str *b, const char *s)
{
	while (*s) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (c == '&')
			brc_str_add(b, "&amp;");
		else if (c == '<')
			brc_str_add(b, "&lt;");
		else if (c == '>')
			brc_str_add(b, "&gt;");
		else if (c == '"')
			brc_str_add(b, "&quot;");
		else if (c == '\'')
			brc_str_add(b, "&#39;");
		else if (is_unprintable(c) && c != '\n' && c != '\t')
			brc_str_add(b, REPLACEMENT);
		else
			brc_str_addn(b, s, n);
		s += n;
	}
}

void brc_escape_terminal(brc_str *b, const char *s)
{
	while (*s) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (is_unprintable(c))
			brc_str_add(b, "?");
		else
			brc_str_addn(b, s, n);
		s += n;
	}
}

void brc_escape_tsv(brc_str *b, const char *s)
{
	if (*s && strchr("=+-@", *s))
		brc_str_add(b, "'");
	while (*s) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (c == '\t')
			brc_str_add(b, "\\t");
		else if (c == '\n')
			brc_str_add(b, "\\n");
		else if (c == '\r')
			brc_str_add(b, "\\r");
		else if (c == '\\')
			brc_str_add(b, "\\\\");
		else if (is_unprintable(c))
			brc_str_add(b, "?");
		else
			brc_str_addn(b, s, n);
		s += n;
	}
}

void brc_escape_utf8(brc_str *b, const char *s)
{
	brc_str_addn(b, "", 0);
	while (*s) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (c == ILL_FORMED)
			brc_str_add(b, REPLACEMENT);
		else
			brc_str_addn(b, s, n);
		s += n;
	}
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
	while (*s) {
		uint32_t c;
		size_t n = decode(s, &c);

		if (c == '\'')
			brc_str_add(b, "'\\''");
		else if (is_unprintable(c))
			brc_str_add(b, "?");
		else
			brc_str_addn(b, s, n);
		s += n;
	}
	brc_str_add(b, "'");
}

static size_t columns_of(uint32_t c)
{
	if (is_unprintable(c))
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

		s += decode(s, &c);
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
		size_t n = decode(s, &c), w = columns_of(c);

		if (used + w > limit)
			break;
		if (is_unprintable(c))
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
