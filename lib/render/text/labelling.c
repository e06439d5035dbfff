/* A labelling on a terminal: facts, tests, and one line a group. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "render/words/escape.h"
#include "render/words/format.h"
#include "render/text/text.h"

/* Widths of the columns in the table of groups. */
enum { LAYER = 10, CLUSTER = 3, UNITS = 5, NUMBER = 6, P = 5, MARK = 3, CLASS = 9 };
/* The least width of the block of a proxy in it, and widths in the table of tests: of a title, of
 * the p of a joint test, and the least of a count of groups. */
enum { BLOCK_LEAST = 17, TITLE = 36, TEST = 9, COUNT = 5 };
/* How many graphs are listed at most, and the largest width of their names. */
enum { GRAPHS = 40, GRAPH_NAME = 52 };

static void add_graph(brc_str *b, const brc_graph_result *g)
{
	brc_str line = {0};

	brc_str_addf(&line, "%s: k %zu, n-cut %s", g->name[0] ? g->name : "graph", g->k,
		     brc_format_number(g->ncut, 5).s);
	if (isfinite(g->lower_bound))
		brc_str_addf(&line, " (at least %s)", brc_format_number(g->lower_bound, 5).s);
	brc_str_addf(&line, ", inside/between %s", brc_format_number(g->in_out, 3).s);
	if (isfinite(g->starts))
		brc_str_addf(&line, ", starts agree to %.2f", g->starts);
	if (g->units > 0)
		brc_str_addf(&line, "; %zu units, %zu component%s, %zu isolated", g->units,
			     g->components, g->components == 1 ? "" : "s", g->isolated);
	brc_text_line(b, "  ", &line);
}

/* Several graphs, with a line for each. The HTML and JSON reports say more about them. */
static void add_graphs(brc_str *b, const brc_labelling *l)
{
	size_t width = 5;

	for (size_t i = 0; i < l->n_graphs && i < GRAPHS; i++) {
		size_t columns = brc_escape_columns(l->graph[i].name);

		width = columns > width ? columns : width;
	}
	width = width < GRAPH_NAME ? width : GRAPH_NAME;
	brc_str_addf(b, "  %-*s %4s %8s %9s %6s %5s\n", (int)width, "graph", "k", "n-cut", "starts",
		     "units", "comp.");
	for (size_t i = 0; i < l->n_graphs && i < GRAPHS; i++) {
		const brc_graph_result *g = &l->graph[i];

		brc_str_add(b, "  ");
		brc_escape_cell(b, g->name, width);
		brc_str_addf(b, " %4zu %8s %9s %6zu %5zu\n", g->k, brc_format_fixed(g->ncut, 3).s,
			     brc_format_fixed(g->starts, 2).s, g->units, g->components);
	}
}

void brc_text_partition(brc_str *b, const brc_labelling *l)
{
	if (l->labels_section) {
		brc_str_addf(b, "%s partition", brc_mode_title(l->labels.mode));
		if (l->labels.source[0])
			brc_str_addf(b, " from %s", brc_source_title(l->labels.source));
		brc_str_addf(b,
			     ": %zu units in %zu groups, %zu in none\n(a group, or sub-cluster: "
			     "the units of one layer with one label)\n",
			     brc_layers_total(&l->layers), l->n_groups, l->labels.isolated);
	}
	if (l->n_graphs > 1)
		add_graphs(b, l);
	else if (l->n_graphs == 1)
		add_graph(b, &l->graph[0]);
	if (l->n_graphs > GRAPHS)
		brc_str_addf(b, "  %zu graphs more are in the JSON report\n", l->n_graphs - GRAPHS);
	if (l->n_graphs > 0)
		brc_str_add(b, "\n");
}

/*
 * Is the column in the text, and does the statistic have it? There is room for one effect: where
 * the statistic has a range, it stands in the place of the difference from random groups.
 */
static bool shown(const brc_column *c, const brc_inference *st)
{
	return c->text_head && brc_column_there(c, st) &&
	       !(st->u_range && brc_column_values(c, st) == st->effect);
}

/* The count of groups that are significant by a p is under the head of that p. */
static int count_width(const brc_column *c)
{
	int head = (int)strlen(c->text_head) + 1;

	return head > COUNT ? head : COUNT;
}

/* The joint tests, and how many groups hold by each p. */
static void add_statistic(brc_str *b, const brc_inference *st, brc_proxy proxy, double level)
{
	char title[sizeof(st->title)];

	brc_format_title(st, title, sizeof(title));
	brc_str_addf(b, "  %-10s ", brc_proxy_name(proxy));
	brc_escape_cell(b, title, TITLE);
	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		if (c->text_head)
			brc_str_addf(b, " %*s", TEST, brc_format_p(brc_column_number(c, st)).s);
	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		if (c->kind == BRC_COLUMN_P && shown(c, st))
			brc_str_addf(b, " %*zu", count_width(c),
				     brc_inference_found(st, brc_column_values(c, st), level));
	brc_str_add(b, "\n");
}

/* Two lines: which test or, over the counts, at which level; then of which p. */
static void add_test_heads(brc_str *b, double level)
{
	brc_str_addf(b, "  %*s", 11 + TITLE, "");
	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		if (c->text_head)
			brc_str_addf(b, " %*s", TEST, c->text_head);
	brc_str_addf(b, "  groups <= %g by\n  %-10s %-*s", level, "", TITLE, "statistic");
	for (const brc_column *c = brc_statistic_numbers; c->name; c++)
		if (c->text_head)
			brc_str_addf(b, " %*s", TEST, "p");
	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		if (c->kind == BRC_COLUMN_P && c->text_head)
			brc_str_addf(b, " %*s", count_width(c), c->text_head);
	brc_str_add(b, "\n");
}

/* The tests that describe the labelling: those of importance, else of coherence, else NULL. */
static const brc_inference *first_test(const brc_labelling *l)
{
	const brc_inference *st = brc_primary(&l->test[BRC_IMPORTANCE]);

	return st ? st : brc_primary(&l->test[BRC_COHERENCE]);
}

static int width_of(const brc_column *c)
{
	return c->kind == BRC_COLUMN_P ? P : NUMBER;
}

/*
 * The width of a proxy's numbers, in columns of the terminal. Their block may be wider, since the
 * title has to fit as well.
 */
static int numbers_width(const brc_inference *st)
{
	int width = MARK - 1;

	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		if (shown(c, st))
			width += 1 + width_of(c);
	return width;
}

static int block_width(const brc_inference *st)
{
	return numbers_width(st) > BLOCK_LEAST ? numbers_width(st) : BLOCK_LEAST;
}

/* Above the heads: which proxy, then which statistic in which unit. */
static void add_title(brc_str *b, const brc_labelling *l, bool statistic)
{
	brc_str_addf(b, "%*s", LAYER + 1 + CLUSTER + 1 + UNITS, "");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);
		char title[128];

		if (!st)
			continue;
		snprintf(title, sizeof(title), statistic ? "%s, %s" : "%s",
			 statistic ? st->statistic : brc_proxy_name(p), brc_format_unit(st));
		brc_str_add(b, " | ");
		brc_escape_cell(b, title, (size_t)block_width(st));
	}
}

static void add_cells(brc_str *b, const brc_inference *st, const brc_group *g, brc_proxy proxy)
{
	static const char *const stars[] = {"   ", " . ", " * ", " **"}; /* by mark */
	size_t row = g->row[proxy];

	if (!st)
		return;
	if (row == BRC_ANY) {
		brc_str_addf(b, " | %*s", block_width(st), "");
		return;
	}
	brc_str_add(b, " |");
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		brc_word w;
		bool zero;

		if (!shown(c, st))
			continue;
		w = brc_format_column(st, c, brc_column_values(c, st)[row], true);
		zero = c->kind == BRC_COLUMN_P && w.s[0] == '0'; /* ".005" */
		brc_str_addf(b, " %*s", width_of(c), w.s + zero);
	}
	brc_str_addf(b, "%s%*s", stars[g->mark[proxy]], block_width(st) - numbers_width(st), "");
}

/* `before`: the group in the row above, or NULL. */
static void add_group(brc_str *b, const brc_labelling *l, const brc_group *g,
		      const brc_group *before, double level)
{
	const char *name = l->layers.name[g->layer];
	bool fits = brc_escape_columns(name) <= LAYER;

	/* a name that does not fit has a line of its own, above the first group of its layer */
	if (!fits && !(before && before->layer == g->layer)) {
		brc_escape_terminal(b, name);
		brc_str_add(b, "\n");
	}
	brc_escape_cell(b, fits ? name : "", LAYER);
	brc_str_addf(b, " %*d %*zu", CLUSTER, g->cluster, UNITS, g->size);
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		add_cells(b, brc_primary(&l->test[p]), g, p);
	if (g->worst_class != BRC_ANY) {
		brc_str_add(b, " | ");
		brc_escape_cell(b, l->class_name[g->worst_class], CLASS);
		brc_str_addf(b, " %s%s", brc_format_points(brc_worst_shown(g)).s,
			     g->worst_p <= level ? "*" : "");
	}
	brc_str_add(b, "\n");
}

static void add_legend(brc_str *b, const brc_labelling *l, double level)
{
	brc_str line = {0};

	brc_str_addf(&line,
		     "effect: what silencing the group does beyond the mean of random groups. . p "
		     "<= %g, as %g %% of groups have by chance",
		     level, 100 * level);
	if (!first_test(l)->published)
		brc_str_addf(&line,
			     "; * q <= %g, and among all * and ** about %g %% are false; ** max-T "
			     "p <= %g, the chance of even one false ** in the column",
			     level, 100 * level, level);
	if (!first_test(l)->published && brc_task_counts(l->lesions.task))
		brc_str_addf(&line,
			     ". %s*: it loses more than under random groups (adjusted p <= %g)",
			     brc_task_cell(l->lesions.task), level);
	if (l->test[BRC_COHERENCE].class_t)
		brc_str_addf(
			&line,
			". U: the change of a class's probability for its own answers "
			"less that for all; range: from the smallest to the largest U, in points. "
			"A finding needs a range of %g points",
			100 * brc_primary(&l->test[BRC_COHERENCE])->minimum_effect);
	brc_str_add(b, "\n");
	brc_text_line(b, "  ", &line);
}

/* Nothing was tested: one paragraph a layer, with the sizes of its groups. */
static void add_sizes(brc_str *b, const brc_labelling *l)
{
	if (l->n_groups > 0)
		brc_str_add(b, "  groups of each layer, as cluster: units\n");
	for (size_t i = 0, last; i < l->n_groups; i = last) {
		brc_str line = {0};

		brc_str_addf(&line, "%s ", l->layers.name[l->group[i].layer]);
		for (last = i; last < l->n_groups && l->group[last].layer == l->group[i].layer;
		     last++)
			brc_str_addf(&line, "%s %d:%zu", last > i ? "," : "",
				     l->group[last].cluster, l->group[last].size);
		brc_text_line(b, "  ", &line);
	}
	for (size_t i = 0; l->unit_name && i < l->n_groups; i++) {
		brc_str line = {0};

		brc_str_addf(&line, "%s %d: ", l->layers.name[l->group[i].layer],
			     l->group[i].cluster);
		brc_members(&line, l, &l->group[i]);
		brc_text_line(b, "  ", &line);
	}
	brc_str_add(b, "\n");
}

static void add_table(brc_str *b, const brc_labelling *l, double level)
{
	const brc_group *before = NULL;
	const bool specific = l->test[BRC_COHERENCE].class_t;
	bool worst = false;

	for (size_t i = 0; i < l->n_groups; i++)
		worst |= l->group[i].worst_class != BRC_ANY;
	brc_str_add(b, "\n");
	for (int line = 0; line < 2; line++) {
		add_title(b, l, line == 1);
		if (!worst)
			brc_str_add(b, "\n");
		else if (line == 0)
			brc_str_addf(b, " | %s most\n", brc_task_cell(l->lesions.task));
		else
			brc_str_add(b, specific ? " | hit, U in\n" : " | damaged,\n");
	}
	brc_str_addf(b, "%-*s %*s %*s", LAYER, "layer", CLUSTER, "cl.", UNITS, "units");
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		if (!st)
			continue;
		brc_str_add(b, " |");
		for (const brc_column *c = brc_statistic_columns; c->name; c++)
			if (shown(c, st))
				brc_str_addf(b, " %*s", width_of(c), c->text_head);
		brc_str_addf(b, "%*s", MARK + block_width(st) - numbers_width(st), "");
	}
	brc_str_add(b, worst ? " | points\n" : "\n");
	for (size_t i = 0; i < l->n_groups; i++) {
		const brc_group *g = &l->group[l->order[i]];

		if (!brc_group_tested(g))
			continue;
		add_group(b, l, g, before, level);
		before = g;
	}
	add_legend(b, l, level);
	brc_str_add(b, "\n");
}

void brc_text_tests(brc_str *b, const brc_labelling *l, double level)
{
	const brc_inference *st = first_test(l);

	if (!st) {
		add_sizes(b, l);
		return;
	}
	brc_str_addf(b, "  %zu groups against %zu random groups each, of their size and layer\n",
		     st->m, st->n);
	add_test_heads(b, level);
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; i < l->test[p].n_stats; i++)
			add_statistic(b, &l->test[p].stat[i], p, level);
	brc_str_add(b, "  * if the groups were independent, which they are not\n");
	add_table(b, l, level);
	brc_text_controls(b, l, level);
}
