/* read-data: read labelled images, or sequences of tokens, from files into a stream. */
#include <math.h>
#include <string.h>

#include "base/cli.h"
#include "data/datasets/reading.h"

enum { FILES_MAX = 64 };

static bool is_format[BRC_FORMATS], rgb, bgr, grey, nchw, nhwc;
static brc_reading_options asked = {.scale = NAN};

/* Members and scale are recorded once they are known. */
static const brc_opt options[] = {
	{BRC_FLAG("idx", 0, &is_format[BRC_IDX], "IMAGES and LABELS are IDX files (MNIST)")},
	{BRC_FLAG("npy", 0, &is_format[BRC_NPY], "IMAGES and LABELS are NPY files (numpy.save)")},
	{BRC_FLAG("npz", 0, &is_format[BRC_NPZ],
		  "the file is an NPZ archive (numpy.savez) that holds images and labels")},
	{BRC_FLAG("cifar10", 0, &is_format[BRC_CIFAR10],
		  "the files are batches of CIFAR-10's binary version")},
	{BRC_FLAG("folder", 0, &is_format[BRC_FOLDER],
		  "the operand is a folder that holds one folder of PNG or JPEG files for each "
		  "class")},
	{BRC_FLAG("list", 0, &is_format[BRC_LIST],
		  "the file lists PNG or JPEG files: each line has a path, a tab and a class")},
	{BRC_STRING("images", 0, "NAME", &asked.images,
		    "for NPZ: the member that holds the images (default: a usual name)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_STRING("labels", 0, "NAME", &asked.labels,
		    "for NPZ: the member that holds the labels (default: a usual name)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_PATH("classes", 0, "FILE|N", &asked.classes,
		  "a file with the names of the classes, one a line, in the order of the labels; "
		  "or just the number of classes (default: the largest label + 1)")},
	{BRC_STRING("resize", 0, "WxH", &asked.resize,
		    "resize image files. A single number is the length of the shorter side, and "
		    "the other side follows in proportion (default: keep their size)")},
	{BRC_STRING("crop", 0, "WxH", &asked.crop,
		    "after --resize, cut out the middle. A single number stands for a square "
		    "(default: keep all)")},
	{BRC_FLAG("rgb", 0, &rgb,
		  "read image files as three channels (default: as the first file has them)")},
	{BRC_FLAG("grey", 0, &grey, "read image files as one channel")},
	{BRC_FLAG("bgr", 0, &bgr, "reverse the order of the channels")},
	{BRC_FLAG("nchw", 0, &nchw,
		  "put channels before rows and columns (default: keep the order of arrays; image "
		  "files have channels first)")},
	{BRC_FLAG("nhwc", 0, &nhwc, "put channels last")},
	{BRC_DOUBLE("scale", 0, "X", &asked.scale, 1e-300, 1e300,
		    "the network is given image * X (default: 1/255 for bytes, 1 for floats)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_STRING("mean", 0, "X,...", &asked.mean,
		    "after --scale, subtract X: one number for all channels, or one for each "
		    "(default: 0)")},
	{BRC_STRING("std", 0, "X,...", &asked.deviation,
		    "after --mean, divide by X: one number for all channels, or one for each "
		    "(default: 1)")},
	{BRC_FLAG("tokens", 0, &asked.tokens,
		  "IMAGES holds sequences of tokens: integers of shape [sequences, tokens]")},
	{BRC_FLAG(
		"next-token", 0, &asked.next_token,
		"the NPY file holds tokens; the label of each token is the token that follows it")},
	{BRC_SIZE("length", 0, "N", &asked.length, 1, INT32_MAX,
		  "with --next-token: the file is one text; cut it into sequences of N tokens "
		  "(default: the file holds sequences)")},
	{BRC_SIZE("first", 0, "N", &asked.first, 1, INT32_MAX,
		  "take only the first N images (default: all)")},
	{BRC_STRING("sample", 0, "N|N-per-class", &asked.sample,
		    "take N images at random, or N of each class (default: all)")},
	{0}};

static brc_rc exclude(bool a, bool b, const char *which, brc_err *err)
{
	return a && b ? brc_fail(err, BRC_USAGE, "%s exclude each other", which) : BRC_OK;
}

static brc_rc set_format(brc_err *err)
{
	asked.format = BRC_FORMATS;
	for (int f = 0; f < BRC_FORMATS; f++)
		if (is_format[f]) {
			BRC_TRY(exclude(true, asked.format != BRC_FORMATS,
					"--idx, --npy, --npz, --cifar10, --folder and --list",
					err));
			asked.format = (brc_format)f;
		}
	return BRC_OK;
}

static brc_rc set_options(const brc_cli *cli, brc_err *err)
{
	BRC_TRY(set_format(err));
	BRC_TRY(exclude(asked.first != 0, !!asked.sample, "--first and --sample", err));
	BRC_TRY(exclude(rgb || bgr, grey, "--grey, --rgb and --bgr", err));
	BRC_TRY(exclude(nchw, nhwc, "--nchw and --nhwc", err));
	if ((asked.tokens || asked.next_token) &&
	    (!isnan(asked.scale) || asked.mean || asked.deviation || bgr || nchw || nhwc))
		return brc_fail(err, BRC_USAGE, "tokens have no scale, mean or channels");
	if (asked.length != 0 && !asked.next_token)
		return brc_fail(err, BRC_USAGE, "--length belongs to --next-token");
	asked.channels = grey ? 1 : rgb ? 3 : 0;
	asked.layout = nchw ? BRC_LAYOUT_NCHW : nhwc ? BRC_LAYOUT_NHWC : BRC_LAYOUT_UNKNOWN;
	asked.reverse = bgr;
	asked.seed = cli->c.seed;
	asked.mem = cli->c.mem;
	if (cli->n_operands > 0)
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "no file is given");
	return brc_hint(err, "read-data IMAGES LABELS; 'read-data --help' says more");
}

static brc_rc open_files(const brc_cli *cli, brc_reading *r, brc_err *err)
{
	r->asked = asked;
	BRC_TRY(brc_reading_open(r, cli->operands, cli->n_operands, err));
	if (!is_format[r->format])
		brc_cli_detail(cli, "%s looks like --%s", r->items->name,
			       brc_format_name(r->format));
	is_format[r->format] = true; /* for the history */
	if (r->format == BRC_NPZ)
		brc_cli_detail(cli, "images are '%s', labels '%s'", r->how.images, r->how.labels);
	return BRC_OK;
}

static void tell(const brc_cli *cli, const brc_reading *r)
{
	char text[256];
	brc_array shape = {.ndim = r->d.ndim + 1, .shape = {r->d.n}};

	memcpy(shape.shape + 1, r->d.shape, r->d.ndim * sizeof(*shape.shape));
	brc_cli_detail(cli, "images %s of type %s, %zu classes, scale %.6g",
		       brc_array_shape_text(&shape, text, sizeof(text)), r->items->dtype,
		       r->d.classes, r->d.scale);
	if (isnan(asked.scale) && r->largest < 128)
		brc_cli_note(cli,
			     "the largest byte is %u, and bytes are divided by 255; give --scale "
			     "if the network was trained with another range",
			     r->largest);
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "read-data",
		.usage = "IMAGES LABELS\nBATCH...\nARCHIVE.npz\nFOLDER",
		.purpose = "Read labelled images, or sequences of tokens, and write them as a "
			   "dataset. Images come from two IDX or NPY files, from an NPZ archive, "
			   "from batches of CIFAR-10, or from a folder of folders of PNG and JPEG "
			   "files. Files may be gzipped. Without an option, the format is "
			   "recognised from the first file.",
		.writes = "dataset",
		.examples = "  read-data images.gz labels.gz --classes names.txt > test.brc\n"
			    "  read-data --npz mnist.npz --images x_test --labels y_test --first "
			    "1000 -o test.brc",
		.options = options,
		.common = BRC_COMMON_SEED | BRC_COMMON_NAME | BRC_COMMON_STREAM,
		.max_operands = FILES_MAX,
	};
	brc_err err = {0};
	brc_filter *f = NULL;
	brc_reading r = {0};
	const char *name;
	int status;

	brc_cli_parse(&cli, argc, argv);
	name = cli.c.name ? cli.c.name : "dataset";
	if (set_options(&cli, &err) == BRC_OK && open_files(&cli, &r, &err) == BRC_OK &&
	    brc_filter_open(&f, &cli, &err) == BRC_OK && brc_reading_choose(&r, &err) == BRC_OK &&
	    brc_reading_write(&r, name, f, &err) == BRC_OK)
		tell(&cli, &r);
	status = brc_filter_close(f, &cli, &err);
	brc_reading_clear(&r);
	return status;
}
