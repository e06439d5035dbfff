#include "data/cifar10.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { PIXELS = BRC_CIFAR10_RECORD - 1 };

static brc_rc check_size(const char *name, uint64_t n, brc_err *err)
{
	if (n == 0 || n % BRC_CIFAR10_RECORD != 0) {
		brc_fail(err, BRC_DATA,
			 "%s: %llu bytes are not a whole number of CIFAR-10 records of %d bytes",
			 name, (unsigned long long)n, BRC_CIFAR10_RECORD);
		return brc_hint(err, "data_batch_1.bin to data_batch_5.bin and test_batch.bin of "
				     "the binary version can be read");
	}
	return BRC_OK;
}

static brc_rc check_labels(const char *name, const unsigned char *data, size_t n, brc_err *err)
{
	for (size_t i = 0; i < n / BRC_CIFAR10_RECORD; i++)
		if (data[i * BRC_CIFAR10_RECORD] >= BRC_CIFAR10_CLASSES)
			return brc_fail(err, BRC_DATA,
					"%s: the label of record %zu is %d, not 0 to %d", name, i,
					data[i * BRC_CIFAR10_RECORD], BRC_CIFAR10_CLASSES - 1);
	return BRC_OK;
}

static brc_rc enlarge(brc_array *a, size_t ndim, const size_t *shape, brc_err *err)
{
	bool swap;
	void *old = a->data;
	brc_rc rc = brc_array_declare(a, "|u1", ndim, shape, "the CIFAR-10 images", &swap, err);
	a->data = rc == BRC_OK ? realloc(old, a->count) : NULL;
	if (a->data != NULL)
		return BRC_OK;
	a->data = old;
	if (rc != BRC_OK)
		return rc;
	return brc_fail(err, BRC_RESOURCE, "out of memory: %zu bytes", a->count);
}

static brc_rc append(const unsigned char *data, size_t n, size_t mem, brc_array *image,
		     brc_array *label, brc_err *err)
{
	size_t before = label->count;
	size_t shape[4] = {before + n, 3, 32, 32};
	BRC_TRY(brc_mem_need((before + n) * BRC_CIFAR10_RECORD, mem, "the CIFAR-10 images", err));
	BRC_TRY(enlarge(image, 4, shape, err));
	BRC_TRY(enlarge(label, 1, shape, err));
	for (size_t i = 0; i < n; i++, data += BRC_CIFAR10_RECORD) {
		((uint8_t *)label->data)[before + i] = data[0];
		memcpy((uint8_t *)image->data + (before + i) * PIXELS, data + 1, PIXELS);
	}
	return BRC_OK;
}

brc_rc brc_cifar10_append(brc_input *in, size_t mem, brc_array *image, brc_array *label,
			  brc_err *err)
{
	void *data;
	size_t n;
	uint64_t left;
	if (brc_input_left(in, &left))
		BRC_TRY(check_size(brc_input_name(in), left, err));
	BRC_TRY(brc_input_rest(in, SIZE_MAX / 2, mem, &data, &n, err));
	brc_rc rc = check_size(brc_input_name(in), n, err);
	if (rc == BRC_OK)
		rc = check_labels(brc_input_name(in), data, n, err);
	if (rc == BRC_OK)
		rc = append(data, n / BRC_CIFAR10_RECORD, mem, image, label, err);
	free(data);
	return rc;
}
