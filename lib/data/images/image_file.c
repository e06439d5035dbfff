#include "data/images/image_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { SMALL_BYTES = 1 << 26 }; /* for which the machine is not asked */

void brc_image_clear(brc_image *m)
{
	free(m->pixel);
	memset(m, 0, sizeof(*m));
}

static bool is_png(const uint8_t *p, size_t n)
{
	return n >= 8 && !memcmp(p, "\x89PNG\r\n\x1a\n", 8);
}

static bool is_jpeg(const uint8_t *p, size_t n)
{
	return n >= 3 && !memcmp(p, "\xff\xd8\xff", 3);
}

bool brc_image_magic(const uint8_t *p, size_t n)
{
	return is_png(p, n) || is_jpeg(p, n);
}

brc_rc brc_image_refuse(const char *name, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: neither PNG nor JPEG", name);
	return brc_hint(err, "move what is no image out of the folder, or convert it");
}

brc_rc brc_image_damaged(const char *name, const char *kind, const char *why, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: a damaged %s file: %s", name, kind, why);
	return brc_hint(err, "replace it by a whole copy, or take it out of the data");
}

static brc_rc check_size(size_t w, size_t h, const char *name, brc_err *err)
{
	if (w == 0 || h == 0 || w > BRC_IMAGE_PIXELS_MAX / h)
		return brc_fail(err, BRC_DATA,
				"%s: an image of %zu x %zu pixels: more than %zu million, or none",
				name, w, h, BRC_IMAGE_PIXELS_MAX >> 20);
	return BRC_OK;
}

brc_rc brc_image_admit(size_t w, size_t h, size_t each, size_t mem, const char *name, brc_err *err)
{
	char what[320];

	BRC_TRY(check_size(w, h, name, err));
	if (mem == 0 && w * h * each < SMALL_BYTES)
		return BRC_OK;
	snprintf(what, sizeof(what), "%.255s: an image of %zu x %zu pixels", name, w, h);
	return brc_mem_need(w * h * each, mem, what, err);
}

brc_rc brc_image_reserve(brc_image *m, size_t w, size_t h, size_t channels, const char *name,
			 brc_err *err)
{
	BRC_TRY(check_size(w, h, name, err));
	*m = (brc_image){.w = w, .h = h, .channels = channels};
	m->pixel = brc_alloc(w * h, channels, err);
	return m->pixel ? BRC_OK : BRC_RESOURCE;
}

/* Pillow's: thousandths of 0.299, 0.587 and 0.114 in 16 bits, rounded. */
static uint8_t luma(const uint8_t *p)
{
	return (uint8_t)((p[0] * 19595u + p[1] * 38470u + p[2] * 7471u + 0x8000u) >> 16);
}

brc_rc brc_image_channels(brc_image *m, size_t channels, brc_err *err)
{
	size_t n = m->w * m->h;
	uint8_t *fresh;

	if (m->channels == channels)
		return BRC_OK;
	fresh = brc_alloc(n, channels, err);
	BRC_TRY(brc_made(fresh));
	for (size_t i = 0; i < n; i++)
		if (channels == 1)
			fresh[i] = luma(m->pixel + 3 * i);
		else
			memset(fresh + 3 * i, m->pixel[i], 3);
	free(m->pixel);
	m->pixel = fresh;
	m->channels = channels;
	return BRC_OK;
}

brc_rc brc_image_decode(const uint8_t *bytes, size_t n, const char *name, size_t channels,
			size_t mem, brc_image *out, brc_err *err)
{
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	if (is_png(bytes, n)) {
		rc = brc_png_decode(bytes, n, name, mem, out, err);
	} else if (is_jpeg(bytes, n)) {
		rc = brc_jpeg_decode(bytes, n, name, mem, out, err);
	} else {
		rc = brc_image_refuse(name, err);
	}
	if (rc == BRC_OK && channels != 0)
		rc = brc_image_channels(out, channels, err);
	if (rc != BRC_OK)
		brc_image_clear(out);
	return rc;
}
