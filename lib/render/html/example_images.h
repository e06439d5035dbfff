/*
 * Example images of a group, and the sheet that holds each shown image once. There is one PNG for
 * each network, and the page cuts its thumbnails from it. Internal to lib/render.
 */
#ifndef BRC_RENDER_EXAMPLE_IMAGES_H
#define BRC_RENDER_EXAMPLE_IMAGES_H

#include "render/model/model.h"

#define BRC_STRONGEST 8    /* images of a group */
#define BRC_SHEET_MAX 1000 /* images of a sheet, fewer of large ones; others are only named */

/*
 * The images (indices into x->sample) that stand highest in the lists of the
 * group's units: every unit gives its i-th strongest of t images the weight
 * (t - i) / t; the largest sums win, ties by index. *n of at most
 * BRC_STRONGEST. 0 when there are no exemplars of the layer or no labels.
 */
brc_rc brc_exemplars_strongest(const brc_exemplars *x, const brc_labelling *l, const brc_group *g,
			       size_t image[BRC_STRONGEST], size_t *n, brc_err *err);

typedef struct brc_sheet {
	size_t width, height; /* of a thumbnail in pixels; 0: images that cannot be drawn */
	size_t columns, n;    /* thumbnails a row, and in all */
	size_t zoom;          /* how many times larger the page shows them */
	bool colour;
	size_t *place; /* [x->images], BRC_ANY for those not shown; owned */
	size_t *image; /* [n]; owned */
} brc_sheet;

/*
 * An empty sheet. [h, w] and [c, h, w] images are drawn: three channels as
 * RGB, one as grey, others (four at most) as grey tiles side by side; also
 * [h, w, c] when only the last extent is 1 or 3. Vectors are not drawn. Sides
 * above 48 pixels are averaged down by a whole factor.
 */
brc_rc brc_sheet_init(brc_sheet *sheet, const brc_exemplars *x, brc_err *err);
void brc_sheet_clear(brc_sheet *sheet);

/* Put image i on the sheet, once; false when the sheet is full or cannot be drawn. */
bool brc_sheet_add(brc_sheet *sheet, size_t i);

/* The sheet as a data URI; nothing when it is empty. */
brc_rc brc_sheet_uri(const brc_sheet *sheet, const brc_exemplars *x, brc_str *out, brc_err *err);

#endif
