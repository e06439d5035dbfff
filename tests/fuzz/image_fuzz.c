/*
 * libFuzzer target: any bytes as a PNG or JPEG file. Decoding must end in order, and an
 * image must be as large as it says, in the channels that it has and in those asked for.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/image_fuzz.c
 *     ./image_fuzz tests/fuzz/corpus/image
 */
#include <stdint.h>
#include <stdlib.h>

#include "data/images/image_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Does a PNG declare more than 4 Mi pixels? Those are allowed, but slow under the sanitizers. */
static int is_large(const uint8_t *p, size_t n)
{
	uint64_t side[2] = {0, 0};

	if (n < 24 || p[0] != 0x89)
		return 0;
	for (int i = 0; i < 8; i++)
		side[i / 4] = side[i / 4] << 8 | p[16 + i];
	return side[0] * side[1] > (uint64_t)4 << 20 && side[0] * side[1] <= BRC_IMAGE_PIXELS_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (is_large(data, size))
		return 0;
	for (size_t channels = 0; channels <= 3; channels++) {
		brc_image m = {0};
		volatile uint8_t last;

		if (channels == 2 ||
		    brc_image_decode(data, size, "fuzz", channels, 0, &m, NULL) != BRC_OK)
			continue;
		if (m.w == 0 || m.h == 0 || m.w > BRC_IMAGE_PIXELS_MAX / m.h ||
		    (m.channels != 1 && m.channels != 3) || (channels && m.channels != channels))
			abort();
		last = m.pixel[m.w * m.h * m.channels - 1];
		(void)last;
		brc_image_clear(&m);
	}
	return 0;
}
