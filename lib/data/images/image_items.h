/*
 * Image files as items: found with their classes, then decoded, resized, cropped, laid out one by
 * one as they are asked for; and the options about them.
 */
#ifndef BRC_DATA_IMAGES_IMAGE_ITEMS_H
#define BRC_DATA_IMAGES_IMAGE_ITEMS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/datasets/items.h"

/*
 * ---- the files: a folder with one folder of images for each class, or a table of paths and
 * classes ----
 */

typedef struct brc_image_list {
	char **path;    /* [n], as they are opened */
	int32_t *label; /* [n] */
	size_t n;
	char **class_name; /* [classes] */
	size_t classes;
} brc_image_list;

void brc_image_list_clear(brc_image_list *l);

/*
 * All files of DIR/CLASS/, ordered by the bytes of class and file name; links
 * are followed, names that begin with a dot are left out. The classes are the
 * folders, in that order, or those of `order` (n_order names; NULL: none), of
 * which every folder must be one. BRC_DATA naming what is wrong: a file beside
 * the folders, a folder without files, anything in it that is no file, a file
 * that stands in two classes (by a link).
 */
brc_rc brc_image_list_folder(brc_image_list *l, const char *dir, char *const *order, size_t n_order,
			     brc_err *err);

/*
 * A text file of lines PATH TAB CLASS, in its order; paths are relative to
 * the folder of the file (to the working directory for '-'). The classes are
 * the names that occur, ordered by bytes, or those of `order`. `mem`: as in brc_input_rest.
 */
brc_rc brc_image_list_table(brc_image_list *l, const char *path, char *const *order, size_t n_order,
			    size_t mem, brc_err *err);

/* ---- items ---- */

/* What is done to every image, in this order. */
typedef struct brc_image_shape {
	size_t channels;           /* 1 or 3; 0: those of the first file */
	size_t resize_w, resize_h; /* 0: as they are; resize_h 0: resize_w is the shorter side */
	size_t crop_w, crop_h;     /* of the middle; 0: all */
	size_t mem;                /* for one file and its pixels; 0: what the machine has */
} brc_image_shape;

/*
 * Items |u1 [channel, y, x] (one channel: [y, x]); the list is taken over,
 * also on failure. The first file is decoded at once, since it says the shape
 * where options leave it open. An image that then has another size, or colour
 * where the first is grey, is BRC_DATA when its turn comes, naming both files.
 */
brc_rc brc_items_of_images(brc_items **it, brc_image_list *list, const brc_image_shape *shape,
			   const char *name, brc_err *err);

/* ---- options on a command line ---- */

#define BRC_SIDE_MAX 65500u /* pixels: what a JPEG file can have */
#define BRC_CHANNELS_MAX 1024u

/* "224x160" as width and height, "224" as *w alone with *h 0; BRC_USAGE naming `option`. */
brc_rc brc_side_pair(const char *s, const char *option, size_t *w, size_t *h, brc_err *err);

/*
 * Means and standard deviations as of "0.485,0.456,0.406", either of which may be NULL (0 and 1
 * then) but not both. *mean and *deviation [*n] are to be freed, after a failure too.
 */
brc_rc brc_channel_options(const char *means, const char *deviations, double **mean,
			   double **deviation, size_t *n, brc_err *err);

#endif
