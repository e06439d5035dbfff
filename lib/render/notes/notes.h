/*
 * Sentences about a network. Each collector appends notes of one sort, and looks at nothing but
 * the model; only brc_notes_collect knows their order. Internal to lib/render.
 */
#ifndef BRC_RENDER_NOTES_H
#define BRC_RENDER_NOTES_H

#include "render/model/model.h"

/* Findings, cuts, warnings and what is missing, in this order, into network->note. */
brc_rc brc_notes_collect(brc_network *net, const brc_report_options *options, brc_err *err);
brc_rc brc_sentences_collect(brc_network *net, const brc_report_options *options, brc_err *err);
brc_rc brc_cuts_collect(brc_network *net, brc_err *err);
brc_rc brc_untested_collect(brc_network *net, brc_err *err);
brc_rc brc_warnings_collect(brc_network *net, brc_err *err);
brc_rc brc_missing_collect(brc_network *net, brc_err *err);

#endif
