#include "data/formats.h"

#include <stdint.h>
#include <string.h>

#include "data/cifar10.h"
#include "data/idx.h"
#include "data/npy.h"

static const struct {
	const char *name;
	size_t least, most; /* files */
	const char *files;
} formats[BRC_FORMATS] = {
	[BRC_IDX] = {"idx", 2, 2, "two files: images, then labels"},
	[BRC_NPY] = {"npy", 2, 2, "two files: images, then labels"},
	[BRC_NPZ] = {"npz", 1, 1, "one file, which holds images and labels"},
	[BRC_CIFAR10] = {"cifar10", 1, SIZE_MAX, "one or more files"},
};

const char *brc_format_name(brc_format f)
{
	return formats[f].name;
}

brc_rc brc_format_detect(brc_input *in, brc_format *out, brc_err *err)
{
	const unsigned char *p;
	size_t n;
	uint64_t left;
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
				     "be, and then what is wrong with it");
	}
	return BRC_OK;
}

/* Names that go together, as they are found in the wild. */
static const brc_member_names usual[] = {
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
};
enum { USUAL = sizeof(usual) / sizeof(*usual) };

static brc_rc not_chosen(const brc_zip *z, const char *problem, brc_err *err)
{
	char list[320];
	brc_fail(err, BRC_DATA, "%s: %s", brc_zip_path(z), problem);
	return brc_hint(err, "--images NAME --labels NAME choose two of its members: %s",
			brc_npz_list(z, list, sizeof(list)));
}

/* Fill in the names that were not given: the one usual pair of which both are there. */
static brc_rc choose_members(const brc_zip *z, brc_member_names *names, brc_err *err)
{
	const brc_member_names *found = NULL, given = *names;
	if (given.images != NULL && given.labels != NULL)
		return BRC_OK;
	for (size_t i = 0; i < USUAL; i++) {
		const brc_member_names *pair = &usual[i];
		if ((given.images != NULL && strcmp(given.images, pair->images) != 0) ||
		    (given.labels != NULL && strcmp(given.labels, pair->labels) != 0) ||
		    !brc_npz_has(z, pair->images) || !brc_npz_has(z, pair->labels))
			continue;
		if (found != NULL)
			return not_chosen(z, "several members could be meant", err);
		found = pair;
	}
	if (found == NULL)
		return not_chosen(z, "no two members have usual names (such as images and labels)",
				  err);
	*names = *found;
	return BRC_OK;
}

static brc_rc read_npz(brc_input *in, brc_member_names *names, size_t mem, brc_array *image,
		       brc_array *label, brc_err *err)
{
	brc_zip *z;
	BRC_TRY(brc_zip_open(&z, in, err));
	brc_rc rc = choose_members(z, names, err);
	if (rc == BRC_OK)
		rc = brc_npz_member(z, names->images, mem, image, err);
	if (rc == BRC_OK)
		rc = brc_npz_member(z, names->labels, mem, label, err);
	brc_zip_free(z);
	return rc;
}

brc_rc brc_format_read(brc_format f, brc_input *const *in, size_t n, brc_member_names *names,
		       size_t mem, brc_array *image, brc_array *label, brc_err *err)
{
	memset(image, 0, sizeof(*image));
	memset(label, 0, sizeof(*label));
	if (n < formats[f].least || n > formats[f].most) {
		brc_fail(err, BRC_USAGE, "%zu file%s given", n, n == 1 ? "" : "s");
		return brc_hint(err, "--%s takes %s", formats[f].name, formats[f].files);
	}
	switch (f) {
	case BRC_IDX:
		BRC_TRY(brc_idx_read(in[0], mem, image, err));
		return brc_idx_read(in[1], mem, label, err);
	case BRC_NPY:
		BRC_TRY(brc_npy_read_input(in[0], mem, image, err));
		return brc_npy_read_input(in[1], mem, label, err);
	case BRC_NPZ:
		return read_npz(in[0], names, mem, image, label, err);
	default:
		for (size_t i = 0; i < n; i++)
			BRC_TRY(brc_cifar10_append(in[i], mem, image, label, err));
		return BRC_OK;
	}
}
