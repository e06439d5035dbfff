#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/words/format.h"

char *brc_format_p(double p, char buf[BRC_NUMBER_MAX])
{
	if (!isfinite(p))
		snprintf(buf, BRC_NUMBER_MAX, "-");
	else if (p >= 0.001)
		snprintf(buf, BRC_NUMBER_MAX, "%.3f", p);
	else if (p >= 0.0001)
		snprintf(buf, BRC_NUMBER_MAX, "%.4f", p);
	else
		snprintf(buf, BRC_NUMBER_MAX, "%.0e", p);
	return buf;
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

/* "-0.00" and "+0.00" read as something that they are not. */
static char *drop_sign_of_zero(char *s)
{
	if ((s[0] == '-' || s[0] == '+') && s[1] && strspn(s + 1, "0.") == strlen(s + 1))
		memmove(s, s + 1, strlen(s));
	return s;
}

char *brc_format_value(const brc_inference *st, double v, bool sign, char buf[BRC_NUMBER_MAX])
{
	v *= brc_format_scale(st);
	if (!isfinite(v))
		snprintf(buf, BRC_NUMBER_MAX, "-");
	else if (is_share(st) || (fabs(v) < 1000 && fabs(v) >= 1) || v == 0)
		snprintf(buf, BRC_NUMBER_MAX, sign ? "%+.2f" : "%.2f", v);
	else
		snprintf(buf, BRC_NUMBER_MAX, sign ? "%+.3g" : "%.3g", v);
	return drop_sign_of_zero(buf);
}

char *brc_format_points(double share, char buf[BRC_NUMBER_MAX])
{
	if (!isfinite(share))
		return strcpy(buf, "-");
	snprintf(buf, BRC_NUMBER_MAX, "%+.1f", 100 * share);
	return drop_sign_of_zero(buf);
}

void brc_format_title(const brc_inference *st, char *buf, size_t cap)
{
	char *end;

	snprintf(buf, cap, "%s", st->title);
	end = strstr(buf, " (");
	if (end)
		*end = '\0';
}

char *brc_format_number(double v, int digits, char buf[BRC_NUMBER_MAX])
{
	if (isfinite(v))
		snprintf(buf, BRC_NUMBER_MAX, "%.*g", digits, v);
	else
		snprintf(buf, BRC_NUMBER_MAX, "-");
	return buf;
}

char *brc_format_fixed(double v, int decimals, char buf[BRC_NUMBER_MAX])
{
	if (isfinite(v))
		snprintf(buf, BRC_NUMBER_MAX, "%.*f", decimals, v);
	else
		snprintf(buf, BRC_NUMBER_MAX, "-");
	return buf;
}

char *brc_format_percent(double share, char buf[BRC_NUMBER_MAX])
{
	if (isfinite(share))
		snprintf(buf, BRC_NUMBER_MAX, "%.1f %%", 100 * share);
	else
		snprintf(buf, BRC_NUMBER_MAX, "-");
	return buf;
}

char *brc_format_count(size_t n, const char *singular, const char *plural, char buf[BRC_NUMBER_MAX])
{
	snprintf(buf, BRC_NUMBER_MAX, "%zu %s", n, n == 1 ? singular : plural);
	return buf;
}
