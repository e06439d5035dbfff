/*
 * The instruction has a latency of three cycles and a throughput of one, so
 * three independent blocks are summed at once and joined: appending n zero
 * bytes to a message is a linear map of its CRC over GF(2), applied by table
 * (M. Adler's scheme). About 20 GB/s at 3 GHz, against 8 for one chain.
 */
#include "stream/crc32c.h"

#include <pthread.h>
#include <string.h>

enum { POLY_BITS = 32, BLOCK = 4096 };
#define POLYNOMIAL 0x82F63B78u

static uint32_t byte_table[8][256];  /* slicing by eight */
static uint32_t shift_table[4][256]; /* append BLOCK zero bytes */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static uint32_t times(const uint32_t m[POLY_BITS], uint32_t v)
{
	uint32_t sum = 0;

	for (int i = 0; v != 0; i++, v >>= 1)
		if ((v & 1) != 0)
			sum ^= m[i];
	return sum;
}

/* m := m * m over GF(2). */
static void square(uint32_t m[POLY_BITS])
{
	uint32_t s[POLY_BITS];

	for (int i = 0; i < POLY_BITS; i++)
		s[i] = times(m, m[i]);
	memcpy(m, s, sizeof(s));
}

static void build_tables(void)
{
	uint32_t m[POLY_BITS] = {POLYNOMIAL}; /* one zero bit */

	for (uint32_t i = 0; i < 256; i++) {
		uint32_t c = i;

		for (int bit = 0; bit < 8; bit++)
			c = (c >> 1) ^ ((c & 1) != 0 ? POLYNOMIAL : 0);
		byte_table[0][i] = c;
	}
	for (uint32_t i = 0; i < 256; i++)
		for (int t = 1; t < 8; t++) {
			uint32_t c = byte_table[t - 1][i];

			byte_table[t][i] = (c >> 8) ^ byte_table[0][c & 0xff];
		}
	for (int i = 1; i < POLY_BITS; i++)
		m[i] = 1u << (i - 1);
	for (size_t bits = 1; bits < (size_t)BLOCK * 8; bits *= 2)
		square(m);
	for (int byte = 0; byte < 4; byte++)
		for (uint32_t i = 0; i < 256; i++)
			shift_table[byte][i] = times(m, i << (8 * byte));
}

static uint32_t portable(uint32_t c, const unsigned char *p, size_t n)
{
	for (; n >= 8; n -= 8, p += 8) {
		uint32_t low, high;

		memcpy(&low, p, 4);
		memcpy(&high, p + 4, 4);
		low ^= c;
		c = byte_table[7][low & 0xff] ^ byte_table[6][low >> 8 & 0xff] ^
		    byte_table[5][low >> 16 & 0xff] ^ byte_table[4][low >> 24] ^
		    byte_table[3][high & 0xff] ^ byte_table[2][high >> 8 & 0xff] ^
		    byte_table[1][high >> 16 & 0xff] ^ byte_table[0][high >> 24];
	}
	for (; n > 0; n--, p++)
		c = (c >> 8) ^ byte_table[0][(c ^ *p) & 0xff];
	return c;
}

uint32_t brc_crc32c_portable(uint32_t crc, const void *data, size_t n)
{
	pthread_once(&once, build_tables);
	return ~portable(~crc, data, n);
}

#if defined(__x86_64__)
#include <nmmintrin.h>

static uint32_t shift(uint32_t c)
{
	return shift_table[0][c & 0xff] ^ shift_table[1][c >> 8 & 0xff] ^
	       shift_table[2][c >> 16 & 0xff] ^ shift_table[3][c >> 24];
}

static uint64_t word(const unsigned char *p)
{
	uint64_t w;

	memcpy(&w, p, 8);
	return w;
}

__attribute__((target("sse4.2"))) static uint32_t hardware(uint32_t c, const unsigned char *p,
							   size_t n)
{
	while (n >= 3 * (size_t)BLOCK) {
		uint64_t a = c, b = 0, d = 0;

		for (size_t i = 0; i < BLOCK; i += 8) {
			a = _mm_crc32_u64(a, word(p + i));
			b = _mm_crc32_u64(b, word(p + i + BLOCK));
			d = _mm_crc32_u64(d, word(p + i + 2 * (size_t)BLOCK));
		}
		c = shift((uint32_t)a) ^ (uint32_t)b;
		c = shift(c) ^ (uint32_t)d;
		p += 3 * (size_t)BLOCK;
		n -= 3 * (size_t)BLOCK;
	}
	for (; n >= 8; n -= 8, p += 8)
		c = (uint32_t)_mm_crc32_u64(c, word(p));
	for (; n > 0; n--, p++)
		c = _mm_crc32_u8(c, *p);
	return c;
}

uint32_t brc_crc32c(uint32_t crc, const void *data, size_t n)
{
	if (!__builtin_cpu_supports("sse4.2"))
		return brc_crc32c_portable(crc, data, n);
	pthread_once(&once, build_tables);
	return ~hardware(~crc, data, n);
}
#else
uint32_t brc_crc32c(uint32_t crc, const void *data, size_t n)
{
	return brc_crc32c_portable(crc, data, n);
}
#endif
