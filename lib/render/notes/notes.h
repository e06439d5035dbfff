/*
 * Sentences about a network. Each function appends notes of one kind, and looks only at the model.
 * Only brc_notes_collect knows their order. Internal to lib/render.
 */
#ifndef BRC_RENDER_NOTES_H
#define BRC_RENDER_NOTES_H

#include "render/model/model.h"

/* All sentences about a network, in their order. BRC_RESOURCE. */
brc_rc brc_notes_collect(brc_network *net, const brc_report_options *options, brc_err *err);

/* Is there structure? The verdict on every partition. */
void brc_note_structure(brc_network *net);
/* What a colleague wants to read first: how clusterable, which groups stand out. */
void brc_note_findings(brc_network *net, double level);
/* Which findings return in perturbed partitions, and which units always are in one. */
void brc_note_repeats(brc_network *net);
/* What holds in the family of all tests, if the report asks for that. */
void brc_note_family(brc_network *net, double level);
/*
 * Append a sentence for each direction in which q and max-T of a statistic disagree at `level`,
 * with a blank before it. Nothing where they flag the same groups.
 */
void brc_note_reconciled(brc_str *text, const brc_inference *st, double level);
/* How far each partition is reliable, and where its k comes from. */
void brc_note_partitions(brc_network *net);
/* Which groups were not tested, by reason. */
void brc_note_untested(brc_network *net);
/* What to be careful about. */
void brc_note_warnings(brc_network *net);
/* What was not run, and the command that adds it. */
void brc_note_missing(brc_network *net);

#endif
