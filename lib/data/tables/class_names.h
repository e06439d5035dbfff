/* The names of classes: a text file, one a line, in the order of the labels. */
#ifndef BRC_DATA_TABLES_CLASS_NAMES_H
#define BRC_DATA_TABLES_CLASS_NAMES_H

#include <stddef.h>

#include "base/err.h"
#include "base/texts.h"

/*
 * Read the file: *n >= 1 names, unique and not empty, without control
 * characters. Blank lines at the end and CR LF are tolerated. BRC_DATA naming
 * the line otherwise. Release with brc_texts_free.
 */
brc_rc brc_class_names_read(const char *path, char ***names, size_t *n, brc_err *err);

#endif
