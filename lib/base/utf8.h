/* The one decoder of UTF-8 (RFC 3629: no overlong forms, no surrogates). */
#ifndef BRC_BASE_UTF8_H
#define BRC_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BRC_ILL_FORMED UINT32_MAX

/*
 * The next character of the terminated string `s`, which is not empty: its
 * bytes are the return value (>= 1), its code point *cp, or BRC_ILL_FORMED
 * with one byte taken.
 */
size_t brc_utf8_next(const char *s, uint32_t *cp);

/*
 * Characters that act instead of being seen (C0 and C1 controls), or that
 * reorder or hide what surrounds them, and BRC_ILL_FORMED.
 */
bool brc_is_unprintable(uint32_t cp);

/* Is the string well-formed; is it well-formed without any such character? */
bool brc_utf8_valid(const char *s);
bool brc_is_printable(const char *s);

/* Does it hold a C0 control or DEL, which no line or field of a text file can? */
bool brc_has_control(const char *s);

#endif
