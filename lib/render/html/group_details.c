/* Groups one by one: a sentence, the random groups, the classes, example images. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/words/format.h"
#include "render/html/parts.h"
#include "render/svg/svg.h"

enum { OPEN = 2 }; /* significant groups that stand open from the start */

static int strongest_mark(const brc_group *g)
{
	return (int)(g->mark[0] > g->mark[1] ? g->mark[0] : g->mark[1]);
}

static void add_summary(brc_page *page, const brc_place *at, const brc_group *g)
{
	static const char *const word[BRC_PROXIES] = {"important", "coherent"};

	char layer[1024];

	brc_str_add(page->b, "<summary><b>");
	brc_html_text(page, brc_layer_title(at->l->layers.name[g->layer], layer, sizeof layer));
	brc_str_addf(page->b, ", cluster %d</b> <span>%zu unit%s</span> ", g->cluster, g->size,
		     g->size == 1 ? "" : "s");
	for (size_t p = 0; p < BRC_PROXIES; p++)
		if (g->mark[p] >= BRC_MARK_Q)
			brc_str_addf(page->b, "<span class=\"badge %s%s\">%s%s</span> ", word[p],
				     g->mark[p] == BRC_MARK_MAXT ? " full" : "", word[p],
				     g->mark[p] == BRC_MARK_MAXT ? " \xE2\x98\x85" : "");
	if (g->worst_class != BRC_ANY) {
		char name[1024], change[BRC_NUMBER_MAX];

		brc_str_add(page->b, "<span class=\"worst\">most damaged: ");
		brc_html_text(page, brc_class_title(at->l->class_name, at->l->classes,
						    g->worst_class, name, sizeof name));
		brc_str_add(page->b, " ");
		brc_html_number(page, brc_format_points(g->worst_change, change));
		brc_str_add(page->b, "</span>");
	}
	brc_str_add(page->b, "</summary>\n");
}

static void add_cell(brc_page *page, const char *number)
{
	brc_str_add(page->b, "<td class=\"n\">");
	brc_html_number(page, number);
	brc_str_add(page->b, "</td>");
}

static void add_statistic(brc_page *page, const brc_inference *st, size_t row, bool sign)
{
	const char *unit = brc_format_unit(st);
	char text[BRC_NUMBER_MAX];

	brc_str_add(page->b, "<tr><th scope=\"row\">");
	brc_html_text(page, st->title);
	brc_str_add(page->b, unit[0] ? ", " : "");
	brc_html_text(page, unit);
	brc_str_add(page->b, "</th>");
	add_cell(page, brc_format_value(st, st->observed[row], sign, text));
	brc_str_add(page->b, "<td class=\"n\">");
	brc_html_number(page, brc_format_value(st, st->control_mean[row], sign, text));
	brc_str_add(page->b, " \xC2\xB1 ");
	brc_html_number(page, brc_format_value(st, st->control_sd[row], false, text));
	brc_str_add(page->b, "</td>");
	add_cell(page, brc_format_number(st->ratio[row], 3, text));
	add_cell(page, brc_format_p(st->p[row], text));
	add_cell(page, st->q ? brc_format_p(st->q[row], text) : "-");
	add_cell(page, st->p_maxt ? brc_format_p(st->p_maxt[row], text) : "-");
	brc_str_add(page->b, "</tr>\n");
}

static void add_statistics(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	brc_str_add(page->b, "<div class=\"wide\"><table><thead><tr>");
	brc_html_heads(page, "statistic|#this group|#random groups|#effect ratio|#p|#q|#max-T");
	brc_str_add(page->b, "</tr></thead><tbody>\n");
	for (size_t p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; g->row[p] != BRC_ANY && i < l->test[p].n_stats; i++)
			add_statistic(page, &l->test[p].stat[i], g->row[p], p == BRC_IMPORTANCE);
	brc_str_add(page->b, "</tbody></table></div>\n");
}

static void add_drawings(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	brc_str_add(page->b, "<div class=\"drawings\">\n");
	for (size_t p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);
		const char *unit = st ? brc_format_unit(st) : "";
		char title[sizeof st->title], caption[256];

		if (!st || g->row[p] == BRC_ANY)
			continue;
		brc_format_title(st, title, sizeof title);
		snprintf(caption, sizeof caption, "%s%s%s", title, unit[0] ? ", " : "", unit);
		brc_svg_draws(page->b, st, g->row[p], caption);
	}
	brc_svg_classes(page->b, l, g, page->report->options.level);
	brc_str_add(page->b, "</div>\n");
}

/* The class of an image, or nothing. */
static void add_image_class(brc_page *page, const brc_exemplars *x, size_t image)
{
	char name[1024];

	brc_html_text(page, brc_class_title(x->class_name, x->classes, (size_t)x->label[image],
					    name, sizeof(name)));
}

static void add_thumbnail(brc_page *page, const brc_place *at, size_t image, const brc_sheet *s)
{
	const brc_exemplars *x = &at->net->exemplars;
	size_t place = s->place[image];

	brc_str_addf(page->b,
		     "<figure><div class=\"x x%zu\" role=\"img\" aria-label=\"image %d\" "
		     "style=\"background-position:-%zupx -%zupx\"></div><figcaption>",
		     at->network, x->sample[image], place % s->columns * s->width * s->zoom,
		     place / s->columns * s->height * s->zoom);
	add_image_class(page, x, image);
	brc_str_add(page->b, "</figcaption></figure>");
}

static brc_rc add_examples(brc_page *page, const brc_place *at, const brc_group *g)
{
	const brc_exemplars *x = &at->net->exemplars;
	brc_sheet *sheet = &page->sheet[at->network];
	size_t image[BRC_STRONGEST], n;

	BRC_TRY(brc_exemplars_strongest(x, at->l, g, image, &n, page->err));
	if (n == 0)
		return BRC_OK;
	brc_str_add(page->b, "<h5>Images its units respond to most</h5><div class=\"examples\">");
	for (size_t i = 0; i < n; i++) {
		if (brc_sheet_add(sheet, image[i])) {
			add_thumbnail(page, at, image[i], sheet);
		} else {
			brc_str_addf(page->b, "<span class=\"example\">image %d ",
				     x->sample[image[i]]);
			add_image_class(page, x, image[i]);
			brc_str_add(page->b, "</span>");
		}
	}
	brc_str_add(page->b, "</div>\n");
	return BRC_OK;
}

static brc_rc add_group(brc_page *page, const brc_place *at, size_t i, bool open)
{
	const brc_group *g = &at->l->group[i];

	brc_str_addf(page->b, "<details class=\"group\" id=\"n%zu-l%zu-g%zu\"%s>\n", at->network,
		     at->labelling, i, open ? " open" : "");
	add_summary(page, at, g);
	add_statistics(page, at->l, g);
	add_drawings(page, at->l, g);
	BRC_TRY(add_examples(page, at, g));
	brc_str_add(page->b, "</details>\n");
	return BRC_OK;
}

static void add_legend(brc_page *page, const brc_place *at)
{
	brc_str_add(page->b,
		    "<h3>Groups one by one</h3>\n<p class=\"note\">Grey: random groups; the line: "
		    "this group. In the bars a tick is the mean of random groups, &#9733; a class "
		    "that loses more than under random groups.");
	if (at->net->has_exemplars)
		brc_str_add(page->b, " Example images stand highest in the units&#8217; lists of "
				     "their strongest images.");
	brc_str_add(page->b, "</p>\n");
}

brc_rc brc_html_details(brc_page *page, const brc_place *at)
{
	size_t tested = 0;

	for (size_t i = 0; i < at->l->n_groups; i++)
		tested += brc_group_tested(&at->l->group[i]);
	if (tested == 0)
		return BRC_OK;
	add_legend(page, at);
	size_t marked = 0;

	while (marked < at->n_chosen &&
	       strongest_mark(&at->l->group[at->chosen[marked]]) >= BRC_MARK_Q) {
		BRC_TRY(add_group(page, at, at->chosen[marked], marked < OPEN));
		marked++;
	}
	if (marked < at->n_chosen)
		brc_str_addf(page->b,
			     "<details class=\"rest\"><summary>%zu group%s not "
			     "stand out</summary>\n",
			     at->n_chosen - marked,
			     at->n_chosen - marked == 1 ? " that does" : "s that do");
	for (size_t k = marked; k < at->n_chosen; k++)
		BRC_TRY(add_group(page, at, at->chosen[k], false));
	if (marked < at->n_chosen)
		brc_str_add(page->b, "</details>\n");
	if (at->n_chosen < tested)
		brc_str_addf(page->b,
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
