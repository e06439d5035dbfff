/*
 * The titles of networks: their files, with as much of the paths as is needed to tell them apart.
 * Internal to lib/render.
 */
#ifndef BRC_RENDER_NETWORK_TITLES_H
#define BRC_RENDER_NETWORK_TITLES_H

#include "render/report.h"

/*
 * The shortest ends of the paths, in whole components, that differ wherever
 * the paths do: brief[i] points into inputs[i].title, or is "" without one.
 */
brc_rc brc_titles_shorten(const char **brief, const brc_report_input *inputs, size_t n,
			  brc_err *err);

/*
 * Append the title of the network `which`: the streams i with of[i] == which,
 * each once, as "weights.brc", "run-1: weights.brc, activations.brc" or
 * "standard input (streams 1, 3)".
 */
void brc_titles_join(brc_str *title, const char *const *brief, const brc_report_input *inputs,
		     const size_t *of, size_t n, size_t which);

#endif
