#include "base/str.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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
	char small[256];
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int n = vsnprintf(small, sizeof(small), fmt, args);
	va_end(args);
	if (n < 0) {
		b->failed = true;
	} else if ((size_t)n < sizeof(small)) {
		brc_str_addn(b, small, (size_t)n);
	} else {
		char *big = malloc((size_t)n + 1);
		if (big == NULL) {
			b->failed = true;
		} else {
			vsnprintf(big, (size_t)n + 1, fmt, again);
			brc_str_addn(b, big, (size_t)n);
			free(big);
		}
	}
	va_end(again);
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
	errno = 0;
	unsigned long long v = strtoull(s, &end, 10);
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
	errno = 0;
	unsigned long long v = strtoull(s, &end, 10);
	size_t factor = 1;
	const char *suffix = *end != '\0' ? strchr(suffixes, toupper((unsigned char)*end)) : NULL;
	if (suffix != NULL) {
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
	errno = 0;
	double v = strtod(s, &end);
	if (end == s || *end != '\0' || !isfinite(v) || v < min || v > max ||
	    isspace((unsigned char)s[0]))
		return brc_fail(err, BRC_USAGE, "%s: '%s' is not a number from %g to %g", what, s,
				min, max);
	*out = v;
	return BRC_OK;
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

/* Length of the well-formed UTF-8 sequence at s, 0 if there is none. */
static size_t utf8_length(const unsigned char *s)
{
	static const struct {
		unsigned char mask, lead, low, high;
		size_t n;
	} form[] = {{0xe0, 0xc0, 0x80, 0xbf, 2},
		    {0xf0, 0xe0, 0x80, 0xbf, 3},
		    {0xf8, 0xf0, 0x80, 0xbf, 4}};
	for (size_t f = 0; f < 3; f++) {
		if ((s[0] & form[f].mask) != form[f].lead)
			continue;
		for (size_t i = 1; i < form[f].n; i++)
			if ((s[i] & 0xc0) != 0x80)
				return 0;
		bool overlong = s[0] == 0xc0 || s[0] == 0xc1 || (s[0] == 0xe0 && s[1] < 0xa0) ||
				(s[0] == 0xf0 && s[1] < 0x90);
		bool invalid = s[0] > 0xf4 || (s[0] == 0xf4 && s[1] > 0x8f) ||
			       (s[0] == 0xed && s[1] > 0x9f);
		bool control = s[0] == 0xc2 && s[1] < 0xa0; /* C1 controls */
		return overlong || invalid || control ? 0 : form[f].n;
	}
	return 0;
}

void brc_printable(char *dst, size_t cap, const char *src)
{
	size_t o = 0;
	for (const unsigned char *s = (const unsigned char *)src; *s != '\0' && o + 1 < cap;) {
		size_t n = *s < 0x80 ? 1 : utf8_length(s);
		if (n > 1 && o + n < cap) {
			memcpy(dst + o, s, n);
			o += n;
			s += n;
			continue;
		}
		if (n > 1)
			break; /* no room for the whole character */
		dst[o++] = n == 1 && *s >= 0x20 && *s != 0x7f ? (char)*s : '?';
		s++;
	}
	if (cap > 0)
		dst[o] = '\0';
}
