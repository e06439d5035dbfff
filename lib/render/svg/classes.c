/* Change of recall by class as bars. */
#include <math.h>
#include <stdlib.h>

#include "render/svg/svg.h"
#include "render/words/escape.h"
#include "render/words/format.h"

enum { CLASSES_SHOWN = 12, CLASSES_WIDTH = 340, CLASS_HEIGHT = 17 };
/* Widths of the names and of the values beside the bars, and of a name in letters. */
enum { NAMES = 96, VALUES = 54, CLASS_COLUMNS = 14 };

typedef struct bar {
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
	const double *p = f->class_t ? f->class_t_p_adjusted : f->class_p_adjusted;
	bar *bars;

	*n = 0;
	if (!f->class_change || g->row[BRC_COHERENCE] == BRC_ANY || f->classes == 0)
		return NULL;
	bars = calloc(f->classes, sizeof(*bars));
	b->failed |= !bars;
	for (size_t c = 0; bars && c < f->classes; c++) {
		size_t at = g->row[BRC_COHERENCE] * f->classes + c;

		if (isfinite(f->class_change[at]))
			bars[(*n)++] =
				(bar){c, f->class_change[at], f->class_control_mean[at], p[at]};
	}
	if (bars && *n > CLASSES_SHOWN) {
		qsort(bars, *n, sizeof(*bars), by_damage);
		*n = CLASSES_SHOWN;
		qsort(bars, *n, sizeof(*bars), by_class);
	}
	return bars;
}

/* Of a share in points, else in the unit of the loss. */
static brc_word change_text(const brc_findings *f, double change)
{
	return brc_format_minus(f->class_unit[0] ? brc_format_number(change, 3)
						 : brc_format_points(change));
}

static void add_class(brc_str *b, const brc_findings *f, const bar *one, double y, double low,
		      double high, double level)
{
	double span = CLASSES_WIDTH - NAMES - VALUES, zero = NAMES + span * -low / (high - low);
	double end = NAMES + span * (one->change - low) / (high - low);
	double mean = NAMES + span * (one->mean - low) / (high - low);

	brc_str_addf(b, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>",
		     one->p <= level ? "hit" : "miss", fmin(zero, end), y + 3, fabs(end - zero),
		     CLASS_HEIGHT - 6);
	if (isfinite(mean))
		brc_str_addf(b, "<path class=\"tick\" d=\"M%.1f %.1fv%d\"/>", mean, y + 1,
			     CLASS_HEIGHT - 2);
	brc_str_addf(b, "<text x=\"%d\" y=\"%.1f\">%s%s</text>", CLASSES_WIDTH - VALUES + 6,
		     y + CLASS_HEIGHT - 5, change_text(f, one->change).s,
		     one->p <= level ? " \xE2\x98\x85" : "");
}

/* "recall", or of regression "squared error". */
static const char *measured(const brc_labelling *l)
{
	return l->test[BRC_COHERENCE].class_unit[0]
		       ? brc_task_loss(l->lesions.task, l->lesions.loss_kind)
		       : brc_task_share(l->lesions.task);
}

static const char *unit_of(const brc_findings *f)
{
	return f->class_unit[0] ? "its units" : "points";
}

static void add_classes(brc_str *b, const brc_labelling *l, const bar *bars, size_t n, double level)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];
	double low = 0, high = 0;

	for (size_t i = 0; i < n; i++) {
		low = fmin(low, fmin(bars[i].change, bars[i].mean));
		high = fmax(high, fmax(bars[i].change, bars[i].mean));
	}
	if (!(high > low))
		high = low + 0.01;
	brc_str_addf(b,
		     "<svg viewBox=\"0 0 %d %zu\" class=\"classes\" role=\"img\" "
		     "aria-label=\"Change of %s by %s, in %s\">",
		     CLASSES_WIDTH, n * CLASS_HEIGHT + 2, measured(l),
		     brc_task_cell(l->lesions.task), unit_of(f));
	for (size_t i = 0; i < n; i++) {
		double y = (double)(i * CLASS_HEIGHT);
		const char *name = l->class_name[bars[i].c];

		brc_str_addf(b, "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">", NAMES - 6,
			     y + CLASS_HEIGHT - 5);
		brc_escape_html_cell(b, name, CLASS_COLUMNS);
		if (brc_escape_columns(name) > CLASS_COLUMNS)
			brc_htmlf(b, "<title>%s</title>", name);
		brc_str_add(b, "</text>");
		add_class(b, f, &bars[i], y, low, high, level);
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
		brc_str_addf(b, "<figure><figcaption>Change of %s by %s, %s%s</figcaption>",
			     measured(l), brc_task_cell(l->lesions.task),
			     unit_of(&l->test[BRC_COHERENCE]),
			     l->classes > CLASSES_SHOWN ? " (12 largest)" : "");
		add_classes(b, l, bars, n, level);
		brc_str_add(b, "</figure>");
	}
	free(bars);
}
