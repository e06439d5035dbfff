/* Image files as items: decoded, resized, cropped, laid out one by one as they are asked for. */
#ifndef BRC_DATA_IMAGES_IMAGE_ITEMS_H
#define BRC_DATA_IMAGES_IMAGE_ITEMS_H

#include "base/err.h"
#include "data/images/image_list.h"
#include "data/datasets/items.h"

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

#endif
