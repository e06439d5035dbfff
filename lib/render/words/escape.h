/*
 * Text from a stream is hostile: class and layer names come from whoever made
 * the model. Each output has its own way of making a string harmless. All of
 * them accept any bytes; what is not UTF-8 is replaced. Internal to lib/render.
 */
#ifndef BRC_RENDER_ESCAPE_H
#define BRC_RENDER_ESCAPE_H

#include <stdarg.h>
#include <stddef.h>

#include "base/str.h"

/*
 * HTML text, or an attribute value between double or single quotes: & < > " '
 * become entities; control characters, bidirectional overrides and ill-formed
 * bytes become U+FFFD.
 */
void brc_escape_html(brc_str *b, const char *s);

/*
 * HTML from a format of printf whose strings (%s) are escaped as above. It takes %s, %d, %zu, %c
 * and numbers (%.1f, %g, ...), but no stars and no widths from arguments.
 */
void brc_htmlf(brc_str *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void brc_vhtmlf(brc_str *b, const char *fmt, va_list *args);

/* HTML text of at most `columns` columns, as brc_escape_cell cuts, but not padded. */
void brc_escape_html_cell(brc_str *b, const char *s, size_t columns);

/* A terminal: control characters (C0, DEL, C1), overrides and ill-formed bytes become '?'. */
void brc_escape_terminal(brc_str *b, const char *s);

/*
 * One cell of a TSV table: tab, newline, carriage return and backslash become
 * \t \n \r \\, other control characters '?'. A cell that a spreadsheet would
 * take for a formula (it begins with = + - or @) gets a leading apostrophe.
 */
void brc_escape_tsv(brc_str *b, const char *s);

/* Well-formed UTF-8: ill-formed bytes become U+FFFD, all else is kept (for JSON libraries). */
void brc_escape_utf8(brc_str *b, const char *s);

/* JSON text inside <script>: < > & become \u escapes (valid JSON, no HTML meaning). */
void brc_escape_script(brc_str *b, const char *json);

/* One word of a POSIX shell: quoted unless it is plainly safe; controls become '?'. */
void brc_escape_shell(brc_str *b, const char *s);

/* Columns that `s` takes on a terminal once escaped for it: wide characters 2, combining 0. */
size_t brc_escape_columns(const char *s);

/*
 * A cell of exactly `width` columns: `s` escaped for a terminal, padded with
 * blanks on the right, or cut with a final '~'.
 */
void brc_escape_cell(brc_str *b, const char *s, size_t width);

#endif
