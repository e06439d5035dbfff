/* From the arrays that files hold to a data set. */
#ifndef BRC_DATA_ASSEMBLE_H
#define BRC_DATA_ASSEMBLE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/array.h"
#include "data/dataset.h"

/*
 * Bring images [n, ...] and labels [n] (or [n, 1]) of any type into the types
 * of a data set: labels become <i4, images stay |u1 or <f4; float images
 * become <f4; other integers become <f4 too, but only with `scaled` (the
 * scale was given), since their range is unknown. Conversion may take `mem`
 * bytes (0: what the machine has). BRC_DATA when the counts differ, there are
 * no images, or a value does not fit.
 */
brc_rc brc_assemble_types(brc_array *image, brc_array *label, bool scaled, size_t mem,
			  brc_err *err);

/*
 * The number of classes: `named` (of class names; 0: unknown), which every
 * label must be below, else the largest label + 1. Labels are <i4.
 * BRC_DATA naming the image otherwise.
 */
brc_rc brc_assemble_classes(const brc_array *label, size_t named, size_t *classes, brc_err *err);

/*
 * A data set that borrows from the arrays of brc_assemble_types and takes over
 * the class names (or NULL). `scale` NaN means 1/255 for bytes, 1 for floats.
 * Checked like brc_dataset_check.
 */
brc_rc brc_assemble(brc_dataset *d, const brc_array *image, const brc_array *label, size_t classes,
		    char **class_name, double scale, const char *source, brc_err *err);

#endif
