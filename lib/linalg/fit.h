/*
 * Matrices of given row and column sums. Rows and columns of a matrix of numbers >= 0 are
 * multiplied by factors until its sums are the wanted ones: iterative proportional fitting (Deming
 * and Stephan 1940; Sinkhorn 1967), in its symmetric form for a symmetric matrix (Knight, Ruiz and
 * Ucar 2014).
 */
#ifndef BRC_LINALG_FIT_H
#define BRC_LINALG_FIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* An entry of a matrix between units. */
typedef struct brc_entry {
	int32_t row, column;
} brc_entry;

/* Sums are fitted to this, relative to each, in at most so many sweeps. */
#define BRC_FIT_TOLERANCE 1e-9
enum { BRC_FIT_SWEEPS = 2000 };

/*
 * A matrix by its entries that are not 0, in any order; fastest by rows. Rows and columns are
 * numbered together, 0 .. units - 1: units below `rows` are rows, and the others are columns. With
 * `rows` 0 the matrix is symmetric, and each pair of units is listed once.
 */
typedef struct brc_fit {
	size_t n, units, rows;
	const brc_entry *at; /* [n] */
	const double *sum;   /* [units] wanted, >= 0; no entry is at a unit whose sum is 0 */
} brc_fit;

/*
 * Multiply value[n] > 0 by factors of their rows and columns, such that all sums are the wanted
 * ones. *fitted: whether that was reached; otherwise the values are as they were. Entries that are
 * not listed stay 0, so there are patterns that cannot be fitted.
 */
brc_rc brc_fit_sums(const brc_fit *f, double *value, bool *fitted, brc_err *err);

#endif
