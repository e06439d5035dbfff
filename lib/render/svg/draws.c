/* The control draws of one group as a histogram, its own value among them. */
#include <math.h>
#include <string.h>

#include "render/words/escape.h"
#include "render/words/format.h"
#include "render/svg/svg.h"

enum { WIDTH = 280, HEIGHT = 96, LEFT = 6, TOP = 20, FOOT = 18 };

void brc_histogram_fill(brc_histogram *h, const double *v, size_t n, size_t stride, double observed,
			size_t bins)
{
	double low = INFINITY, high = -INFINITY;

	memset(h, 0, sizeof(*h));
	for (size_t i = 0; i < n; i++) {
		double x = v[i * stride];

		if (!isfinite(x))
			continue;
		low = fmin(low, x);
		high = fmax(high, x);
		h->finite++;
	}
	if (h->finite == 0)
		return;
	if (isfinite(observed)) {
		low = fmin(low, observed);
		high = fmax(high, observed);
	}
	h->bins = high > low ? bins : 1;
	h->width = high > low ? (high - low) / (double)bins : 1;
	h->low = high > low ? low : low - 0.5;
	if (!isfinite(h->width) || !(h->width > 0)) { /* the range overflows, or underflows */
		h->bins = 0;
		return;
	}
	for (size_t i = 0; i < n; i++) {
		double at = floor((v[i * stride] - h->low) / h->width);
		size_t bin;

		if (!isfinite(v[i * stride]))
			continue;
		bin = at >= (double)h->bins ? h->bins - 1 : (size_t)fmax(at, 0);
		if (++h->count[bin] > h->tallest)
			h->tallest = h->count[bin];
	}
}

static double across(const brc_histogram *h, double v)
{
	double span = h->width * (double)h->bins;

	return LEFT + (v - h->low) / span * (WIDTH - 2 * LEFT);
}

static void add_bars(brc_str *b, const brc_histogram *h)
{
	const double floor_y = HEIGHT - FOOT, room = floor_y - TOP;

	brc_str_add(b, "<path class=\"null\" d=\"");
	for (size_t i = 0; i < h->bins; i++) {
		double left = across(h, h->low + (double)i * h->width);
		double right = across(h, h->low + (double)(i + 1) * h->width);
		double tall = room * (double)h->count[i] / (double)h->tallest;

		if (h->count[i] > 0)
			brc_str_addf(b, "M%.1f %.1fV%.1fH%.1fV%.1fZ", left + 0.4, floor_y,
				     floor_y - fmax(tall, 1), right - 0.4, floor_y);
	}
	brc_str_addf(b, "\"/><path class=\"axis\" d=\"M%d %.1fH%d\"/>", LEFT, floor_y,
		     WIDTH - LEFT);
}

static void add_end(brc_str *b, const brc_inference *st, double v, bool right)
{
	brc_str_addf(b, "<text x=\"%d\" y=\"%d\"%s>%s</text>", right ? WIDTH - LEFT : LEFT,
		     HEIGHT - 5, right ? " text-anchor=\"end\"" : "",
		     brc_format_minus(brc_format_value(st, v, false)).s);
}

void brc_svg_draws(brc_str *b, const brc_inference *st, size_t row, const char *title)
{
	const double v = st->observed[row];
	brc_histogram h;

	if (!st->draw)
		return;
	brc_histogram_fill(&h, st->draw + st->m + row, st->n, st->m, st->observed[row],
			   BRC_BINS_MAX);
	if (h.bins == 0)
		return;
	brc_htmlf(b,
		  "<figure><figcaption>%s</figcaption><svg viewBox=\"0 0 %d %d\" class=\"draws\" "
		  "role=\"img\" aria-label=\"Histogram of %zu random groups, mean %s; this group "
		  "%s; p %s\">",
		  title, WIDTH, HEIGHT, h.finite,
		  brc_format_value(st, st->control_mean[row], false).s,
		  brc_format_value(st, st->observed[row], false).s, brc_format_p(st->p[row]).s);
	add_bars(b, &h);
	add_end(b, st, h.low, false);
	add_end(b, st, h.low + h.width * (double)h.bins, true);
	if (isfinite(v)) {
		double x = across(&h, v);
		const char *anchor = x < WIDTH / 3.0       ? "start"
				     : x > WIDTH * 2 / 3.0 ? "end"
							   : "middle";

		brc_str_addf(
			b,
			"<path class=\"seen\" d=\"M%.1f %dV%d\"/><text class=\"seen\" x=\"%.1f\" "
			"y=\"12\" text-anchor=\"%s\">%s</text>",
			x, TOP - 4, HEIGHT - FOOT, x, anchor,
			brc_format_minus(brc_format_value(st, v, false)).s);
	}
	brc_str_add(b, "</svg></figure>");
}
