/*
 * What the sections lesions, importance and coherence share: the table of
 * sub-clusters and the names of classes.
 */
#ifndef BRC_STUDY_TABLE_H
#define BRC_STUDY_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "stream/layers.h"
#include "stream/section.h"

/* Columns subcluster/layer, /cluster, /size, copied into the section. */
brc_rc brc_table_write(brc_section *s, size_t m, const int32_t *layer, const int32_t *cluster,
		       const int32_t *size, brc_err *err);

/*
 * The same, checked against the layers: BRC_DATA when there is no row, a layer
 * does not exist, a cluster is negative or a size not within its layer. The
 * caller owns the three arrays, also after a failure (then perhaps NULL).
 */
brc_rc brc_table_read(const brc_section *s, const brc_layers *layers, size_t *m, int32_t **layer,
		      int32_t **cluster, int32_t **size, brc_err *err);

/* Optional text column class/name of n rows; *name is NULL where there is none. Owned. */
brc_rc brc_table_read_classes(const brc_section *s, size_t n, char ***name, brc_err *err);
/* n names or NULL, copied; brc_table_free_classes releases them. */
brc_rc brc_table_dup_classes(char *const *from, size_t n, char ***name, brc_err *err);
void brc_table_free_classes(char **name, size_t n);

/* A column of doubles, copied into the section, and out of it into v [n]. */
brc_rc brc_table_put(brc_section *s, const char *name, const double *v, size_t n, brc_err *err);
brc_rc brc_table_get(const brc_section *s, const char *name, double *v, size_t n, brc_err *err);

/* A matrix of doubles [rows, columns], copied into the section, and out of it. */
brc_rc brc_table_put2(brc_section *s, const char *name, const double *v, size_t rows,
		      size_t columns, const char *axes, brc_err *err);
brc_rc brc_table_get2(const brc_section *s, const char *name, double *v, size_t rows,
		      size_t columns, brc_err *err);

#endif
