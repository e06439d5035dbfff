/* Thumbnails of all images shown, on one sheet. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/html/example_images.h"
#include "render/svg/png.h"

enum {
	SIDE_MAX = 48,   /* pixels of a thumbnail; larger images are averaged down */
	TILES_MAX = 4,   /* channels drawn */
	SHOWN_SIDE = 56, /* pixels on the page, about */
	SHEET_WIDTH = 2048,
	SHEET_BYTES = 800000 /* of all pixels: bounds the size of the page */
};

/* How the bytes of an image are laid out. */
typedef struct {
	size_t channels, height, width; /* channels 0: nothing that can be drawn */
	size_t row, column, channel;    /* strides in bytes */
} layout;

static bool is_colour_depth(size_t n)
{
	return n == 1 || n == 3;
}

static layout layout_of(const brc_exemplars *x)
{
	const size_t *s = x->shape;
	layout none = {0};

	if (x->ndim == 2)
		return (layout){1, s[0], s[1], s[1], 1, 0};
	if (x->ndim != 3)
		return none;
	if (!is_colour_depth(s[0]) && is_colour_depth(s[2]) && s[0] > TILES_MAX)
		return (layout){s[2], s[0], s[1], s[1] * s[2], s[2], 1};
	return (layout){s[0], s[1], s[2], s[2], 1, s[1] * s[2]};
}

/* Whole factor by which both sides shrink so that neither exceeds SIDE_MAX. */
static size_t shrink(const layout *y)
{
	size_t side = y->height > y->width ? y->height : y->width;

	return (side + SIDE_MAX - 1) / SIDE_MAX;
}

static size_t tiles(const layout *y)
{
	if (y->channels == 3)
		return 1;
	return y->channels < TILES_MAX ? y->channels : TILES_MAX;
}

brc_rc brc_sheet_init(brc_sheet *sheet, const brc_exemplars *x, brc_err *err)
{
	layout y = layout_of(x);
	size_t factor = shrink(&y);

	*sheet = (brc_sheet){0};
	if (y.channels == 0 || y.height == 0 || y.width == 0)
		return BRC_OK;
	sheet->height = y.height / factor ? y.height / factor : 1;
	sheet->width = (y.width / factor ? y.width / factor : 1) * tiles(&y);
	sheet->colour = y.channels == 3;
	sheet->columns = SHEET_WIDTH / sheet->width;
	sheet->zoom = SHOWN_SIDE / sheet->height ? SHOWN_SIDE / sheet->height : 1;
	sheet->place = brc_alloc(x->images, sizeof(*sheet->place), err);
	sheet->image = brc_alloc(BRC_SHEET_MAX, sizeof(*sheet->image), err);
	if (!sheet->place || !sheet->image)
		return BRC_RESOURCE; /* cleared by the owner */
	for (size_t i = 0; i < x->images; i++)
		sheet->place[i] = BRC_ANY;
	return BRC_OK;
}

void brc_sheet_clear(brc_sheet *sheet)
{
	free(sheet->place);
	free(sheet->image);
	*sheet = (brc_sheet){0};
}

bool brc_sheet_add(brc_sheet *sheet, size_t i)
{
	size_t bytes = sheet->width * sheet->height * (sheet->colour ? 3 : 1);

	if (!sheet->place)
		return false;
	if (sheet->place[i] != BRC_ANY)
		return true;
	if (sheet->n == BRC_SHEET_MAX ||
	    sheet->n >= BRC_PNG_MAX_SIDE / sheet->height * sheet->columns ||
	    (sheet->n + 1) * bytes > SHEET_BYTES)
		return false;
	sheet->place[i] = sheet->n;
	sheet->image[sheet->n++] = i;
	return true;
}

/* Mean of the factor x factor pixels of one channel that make thumbnail pixel (r, c). */
static uint8_t mean(const uint8_t *pixels, const layout *y, size_t factor, size_t channel, size_t r,
		    size_t c)
{
	size_t sum = 0, n = 0;

	for (size_t i = r * factor; i < (r + 1) * factor && i < y->height; i++)
		for (size_t j = c * factor; j < (c + 1) * factor && j < y->width; j++, n++)
			sum += pixels[i * y->row + j * y->column + channel * y->channel];
	return n ? (uint8_t)((sum + n / 2) / n) : 0;
}

static void draw(const brc_sheet *sheet, const layout *y, const uint8_t *pixels, size_t at,
		 uint8_t *out)
{
	size_t factor = shrink(y), depth = sheet->colour ? 3 : 1, wide = sheet->width / tiles(y);
	size_t stride = sheet->columns * sheet->width * depth;
	uint8_t *corner = out + at / sheet->columns * sheet->height * stride +
			  at % sheet->columns * sheet->width * depth;

	for (size_t r = 0; r < sheet->height; r++)
		for (size_t c = 0; c < sheet->width; c++)
			for (size_t d = 0; d < depth; d++) {
				size_t channel = sheet->colour ? d : c / wide;

				corner[r * stride + c * depth + d] =
					mean(pixels, y, factor, channel, r, c % wide);
			}
}

brc_rc brc_sheet_uri(const brc_sheet *sheet, const brc_exemplars *x, brc_str *out, brc_err *err)
{
	layout y = layout_of(x);
	size_t width = sheet->columns * sheet->width, height;
	uint8_t *pixels;
	brc_rc rc;

	if (sheet->n == 0)
		return BRC_OK;
	height = (sheet->n + sheet->columns - 1) / sheet->columns * sheet->height;
	pixels = brc_calloc(width * height, sheet->colour ? 3 : 1, err);
	BRC_TRY(brc_made(pixels));
	for (size_t i = 0; i < sheet->n; i++)
		draw(sheet, &y, x->pixel + sheet->image[i] * brc_exemplars_pixels(x), i, pixels);
	rc = brc_png_uri(out, sheet->colour ? BRC_PNG_RGB : BRC_PNG_GREY, width, height, pixels,
			 err);
	free(pixels);
	return rc;
}
