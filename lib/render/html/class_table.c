/* Which classes each group serves: t of specificity, group by class, darker where it is lower. */
#include <math.h>

#include "render/html/parts.h"

enum { COLUMNS_MOST = 40, SHADES = 4 };

/* 0: not below 0 by much, up to 4. In standard errors. */
static int shade_of(double t)
{
	static const double below[SHADES] = {-2, -4, -8, -16};
	int shade = 0;

	while (shade < SHADES && t <= below[shade])
		shade++;
	return shade;
}

static void add_cell(brc_page *page, const brc_findings *f, size_t at)
{
	const double t = f->class_t[at];
	const bool found = f->class_t_p_adjusted[at] <= page->report->options.level;
	const char *star = found ? " \xE2\x98\x85" : "";

	if (isnan(t)) {
		brc_html(page, "<td></td>");
		return;
	}
	brc_str_addf(page->b, "<td class=\"n t%d%s\"", shade_of(t), found ? " low" : "");
	brc_html(page, " title=\"U %s points, p %s\">%s%s</td>",
		 brc_format_points(f->class_u[at]).s, brc_format_p(f->class_t_p_adjusted[at]).s,
		 brc_format_minus(brc_format_fixed(t, 1)).s, star);
}

static void add_row(brc_page *page, const brc_labelling *l, const brc_group *g)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];

	brc_html(page, "<tr><th scope=\"row\">%s %d</th>", l->layer_title[g->layer], g->cluster);
	for (size_t c = 0; c < f->classes; c++)
		add_cell(page, f, g->row[BRC_COHERENCE] * f->classes + c);
	brc_html(page, "</tr>\n");
}

void brc_html_class_table(brc_page *page, const brc_labelling *l)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];

	if (!f->class_t || f->classes > COLUMNS_MOST)
		return;
	brc_html(page,
		 "<h3>Which classes does a group serve?</h3>\n<p class=\"note\">t of each "
		 "class: by how many standard errors its probability falls more for its own "
		 "answers than for all, when the group is silenced. &#9733;: lower than under "
		 "random groups (adjusted over the classes of the group).</p>\n"
		 "<div class=\"wide long\" tabindex=\"0\"><table class=\"classes\"><thead>"
		 "<tr><th scope=\"col\">group</th>");
	for (size_t c = 0; c < f->classes; c++)
		brc_html(page, "<th scope=\"col\" class=\"n\">%s</th>", l->class_name[c]);
	brc_html(page, "</tr></thead><tbody>\n");
	for (size_t i = 0; i < l->n_groups && page->rows_left > 0; i++) {
		const brc_group *g = &l->group[l->order[i]];

		if (g->row[BRC_COHERENCE] == BRC_ANY)
			continue;
		add_row(page, l, g);
		page->rows_left--;
	}
	brc_html_table_end(page);
}
