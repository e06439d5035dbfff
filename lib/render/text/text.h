/* Parts of the text report; see render/report.h. Lines are at most BRC_TEXT_WIDTH columns. Internal
 * to lib/render. */
#ifndef BRC_RENDER_TEXT_H
#define BRC_RENDER_TEXT_H

#include "render/model/model.h"

#define BRC_TEXT_WIDTH 96

/*
 * Appends `line`, escaped for a terminal, as a paragraph. Its first line stands behind `first`,
 * which is printed as it is; the others are indented by as many blanks. Frees `line`.
 */
void brc_text_line(brc_str *b, const char *first, brc_str *line);

/* How a labelling was made, and the graphs that were divided. */
void brc_text_partition(brc_str *b, const brc_labelling *l);

/* Its tests, and the table of its groups. */
void brc_text_tests(brc_str *b, const brc_labelling *l, double level);

/* What stands out in it, two lines a group; nothing where no group was tested. BRC_RESOURCE. */
brc_rc brc_text_verdicts(brc_str *b, const brc_labelling *l, double level, brc_err *err);

/* Its findings against controls of other kinds than random ones; nothing without such. */
void brc_text_controls(brc_str *b, const brc_labelling *l, double level);

#endif
