/* A growable string, and strict parsing of numbers. */
#ifndef BRC_BASE_STR_H
#define BRC_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * Zero-initialise, append, free(). Always terminated once it holds anything.
 * Running out of memory sets `failed` and drops what follows, so that a
 * renderer checks once at the end.
 */
typedef struct brc_str {
	char *s;
	size_t len, cap;
	bool failed;
} brc_str;

void brc_str_add(brc_str *b, const char *s);
void brc_str_addn(brc_str *b, const char *s, size_t n);
void brc_str_addf(brc_str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void brc_str_free(brc_str *b);
/* BRC_RESOURCE if any append failed. */
brc_rc brc_str_check(const brc_str *b, brc_err *err);

/*
 * The whole of `s` as a number within [min, max], nothing else around it;
 * BRC_USAGE with a message that starts with `what` otherwise.
 * Sizes take a binary suffix K, M, G, T ("512M").
 */
brc_rc brc_parse_u64(const char *s, uint64_t min, uint64_t max, const char *what, uint64_t *out,
		     brc_err *err);
brc_rc brc_parse_bytes(const char *s, const char *what, size_t *out, brc_err *err);
/* Finite numbers only. */
brc_rc brc_parse_double(const char *s, double min, double max, const char *what, double *out,
			brc_err *err);

/*
 * Words separated by '|', as in "layer|significance". The place of a word among them, -1 if it is
 * none of them; and a copy of word number i, which exists, in buf, which it returns.
 */
int brc_word_index(const char *words, const char *word);
char *brc_word_at(const char *words, int i, char *buf, size_t cap);

/* "1.5 GB", "312 kB": decimal units, for messages. Returns buf. */
char *brc_human_bytes(double bytes, char buf[32]);
/* "4.2 s", "3 min 20 s", "2 h 5 min". Returns buf. */
char *brc_human_seconds(double s, char buf[32]);
/* "3 x 32 x 32" in buf, for at most 8 extents. */
char *brc_extents_text(const size_t *extent, size_t n, char buf[192]);

/*
 * Copy at most cap - 1 bytes of src into dst, replacing by '?' what is not
 * UTF-8 or not printable (base/utf8.h).
 */
void brc_printable(char *dst, size_t cap, const char *src);

#endif
