/*
 * Makes the section dataset/1 of a stream from files of images or tokens. This is everything that
 * read-data does except its command line. In this order:
 *
 *     brc_dataset_files r = {.asked = ...};
 *     brc_dataset_options_settle   flags become what they stand for
 *     brc_dataset_files_open       the files are looked at, labels read
 *     brc_dataset_files_choose     labels and types checked; which items are taken
 *     brc_dataset_files_write      the section with all items; what the history says of the files
 *     brc_dataset_files_clear      after a failure too
 */
#ifndef BRC_DATA_DATASETS_DATASET_FILES_H
#define BRC_DATA_DATASETS_DATASET_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cli.h"
#include "base/err.h"
#include "sections/dataset.h"
#include "data/datasets/formats.h"
#include "data/datasets/input_arrays.h"
#include "stream/filter.h"

/* What labels are; AUTO: their shape and values say. */
typedef enum brc_targets {
	BRC_TARGETS_AUTO,
	BRC_TARGETS_CLASSES,
	BRC_TARGETS_PLACES, /* a class at each place */
	BRC_TARGETS_LABELS, /* independent: 0 or 1 */
	BRC_TARGETS_REGRESSION
} brc_targets;

/* The options. Texts are as on a command line, and NULL if the option was not given. */
typedef struct brc_dataset_options {
	bool is_format[BRC_FORMATS];     /* flags, as are these */
	bool rgb, grey, bgr, nchw, nhwc; /* settled below */
	const char *images, *labels;     /* members of an NPZ archive */
	const char *const *inputs;       /* [n_inputs]: "NAME=FILE.npy" or "NAME" */
	size_t n_inputs;
	const char *classes;          /* their number, or a file with their names */
	const char *resize, *crop;    /* of image files: "224x160", "224" */
	const char *mean, *deviation; /* "0.5,0.4,0.3" */
	const char *sample;           /* "1000", "50-per-class" */
	const char *ignore_label;     /* a whole number: places with this label have none */
	double scale;                 /* NaN: 1/255 of bytes, 1 of floats */
	double split;                 /* NaN: one data set; else the share of `fit` in two */
	bool tokens, next_token;      /* next_token: labelled by what follows */
	int targets;                  /* brc_targets */
	size_t length, first;         /* of sequences; items; 0: all */
	uint64_t seed;
	size_t mem;
	/* settled by brc_dataset_options_settle */
	brc_format format; /* BRC_FORMATS: what the first file looks like */
	size_t channels;   /* of image files: 1, 3, or 0 for those of the first */
	brc_layout layout; /* wanted */
	bool reverse;      /* channels in the opposite order */
	int32_t ignored;   /* if there is an ignore_label */
} brc_dataset_options;

typedef struct brc_dataset_files {
	brc_dataset_options asked;
	brc_format format;      /* found */
	brc_format_options how; /* images and labels: the members found */
	brc_targets targets;    /* found */
	brc_items *items;
	brc_dataset d; /* all but the images, once chosen */
	char **names;  /* of classes; n_names may be their number alone */
	size_t n_names;
	double *mean, *deviation;
	brc_input_arrays more; /* for further inputs of networks */
	bool *chosen, *aside;  /* [items]: NULL, all; those of `test`, or NULL */
	brc_dataset test;      /* the second part, all but its images */
	unsigned largest;      /* byte written; 255 when they are no bytes */
} brc_dataset_files;

/*
 * What flags say becomes format, channels, layout and reverse. BRC_USAGE for options that exclude
 * one another, as two formats do, or --tokens and --mean.
 */
brc_rc brc_dataset_options_settle(brc_dataset_options *o, brc_err *err);

/* BRC_USAGE for texts that cannot be read and files that do not suit the options. */
brc_rc brc_dataset_files_open(brc_dataset_files *r, const char *const *path, size_t n,
			      brc_err *err);
brc_rc brc_dataset_files_choose(brc_dataset_files *r, brc_err *err);
/* The section `name`; if the items are split, the sections `fit` and `test` instead. */
brc_rc brc_dataset_files_write(brc_dataset_files *r, const char *name, brc_filter *f, brc_err *err);
void brc_dataset_files_clear(brc_dataset_files *r);

/* On stderr: what was found in the files, once open; what was written of them. */
void brc_dataset_files_tell_found(const brc_dataset_files *r, const brc_cli *cli);
void brc_dataset_files_tell_written(const brc_dataset_files *r, const brc_cli *cli);

/*
 * Draw some of n items without replacement, keyed by (seed, BRC_RNG_SAMPLE): *item[*count] are
 * their indices in ascending order, which the caller frees. *count: how many are wanted, 0 for all;
 * then how many there are. BRC_DATA when there are fewer, or more than INT32_MAX; BRC_RESOURCE.
 */
brc_rc brc_dataset_draw(size_t n, size_t *count, uint64_t seed, size_t **item, brc_err *err);

#endif
