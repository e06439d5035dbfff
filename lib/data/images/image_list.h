/*
 * Finds the image files and their classes, in a folder with one folder of images for each class, or
 * in a table of paths and classes.
 *
 * Internal to lib/data/images.
 */
#ifndef BRC_DATA_IMAGES_IMAGE_LIST_H
#define BRC_DATA_IMAGES_IMAGE_LIST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

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

#endif
