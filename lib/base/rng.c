#include "base/rng.h"

#include <math.h>
#include <string.h>

enum { ROUNDS = 10 };

void brc_philox4x32_10(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
	uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
	uint32_t k0 = key[0], k1 = key[1];

	for (int round = 0; round < ROUNDS; round++) {
		uint64_t p0 = (uint64_t)0xD2511F53u * c0;
		uint64_t p1 = (uint64_t)0xCD9E8D57u * c2;

		c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
		c1 = (uint32_t)p1;
		c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
		c3 = (uint32_t)p0;
		k0 += 0x9E3779B9u;
		k1 += 0xBB67AE85u;
	}
	out[0] = c0;
	out[1] = c1;
	out[2] = c2;
	out[3] = c3;
}

void brc_rng_init(brc_rng *r, uint64_t seed, brc_purpose purpose, uint32_t layer, uint32_t draw)
{
	*r = (brc_rng){.key = {(uint32_t)seed, (uint32_t)(seed >> 32)},
		       .counter = {0, draw, layer, (uint32_t)purpose},
		       .used = 4};
}

uint32_t brc_rng_u32(brc_rng *r)
{
	if (r->used == 4) {
		brc_philox4x32_10(r->counter, r->key, r->block);
		r->counter[0]++;
		r->used = 0;
	}
	return r->block[r->used++];
}

uint64_t brc_rng_u64(brc_rng *r)
{
	uint64_t low = brc_rng_u32(r);

	return (uint64_t)brc_rng_u32(r) << 32 | low;
}

double brc_rng_uniform(brc_rng *r)
{
	return (double)(brc_rng_u64(r) >> 11) * 0x1p-53;
}

uint32_t brc_rng_below(brc_rng *r, uint32_t n)
{
	uint64_t m = (uint64_t)brc_rng_u32(r) * n;

	if ((uint32_t)m < n) {
		uint32_t threshold = -n % n;

		while ((uint32_t)m < threshold)
			m = (uint64_t)brc_rng_u32(r) * n;
	}
	return (uint32_t)(m >> 32);
}

double brc_rng_normal(brc_rng *r)
{
	double u = 1.0 - brc_rng_uniform(r); /* (0, 1]: the logarithm is finite */
	double v = brc_rng_uniform(r);

	return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * v);
}

void brc_rng_normal_pair(brc_rng *r, float normal[2])
{
	float u = ((float)brc_rng_u32(r) + 0.5F) * 0x1p-32F, v = (float)brc_rng_u32(r) * 0x1p-32F;
	float length = u < 1 ? sqrtf(-2 * logf(u)) : 0, angle = 6.2831853F * v;

	normal[0] = length * cosf(angle);
	normal[1] = length * sinf(angle);
}

void brc_rng_shuffle(brc_rng *r, void *a, size_t n)
{
	char *element = a;

	for (size_t i = n; i > 1; i--) {
		const size_t last = (i - 1) * 4, other = (size_t)brc_rng_below(r, (uint32_t)i) * 4;
		uint32_t t, u;

		memcpy(&t, element + last, 4);
		memcpy(&u, element + other, 4);
		memcpy(element + last, &u, 4);
		memcpy(element + other, &t, 4);
	}
}
