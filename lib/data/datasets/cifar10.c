#include "data/datasets/sources.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/descriptors.h"
#include "base/memory.h"

enum { PIXELS = BRC_CIFAR10_RECORD - 1 };

typedef struct batch {
	int fd;
	size_t n; /* records */
} batch;

typedef struct cifar10 {
	batch *batch;
	size_t n;         /* batches that are open */
	size_t at, first; /* the batch that is being read, and the number of its first record */
} cifar10;

static brc_rc check_size(const char *name, size_t n, brc_err *err)
{
	if (n != 0 && n % BRC_CIFAR10_RECORD == 0)
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "%s: %zu bytes are not a whole number of CIFAR-10 records of %d bytes", name, n,
		 BRC_CIFAR10_RECORD);
	return brc_hint(err, "data_batch_1.bin to data_batch_5.bin and test_batch.bin of the "
			     "binary version can be read");
}

static brc_rc read_record(int fd, size_t number, unsigned char *out, const char *name, brc_err *err)
{
	return brc_read_at(fd, name, number * BRC_CIFAR10_RECORD, out, BRC_CIFAR10_RECORD, err);
}

/* The labels of one batch, behind those of the others. */
static brc_rc append_labels(brc_array *label, size_t *cap, const batch *b, const char *name,
			    brc_err *err)
{
	unsigned char record[BRC_CIFAR10_RECORD];

	BRC_TRY(brc_grow(&label->data, cap, label->count + b->n, 1, err));
	for (size_t i = 0; i < b->n; i++) {
		BRC_TRY(read_record(b->fd, i, record, name, err));
		if (record[0] >= BRC_CIFAR10_CLASSES)
			return brc_fail(err, BRC_DATA,
					"%s: the label of record %zu is %d, not 0 to %d", name, i,
					record[0], BRC_CIFAR10_CLASSES - 1);
		((uint8_t *)label->data)[label->count++] = record[0];
	}
	return BRC_OK;
}

static brc_rc open_batch(cifar10 *c, brc_input *in, brc_array *label, size_t *cap, brc_err *err)
{
	size_t size = 0;
	batch *b = &c->batch[c->n++];

	b->fd = -1;
	BRC_TRY(brc_input_seekable(in, &b->fd, &size, err));
	BRC_TRY(check_size(brc_input_name(in), size, err));
	b->n = size / BRC_CIFAR10_RECORD;
	return append_labels(label, cap, b, brc_input_name(in), err);
}

static brc_rc next(brc_items *it, size_t number, void *out, brc_err *err)
{
	cifar10 *c = it->state;
	unsigned char record[BRC_CIFAR10_RECORD];

	for (; number - c->first >= c->batch[c->at].n; c->at++)
		c->first += c->batch[c->at].n;
	BRC_TRY(read_record(c->batch[c->at].fd, number - c->first, record, it->name, err));
	brc_section_digest_bytes(it->digest, record + 1, PIXELS);
	if (out)
		memcpy(out, record + 1, PIXELS);
	return BRC_OK;
}

static void close_all(void *state)
{
	cifar10 *c = state;

	for (size_t i = 0; i < c->n; i++)
		if (c->batch[i].fd >= 0)
			close(c->batch[i].fd);
	free(c->batch);
}

static const brc_items_ops ops = {next, NULL, close_all, false};

brc_rc brc_cifar10_open(brc_items **it, brc_input *const *in, size_t n, brc_err *err)
{
	const char *name = n == 1 ? brc_input_name(in[0]) : "the CIFAR-10 batches";
	brc_array label = {.dtype = "|u1", .itemsize = 1, .ndim = 1}, head;
	size_t cap = 0, shape[] = {0, 3, 32, 32};
	bool swap;
	cifar10 *c;
	brc_rc rc;

	BRC_TRY(brc_items_new(it, name, &ops, sizeof(*c), err));
	c = (*it)->state;
	c->batch = brc_calloc(n, sizeof(*c->batch), err);
	rc = c->batch ? BRC_OK : BRC_RESOURCE;
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		rc = open_batch(c, in[i], &label, &cap, err);
	label.shape[0] = shape[0] = label.count;
	BRC_THEN(rc, brc_array_declare(&head, "|u1", 4, shape, name, &swap, err));
	BRC_THEN(rc, brc_items_shape(*it, &head, err));
	(*it)->layout = BRC_LAYOUT_NCHW;
	(*it)->classes = BRC_CIFAR10_CLASSES;
	brc_items_label(*it, &label);
	return rc;
}
