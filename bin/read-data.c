/* read-data: read labelled images, or sequences of tokens, from files into a stream. */
#include <math.h>
#include <string.h>

#include "base/cli.h"
#include "data/datasets/dataset_files.h"
#include "data/series/series.h"

enum { FILES_MAX = 64 };

static const brc_dataset_options nothing = {.scale = NAN, .split = NAN};
static brc_dataset_files files = {.asked = {.scale = NAN, .split = NAN}};
static brc_opt_list inputs;
static brc_dataset_options *const asked = &files.asked;
static bool series;
#define HEADS "auto|yes|no"
static int head;
static brc_series_options how;

/* Members and scale are recorded once they are known. */
static const brc_opt options[] = {
	{BRC_FLAG("idx", 0, &files.asked.is_format[BRC_IDX],
		  "IMAGES and LABELS are IDX files (MNIST)")},
	{BRC_FLAG("npy", 0, &files.asked.is_format[BRC_NPY],
		  "IMAGES and LABELS are NPY files (numpy.save)")},
	{BRC_FLAG("npz", 0, &files.asked.is_format[BRC_NPZ],
		  "the file is an NPZ archive (numpy.savez) that holds images and labels")},
	{BRC_FLAG("cifar10", 0, &files.asked.is_format[BRC_CIFAR10],
		  "the files are batches of CIFAR-10's binary version")},
	{BRC_FLAG("folder", 0, &files.asked.is_format[BRC_FOLDER],
		  "the operand is a folder that holds one folder of PNG or JPEG files for each "
		  "class")},
	{BRC_FLAG("list", 0, &files.asked.is_format[BRC_LIST],
		  "the file lists PNG or JPEG files: each line has a path, a tab and a class")},
	{BRC_STRING("images", 0, "NAME", &files.asked.images,
		    "for NPZ: the member that holds the images (default: a usual name)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_STRING("labels", 0, "NAME", &files.asked.labels,
		    "for NPZ: the member that holds the labels (default: a usual name)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_LIST(
		"input", 0, "NAME[=FILE]", &inputs,
		"an array for another input of the network, which is called NAME: an NPY file, or "
		"without FILE the member NAME of the NPZ archive; it has a row for each image, or "
		"one for all. May be given several times (default: none)")},
	{BRC_PATH("classes", 0, "FILE|N", &files.asked.classes,
		  "a file with the names of the classes, one a line, in the order of the labels; "
		  "or just the number of classes (default: the largest label + 1)")},
	{BRC_STRING("resize", 0, "WxH", &files.asked.resize,
		    "resize image files. A single number is the length of the shorter side, and "
		    "the other side follows in proportion (default: keep their size)")},
	{BRC_STRING("crop", 0, "WxH", &files.asked.crop,
		    "after --resize, cut out the middle. A single number stands for a square "
		    "(default: keep all)")},
	{BRC_FLAG("rgb", 0, &files.asked.rgb,
		  "read image files as three channels (default: as the first file has them)")},
	{BRC_FLAG("grey", 0, &files.asked.grey, "read image files as one channel")},
	{BRC_FLAG("bgr", 0, &files.asked.bgr, "reverse the order of the channels")},
	{BRC_FLAG("nchw", 0, &files.asked.nchw,
		  "put channels before rows and columns (default: keep the order of arrays; image "
		  "files have channels first)")},
	{BRC_FLAG("nhwc", 0, &files.asked.nhwc, "put channels last")},
	{BRC_DOUBLE("scale", 0, "X", &files.asked.scale, 1e-300, 1e300,
		    "the network is given image * X (default: 1/255 for bytes, 1 for floats)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_STRING("mean", 0, "X,...", &files.asked.mean,
		    "after --scale, subtract X: one number for all channels, or one for each "
		    "(default: 0)")},
	{BRC_STRING("std", 0, "X,...", &files.asked.deviation,
		    "after --mean, divide by X: one number for all channels, or one for each "
		    "(default: 1)")},
	{BRC_FLAG("tokens", 0, &files.asked.tokens,
		  "IMAGES holds sequences of tokens: integers of shape [sequences, tokens]")},
	{BRC_FLAG(
		"next-token", 0, &files.asked.next_token,
		"the NPY file holds tokens; the label of each token is the token that follows it")},
	{BRC_SIZE("length", 0, "N", &files.asked.length, 1, INT32_MAX,
		  "with --next-token: the file is one text; cut it into sequences of N tokens "
		  "(default: the file holds sequences)")},
	{BRC_CHOICE(
		"targets", 0, "KIND", &files.asked.targets, "auto|classes|places|labels|regression",
		"what the labels are. classes: one class number for each item, or one-hot rows. "
		"places: a class number for each token, or each place of an image. labels: "
		"independent labels, 0 or 1. regression: numbers that the outputs should be. "
		"auto: what shape and values say")},
	{BRC_STRING("ignore-label", 0, "N", &files.asked.ignore_label,
		    "places or tokens whose label is N have none, and are not counted, as 255 in "
		    "masks of images or -100 in targets of tokens (default: all are counted)")},
	{BRC_SIZE("first", 0, "N", &files.asked.first, 1, INT32_MAX,
		  "take only the first N images (default: all)")},
	{BRC_STRING("sample", 0, "N|N-per-class", &files.asked.sample,
		    "take N images at random, or N of each class (default: all)")},
	{BRC_DOUBLE("split", 0, "FRACTION", &files.asked.split, 1e-9, 1 - 1e-9,
		    "write two datasets: 'fit', with this fraction of the images, from which "
		    "groups of units are made, and 'test', with the others, on which they are "
		    "tested. Images are drawn with --seed, class by class if each has one class "
		    "(default: one dataset)"),
	 .flags = BRC_OPT_UNRECORDED},
	{BRC_FLAG("series", 0, &series,
		  "the file is a table of numbers in NPY, CSV or TSV: a row for each sample, and a "
		  "column for each unit, such as a region of a brain. Write it as corr takes it")},
	{BRC_FLAG("transpose", 0, &how.transposed,
		  "with --series: rows are units, and columns are samples")},
	{BRC_CHOICE("header", 0, "WHAT", &head, HEADS,
		    "with --series: does the first line of a CSV or TSV file name the columns? "
		    "auto: if there is a word in it"),
	 .flags = BRC_OPT_UNRECORDED},
	{0}};

static brc_rc check_series(const brc_cli *cli, brc_err *err)
{
	if (!series)
		return how.transposed || head != BRC_HEAD_AUTO
			       ? brc_fail(err, BRC_USAGE, "--transpose and --header need --series")
			       : BRC_OK;
	if (inputs.n > 0 || memcmp(asked, &nothing, sizeof(nothing)) != 0)
		return brc_fail(err, BRC_USAGE,
				"--series reads no images and no tokens: it goes with --transpose "
				"and --header only");
	if (cli->n_operands == 1)
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "--series takes one file");
	return brc_hint(err, "read-data --series TABLE; 'read-data --help' says more");
}

static brc_rc open_files(const brc_cli *cli, brc_err *err)
{
	BRC_TRY(check_series(cli, err));
	if (series)
		return BRC_OK;
	asked->seed = cli->c.seed;
	asked->mem = cli->c.mem;
	asked->inputs = inputs.at;
	asked->n_inputs = inputs.n;
	BRC_TRY(brc_dataset_options_settle(asked, err));
	if (!isnan(asked->split) && cli->c.name)
		return brc_fail(err, BRC_USAGE,
				"--name: the datasets of --split are called fit and test");
	if (cli->n_operands == 0) {
		brc_fail(err, BRC_USAGE, "no file is given");
		return brc_hint(err, "read-data IMAGES LABELS; 'read-data --help' says more");
	}
	BRC_TRY(brc_dataset_files_open(&files, cli->operands, cli->n_operands, err));
	brc_dataset_files_tell_found(&files, cli);
	asked->is_format[files.format] = true; /* for the history */
	return BRC_OK;
}

static brc_rc write_series(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	brc_series s;
	char word[8];
	brc_rc rc;

	how.head = (brc_series_head)head;
	how.mem = cli->c.mem;
	brc_filter_record(f, "header", brc_word_at(HEADS, head, word, sizeof(word)));
	rc = brc_series_read(&s, cli->operands[0], &how, err);
	BRC_THEN(rc, brc_series_write(&s, brc_cli_name(cli, "series"), f, err));
	if (rc == BRC_OK)
		brc_series_tell(&s, cli);
	brc_series_clear(&s);
	return rc;
}

static brc_rc write_dataset(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	if (series)
		return write_series(f, cli, err);
	BRC_TRY(brc_dataset_files_choose(&files, err));
	BRC_TRY(brc_dataset_files_write(&files, brc_cli_name(cli, "dataset"), f, err));
	brc_dataset_files_tell_written(&files, cli);
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "read-data",
		.usage = "IMAGES LABELS\nBATCH...\nARCHIVE.npz\nFOLDER\n--series TABLE",
		.purpose = "Read labelled images, or sequences of tokens, and write them as a "
			   "dataset. Images come from two IDX or NPY files, from an NPZ archive, "
			   "from batches of CIFAR-10, or from a folder of folders of PNG and JPEG "
			   "files. Or read a table of samples and units of any other system "
			   "(--series). Files may be gzipped. Without an option, the format is "
			   "recognised from the first file.",
		.writes = "dataset; with --series: units, activations",
		.examples = "  read-data images.gz labels.gz --classes names.txt > test.brc\n"
			    "  read-data --npz mnist.npz --images x_test --labels y_test --first "
			    "1000 -o test.brc\n"
			    "  read-data images.gz labels.gz --split 0.5 -o data.brc\n"
			    "  read-data --series bold.csv | corr | laplacian | spectral -k 8 "
			    ">labels.brc",
		.options = options,
		.common = BRC_COMMON_SEED | BRC_COMMON_NAME | BRC_COMMON_STREAM,
		.max_operands = FILES_MAX,
	};
	int status = brc_filter_main(&cli, argc, argv, open_files, write_dataset);

	brc_dataset_files_clear(&files);
	return status;
}
