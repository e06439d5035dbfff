#include "stream/digest.h"

#include <stdio.h>
#include <xxhash.h>

static void print(XXH128_hash_t h, char hex[33])
{
	snprintf(hex, 33, "%016llx%016llx", (unsigned long long)h.high64,
		 (unsigned long long)h.low64);
}

void brc_digest(const void *data, size_t n, char hex[33])
{
	print(XXH3_128bits(data, n), hex);
}

brc_section_digest *brc_section_digest_new(brc_err *err)
{
	XXH3_state_t *s = XXH3_createState();

	if (!s)
		brc_fail(err, BRC_RESOURCE, "out of memory for a digest");
	else
		XXH3_128bits_reset(s);
	return (brc_section_digest *)s;
}

void brc_section_digest_reset(brc_section_digest *d)
{
	XXH3_128bits_reset((XXH3_state_t *)d);
}

static void little_endian(unsigned char *p, uint64_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		p[i] = (unsigned char)(v >> (8 * i));
}

void brc_section_digest_add(brc_section_digest *d, unsigned kind, uint64_t length, uint32_t crc)
{
	unsigned char b[13];

	b[0] = (unsigned char)kind;
	little_endian(b + 1, length, 8);
	little_endian(b + 9, crc, 4);
	XXH3_128bits_update((XXH3_state_t *)d, b, sizeof(b));
}

void brc_section_digest_bytes(brc_section_digest *d, const void *data, size_t n)
{
	XXH3_128bits_update((XXH3_state_t *)d, data, n);
}

void brc_section_digest_numbers(const brc_section_digest *d, uint64_t number[2])
{
	XXH128_hash_t h = XXH3_128bits_digest((const XXH3_state_t *)d);

	number[0] = h.low64;
	number[1] = h.high64;
}

void brc_section_digest_hex(const brc_section_digest *d, char hex[33])
{
	print(XXH3_128bits_digest((const XXH3_state_t *)d), hex);
}

void brc_section_digest_free(brc_section_digest *d)
{
	XXH3_freeState((XXH3_state_t *)d);
}
