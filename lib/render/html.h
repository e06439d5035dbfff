/* Parts of the page; see render/report.h. All text from the stream goes through brc_escape_html. */
#ifndef BRC_RENDER_HTML_H
#define BRC_RENDER_HTML_H

#include <jansson.h>

#include "render/exemplars.h"
#include "render/model.h"

typedef struct brc_page {
	const brc_report *report;
	brc_str *b;
	json_t *charts;   /* data of the charts, drawn by report.js */
	size_t rows_left; /* rows of group tables that the page still takes */
	size_t details;   /* groups of one labelling that are shown in detail, at most */
	brc_sheet *sheet; /* [networks] */
	brc_err *err;
} brc_page;

/* Which group of which labelling of which network: names anchors and charts. */
typedef struct brc_place {
	size_t network, labelling;
	const brc_network *net;
	const brc_labelling *l;
	const size_t *chosen; /* groups shown one by one, in this order */
	size_t n_chosen;
	const bool *detailed; /* [l->n_groups] is it among them? */
} brc_place;

/* ---- the embedded files, each ended by a NUL ---- */

extern const char brc_embedded_css[];
extern const char brc_embedded_js[];
extern const char brc_embedded_chart[];

/* ---- small pieces ---- */

void brc_html_text(brc_page *page, const char *s); /* escaped */
/* The same for names such as "blocks.1.fc_2": when long, lines may break behind . _ / and -. */
void brc_html_name(brc_page *page, const char *s);
/* A number made by format.h, with a true minus. */
void brc_html_number(brc_page *page, const char *number);
/* A sentence: escaped, with true signs for <= and minus. */
void brc_html_prose(brc_page *page, const char *s);
/* Heads of the columns of a table: "|" separates titles, those after '#' are of numbers. */
void brc_html_heads(brc_page *page, const char *titles);
/* The notes of one kind about a labelling as a list; nothing when there are none. */
void brc_html_notes(brc_page *page, const brc_network *net, brc_note_kind kind, size_t labelling,
		    const char *class);

/* layer/role or layer/kind of layer i, "" when it is not there. Borrows from buf. */
const char *brc_html_layer_word(const brc_network *net, const char *column, size_t i, char *buf,
				size_t cap);
bool brc_html_layer_is_hidden(const brc_network *net, size_t i); /* also when not known */

/* ---- parts ---- */

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
/* Graphs, stability, evidence for k, eigenvalues, affinity; nothing without them. */
brc_rc brc_html_cut(brc_page *page, const brc_place *at);
void brc_html_groups(brc_page *page, const brc_place *at);
brc_rc brc_html_details(brc_page *page, const brc_place *at);
void brc_html_methods(brc_page *page);
void brc_html_licences(brc_page *page);

/* ---- charts: each writes a canvas and keeps its data in page->charts ---- */

#define BRC_CHART_GRAPHS 8 /* whose eigenvalues one chart shows, at most */

brc_rc brc_chart_clusterability(brc_page *page, const brc_null_test *c);
brc_rc brc_chart_eigenvalues(brc_page *page, const brc_labelling *l);
brc_rc brc_chart_effects(brc_page *page, const brc_place *at, brc_proxy proxy);

#endif
