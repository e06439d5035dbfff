/*
 * What lesions leave, summed micro-batch by micro-batch, and then added up in order. Internal to
 * lib/net.
 */
#ifndef BRC_NET_LESION_SUMS_H
#define BRC_NET_LESION_SUMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/lesion.h"

/* Where the sums of all micro-batches go: each [all sets][cells]. */
typedef struct brc_lesion_results {
	int32_t *correct;
	double *loss;
	const brc_lesion_changes *changes; /* or NULL */
} brc_lesion_results;

typedef struct brc_lesion_sums {
	size_t batches, sets, cells; /* of this round */
	int32_t *correct;            /* [batches][sets][cells], as are those below */
	double *loss;
	bool changes; /* are changes of probabilities summed? If so: */
	double *own, *squares, *all;
	int32_t *saturated; /* [batches][cells] */
} brc_lesion_sums;

/* Bytes of one micro-batch, lesion and cell. */
size_t brc_lesion_sums_bytes(bool changes);
/* Room for `most` numbers of each, and batches * cells saturated ones. s->changes is set. */
brc_rc brc_lesion_sums_alloc(brc_lesion_sums *s, size_t most, size_t saturated, brc_err *err);
/* A round begins: all sums are 0. */
void brc_lesion_sums_begin(brc_lesion_sums *s, size_t batches, size_t sets, size_t cells);
/* Its sums are those of the sets from number `done` on. */
void brc_lesion_sums_add_up(const brc_lesion_sums *s, size_t done, const brc_lesion_results *to);
void brc_lesion_sums_clear(brc_lesion_sums *s); /* of a zeroed or a filled struct */

#endif
