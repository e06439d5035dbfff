/*
 * The two parts of a data set that is made from files: which items each has, and its labels.
 * Internal to lib/data/datasets.
 */
#ifndef BRC_DATA_DATASETS_DATASET_PARTS_H
#define BRC_DATA_DATASETS_DATASET_PARTS_H

#include "base/err.h"
#include "data/datasets/dataset_files.h"

/*
 * Split the chosen items: r->chosen becomes those of `fit`, r->aside those of `test`, and r->d.n
 * and r->test.n their numbers. The labels of the second part stand behind those of the first.
 * Errors as brc_split_mark.
 */
brc_rc brc_dataset_files_split(brc_dataset_files *r, brc_err *err);

/*
 * Once r->d is complete: r->test is like it, with labels of its own, if there are two parts.
 * BRC_DATA if all labels of a part are none.
 */
brc_rc brc_dataset_files_describe_test(brc_dataset_files *r, brc_err *err);

#endif
