/*
 * Labelled items (images or sequences) are read from files one after the other, so that a set of
 * any size needs little memory. Every format becomes such a source of items. Labels are small, and
 * all of them are read before the first item.
 */
#ifndef BRC_DATA_DATASETS_ITEMS_H
#define BRC_DATA_DATASETS_ITEMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/arrays/array.h"
#include "data/bytes/input.h"
#include "sections/dataset.h"
#include "stream/digest.h"

typedef struct brc_items brc_items;

/* What a kind of source does. */
typedef struct brc_items_ops {
	/* The item of this number, which is always the next one. */
	brc_rc (*next)(brc_items *it, size_t number, void *out, brc_err *err);
	brc_rc (*end)(brc_items *it, brc_err *err); /* nothing may follow; may be NULL */
	void (*clear)(void *state); /* releases what it holds; of a zeroed one too */
	bool seeks;                 /* items can be skipped without being read */
} brc_items_ops;

struct brc_items {
	char name[256];       /* for messages: the file */
	char label_name[256]; /* the file of labels, else the same */
	char dtype[12];  /* of an element as it is given out: a NumPy descr in our byte order */
	size_t itemsize; /* its bytes */
	size_t n;        /* items */
	size_t ndim, shape[BRC_MAX_DIMS];
	size_t elements; /* of one item: product of shape[0..ndim) */
	brc_layout layout;
	brc_array label;   /* as the files have them; ndim 0 and no data: there are none */
	char **class_name; /* [classes] where the files name them, else NULL; owned */
	size_t classes;    /* 0: unknown */
	char label_digest[33];
	brc_section_digest *digest; /* of the elements given out */
	size_t given;
	const brc_items_ops *ops;
	void *state; /* of the source */
};

/*
 * For sources: a zeroed one with its digest and a zeroed state of that many bytes. brc_items_free()
 * it after a failure too.
 */
brc_rc brc_items_new(brc_items **it, const char *name, const brc_items_ops *ops, size_t state_bytes,
		     brc_err *err);
/* Take over dtype and shape of an array [n, ...] that is still to be read. */
brc_rc brc_items_shape(brc_items *it, const brc_array *head, brc_err *err);
/*
 * Read the labels. Their head has been read; it has no data. Where they are not as many as the
 * items, it is BRC_DATA before any label is read. Other errors are those of brc_input_exactly.
 */
brc_rc brc_items_read_label(brc_items *it, brc_input *in, const brc_array *head, bool swap,
			    size_t mem, brc_err *err);
/* Take over the labels, and note their digest. */
void brc_items_label(brc_items *it, brc_array *label);

/*
 * The next item: elements * itemsize bytes. Without `out` it is skipped; if the format allows, it
 * is not even read.
 */
brc_rc brc_items_next(brc_items *it, void *out, brc_err *err);
/* After the last: BRC_DATA when the file goes on. */
brc_rc brc_items_end(brc_items *it, brc_err *err);
void brc_items_free(brc_items *it);

/*
 * An array [n, ...] whose head has been read (data NULL) as a source; `in` is
 * taken over, also on failure. A plain file must have the right size at once.
 */
brc_rc brc_items_of_array(brc_items **it, brc_input *in, const brc_array *head, bool swap,
			  brc_err *err);

#endif
