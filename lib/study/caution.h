/* Warnings that hold for every verdict that is made of lesions. */
#ifndef BRC_STUDY_CAUTION_H
#define BRC_STUDY_CAUTION_H

#include <stddef.h>

#include "sections/lesions.h"

enum { BRC_FEW_IMAGES = 50 }; /* of a class: fewer are few */

/*
 * What to be careful about: few images of a class, and accuracy near chance before any lesion.
 * Sentences without their ends, joined by "; ", into text[size]; "" if there is nothing.
 */
void brc_caution(const brc_lesions *l, char *text, size_t size);

#endif
