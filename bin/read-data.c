/* read-data: labelled images, or sequences of tokens, from files to a stream. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/memory.h"
#include "data/assemble.h"
#include "data/class_names.h"
#include "data/convey.h"
#include "data/formats.h"
#include "data/image_options.h"
#include "data/sample.h"
#include "stream/digest.h"
#include "stream/filter.h"

enum { FILES_MAX = 64 };

static bool is_format[BRC_FORMATS];
static const char *images_name, *labels_name, *classes_path, *resize, *crop, *means, *deviations;
static bool rgb, bgr, grey, nchw, nhwc, tokens, next_token;
static double scale = NAN;
static size_t first, per_class;

/* Members and scale are recorded once they are known. */
static const brc_opt options[] = {
	{BRC_OPT_FLAG, "idx", 0, NULL, &is_format[BRC_IDX],
	 "IMAGES and LABELS are IDX files (MNIST)", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "npy", 0, NULL, &is_format[BRC_NPY],
	 "IMAGES and LABELS are NPY files (numpy.save)", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "npz", 0, NULL, &is_format[BRC_NPZ],
	 "the file is an NPZ archive (numpy.savez) with images and labels", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "cifar10", 0, NULL, &is_format[BRC_CIFAR10],
	 "the files are batches of CIFAR-10's binary version", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "folder", 0, NULL, &is_format[BRC_FOLDER],
	 "the operand is a folder with a folder of PNG or JPEG files for each class", NULL, 0, 0,
	 0},
	{BRC_OPT_FLAG, "list", 0, NULL, &is_format[BRC_LIST],
	 "the file lists PNG or JPEG files: a path, a tab and a class on each line", NULL, 0, 0, 0},
	{BRC_OPT_STRING, "images", 0, "NAME", &images_name,
	 "with NPZ: the member that holds the images (default: a usual name)", NULL, 0, 0,
	 BRC_OPT_UNRECORDED},
	{BRC_OPT_STRING, "labels", 0, "NAME", &labels_name,
	 "with NPZ: the member that holds the labels (default: a usual name)", NULL, 0, 0,
	 BRC_OPT_UNRECORDED},
	{BRC_OPT_PATH, "classes", 0, "FILE", &classes_path,
	 "names of the classes, one a line, in the order of the labels", NULL, 0, 0, 0},
	{BRC_OPT_STRING, "resize", 0, "WxH", &resize,
	 "resize image files; one number: the shorter side, in proportion (default: as they are)",
	 NULL, 0, 0, 0},
	{BRC_OPT_STRING, "crop", 0, "WxH", &crop,
	 "then cut out the middle; one number: a square (default: all)", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "rgb", 0, NULL, &rgb,
	 "image files in three channels (default: as the first file)", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "grey", 0, NULL, &grey, "image files in one channel", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "bgr", 0, NULL, &bgr, "channels in the opposite order", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "nchw", 0, NULL, &nchw,
	 "channels before rows and columns (default: as they are, and so of image files)", NULL, 0,
	 0, 0},
	{BRC_OPT_FLAG, "nhwc", 0, NULL, &nhwc, "channels last", NULL, 0, 0, 0},
	{BRC_OPT_DOUBLE, "scale", 0, "X", &scale,
	 "the network is given image * X (default: 1/255 for bytes, 1 for floats)", NULL, 1e-300,
	 1e300, BRC_OPT_UNRECORDED},
	{BRC_OPT_STRING, "mean", 0, "X,...", &means,
	 "then less this, one number for all or for each channel (default: 0)", NULL, 0, 0, 0},
	{BRC_OPT_STRING, "std", 0, "X,...", &deviations, "then divided by this (default: 1)", NULL,
	 0, 0, 0},
	{BRC_OPT_FLAG, "tokens", 0, NULL, &tokens,
	 "IMAGES are sequences of tokens, integers of shape [sequences, tokens]", NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "next-token", 0, NULL, &next_token,
	 "the NPY file holds tokens, each labelled by the one that follows it", NULL, 0, 0, 0},
	{BRC_OPT_SIZE, "first", 0, "N", &first, "take the first N images only (default: all)", NULL,
	 1, INT32_MAX, 0},
	{BRC_OPT_SIZE, "per-class", 0, "N", &per_class,
	 "take N random images of each class (default: all)", NULL, 1, INT32_MAX, 0},
	{BRC_OPT_END, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, 0}};

typedef struct work {
	const brc_cli *cli;
	brc_format format;
	brc_format_options how;
	brc_items *items;
	brc_dataset d;
	char **names;
	size_t n_names;
	double *mean, *deviation;
	bool *chosen;
} work;

static brc_rc exclude(bool a, bool b, const char *which, brc_err *err)
{
	return a && b ? brc_fail(err, BRC_USAGE, "%s exclude each other", which) : BRC_OK;
}

static brc_rc check_options(work *w, brc_err *err)
{
	size_t asked = 0;
	w->format = BRC_FORMATS;
	for (int f = 0; f < BRC_FORMATS; f++)
		if (is_format[f]) {
			w->format = (brc_format)f;
			asked++;
		}
	if (asked > 1)
		return brc_fail(err, BRC_USAGE,
				"--idx, --npy, --npz, --cifar10, --folder and --list exclude each "
				"other");
	BRC_TRY(exclude(first != 0, per_class != 0, "--first and --per-class", err));
	BRC_TRY(exclude(rgb || bgr, grey, "--grey, --rgb and --bgr", err));
	BRC_TRY(exclude(nchw, nhwc, "--nchw and --nhwc", err));
	tokens = tokens || next_token;
	if (tokens && (!isnan(scale) || means || deviations || bgr || nchw || nhwc))
		return brc_fail(err, BRC_USAGE, "tokens have no scale, mean or channels");
	if (w->cli->n_operands > 0)
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "no file is given");
	return brc_hint(err, "read-data IMAGES LABELS; 'read-data --help' says more");
}

static brc_rc parse_options(work *w, brc_err *err)
{
	brc_image_shape *s = &w->how.shape;
	BRC_TRY(check_options(w, err));
	s->channels = grey ? 1 : rgb ? 3 : 0;
	if (resize != NULL)
		BRC_TRY(brc_side_pair(resize, "resize", &s->resize_w, &s->resize_h, err));
	if (crop != NULL)
		BRC_TRY(brc_side_pair(crop, "crop", &s->crop_w, &s->crop_h, err));
	s->crop_h = s->crop_h != 0 ? s->crop_h : s->crop_w;
	w->how.images = images_name;
	w->how.labels = labels_name;
	w->how.next_token = next_token;
	w->how.mem = w->cli->c.mem;
	if (means == NULL && deviations == NULL)
		return BRC_OK;
	return brc_channel_options(means, deviations, &w->mean, &w->deviation, &w->d.channels, err);
}

static brc_rc read_names(work *w, brc_err *err)
{
	if (classes_path == NULL)
		return BRC_OK;
	BRC_TRY(brc_class_names_read(classes_path, &w->names, &w->n_names, err));
	w->how.class_name = w->names;
	w->how.classes = w->n_names;
	return BRC_OK;
}

static brc_rc open_files(work *w, brc_err *err)
{
	bool guess = w->format == BRC_FORMATS;
	BRC_TRY(brc_format_open(&w->format, w->cli->operands, w->cli->n_operands, &w->how,
				&w->items, err));
	if (guess)
		brc_cli_detail(w->cli, "%s looks like --%s", w->items->name,
			       brc_format_name(w->format));
	is_format[w->format] = true; /* for the history */
	if (w->format == BRC_NPZ)
		brc_cli_detail(w->cli, "images are '%s', labels '%s'", w->how.images,
			       w->how.labels);
	return BRC_OK;
}

/* Which items are taken, and their labels. */
static brc_rc choose(work *w, brc_err *err)
{
	brc_items *it = w->items;
	w->d.n = it->n;
	if (first == 0 && per_class == 0)
		return BRC_OK;
	if (per_class != 0 && it->label.ndim != 1)
		return brc_fail(err, BRC_USAGE, "--per-class: every token has a class of its own");
	w->chosen = brc_calloc(it->n, sizeof(*w->chosen), err);
	if (w->chosen == NULL)
		return BRC_RESOURCE;
	if (first != 0)
		BRC_TRY(brc_sample_first(it->n, first, w->chosen, err));
	else
		BRC_TRY(brc_sample_per_class(it->label.data, it->n, w->d.classes, per_class,
					     w->cli->c.seed, w->chosen, err));
	brc_assemble_choose(&it->label, w->chosen, &w->d.n);
	return BRC_OK;
}

/* Everything of the data set but its images. */
static brc_rc assemble(work *w, brc_err *err)
{
	brc_items *it = w->items;
	brc_dataset *d = &w->d;
	BRC_TRY(brc_assemble_type(it, tokens, !isnan(scale), &d->pixel, err));
	BRC_TRY(brc_assemble_labels(it, tokens, err));
	BRC_TRY(brc_assemble_classes(&it->label, w->n_names ? w->n_names : it->classes, &d->classes,
				     err));
	BRC_TRY(choose(w, err));
	d->label = it->label.data;
	d->per_position = it->label.ndim == 2;
	d->class_name = it->class_name != NULL ? it->class_name : w->names;
	d->scale = !isnan(scale) ? scale : d->pixel == BRC_PIXEL_U1 ? 1 / 255.0 : 1;
	d->mean = w->mean;
	d->deviation = w->deviation;
	snprintf(d->source, sizeof(d->source), "%s",
		 tokens ? "tokens" : brc_format_name(w->format));
	return BRC_OK;
}

static brc_rc record_digest(brc_filter *f, const char *option, const void *data, size_t n,
			    brc_err *err)
{
	char digest[33];
	brc_digest(data, n, digest);
	return brc_filter_side_digest(f, option, digest, err);
}

/*
 * What the operands hold, under the names they have in the usage: the images and the labels of
 * two files; of all else both as one.
 */
static brc_rc record_operands(const work *w, brc_filter *f, brc_err *err)
{
	const char *operand = brc_format_operand(w->format);
	char both[2][33] = {"", ""};
	brc_section_digest_hex(w->items->digest, both[0]);
	memcpy(both[1], w->items->label_digest, sizeof(both[1]));
	if (w->format != BRC_IDX && w->format != BRC_NPY)
		return record_digest(f, operand, both, sizeof(both), err);
	BRC_TRY(brc_filter_side_digest(f, next_token ? "TOKENS" : operand, both[0], err));
	return next_token ? BRC_OK : brc_filter_side_digest(f, "LABELS", both[1], err);
}

static brc_rc record(const work *w, brc_filter *f, brc_err *err)
{
	char text[64];
	brc_str all = {0};
	if (w->format == BRC_NPZ) {
		brc_filter_record(f, "images", w->how.images);
		brc_filter_record(f, "labels", w->how.labels);
	}
	snprintf(text, sizeof(text), "%.17g", w->d.scale);
	if (!tokens)
		brc_filter_record(f, "scale", text);
	BRC_TRY(record_operands(w, f, err));
	if (w->names == NULL)
		return BRC_OK;
	for (size_t c = 0; c < w->n_names; c++)
		brc_str_addf(&all, "%s\n", w->names[c]);
	brc_rc rc = brc_str_check(&all, err);
	if (rc == BRC_OK)
		rc = record_digest(f, "classes", all.s, all.len, err);
	brc_str_free(&all);
	return rc;
}

static void tell(const work *w, const brc_passage *c)
{
	char text[256];
	brc_array shape = {.ndim = w->d.ndim + 1, .shape = {w->d.n}};
	memcpy(shape.shape + 1, w->d.shape, w->d.ndim * sizeof(*shape.shape));
	brc_cli_detail(w->cli, "images %s of type %s, %zu classes, scale %.6g",
		       brc_array_shape_text(&shape, text, sizeof(text)), w->items->dtype,
		       w->d.classes, w->d.scale);
	if (isnan(scale) && c->largest < 128)
		brc_cli_note(w->cli,
			     "the largest byte is %u, and bytes are divided by 255: give "
			     "--scale if the network was trained on another range",
			     c->largest);
}

static brc_rc write_dataset(work *w, brc_filter *f, brc_err *err)
{
	brc_section *s;
	brc_passage c = {.items = w->items, .chosen = w->chosen, .reverse = bgr};
	brc_layout wanted = nchw ? BRC_LAYOUT_NCHW : nhwc ? BRC_LAYOUT_NHWC : BRC_LAYOUT_UNKNOWN;
	BRC_TRY(brc_convey_plan(&c, wanted, &w->d, err));
	BRC_TRY(brc_section_new(&s, "dataset", 1, w->cli->c.name ? w->cli->c.name : "dataset",
				err));
	brc_rc rc = brc_convey(&c, &w->d, s, w->cli->c.mem, f, err);
	brc_section_free(s);
	if (rc == BRC_OK)
		tell(w, &c);
	return rc == BRC_OK ? record(w, f, err) : rc;
}

static void work_clear(work *w)
{
	brc_items_free(w->items);
	brc_class_names_free(w->names, w->n_names);
	free(w->mean);
	free(w->deviation);
	free(w->chosen);
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "read-data",
		.usage = "IMAGES LABELS\nBATCH...\nARCHIVE.npz\nFOLDER",
		.purpose =
			"Read labelled images: two IDX or NPY files, an NPZ archive, batches of "
			"CIFAR-10, or a folder of folders of PNG and JPEG files; or sequences of "
			"tokens; gzip is undone. Without an option the format is that which the "
			"first file looks like.",
		.writes = "dataset",
		.examples = "  read-data images.gz labels.gz --classes names.txt > test.brc\n"
			    "  read-data --npz mnist.npz --images x_test --labels y_test --first "
			    "1000 -o test.brc",
		.options = options,
		.common = BRC_COMMON_SEED | BRC_COMMON_NAME | BRC_COMMON_STREAM,
		.max_operands = FILES_MAX,
	};
	brc_cli_parse(&cli, argc, argv);
	brc_err err = {0};
	brc_filter *f = NULL;
	work w = {.cli = &cli};
	if (parse_options(&w, &err) == BRC_OK && read_names(&w, &err) == BRC_OK &&
	    open_files(&w, &err) == BRC_OK && brc_filter_open(&f, &cli, &err) == BRC_OK &&
	    assemble(&w, &err) == BRC_OK)
		write_dataset(&w, f, &err);
	int status = brc_filter_close(f, &cli, &err);
	work_clear(&w);
	return status;
}
