/* Numbers as people read them: the same in text, findings and pages. */
#ifndef BRC_RENDER_FORMAT_H
#define BRC_RENDER_FORMAT_H

#include "render/model/model.h"

#define BRC_NUMBER_MAX 48

/* A probability: three decimals, four below 0.001, then "2e-05"; "-" when undefined. Returns buf.
 */
char *brc_format_p(double p, char buf[BRC_NUMBER_MAX]);

/*
 * A value of statistic `st` without its unit: shares of accuracy in
 * percentage points, all else to four digits; with a sign when `sign`. "-"
 * when undefined. Returns buf.
 */
char *brc_format_value(const brc_inference *st, double v, bool sign, char buf[BRC_NUMBER_MAX]);

/* What brc_format_value multiplies by: 100 for shares, else 1. */
double brc_format_scale(const brc_inference *st);

/* "points" for shares, else the statistic's own unit (may be empty). */
const char *brc_format_unit(const brc_inference *st);

/* The title of a statistic up to its explanation in parentheses. */
void brc_format_title(const brc_inference *st, char *buf, size_t cap);

/* %.{digits}g, or "-" when not finite. Returns buf. */
char *brc_format_number(double v, int digits, char buf[BRC_NUMBER_MAX]);

/* With so many decimals, or "-" when not finite. Returns buf. */
char *brc_format_fixed(double v, int decimals, char buf[BRC_NUMBER_MAX]);

/* A share as "97.9 %". Returns buf. */
char *brc_format_percent(double share, char buf[BRC_NUMBER_MAX]);

/* A change of a share in percentage points, with its sign: "-28.0". Returns buf. */
char *brc_format_points(double share, char buf[BRC_NUMBER_MAX]);

/* "1 group", "2 groups". Returns buf. */
char *brc_format_count(size_t n, const char *singular, const char *plural,
		       char buf[BRC_NUMBER_MAX]);

#endif
