#define _GNU_SOURCE
#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

void brc_str_addn(brc_str *b, const char *s, size_t n)
{
	size_t need;

	if (b->failed || !brc_add(b->len, n, &need) || !brc_add(need, 1, &need) ||
	    brc_grow(&b->s, &b->cap, need, 1, NULL) != BRC_OK) {
		b->failed = true;
		return;
	}
	memcpy(b->s + b->len, s, n);
	b->len += n;
	b->s[b->len] = '\0';
}

void brc_str_add(brc_str *b, const char *s)
{
	brc_str_addn(b, s, strlen(s));
}

void brc_str_addf(brc_str *b, const char *fmt, ...)
{
	char small[256], *big = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (n >= (int)sizeof(small)) {
		va_start(args, fmt);
		n = vasprintf(&big, fmt, args);
		va_end(args);
	}
	if (n < 0)
		b->failed = true;
	else
		brc_str_addn(b, big ? big : small, (size_t)n);
	if (n >= 0)
		free(big);
}

void brc_str_free(brc_str *b)
{
	free(b->s);
	*b = (brc_str){0};
}

brc_rc brc_str_check(const brc_str *b, brc_err *err)
{
	if (b->failed)
		return brc_fail(err, BRC_RESOURCE, "out of memory while composing text");
	return BRC_OK;
}

brc_rc brc_parse_u64(const char *s, uint64_t min, uint64_t max, const char *what, uint64_t *out,
		     brc_err *err)
{
	char *end;
	unsigned long long v;

	errno = 0;
	v = strtoull(s, &end, 10);
	if (!isdigit((unsigned char)s[0]) || *end != '\0' || errno != 0 || v < min || v > max)
		return brc_fail(err, BRC_USAGE, "%s: '%s' is not a whole number from %llu to %llu",
				what, s, (unsigned long long)min, (unsigned long long)max);
	*out = v;
	return BRC_OK;
}

brc_rc brc_parse_bytes(const char *s, const char *what, size_t *out, brc_err *err)
{
	static const char suffixes[] = "KMGT";
	char *end;
	unsigned long long v;
	size_t factor;
	const char *suffix;

	errno = 0;
	v = strtoull(s, &end, 10);
	factor = 1;
	suffix = *end != '\0' ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
	if (suffix) {
		factor = (size_t)1 << (10 * (suffix - suffixes + 1));
		end++;
	}
	if (!isdigit((unsigned char)s[0]) || *end != '\0' || errno != 0 ||
	    !brc_mul((size_t)v, factor, out))
		return brc_fail(err, BRC_USAGE, "%s: '%s' is not a size such as 512M or 4G", what,
				s);
	return BRC_OK;
}

brc_rc brc_parse_double(const char *s, double min, double max, const char *what, double *out,
			brc_err *err)
{
	char *end;
	double v;

	errno = 0;
	v = strtod(s, &end);
	if (end == s || *end != '\0' || !isfinite(v) || v < min || v > max ||
	    isspace((unsigned char)s[0]))
		return brc_fail(err, BRC_USAGE, "%s: '%s' is not a number from %g to %g", what, s,
				min, max);
	*out = v;
	return BRC_OK;
}

int brc_word_index(const char *words, const char *word)
{
	const size_t n = strlen(word);

	for (int i = 0;; i++) {
		if (strcspn(words, "|") == n && memcmp(words, word, n) == 0)
			return i;
		words += strcspn(words, "|");
		if (*words++ == '\0')
			return -1;
	}
}

char *brc_word_at(const char *words, int i, char *buf, size_t cap)
{
	for (; i > 0; i--)
		words += strcspn(words, "|") + 1;
	snprintf(buf, cap, "%.*s", (int)strcspn(words, "|"), words);
	return buf;
}

char *brc_human_bytes(double bytes, char buf[32])
{
	static const char *const unit[] = {"bytes", "kB", "MB", "GB", "TB", "PB", "EB"};
	size_t u = 0;

	while (bytes >= 1000 && u + 1 < sizeof(unit) / sizeof(unit[0])) {
		bytes /= 1000;
		u++;
	}
	snprintf(buf, 32, u == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s", bytes, unit[u]);
	return buf;
}

char *brc_human_seconds(double s, char buf[32])
{
	if (s < 60)
		snprintf(buf, 32, "%.1f s", s);
	else if (s < 3600)
		snprintf(buf, 32, "%d min %d s", (int)s / 60, (int)s % 60);
	else
		snprintf(buf, 32, "%d h %d min", (int)(fmin(s, 1e9) / 3600),
			 (int)fmod(fmin(s, 1e9), 3600) / 60);
	return buf;
}

char *brc_extents_text(const size_t *extent, size_t n, char buf[192])
{
	size_t len = 0;

	buf[0] = '\0';
	for (size_t k = 0; k < n; k++)
		len += (size_t)snprintf(buf + len, 192 - len, "%s%zu", k ? " x " : "", extent[k]);
	return buf;
}

void brc_printable(char *dst, size_t cap, const char *src)
{
	size_t o = 0;

	for (uint32_t c; *src != '\0';) {
		const size_t n = brc_utf8_next(src, &c);
		const bool kept = !brc_is_unprintable(c);

		if (o + (kept ? n : 1) >= cap)
			break; /* no room for the whole character */
		if (kept)
			memcpy(dst + o, src, n);
		else
			dst[o] = '?';
		o += kept ? n : 1;
		src += n;
	}
	if (cap > 0)
		dst[o] = '\0';
}
