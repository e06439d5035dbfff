#include "render/words/format.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { NUMBER_MAX = 48 }; /* a word has room for as many, and their minus signs grown */

/* printf into a word; "-" unless v is finite. */
static brc_word word(double v, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static brc_word word(double v, const char *fmt, ...)
{
	brc_word w = {"-"};
	va_list args;

	va_start(args, fmt);
	if (isfinite(v))
		vsnprintf(w.s, NUMBER_MAX, fmt, args);
	va_end(args);
	return w;
}

brc_word brc_format_p(double p)
{
	return word(p, p >= 0.001 ? "%.3f" : p >= 0.0001 ? "%.4f" : "%.0e", p);
}

/* Accuracy and its spread over classes are shares of images, shown in hundredths. */
static bool is_share(const brc_inference *st)
{
	return strcmp(st->unit, "fraction") == 0;
}

double brc_format_scale(const brc_inference *st)
{
	return is_share(st) ? 100 : 1;
}

const char *brc_format_unit(const brc_inference *st)
{
	return is_share(st) ? "points" : st->unit;
}

/* "-0.00" and "+0.00" would look like small numbers with a sign. */
static brc_word drop_sign_of_zero(brc_word w)
{
	char *s = w.s;

	if ((s[0] == '-' || s[0] == '+') && s[1] && strspn(s + 1, "0.") == strlen(s + 1))
		memmove(s, s + 1, strlen(s));
	return w;
}

brc_word brc_format_value(const brc_inference *st, double v, bool sign)
{
	v *= brc_format_scale(st);
	if (is_share(st) || (fabs(v) < 1000 && fabs(v) >= 1) || v == 0)
		return drop_sign_of_zero(word(v, sign ? "%+.2f" : "%.2f", v));
	return drop_sign_of_zero(word(v, sign ? "%+.3g" : "%.3g", v));
}

brc_word brc_format_column(const brc_inference *st, const brc_column *c, double v, bool sign)
{
	bool in_unit = c->kind == BRC_COLUMN_VALUE || c->kind == BRC_COLUMN_CHANGE ||
		       c->kind == BRC_COLUMN_SPREAD;

	if (in_unit)
		return brc_format_value(
			st, v, c->kind == BRC_COLUMN_VALUE ? sign : c->kind == BRC_COLUMN_CHANGE);
	if (c->kind == BRC_COLUMN_SHARE)
		return brc_format_fixed(100 * v, 2);
	return c->kind == BRC_COLUMN_P ? brc_format_p(v) : brc_format_number(v, 3);
}

brc_word brc_format_points(double share)
{
	return drop_sign_of_zero(word(share, "%+.1f", 100 * share));
}

brc_word brc_format_number(double v, int digits)
{
	return word(v, "%.*g", digits, v);
}

brc_word brc_format_fixed(double v, int decimals)
{
	return word(v, "%.*f", decimals, v);
}

brc_word brc_format_percent(double share)
{
	return word(share, "%.1f %%", 100 * share);
}

brc_word brc_format_count(size_t n, const char *singular, const char *plural)
{
	return word(0, "%zu %s", n, n == 1 ? singular : plural);
}

brc_word brc_format_minus(brc_word number)
{
	brc_word w;
	size_t n = 0;

	for (const char *s = number.s; *s && n + 4 < sizeof(w.s); s++) {
		if (*s == '-' && s[1]) {
			memcpy(w.s + n, "\xE2\x88\x92", 3);
			n += 3;
		} else {
			w.s[n++] = *s;
		}
	}
	w.s[n] = '\0';
	return w;
}

void brc_format_title(const brc_inference *st, char *buf, size_t cap)
{
	char *end;

	snprintf(buf, cap, "%s", st->title);
	end = strstr(buf, " (");
	if (end)
		*end = '\0';
}
