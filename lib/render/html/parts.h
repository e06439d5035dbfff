/* The parts of the page, from the network down to one group. Internal to lib/render. */
#ifndef BRC_RENDER_HTML_PARTS_H
#define BRC_RENDER_HTML_PARTS_H

#include "render/html/elements.h"

brc_rc brc_html_network(brc_page *page, size_t network);
/* The layers: a chain with arrows; with branches, a drawing. */
brc_rc brc_html_wiring(brc_page *page, const brc_network *net);
brc_rc brc_html_labelling(brc_page *page, brc_place *at); /* chooses the groups itself */
/*
 * The groups shown one by one: strongest marks first, then in the order of
 * the table, page->details at most. chosen [n_groups] receives them, detailed
 * [n_groups, all false] marks them; returns how many.
 */
size_t brc_html_choose(const brc_page *page, const brc_labelling *l, size_t *chosen,
		       bool *detailed);
/* Graphs, agreement of starts, evidence for k, eigenvalues, affinity; nothing without them. */
brc_rc brc_html_partition(brc_page *page, const brc_place *at);
/* t of specificity by group and class; nothing without it, or for very many classes. */
void brc_html_class_table(brc_page *page, const brc_labelling *l);
void brc_html_groups(brc_page *page, const brc_place *at);
brc_rc brc_html_details(brc_page *page, const brc_place *at);
/* What stands out in a labelling; nothing where no group was tested. */
brc_rc brc_html_verdicts(brc_page *page, const brc_labelling *l);
/* One group against controls of other kinds than random ones; nothing without such. */
void brc_html_controls(brc_page *page, const brc_labelling *l, const brc_group *g);

/* ---- files that are embedded, each ended by a NUL ---- */

extern const char brc_embedded_css[];
extern const char brc_embedded_js[];
extern const char brc_embedded_chart[];
extern const char brc_embedded_methods[];       /* what the numbers mean */
extern const char brc_embedded_methods_graph[]; /* the same for graphs alone */
extern const char brc_embedded_licences[];      /* of what the page carries */

/* ---- charts: each writes a canvas and keeps its data in page->charts ---- */

#define BRC_CHART_GRAPHS 8 /* whose eigenvalues one chart shows, at most */

brc_rc brc_chart_clusterability(brc_page *page, const brc_network *net,
				const brc_clusterability *c);
brc_rc brc_chart_eigenvalues(brc_page *page, const brc_labelling *l);
brc_rc brc_chart_effects(brc_page *page, const brc_place *at, brc_proxy proxy);

#endif
