#include "data/datasets/sources.h"

#include <string.h>

static const char *descr_of(unsigned char type)
{
	static const char *const descr[] = {"|u1", "|i1", NULL, ">i2", ">i4", ">f4", ">f8"};

	return type >= 0x08 && type <= 0x0e ? descr[type - 0x08] : NULL;
}

bool brc_idx_magic(const unsigned char *p, size_t n)
{
	return n >= 4 && p[0] == 0 && p[1] == 0 && descr_of(p[2]) && p[3] >= 1 &&
	       p[3] <= BRC_MAX_DIMS;
}

brc_rc brc_idx_head(brc_input *in, brc_array *out, bool *swap, brc_err *err)
{
	unsigned char magic[4], extent[4 * BRC_MAX_DIMS];
	size_t shape[BRC_MAX_DIMS], ndim;
	const char *name = brc_input_name(in);

	memset(out, 0, sizeof(*out));
	BRC_TRY(brc_input_header(in, magic, sizeof(magic), err));
	ndim = magic[3];
	if (!brc_idx_magic(magic, sizeof(magic))) {
		brc_fail(err, BRC_DATA,
			 "%s: not an IDX file: it begins with %02x %02x %02x %02x, not with "
			 "00 00, a type (08 09 0b 0c 0d 0e) and 1 to %d extents",
			 name, magic[0], magic[1], magic[2], magic[3], BRC_MAX_DIMS);
		return brc_hint(err, "IDX is the format of MNIST; --npy, --npz and --cifar10 read "
				     "other files");
	}
	BRC_TRY(brc_input_header(in, extent, 4 * ndim, err));
	for (size_t i = 0; i < ndim; i++) {
		const unsigned char *p = extent + 4 * i;

		shape[i] = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
	}
	return brc_array_declare(out, descr_of(magic[2]), ndim, shape, name, swap, err);
}
