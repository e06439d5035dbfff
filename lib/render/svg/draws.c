#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "render/words/escape.h"
#include "render/words/format.h"
#include "render/svg/histogram.h"
#include "render/svg/svg.h"

char *brc_svg_minus(const char *number, char buf[64])
{
	size_t n = 0;

	for (; *number && n + 4 < 64; number++) {
		if (*number == '-' && number[1] != '\0') {
			memcpy(buf + n, "\xE2\x88\x92", 3);
			n += 3;
		} else {
			buf[n++] = *number;
		}
	}
	buf[n] = '\0';
	return buf;
}

/* ---- draws ---- */

enum { DRAWS_WIDTH = 280, DRAWS_HEIGHT = 96, DRAWS_LEFT = 6, DRAWS_TOP = 20, DRAWS_FOOT = 18 };

static double draws_x(const brc_histogram *h, double v)
{
	double span = h->width * (double)h->bins;

	return DRAWS_LEFT + (v - h->low) / span * (DRAWS_WIDTH - 2 * DRAWS_LEFT);
}

static void add_bars(brc_str *b, const brc_histogram *h)
{
	const double floor_y = DRAWS_HEIGHT - DRAWS_FOOT, room = floor_y - DRAWS_TOP;

	brc_str_add(b, "<path class=\"null\" d=\"");
	for (size_t i = 0; i < h->bins; i++) {
		double left = draws_x(h, h->low + (double)i * h->width);
		double right = draws_x(h, h->low + (double)(i + 1) * h->width);
		double tall = room * (double)h->count[i] / (double)h->tallest;

		if (h->count[i] > 0)
			brc_str_addf(b, "M%.1f %.1fV%.1fH%.1fV%.1fZ", left + 0.4, floor_y,
				     floor_y - fmax(tall, 1), right - 0.4, floor_y);
	}
	brc_str_addf(b, "\"/><path class=\"axis\" d=\"M%d %.1fH%d\"/>", DRAWS_LEFT, floor_y,
		     DRAWS_WIDTH - DRAWS_LEFT);
}

static void add_end(brc_str *b, const brc_inference *st, double v, bool right)
{
	char text[BRC_NUMBER_MAX], minus[64];

	brc_str_addf(b, "<text x=\"%d\" y=\"%d\"%s>%s</text>",
		     right ? DRAWS_WIDTH - DRAWS_LEFT : DRAWS_LEFT, DRAWS_HEIGHT - 5,
		     right ? " text-anchor=\"end\"" : "",
		     brc_svg_minus(brc_format_value(st, v, false, text), minus));
}

static void add_observed(brc_str *b, const brc_histogram *h, const brc_inference *st, double v)
{
	double x = draws_x(h, v);
	char text[BRC_NUMBER_MAX], minus[64];
	const char *anchor = x < DRAWS_WIDTH / 3.0       ? "start"
			     : x > DRAWS_WIDTH * 2 / 3.0 ? "end"
							 : "middle";

	brc_str_addf(b,
		     "<path class=\"seen\" d=\"M%.1f %dV%d\"/><text class=\"seen\" x=\"%.1f\" "
		     "y=\"12\" text-anchor=\"%s\">%s</text>",
		     x, DRAWS_TOP - 4, DRAWS_HEIGHT - DRAWS_FOOT, x, anchor,
		     brc_svg_minus(brc_format_value(st, v, false, text), minus));
}

void brc_svg_draws(brc_str *b, const brc_inference *st, size_t row, const char *title)
{
	brc_histogram h;
	char observed[BRC_NUMBER_MAX], mean[BRC_NUMBER_MAX], p[BRC_NUMBER_MAX];

	if (!st->draw)
		return;
	brc_histogram_fill(&h, st->draw + st->m + row, st->n, st->m, st->observed[row],
			   BRC_BINS_MAX);
	if (h.bins == 0)
		return;
	brc_str_add(b, "<figure><figcaption>");
	brc_escape_html(b, title);
	brc_str_addf(b, "</figcaption><svg viewBox=\"0 0 %d %d\" class=\"draws\" role=\"img\" ",
		     DRAWS_WIDTH, DRAWS_HEIGHT);
	brc_str_addf(b,
		     "aria-label=\"Histogram of %zu random groups, mean %s; this group %s; p %s\">",
		     h.finite, brc_format_value(st, st->control_mean[row], false, mean),
		     brc_format_value(st, st->observed[row], false, observed),
		     brc_format_p(st->p[row], p));
	add_bars(b, &h);
	add_end(b, st, h.low, false);
	add_end(b, st, h.low + h.width * (double)h.bins, true);
	if (isfinite(st->observed[row]))
		add_observed(b, &h, st, st->observed[row]);
	brc_str_add(b, "</svg></figure>");
}

/* ---- classes ---- */

enum {
	CLASSES_SHOWN = 12,
	CLASSES_WIDTH = 340,
	CLASS_HEIGHT = 17,
	NAMES = 96,
	VALUES = 54,
	CLASS_COLUMNS = 14
};

typedef struct {
	size_t c;
	double change, mean, p;
} bar;

static int by_damage(const void *a, const void *b)
{
	const bar *x = a, *y = b;
	double left = fabs(x->change), right = fabs(y->change);

	if (left != right)
		return left > right ? -1 : 1;
	return x->c < y->c ? -1 : x->c > y->c;
}

static int by_class(const void *a, const void *b)
{
	const bar *x = a, *y = b;

	return (x->c > y->c) - (x->c < y->c);
}

/* The bars to draw, in class order; *n of them; NULL for none. */
static bar *collect_bars(brc_str *b, const brc_labelling *l, const brc_group *g, size_t *n)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];
	bar *bars;

	*n = 0;
	if (!f->class_change || g->row[BRC_COHERENCE] == BRC_ANY || f->classes == 0)
		return NULL;
	bars = calloc(f->classes, sizeof *bars);
	b->failed |= !bars;
	for (size_t c = 0; bars && c < f->classes; c++) {
		size_t at = g->row[BRC_COHERENCE] * f->classes + c;

		if (isfinite(f->class_change[at]))
			bars[(*n)++] = (bar){c, f->class_change[at], f->class_control_mean[at],
					     f->class_p_adjusted[at]};
	}
	if (bars && *n > CLASSES_SHOWN) {
		qsort(bars, *n, sizeof *bars, by_damage);
		*n = CLASSES_SHOWN;
		qsort(bars, *n, sizeof *bars, by_class);
	}
	return bars;
}

static void add_class_name(brc_str *b, const brc_labelling *l, size_t c, double y)
{
	char name[1024];
	brc_str cut = {0};

	brc_class_name(l->class_name, l->classes, c, name, sizeof name);
	size_t columns = brc_escape_columns(name);

	brc_escape_cell(&cut, name, columns < CLASS_COLUMNS ? columns : CLASS_COLUMNS);
	brc_str_addf(b, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", NAMES - 6, y);
	brc_escape_html(b, cut.s ? cut.s : "");
	if (columns > CLASS_COLUMNS) {
		brc_str_add(b, "<title>");
		brc_escape_html(b, name);
		brc_str_add(b, "</title>");
	}
	brc_str_add(b, "</text>");
	b->failed |= cut.failed;
	brc_str_free(&cut);
}

static void add_class(brc_str *b, const bar *one, double y, double low, double high, double level)
{
	double span = CLASSES_WIDTH - NAMES - VALUES, zero = NAMES + span * -low / (high - low);
	double end = NAMES + span * (one->change - low) / (high - low);
	double mean = NAMES + span * (one->mean - low) / (high - low);
	char value[BRC_NUMBER_MAX], minus[64];

	brc_str_addf(b, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>",
		     one->p <= level ? "hit" : "miss", fmin(zero, end), y + 3, fabs(end - zero),
		     CLASS_HEIGHT - 6);
	if (isfinite(mean))
		brc_str_addf(b, "<path class=\"tick\" d=\"M%.1f %.1fv%d\"/>", mean, y + 1,
			     CLASS_HEIGHT - 2);
	brc_str_addf(b, "<text x=\"%d\" y=\"%.1f\">%s%s</text>", CLASSES_WIDTH - VALUES + 6,
		     y + CLASS_HEIGHT - 5,
		     brc_svg_minus(brc_format_points(one->change, value), minus),
		     one->p <= level ? " \xE2\x98\x85" : "");
}

static void add_classes(brc_str *b, const brc_labelling *l, const bar *bars, size_t n, double level)
{
	double low = 0, high = 0;

	for (size_t i = 0; i < n; i++) {
		low = fmin(low, fmin(bars[i].change, bars[i].mean));
		high = fmax(high, fmax(bars[i].change, bars[i].mean));
	}
	if (!(high > low))
		high = low + 0.01;
	brc_str_addf(
		b,
		"<svg viewBox=\"0 0 %d %zu\" class=\"classes\" role=\"img\" aria-label=\"Change "
		"of recall by class, in points\">",
		CLASSES_WIDTH, n * CLASS_HEIGHT + 2);
	for (size_t i = 0; i < n; i++) {
		double y = (double)(i * CLASS_HEIGHT);

		add_class_name(b, l, bars[i].c, y + CLASS_HEIGHT - 5);
		add_class(b, &bars[i], y, low, high, level);
	}
	brc_str_addf(b, "<path class=\"axis\" d=\"M%.1f 0V%zu\"/></svg>",
		     NAMES + (CLASSES_WIDTH - NAMES - VALUES) * -low / (high - low),
		     n * CLASS_HEIGHT);
}

void brc_svg_classes(brc_str *b, const brc_labelling *l, const brc_group *g, double level)
{
	size_t n;
	bar *bars = collect_bars(b, l, g, &n);

	if (n > 0) {
		brc_str_addf(b,
			     "<figure><figcaption>Change of recall by class, points%s"
			     "</figcaption>",
			     l->classes > CLASSES_SHOWN ? " (12 largest)" : "");
		add_classes(b, l, bars, n, level);
		brc_str_add(b, "</figure>");
	}
	free(bars);
}
