/* Reads the rest of an input at once, into memory that grows only as bytes arrive. */
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "data/bytes/input.h"

enum { FIRST_BYTES = 1 << 20, SMALL_BYTES = 1 << 24 /* for which the machine is not asked */ };

static brc_rc size_fail(const brc_input *in, const char *what, uint64_t expected, const char *least,
			uint64_t found, brc_err *err)
{
	brc_fail(err, BRC_DATA, "%s: %s: %llu bytes expected, %s%llu found", brc_input_name(in),
		 what, (unsigned long long)expected, least, (unsigned long long)found);
	return brc_hint(err, "the file is damaged, or its header wrong: fetch or write it again");
}

/* Read exactly `bytes` into a block that grows as bytes arrive, from `cap` bytes on. */
static brc_rc read_growing(brc_input *in, size_t bytes, size_t cap, void **data, brc_err *err)
{
	unsigned char *block = NULL;
	size_t have = 0, got;
	brc_rc rc = BRC_OK;

	do {
		size_t next = cap < bytes ? cap : bytes;
		unsigned char *grown = realloc(block, next > 0 ? next : 1);

		if (!grown) {
			rc = brc_fail(err, BRC_RESOURCE, "%s: out of memory: %zu bytes",
				      brc_input_name(in), next);
			break;
		}
		block = grown;
		rc = brc_input_read(in, block + have, next - have, &got, err);
		if (rc != BRC_OK)
			break;
		have += got;
		if (have < next)
			rc = size_fail(in, "truncated", brc_input_taken(in) - have + bytes, "",
				       brc_input_taken(in), err);
		cap = next > SIZE_MAX / 2 ? SIZE_MAX : 2 * next;
	} while (rc == BRC_OK && have < bytes);
	if (rc != BRC_OK)
		free(block);
	else
		*data = block;
	return rc;
}

brc_rc brc_input_announce(brc_input *in, uint64_t bytes, brc_err *err)
{
	uint64_t left, expected = brc_input_taken(in) + bytes;

	brc_input_expect(in, expected);
	if (brc_input_left(in, &left) && left != bytes)
		return size_fail(in, left < bytes ? "truncated" : "too long", expected, "",
				 brc_input_taken(in) + left, err);
	return BRC_OK;
}

brc_rc brc_input_piece(brc_input *in, void *buf, size_t bytes, brc_err *err)
{
	size_t got;

	BRC_TRY(brc_input_read(in, buf, bytes, &got, err));
	return got == bytes ? BRC_OK
			    : size_fail(in, "truncated", brc_input_expected(in), "",
					brc_input_taken(in), err);
}

brc_rc brc_input_end(brc_input *in, brc_err *err)
{
	unsigned char more;
	size_t got;

	BRC_TRY(brc_input_read(in, &more, 1, &got, err));
	return got == 0 ? BRC_OK
			: size_fail(in, "too long", brc_input_taken(in) - got, "at least ",
				    brc_input_taken(in), err);
}

brc_rc brc_input_exactly(brc_input *in, size_t bytes, size_t mem, void **data, brc_err *err)
{
	uint64_t left;
	char what[256];
	brc_rc rc;

	BRC_TRY(brc_input_announce(in, bytes, err));
	snprintf(what, sizeof(what), "%.200s: the array that its header declares",
		 brc_input_name(in));
	BRC_TRY(brc_mem_need(bytes, mem, what, err));
	BRC_TRY(read_growing(in, bytes, brc_input_left(in, &left) ? bytes : FIRST_BYTES, data,
			     err));
	rc = brc_input_end(in, err);
	if (rc != BRC_OK) {
		free(*data);
		*data = NULL;
	}
	return rc;
}

brc_rc brc_input_rest(brc_input *in, size_t max, size_t mem, void **data, size_t *n, brc_err *err)
{
	unsigned char *block = NULL;
	size_t cap = 0, have = 0, got = 1;
	brc_rc rc = BRC_OK;

	while (rc == BRC_OK && got > 0) {
		if (have + 1 >= cap && (mem != 0 || cap > SMALL_BYTES))
			rc = brc_mem_need(2 * cap, mem, brc_input_name(in), err);
		if (rc == BRC_OK)
			rc = brc_grow(&block, &cap, have + 4096, 1, err);
		if (rc == BRC_OK)
			rc = brc_input_read(in, block + have, cap - have - 1, &got, err);
		if (rc == BRC_OK && (have += got) > max)
			rc = brc_fail(err, BRC_DATA, "%s: longer than %zu bytes",
				      brc_input_name(in), max);
	}
	if (rc != BRC_OK) {
		free(block);
		return rc;
	}
	block[have] = '\0';
	*data = block;
	*n = have;
	return BRC_OK;
}
