/* Floats of 16 bits. */
#include <math.h>
#include <string.h>

#include "data/models/onnx.h"

/* IEEE 754 binary16: 1 sign, 5 exponent and 10 fraction bits. */
float brc_from_half(uint16_t h)
{
	uint32_t sign = (uint32_t)(h & 0x8000u) << 16, exponent = h >> 10 & 31u, rest = h & 1023u;
	uint32_t bits = sign | (exponent == 31 ? 255u : exponent + 112) << 23 | rest << 13;
	float f;

	if (exponent == 0) { /* zero, or rest * 2^-24 */
		f = (float)rest * 0x1p-24f;
		return sign ? -f : f;
	}
	memcpy(&f, &bits, sizeof(f));
	return f;
}

/* The upper half of a float. */
float brc_from_brain(uint16_t b)
{
	uint32_t bits = (uint32_t)b << 16;
	float f;

	memcpy(&f, &bits, sizeof(f));
	return f;
}

/*
 * Round to 11 significant bits, or to multiples of 2^-24. 65520 is half-way to a number that is too
 * large.
 */
float brc_round_to_half(float x)
{
	int exponent;
	float ulp;

	if (!isfinite(x) || x == 0)
		return x;
	frexpf(x, &exponent);                                  /* |x| in [2^(e-1), 2^e) */
	ulp = ldexpf(1, exponent < -13 ? -24 : exponent - 11); /* 11 significant bits */
	x = nearbyintf(x / ulp) * ulp;
	return fabsf(x) >= 65520 ? copysignf(INFINITY, x) : x;
}

float brc_round_to_brain(float x)
{
	uint32_t bits;

	if (!isfinite(x))
		return x;
	memcpy(&bits, &x, sizeof(bits));
	bits = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000u;
	memcpy(&x, &bits, sizeof(x));
	return x;
}
