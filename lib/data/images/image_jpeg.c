/* JPEG files, by libjpeg-turbo. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include <jerror.h>

#include "base/memory.h"
#include "data/images/image_file.h"

enum { SCANS_MAX = 500 }; /* a progressive file may ask for the whole image again and again */

typedef struct decoder {
	struct jpeg_decompress_struct j;
	struct jpeg_error_mgr error;
	struct jpeg_progress_mgr progress;
	char message[JMSG_LENGTH_MAX];
	jmp_buf out;
} decoder;

static void on_error(j_common_ptr j)
{
	decoder *d = j->client_data;

	j->err->format_message(j, d->message);
	longjmp(d->out, 1);
}

/*
 * libjpeg reports damage as a warning, and fills in grey. Here the first such warning ends the
 * reading. Surplus bytes between segments and odd version numbers do not count, because many
 * cameras write them.
 */
static void on_message(j_common_ptr j, int level)
{
	int code = j->err->msg_code;

	if (level < 0 && code != JWRN_EXTRANEOUS_DATA && code != JWRN_TOO_MUCH_DATA &&
	    code != JWRN_JFIF_MAJOR && code != JWRN_ADOBE_XFORM)
		on_error(j);
}

/* Scans may be tiny, and each costs work for the whole image. */
static void on_progress(j_common_ptr j)
{
	decoder *d = j->client_data;
	size_t pixels = (size_t)d->j.image_width * d->j.image_height;
	size_t scans = d->j.input_scan_number > 0 ? (size_t)d->j.input_scan_number : 0;

	if (scans > SCANS_MAX || scans * pixels > BRC_IMAGE_WORK_MAX) {
		snprintf(d->message, sizeof(d->message), "%zu scans of %zu pixels are too many",
			 scans, pixels);
		longjmp(d->out, 1);
	}
}

static brc_rc read_pixels(decoder *d, const char *name, size_t mem, brc_image *out, brc_err *err)
{
	struct jpeg_decompress_struct *j = &d->j;
	size_t each, channels;

	jpeg_read_header(j, TRUE);
	if (j->num_components != 1 && j->num_components != 3) {
		brc_fail(err, BRC_DATA, "%s: a JPEG file of %d channels (CMYK)", name,
			 j->num_components);
		return brc_hint(err, "convert it to RGB");
	}
	channels = j->num_components == 1 ? 1 : 3;
	j->out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
	/* coefficients of the whole image are held while scans refine them */
	each = channels + (jpeg_has_multiple_scans(j) ? 2 * channels : 0);
	BRC_TRY(brc_image_admit(j->image_width, j->image_height, each, mem, name, err));
	BRC_TRY(brc_image_reserve(out, j->image_width, j->image_height, channels, name, err));
	jpeg_start_decompress(j);
	while (j->output_scanline < j->output_height) {
		JSAMPROW row = out->pixel + j->output_scanline * out->w * channels;

		jpeg_read_scanlines(j, &row, 1);
	}
	jpeg_finish_decompress(j);
	return BRC_OK;
}

/* A function of its own, so that no variable changes between setjmp and longjmp. */
static brc_rc guarded(decoder *d, const uint8_t *bytes, size_t n, const char *name, size_t mem,
		      brc_image *out, brc_err *err)
{
	if (setjmp(d->out))
		return brc_image_damaged(name, "JPEG", d->message, err);
	jpeg_create_decompress(&d->j);
	d->j.progress = &d->progress;
	jpeg_mem_src(&d->j, bytes, n);
	return read_pixels(d, name, mem, out, err);
}

brc_rc brc_jpeg_decode(const uint8_t *bytes, size_t n, const char *name, size_t mem, brc_image *out,
		       brc_err *err)
{
	decoder *d = brc_calloc(1, sizeof(*d), err);
	brc_rc rc;

	BRC_TRY(brc_made(d));
	d->j.err = jpeg_std_error(&d->error);
	d->j.client_data = d;
	d->error.error_exit = on_error;
	d->error.emit_message = on_message;
	d->progress.progress_monitor = on_progress;
	rc = guarded(d, bytes, n, name, mem, out, err);
	jpeg_destroy_decompress(&d->j);
	free(d);
	return rc;
}
