#include "data/datasets/formats.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "data/datasets/sources.h"
#include "data/arrays/npy.h"

const brc_format_facts brc_formats[BRC_FORMATS] = {
	[BRC_IDX] = {"idx", "IMAGES", 2, 2, "two files: images, then labels"},
	[BRC_NPY] = {"npy", "IMAGES", 2, 2, "two files: images, then labels"},
	[BRC_NPZ] = {"npz", "ARCHIVE", 1, 1, "one file, which holds images and labels"},
	[BRC_CIFAR10] = {"cifar10", "BATCHES", 1, SIZE_MAX, "one or more files"},
	[BRC_FOLDER] = {"folder", "FOLDER", 1, 1, "one folder, with a folder for each class"},
	[BRC_LIST] = {"list", "LIST", 1, 1, "one table of image files and classes"},
};

static brc_rc detect(brc_input *in, brc_format *out, brc_err *err)
{
	const unsigned char *p;
	size_t n;
	size_t left;

	BRC_TRY(brc_input_peek(in, 8, &p, &n, err));
	if (brc_npy_magic(p, n)) {
		*out = BRC_NPY;
	} else if (brc_zip_magic(p, n)) {
		*out = BRC_NPZ;
	} else if (brc_idx_magic(p, n)) {
		*out = BRC_IDX;
	} else if (brc_input_left(in, &left) && left > 0 && left % BRC_CIFAR10_RECORD == 0 &&
		   p[0] < BRC_CIFAR10_CLASSES) {
		*out = BRC_CIFAR10;
	} else {
		brc_fail(err, BRC_DATA, "%s: neither IDX, NPY, NPZ nor CIFAR-10",
			 brc_input_name(in));
		return brc_hint(err, "--idx, --npy, --npz or --cifar10 says what the file should "
				     "be, and then what is wrong with it; of image files give the "
				     "folder");
	}
	return BRC_OK;
}

typedef struct member_names {
	const char *images, *labels;
} member_names;

/* Pairs of names that are common in archives. */
static const member_names usual[] = {
	{"image", "label"},
	{"images", "labels"},
	{"x", "y"},
	{"X", "y"},
	{"data", "target"},
	{"x_test", "y_test"},
	{"x_train", "y_train"},
	{"X_test", "y_test"},
	{"X_train", "y_train"},
	{"test_images", "test_labels"},
	{"train_images", "train_labels"},
	{"val_images", "val_labels"},
	{"tokens", "labels"},
	{"tokens", "targets"},
};
enum { USUAL = sizeof(usual) / sizeof(*usual) };

static brc_rc not_chosen(const brc_zip *z, const char *problem, brc_err *err)
{
	char list[320];

	brc_fail(err, BRC_DATA, "%s: %s", z->path, problem);
	return brc_hint(err, "--images NAME --labels NAME choose two of its members: %s",
			brc_npz_list(z, list, sizeof(list)));
}

/* Fill in the names that were not given: those of the only usual pair that the archive holds. */
static brc_rc choose_members(const brc_zip *z, member_names *names, brc_err *err)
{
	const member_names *found = NULL, given = *names;

	if (given.images && given.labels)
		return BRC_OK;
	for (size_t i = 0; i < USUAL; i++) {
		const member_names *pair = &usual[i];

		if ((given.images && strcmp(given.images, pair->images) != 0) ||
		    (given.labels && strcmp(given.labels, pair->labels) != 0) ||
		    !brc_npz_has(z, pair->images) || !brc_npz_has(z, pair->labels))
			continue;
		if (found)
			return not_chosen(z, "several members could be meant", err);
		found = pair;
	}
	if (!found)
		return not_chosen(z, "no two members have usual names (such as images and labels)",
				  err);
	*names = *found;
	return BRC_OK;
}

static brc_rc read_head(brc_input *in, brc_format f, brc_array *head, bool *swap, brc_err *err)
{
	return f == BRC_IDX ? brc_idx_head(in, head, swap, err) : brc_npy_head(in, head, swap, err);
}

/* Images and labels, each an array; the first input is taken over from its place in `in`. */
static brc_rc open_pair(brc_items **it, brc_format f, brc_input **in, size_t mem, brc_err *err)
{
	brc_input *images = in[0];
	brc_array head;
	bool swap;

	BRC_TRY(read_head(images, f, &head, &swap, err));
	in[0] = NULL;
	BRC_TRY(brc_items_of_array(it, images, &head, swap, err));
	BRC_TRY(read_head(in[1], f, &head, &swap, err));
	return brc_items_read_label(*it, in[1], &head, swap, mem, err);
}

static brc_rc open_npz(brc_items **it, brc_input *in, brc_format_options *o, brc_err *err)
{
	brc_zip *z;
	brc_input *member[2] = {NULL, NULL};
	member_names names = {o->images, o->labels};
	brc_rc rc;

	BRC_TRY(brc_zip_open(&z, in, err));
	rc = choose_members(z, &names, err);
	BRC_THEN(rc, brc_npz_open(z, names.images, &member[0], err));
	BRC_THEN(rc, brc_npz_open(z, names.labels, &member[1], err));
	BRC_THEN(rc, open_pair(it, BRC_NPY, member, o->mem, err));
	o->images = names.images;
	o->labels = names.labels;
	brc_input_free(member[0]);
	brc_input_free(member[1]);
	brc_zip_free(z);
	return rc;
}

static brc_rc open_images(brc_items **it, brc_format f, const char *path,
			  const brc_format_options *o, brc_err *err)
{
	brc_image_list l;
	brc_rc rc =
		f == BRC_FOLDER
			? brc_image_list_folder(&l, path, o->class_name, o->classes, err)
			: brc_image_list_table(&l, path, o->class_name, o->classes, o->mem, err);

	if (rc == BRC_OK)
		return brc_items_of_images(it, &l, &o->shape, path, err);
	brc_image_list_clear(&l);
	return rc;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static brc_rc check_use(brc_format f, size_t n, const brc_format_options *o, brc_err *err)
{
	const brc_image_shape *s = &o->shape;

	if ((o->images || o->labels) && f != BRC_NPZ)
		return brc_fail(err, BRC_USAGE,
				"--images and --labels name members of an NPZ archive");
	if ((s->channels || s->resize_w || s->crop_w) && f != BRC_FOLDER && f != BRC_LIST)
		return brc_fail(err, BRC_USAGE,
				"--resize, --crop, --rgb and --grey are for image files");
	if (o->next_token && (f != BRC_NPY || n != 1))
		return brc_fail(err, BRC_USAGE, "--next-token takes one NPY file of tokens");
	if (!o->next_token && (n < brc_formats[f].least || n > brc_formats[f].most)) {
		brc_fail(err, BRC_USAGE, "%zu file%s given", n, n == 1 ? "" : "s");
		return brc_hint(err, "--%s takes %s", brc_formats[f].name, brc_formats[f].files);
	}
	return BRC_OK;
}

static brc_rc open_inputs(brc_format *f, brc_input **in, size_t n, brc_format_options *o,
			  brc_items **it, brc_err *err)
{
	if (*f == BRC_FORMATS)
		BRC_TRY(detect(in[0], f, err));
	BRC_TRY(check_use(*f, n, o, err));
	if (o->next_token)
		return brc_items_of_next_tokens(it, in[0], o->length, o->mem, err);
	if (*f == BRC_NPZ)
		return open_npz(it, in[0], o, err);
	if (*f == BRC_CIFAR10)
		return brc_cifar10_open(it, in, n, err);
	return open_pair(it, *f, in, o->mem, err);
}

brc_rc brc_format_open(brc_format *f, const char *const *path, size_t n, brc_format_options *o,
		       brc_items **it, brc_err *err)
{
	brc_input **in;
	brc_rc rc;

	*it = NULL;
	if (*f == BRC_FORMATS && is_folder(path[0]))
		*f = BRC_FOLDER;
	if (*f == BRC_FOLDER || *f == BRC_LIST) {
		BRC_TRY(check_use(*f, n, o, err));
		return open_images(it, *f, path[0], o, err);
	}
	in = brc_calloc(n, sizeof(*in), err);
	rc = in ? BRC_OK : BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		rc = brc_input_open(&in[i], path[i], err);
	BRC_THEN(rc, open_inputs(f, in, n, o, it, err));
	for (size_t i = 0; in && i < n; i++)
		brc_input_free(in[i]);
	free(in);
	return rc;
}
