/* Products of bytes against sums of integers, at all sorts of sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/rng.h"
#include "linalg/byte_products.h"

static int8_t *bytes(size_t n, uint64_t stream)
{
	int8_t *b = brc_alloc(n, 1, NULL);
	brc_rng r;

	brc_rng_init(&r, 5, BRC_RNG_TEST, stream, 0);
	for (size_t i = 0; i < n; i++) /* extremes often: their sums must not saturate */
		b[i] = (int8_t)(i % 3 == 0   ? -128
				: i % 7 == 0 ? 127
					     : (int)(brc_rng_u32(&r) % 256) - 128);
	return b;
}

static void equals_sums(size_t height, size_t width, size_t depth)
{
	int8_t *a = bytes(height * depth, 0), *b = bytes(width * depth, 1);
	int32_t *c = brc_alloc(height * width, sizeof(*c), NULL);
	brc_byte_products *p;
	void *packed;
	void *scratch;

	assert_int_equal(brc_byte_products_new(&p, height, width, depth, NULL), BRC_OK);
	packed = brc_alloc(brc_byte_products_packed(p), 1, NULL);
	scratch = brc_alloc(brc_byte_products_scratch(p), 1, NULL);
	assert_int_equal(brc_byte_products_pack(p, b, packed, NULL), BRC_OK);
	for (int again = 0; again < 2; again++) { /* what C held does not matter */
		assert_int_equal(brc_byte_products_run(p, a, packed, c, scratch, NULL), BRC_OK);
		for (size_t i = 0; i < height; i++)
			for (size_t j = 0; j < width; j++) {
				int32_t sum = 0;

				for (size_t k = 0; k < depth; k++)
					sum += a[i * depth + k] * b[j * depth + k];
				if (c[i * width + j] != sum)
					fail_msg("%zu x %zu x %zu: %d instead of %d", height, width,
						 depth, c[i * width + j], sum);
			}
	}
	brc_byte_products_free(p);
	free(scratch);
	free(packed);
	free(c);
	free(b);
	free(a);
}

static void products_of_bytes_equal_sums_in_any_shape(void **state)
{
	static const size_t side[] = {16, 48, 64, 112}, depth[] = {16, 32, 80, 1024};

	(void)state;
	if (!brc_byte_products_fast())
		skip();
	for (size_t i = 0; i < 4; i++)
		for (size_t j = 0; j < 4; j++)
			for (size_t k = 0; k < 4; k++)
				equals_sums(side[i], side[j], depth[k]);
	equals_sums(128, 512, 10000);
	equals_sums(64, 64, 32640);
	equals_sums(48, 80, 32000);
	equals_sums(112, 112, 20000);
	equals_sums(16, 64, 32640);
	equals_sums(32, 32, 32640);
}

static void what_would_be_rounded_is_refused(void **state)
{
	brc_byte_products *p;
	brc_err err = {0};

	(void)state;
	if (!brc_byte_products_fast())
		skip();
	assert_int_equal(brc_byte_products_new(&p, 16, 16, 2000, &err), BRC_RESOURCE);
	assert_null(p);
	brc_byte_products_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_bytes_equal_sums_in_any_shape),
		cmocka_unit_test(what_would_be_rounded_is_refused)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
