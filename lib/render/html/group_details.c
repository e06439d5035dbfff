/* Groups one by one: a sentence, the random groups, the classes, example images. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/html/parts.h"
#include "render/svg/svg.h"

enum { OPEN = 2 }; /* significant groups that are open from the start */

static int strongest_mark(const brc_group *g)
{
	return (int)(g->mark[0] > g->mark[1] ? g->mark[0] : g->mark[1]);
}

/* Does the column share the cell of the one before it? */
static bool within(const brc_column *c)
{
	return strcmp(c->detail_head, BRC_WITHIN) == 0;
}

static void add_statistic(brc_page *page, const brc_inference *st, size_t row, bool sign)
{
	const char *unit = brc_format_unit(st), *end = "";

	brc_html(page, "<tr><th scope=\"row\">%s%s%s</th>", st->title, unit[0] ? ", " : "", unit);
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		const double *v = brc_column_values(c, st);
		brc_word w = {"-"};

		if (!c->detail_head)
			continue;
		if (v)
			w = brc_format_minus(brc_format_column(st, c, v[row], sign));
		if (within(c))
			brc_html(page, " " BRC_WITHIN " %s", w.s);
		else
			brc_str_addf(page->b, "%s<td class=\"n\">%s", end, w.s);
		end = "</td>";
	}
	brc_str_addf(page->b, "%s</tr>\n", end);
}

static void add_statistics(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	brc_html(page, "<div class=\"wide\"><table><thead><tr>");
	brc_html_heads(page, "statistic");
	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		if (c->detail_head && !within(c))
			brc_html(page, "<th scope=\"col\" class=\"n\">%s</th>", c->detail_head);
	brc_html(page, "</tr></thead><tbody>\n");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; g->row[p] != BRC_ANY && i < l->test[p].n_stats; i++)
			add_statistic(page, &l->test[p].stat[i], g->row[p], p == BRC_IMPORTANCE);
	brc_html_table_end(page);
}

static void add_drawings(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	brc_html(page, "<div class=\"drawings\">\n");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);
		const char *unit = st ? brc_format_unit(st) : "";
		char title[sizeof(st->title)], caption[256];

		if (!st || g->row[p] == BRC_ANY)
			continue;
		brc_format_title(st, title, sizeof(title));
		snprintf(caption, sizeof(caption), "%s%s%s", title, unit[0] ? ", " : "", unit);
		brc_svg_draws(page->b, st, g->row[p], caption);
	}
	brc_svg_classes(page->b, l, g, page->report->options.level);
	brc_html(page, "</div>\n");
}

/* One image: its thumbnail while there is room on the sheet, else its number; and its class. */
static void add_image(brc_page *page, const brc_place *at, size_t image, brc_sheet *s)
{
	const brc_exemplars *x = &at->net->exemplars;
	char title[1024];

	if (x->label[image] < 0) /* of several classes, or of none */
		snprintf(title, sizeof(title), "image %d", x->sample[image]);
	else
		brc_class_title(x->class_name, x->classes, (size_t)x->label[image], title,
				sizeof(title));
	if (brc_sheet_add(s, image))
		brc_html(page,
			 "<figure><div class=\"x x%zu\" role=\"img\" aria-label=\"image %d\" "
			 "style=\"background-position:-%zupx "
			 "-%zupx\"></div><figcaption>%s</figcaption></figure>",
			 at->network, x->sample[image],
			 s->place[image] % s->columns * s->width * s->zoom,
			 s->place[image] / s->columns * s->height * s->zoom, title);
	else
		brc_html(page, "<span class=\"example\">image %d %s</span>", x->sample[image],
			 x->label[image] < 0 ? "" : title);
}

static brc_rc add_examples(brc_page *page, const brc_place *at, const brc_group *g)
{
	size_t image[BRC_STRONGEST], n;

	BRC_TRY(brc_exemplars_strongest(&at->net->exemplars, at->l, g, image, &n, page->err));
	if (n == 0)
		return BRC_OK;
	brc_html(page, "<h5>Images its units respond to most</h5><div class=\"examples\">");
	for (size_t i = 0; i < n; i++)
		add_image(page, at, image[i], &page->sheet[at->network]);
	brc_html(page, "</div>\n");
	return BRC_OK;
}

static brc_rc add_group(brc_page *page, const brc_place *at, size_t i, bool open)
{
	const brc_group *g = &at->l->group[i];

	brc_html(page, "<details class=\"group\" id=\"n%zu-l%zu-g%zu\"%s>\n", at->network,
		 at->labelling, i, open ? " open" : "");
	brc_html(page, "<summary><b>%s, cluster %d</b> <span>%s</span> ",
		 at->l->layer_title[g->layer], g->cluster,
		 brc_format_count(g->size, "unit", "units").s);
	brc_html_badges(page, g);
	if (g->worst_class != BRC_ANY)
		brc_html(page, "<span class=\"worst\">%s: %s %s</span>",
			 isnan(g->worst_u) ? "most damaged" : "most specifically hit",
			 at->l->class_title[g->worst_class],
			 brc_format_minus(brc_format_points(brc_worst_shown(g))).s);
	brc_html(page, "</summary>\n");
	add_statistics(page, at->l, g);
	brc_html_controls(page, at->l, g);
	add_drawings(page, at->l, g);
	BRC_TRY(add_examples(page, at, g));
	brc_html(page, "</details>\n");
	return BRC_OK;
}

/* First the significant groups, then the others, under one head. */
static brc_rc add_chosen(brc_page *page, const brc_place *at)
{
	size_t marked = 0, others;

	for (; marked < at->n_chosen; marked++) {
		size_t i = at->chosen[marked];

		if (strongest_mark(&at->l->group[i]) < BRC_MARK_Q)
			break;
		BRC_TRY(add_group(page, at, i, marked < OPEN));
	}
	others = at->n_chosen - marked;
	if (others == 0)
		return BRC_OK;
	brc_html(page, "<details class=\"rest\"><summary>%zu group%s not stand out</summary>\n",
		 others, others == 1 ? " that does" : "s that do");
	for (size_t k = marked; k < at->n_chosen; k++)
		BRC_TRY(add_group(page, at, at->chosen[k], false));
	brc_html(page, "</details>\n");
	return BRC_OK;
}

brc_rc brc_html_details(brc_page *page, const brc_place *at)
{
	size_t tested = 0;

	for (size_t i = 0; i < at->l->n_groups; i++)
		tested += brc_group_tested(&at->l->group[i]);
	if (tested == 0)
		return BRC_OK;
	brc_html(page, "<h3>Groups one by one</h3>\n<p class=\"note\">Grey: random groups; "
		       "the line: this group. In the bars a tick is the mean of random "
		       "groups, &#9733; a class that loses more than under random groups.");
	if (at->net->has_exemplars)
		brc_html(page, " Example images stand highest in the units&#8217; lists of "
			       "their strongest images.");
	brc_html(page, "</p>\n");
	BRC_TRY(add_chosen(page, at));
	if (at->n_chosen < tested)
		brc_html(page,
			 "<p class=\"note\">The %zu strongest of %zu groups are shown one by "
			 "one; all of them are in the table and in the JSON report.</p>\n",
			 at->n_chosen, tested);
	return BRC_OK;
}

size_t brc_html_choose(const brc_page *page, const brc_labelling *l, size_t *chosen, bool *detailed)
{
	size_t n = 0;

	for (int mark = BRC_MARK_MAXT; mark >= BRC_MARK_NONE; mark--)
		for (size_t k = 0; k < l->n_groups && n < page->details; k++) {
			const brc_group *g = &l->group[l->order[k]];

			if (!brc_group_tested(g) || strongest_mark(g) != mark)
				continue;
			chosen[n++] = l->order[k];
			detailed[l->order[k]] = true;
		}
	return n;
}
