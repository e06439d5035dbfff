/*
 * Reports: the contents of the sections of one or several streams, as text, TSV, JSON or one
 * self-contained HTML page.
 *
 *     brc_report *r;
 *     if (brc_report_new(&r, inputs, n, &options, &err) == BRC_OK) {
 *             brc_str page = {0};
 *             brc_report_html(r, &page, &err);
 *             ...
 *             brc_report_free(r);
 *     }
 *
 * Output is a function of the sections and options alone: no time, no host.
 *
 * The folders of lib/render, from the top down. Each includes only folders below it, and those of
 * one line do not include each other:
 *
 *     report                  from inputs to the form asked for
 *     html                    the page: page, network, labelling, one group; elements last
 *     svg   text  json  tsv   drawings for the page; the other forms
 *     notes                   the sentences: findings, warnings, what was not run
 *     model                   the sections, checked and joined: what there is to tell
 *     words                   escaping, numbers as people read them, shell commands
 */
#ifndef BRC_RENDER_REPORT_H
#define BRC_RENDER_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"
#include "stream/map.h"
#include "stream/section.h"

/* One stream: its sections in order and the entries of its history. All borrowed. */
typedef struct brc_report_input {
	const char *title; /* a path, of which as much is shown as tells the inputs apart */
	size_t stream;     /* its number, from 1, where the path holds several; else 0 */
	const brc_section *const *sections;
	size_t n;
	const brc_map *const *history;
	size_t n_history;
} brc_report_input;

typedef enum brc_report_order {
	BRC_ORDER_LAYER,       /* by layer, then cluster */
	BRC_ORDER_SIGNIFICANCE /* strongest finding first */
} brc_report_order;

typedef struct brc_report_options {
	const char *title; /* of the whole report; NULL: made from the inputs */
	double level;      /* of significance, in (0, 1) */
	brc_report_order order;
	bool run;   /* the family of all tests of a network, beside that of each statistic */
	bool draws; /* JSON: also the statistic of every control draw */
} brc_report_options;

typedef struct brc_report brc_report;

/*
 * Collect and check. The inputs, their sections and the strings of `options`
 * must outlive the report. BRC_DATA when a section is not as docs/sections.md
 * says, and (with a hint) when no input holds anything to report.
 */
brc_rc brc_report_new(brc_report **r, const brc_report_input *inputs, size_t n,
		      const brc_report_options *options, brc_err *err);
void brc_report_free(brc_report *r);

typedef enum brc_report_form {
	BRC_REPORT_TEXT,
	BRC_REPORT_HTML,
	BRC_REPORT_JSON,
	BRC_REPORT_TSV
} brc_report_form;

/* By the suffix of the file's name; text without one, or for NULL. BRC_USAGE for other suffixes. */
brc_rc brc_report_form_of(const char *path, brc_report_form *form, brc_err *err);

/*
 * Append the whole report to `out`: brc_report_render in the form `form`, each other function in
 * the form that its name says. BRC_RESOURCE.
 */
brc_rc brc_report_render(const brc_report *r, brc_report_form form, brc_str *out, brc_err *err);
brc_rc brc_report_text(const brc_report *r, brc_str *out, brc_err *err);
brc_rc brc_report_tsv(const brc_report *r, brc_str *out, brc_err *err);
brc_rc brc_report_json(const brc_report *r, brc_str *out, brc_err *err);
brc_rc brc_report_html(const brc_report *r, brc_str *out, brc_err *err);

#endif
