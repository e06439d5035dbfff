/* read-data: labelled images from files to a stream. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cli.h"
#include "base/memory.h"
#include "data/assemble.h"
#include "data/class_names.h"
#include "data/formats.h"
#include "data/sample.h"
#include "stream/digest.h"
#include "stream/filter.h"

enum { FILES_MAX = 64 };

static bool is_format[BRC_FORMATS];
static const char *images_name, *labels_name, *classes_path;
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
	{BRC_OPT_STRING, "images", 0, "NAME", &images_name,
	 "with NPZ: the member that holds the images (default: a usual name)", NULL, 0, 0,
	 BRC_OPT_UNRECORDED},
	{BRC_OPT_STRING, "labels", 0, "NAME", &labels_name,
	 "with NPZ: the member that holds the labels (default: a usual name)", NULL, 0, 0,
	 BRC_OPT_UNRECORDED},
	{BRC_OPT_PATH, "classes", 0, "FILE", &classes_path,
	 "names of the classes, one a line, in the order of the labels", NULL, 0, 0, 0},
	{BRC_OPT_DOUBLE, "scale", 0, "X", &scale,
	 "the network is given image * X (default: 1/255 for bytes, 1 for floats)", NULL, 1e-300,
	 1e300, BRC_OPT_UNRECORDED},
	{BRC_OPT_SIZE, "first", 0, "N", &first, "take the first N images only (default: all)", NULL,
	 1, INT32_MAX, 0},
	{BRC_OPT_SIZE, "per-class", 0, "N", &per_class,
	 "take N random images of each class (default: all)", NULL, 1, INT32_MAX, 0},
	{BRC_OPT_END, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, 0}};

typedef struct work {
	const brc_cli *cli;
	brc_format format;
	brc_input *in[FILES_MAX];
	size_t n;
	brc_array image, label;
	char **names;
	size_t n_names, classes;
} work;

/* The format that was asked for, or what the first file looks like. */
static brc_rc choose_format(work *w, brc_err *err)
{
	size_t asked = 0;
	for (int f = 0; f < BRC_FORMATS; f++)
		if (is_format[f]) {
			w->format = (brc_format)f;
			asked++;
		}
	if (asked > 1)
		return brc_fail(err, BRC_USAGE,
				"--idx, --npy, --npz and --cifar10 exclude each "
				"other");
	if (asked == 0) {
		BRC_TRY(brc_format_detect(w->in[0], &w->format, err));
		brc_cli_detail(w->cli, "%s looks like --%s", brc_input_name(w->in[0]),
			       brc_format_name(w->format));
		is_format[w->format] = true; /* for the history */
	}
	if ((images_name != NULL || labels_name != NULL) && w->format != BRC_NPZ)
		return brc_fail(err, BRC_USAGE,
				"--images and --labels name members of an NPZ "
				"archive");
	if (first != 0 && per_class != 0)
		return brc_fail(err, BRC_USAGE, "--first and --per-class exclude each other");
	return BRC_OK;
}

static brc_rc open_files(work *w, brc_err *err)
{
	if (w->cli->n_operands == 0) {
		brc_fail(err, BRC_USAGE, "no file is given");
		return brc_hint(err, "read-data IMAGES LABELS; 'read-data --help' says more");
	}
	for (size_t i = 0; i < w->cli->n_operands; i++, w->n++)
		BRC_TRY(brc_input_open(&w->in[i], w->cli->operands[i], err));
	return choose_format(w, err);
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
 * two files; of an archive or of batches both as one.
 */
static brc_rc record_operands(const work *w, brc_filter *f, brc_err *err)
{
	const size_t images = w->image.count * w->image.itemsize;
	const size_t labels = w->label.count * w->label.itemsize;
	char both[2][33];
	if (w->format == BRC_IDX || w->format == BRC_NPY) {
		BRC_TRY(record_digest(f, "IMAGES", w->image.data, images, err));
		return record_digest(f, "LABELS", w->label.data, labels, err);
	}
	brc_digest(w->image.data, images, both[0]);
	brc_digest(w->label.data, labels, both[1]);
	return record_digest(f, w->format == BRC_NPZ ? "ARCHIVE" : "BATCHES", both, sizeof(both),
			     err);
}

static brc_rc read_names(work *w, brc_filter *f, brc_err *err)
{
	if (classes_path == NULL) {
		w->classes = w->format == BRC_CIFAR10 ? 10 : 0;
		return BRC_OK;
	}
	brc_str all = {0};
	BRC_TRY(brc_class_names_read(classes_path, &w->names, &w->n_names, err));
	for (size_t c = 0; c < w->n_names; c++)
		brc_str_addf(&all, "%s\n", w->names[c]);
	brc_rc rc = brc_str_check(&all, err);
	if (rc == BRC_OK)
		rc = record_digest(f, "classes", all.s, all.len, err);
	brc_str_free(&all);
	w->classes = w->n_names;
	return rc;
}

static brc_rc read_files(work *w, brc_filter *f, brc_err *err)
{
	size_t mem = w->cli->c.mem;
	brc_member_names names = {images_name, labels_name};
	BRC_TRY(brc_format_read(w->format, w->in, w->n, &names, mem, &w->image, &w->label, err));
	if (w->format == BRC_NPZ) {
		brc_cli_detail(w->cli, "images are '%s', labels '%s'", names.images, names.labels);
		brc_filter_record(f, "images", names.images);
		brc_filter_record(f, "labels", names.labels);
	}
	BRC_TRY(record_operands(w, f, err));
	BRC_TRY(brc_assemble_types(&w->image, &w->label, !isnan(scale), mem, err));
	BRC_TRY(read_names(w, f, err));
	if (first != 0)
		BRC_TRY(brc_sample_first(&w->image, &w->label, first, err));
	BRC_TRY(brc_assemble_classes(&w->label, w->classes, &w->classes, err));
	if (per_class != 0)
		return brc_sample_per_class(&w->image, &w->label, w->classes, per_class,
					    w->cli->c.seed, err);
	return BRC_OK;
}

static brc_rc write_section(const work *w, brc_filter *f, const brc_dataset *d, brc_err *err)
{
	char text[64];
	brc_section *s;
	snprintf(text, sizeof(text), "%.17g", d->scale);
	brc_filter_record(f, "scale", text);
	const char *name = w->cli->c.name != NULL ? w->cli->c.name : "dataset";
	BRC_TRY(brc_section_new(&s, "dataset", 1, name, err));
	brc_rc rc = brc_dataset_write(d, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static brc_rc read_data(work *w, brc_filter *f, brc_err *err)
{
	brc_dataset d;
	char shape[256];
	BRC_TRY(read_files(w, f, err));
	BRC_TRY(brc_assemble(&d, &w->image, &w->label, w->classes, w->names, scale,
			     brc_format_name(w->format), err));
	brc_cli_detail(w->cli, "images %s of type %s, %zu classes, scale %.6g",
		       brc_array_shape_text(&w->image, shape, sizeof(shape)), w->image.dtype,
		       d.classes, d.scale);
	const unsigned largest = brc_dataset_largest_byte(&d);
	if (isnan(scale) && largest < 128)
		brc_cli_note(w->cli, "the largest byte is %u, and bytes are divided by 255: give "
				     "--scale if the network was trained on another range",
			     largest);
	return write_section(w, f, &d, err);
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "read-data",
		.usage = "IMAGES LABELS\nBATCH...\nARCHIVE.npz",
		.purpose =
			"Read labelled images: two IDX or NPY files, an NPZ archive, or batches of "
			"CIFAR-10; gzip is undone. Without an option the format is that which the "
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
	if (open_files(&w, &err) == BRC_OK && brc_filter_open(&f, &cli, &err) == BRC_OK)
		read_data(&w, f, &err);
	int status = brc_filter_close(f, &cli, &err);
	for (size_t i = 0; i < w.n; i++)
		brc_input_free(w.in[i]);
	brc_array_clear(&w.image);
	brc_array_clear(&w.label);
	brc_class_names_free(w.names, w.n_names);
	return status;
}
