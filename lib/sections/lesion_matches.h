/*
 * The kinds of matched controls in the section lesions: metadata `match`, and tensors whose names
 * begin with "match/KIND/".
 *
 * Internal to lib/sections.
 */
#ifndef BRC_SECTIONS_LESION_MATCHES_H
#define BRC_SECTIONS_LESION_MATCHES_H

#include "base/err.h"
#include "sections/lesions.h"

brc_rc brc_lesion_matches_write(const brc_lesions *l, brc_section *s, brc_err *err);
/*
 * After draws, m, classes and the tensors of the random controls: each kind has the same ones.
 * BRC_DATA where a kind is unknown or comes twice, or a tensor is missing or of another shape.
 */
brc_rc brc_lesion_matches_read(brc_lesions *l, const brc_section *s, brc_err *err);
/*
 * BRC_DATA where numbers cannot be, as brc_lesion_tensors_check, or row 0 is not the observed
 * partition.
 */
brc_rc brc_lesion_matches_check(const brc_lesions *l, const brc_section *s, brc_err *err);
void brc_lesion_matches_clear(brc_lesions *l);

#endif
