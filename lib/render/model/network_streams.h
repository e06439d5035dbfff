/*
 * Joins the streams of one network, so that they are shown as one. The title of a network is made
 * of its files, with as much of the paths as is needed to tell them apart. Internal to lib/render.
 */
#ifndef BRC_RENDER_NETWORK_STREAMS_H
#define BRC_RENDER_NETWORK_STREAMS_H

#include "render/report.h"

typedef struct brc_network_inputs {
	brc_report_input *item; /* [n]; arrays and titles owned, what they point to borrowed */
	size_t n;
} brc_network_inputs;

/*
 * Join inputs with the same model digest (metadata `model`) whose sections do
 * not clash: no two of one type and name but with different content. Sections
 * and history entries that stand in both are taken once. So the partitions of
 * one network, made from weights and from activations, stand side by side,
 * while runs of other networks, or other runs of this one, stay apart. The
 * order is that of the first stream of each network.
 */
brc_rc brc_network_inputs_join(brc_network_inputs *j, const brc_report_input *inputs, size_t n,
			       brc_err *err);
void brc_network_inputs_clear(brc_network_inputs *j);

/* The digest of the model, from whichever section carries it; NULL when none does. */
const char *brc_input_model(const brc_report_input *in);

#endif
