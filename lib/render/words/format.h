/*
 * Numbers in the form that people read, the same in text, sentences and pages. Internal to
 * lib/render.
 */
#ifndef BRC_RENDER_FORMAT_H
#define BRC_RENDER_FORMAT_H

#include "stats/columns.h"
#include "stats/inference.h"

/*
 * A number in letters. Functions return it whole, so that it can stand where it is printed:
 * printf("%s", brc_format_p(p).s). It lives until the end of that expression.
 */
typedef struct brc_word {
	char s[64];
} brc_word;

/* All of these give "-" for what is not finite. */

/* A probability: three decimals, four below 0.001, then "2e-05". */
brc_word brc_format_p(double p);

/*
 * A value of statistic `st` without its unit: shares of accuracy in percentage points, all else
 * to three or four digits; with a sign when `sign`.
 */
brc_word brc_format_value(const brc_inference *st, double v, bool sign);

/* A number of column `c` of statistic `st`; `sign` is for values, changes always have one. */
brc_word brc_format_column(const brc_inference *st, const brc_column *c, double v, bool sign);

/* %.{digits}g. */
brc_word brc_format_number(double v, int digits);

/* With so many decimals. */
brc_word brc_format_fixed(double v, int decimals);

/* A share as "97.9 %". */
brc_word brc_format_percent(double share);

/* A change of a share in percentage points, with its sign: "-28.0". */
brc_word brc_format_points(double share);

/* "1 group", "2 groups". */
brc_word brc_format_count(size_t n, const char *singular, const char *plural);

/* The same with U+2212 for every minus but a lone one: as numbers are set in a page. */
brc_word brc_format_minus(brc_word number);

/* What brc_format_value multiplies by: 100 for shares, else 1. */
double brc_format_scale(const brc_inference *st);

/* "points" for shares, else the statistic's own unit (may be empty). */
const char *brc_format_unit(const brc_inference *st);

/* The title of a statistic up to its explanation in parentheses. */
void brc_format_title(const brc_inference *st, char *buf, size_t cap);

#endif
