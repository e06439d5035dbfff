/* The page: head, navigation, networks, methods, data of the charts, scripts. */
#include <stdlib.h>

#include "base/cli.h"
#include "base/memory.h"
#include "render/html/parts.h"

enum { ROWS_MAX = 1500, DETAILS_MAX = 180, DETAILS_LEAST = 4 };

/* The title of the page: the one that was given, or the titles of the networks. */
static void add_title(brc_page *page)
{
	const brc_report *r = page->report;

	if (r->options.title)
		brc_escape_html(page->b, r->options.title);
	else if (r->n == 1)
		brc_escape_html(page->b, r->network[0].title);
	else
		brc_html(page, "%zu networks", r->n);
}

static void add_head(brc_page *page)
{
	brc_html(page, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		       "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		       "<meta name=\"color-scheme\" content=\"light dark\">\n"
		       "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		       "img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
		       "base-uri 'none'; form-action 'none'\">\n"
		       "<meta name=\"generator\" content=\"broca " BRC_VERSION "\">\n<title>");
	add_title(page);
	brc_html(page, " \xE2\x80\x93 %s</title>\n<style>\n",
		 brc_is_of_graphs(page->report) ? "clusters of a graph" : "local specialization");
	brc_str_add(page->b, brc_embedded_css);
	brc_html(page, "</style>\n</head>\n<body>\n");
}

/* Images are shown as parts of one sheet a network, by class x0, x1, ... */
static brc_rc add_sheets(brc_page *page)
{
	for (size_t i = 0; i < page->report->n; i++) {
		const brc_sheet *s = &page->sheet[i];
		size_t rows = s->n ? (s->n + s->columns - 1) / s->columns : 0;

		if (s->n == 0)
			continue;
		brc_html(page,
			 "<style>.x%zu{width:%zupx;height:%zupx;background-size:%zupx "
			 "%zupx;background-image:url(",
			 i, s->width * s->zoom, s->height * s->zoom,
			 s->columns * s->width * s->zoom, rows * s->height * s->zoom);
		BRC_TRY(brc_sheet_uri(s, &page->report->network[i].exemplars, page->b, page->err));
		brc_html(page, ")}</style>\n");
	}
	return BRC_OK;
}

static void add_navigation(brc_page *page)
{
	brc_html(page, "<nav aria-label=\"Contents\"><ul>\n");
	for (size_t i = 0; i < page->report->n; i++) {
		const brc_network *net = &page->report->network[i];

		brc_html(page, "<li><a href=\"#n%zu\">%s</a></li>\n", i,
			 page->report->n > 1 ? net->title : "findings");
		for (size_t j = 0; j < net->n_labellings && page->report->n == 1; j++)
			brc_html(page, "<li><a href=\"#n%zu-l%zu\">%s</a></li>\n", i, j,
				 net->labelling[j].name);
	}
	brc_html(page, "<li><a href=\"#methods\">methods and caveats</a></li>\n</ul></nav>\n");
}

static void add_combined(brc_page *page)
{
	const brc_report *r = page->report;

	if (r->n_combined == 0 && !r->combined_remark)
		return;
	brc_html(page, "<section id=\"combined\"><h2>Over all networks</h2>\n");
	if (r->combined_remark) {
		brc_html(page, "<p>");
		brc_html_prose(page, r->combined_remark);
		brc_html(page, "</p>\n");
	}
	if (r->n_combined > 0) {
		brc_html(page, "<p>One p-value for all "
			       "networks: the chance that as many independent uniform numbers have "
			       "so small a "
			       "mean (Irwin and Hall). It holds for networks trained apart.</p>\n");
		brc_html_table(page, "", "labelling|proxy|#networks|#mean omnibus p|#combined p");
		for (size_t i = 0; i < r->n_combined; i++) {
			const brc_combined *c = &r->combined[i];

			brc_html(page,
				 "<tr><th scope=\"row\">%s</th><td>%s</td><td "
				 "class=\"n\">%zu</td><td "
				 "class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
				 c->labelling, brc_proxy_name(c->proxy), c->networks,
				 brc_format_p(c->mean).s, brc_format_p(c->p).s);
		}
		brc_html_table_end(page);
	}
	brc_html(page, "</section>\n");
}

/* The charts' data as JSON, then Chart.js and our script. */
static brc_rc add_scripts(brc_page *page)
{
	char *json = json_dumps(page->charts, JSON_COMPACT | JSON_REAL_PRECISION(7));

	if (!json)
		return brc_fail(page->err, BRC_RESOURCE, "out of memory for the charts");
	brc_str_add(page->b, brc_embedded_licences);
	brc_html(page, "<script type=\"application/json\" id=\"charts\">");
	brc_escape_script(page->b, json);
	brc_html(page, "</script>\n<script>\n");
	free(json);
	if (json_array_size(page->charts) > 0)
		brc_str_add(page->b, brc_embedded_chart);
	brc_html(page, "\n</script>\n<script>\n");
	brc_str_add(page->b, brc_embedded_js);
	brc_html(page, "</script>\n</body>\n</html>\n");
	return BRC_OK;
}

static brc_rc compose(brc_page *page)
{
	add_head(page);
	brc_html(page, "<header><p class=\"kind\">%s by broca </p><h1>",
		 brc_is_of_graphs(page->report) ? "Clusters of a graph, found"
						: "Local specialization, measured");
	add_title(page);
	brc_html(page, "</h1>\n");
	add_navigation(page);
	brc_html(page, "</header>\n<main>\n");
	add_combined(page);
	for (size_t i = 0; i < page->report->n; i++)
		BRC_TRY(brc_html_network(page, i));
	brc_str_add(page->b, brc_is_of_graphs(page->report) ? brc_embedded_methods_graph
							    : brc_embedded_methods);
	brc_html(page, "</main>\n");
	BRC_TRY(add_sheets(page));
	return add_scripts(page);
}

brc_rc brc_report_html(const brc_report *r, brc_str *out, brc_err *err)
{
	brc_page page = {
		.report = r, .b = out, .charts = json_array(), .rows_left = ROWS_MAX, .err = err};
	size_t labellings = 0;
	brc_rc rc = BRC_OK;

	/* details are divided evenly; each labelling shows its strongest groups */
	for (size_t i = 0; i < r->n; i++)
		labellings += r->network[i].n_labellings;
	page.details = labellings > 0 ? DETAILS_MAX / labellings : 0;
	page.details = page.details > DETAILS_LEAST ? page.details : DETAILS_LEAST;
	page.sheet = brc_calloc(r->n, sizeof(*page.sheet), err);
	if (!page.sheet || !page.charts)
		rc = brc_fail(err, BRC_RESOURCE, "out of memory for the page");
	for (size_t i = 0; rc == BRC_OK && i < r->n; i++)
		rc = brc_sheet_init(&page.sheet[i], &r->network[i].exemplars, err);
	BRC_THEN(rc, compose(&page));
	for (size_t i = 0; page.sheet && i < r->n; i++)
		brc_sheet_clear(&page.sheet[i]);
	free(page.sheet);
	json_decref(page.charts);
	return rc == BRC_OK ? brc_str_check(out, err) : rc;
}
