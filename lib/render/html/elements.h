/*
 * A page that is being written, and its small pieces. All text from the stream goes through
 * brc_html or brc_escape_html. Internal to lib/render.
 */
#ifndef BRC_RENDER_HTML_ELEMENTS_H
#define BRC_RENDER_HTML_ELEMENTS_H

#include <jansson.h>

#include "render/html/example_images.h"
#include "render/model/model.h"
#include "render/words/escape.h"
#include "render/words/format.h"

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

/*
 * Appends to the page: HTML from a format of printf whose strings are escaped, as brc_htmlf has
 * it.
 */
void brc_html(brc_page *page, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A name such as "blocks.1.fc_2": when long, lines may break behind . _ / and -. */
void brc_html_name(brc_page *page, const char *s);
/* A sentence: escaped, with true signs for <= and minus. */
void brc_html_prose(brc_page *page, const char *s);

/*
 * The beginning of a table, up to its first row. `attributes` are those of the table, with a blank
 * before them, or "". "|" separates the titles of columns; titles that begin with '#' are of
 * numbers.
 */
void brc_html_table(brc_page *page, const char *attributes, const char *titles);
/* The end of a table. */
void brc_html_table_end(brc_page *page);
/* One more head, for a table whose beginning is written by hand. */
void brc_html_heads(brc_page *page, const char *titles);
/* Cells of numbers; a minus is set as one. */
void brc_html_cell(brc_page *page, brc_word number);
void brc_html_count(brc_page *page, size_t n);

/*
 * The notes of one kind about a labelling as a list; nothing when there are none. With BRC_EVERY
 * each says which labelling it is about.
 */
void brc_html_notes(brc_page *page, const brc_network *net, brc_note_kind kind, size_t labelling,
		    const char *list_class);

/* "important" and "coherent" as badges, if they hold for a group after correction. */
void brc_html_badges(brc_page *page, const brc_group *g);

#endif
