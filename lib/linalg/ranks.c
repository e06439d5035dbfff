/*
 * Mid-ranks by a radix sort of the bit patterns of floats.
 *
 * Flip the sign bit of positive floats, and all bits of negative ones: then their bits have the
 * order of the numbers. If many values are equal to the least one, such as the zeroes of a ReLU,
 * they are set aside. The other keys count from the least. Two passes over 11 bits each sort the 22
 * leading bits that they need. Values that are still out of order are moved into place by insertion
 * or, if that would be too much work, by a third pass. About 6 n steps, 20 n bytes.
 */
#include "linalg/ranks.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, MANY = 8, MOVES = 4 };

struct brc_ranks {
	size_t n;
	uint64_t *a, *b; /* key << 32 | index */
	uint32_t count[2][DIGITS];
};

brc_rc brc_ranks_new(brc_ranks **out, size_t n, brc_err *err)
{
	brc_ranks *r;
	brc_rc rc;

	*out = NULL;
	if (n == 0 || n > INT32_MAX)
		return brc_fail(err, BRC_USAGE, "cannot rank %zu values", n);
	BRC_TRY(BRC_ZEROED(r, 1, err));
	r->n = n;
	rc = BRC_ARRAY(r->a, n, err);
	BRC_THEN(rc, BRC_ARRAY(r->b, n, err));
	return BRC_GIVE(out, r, rc, brc_ranks_free);
}

void brc_ranks_free(brc_ranks *r)
{
	if (!r)
		return;
	free(r->a);
	free(r->b);
	free(r);
}

static uint32_t ordered_bits(float x)
{
	uint32_t u;

	x += 0.0f; /* -0 becomes 0 */
	memcpy(&u, &x, sizeof(u));
	return u ^ (-(u >> 31) | 0x80000000u);
}

/* ---- sorting ---- */

/* Room in `to` for each of the DIGITS values of from's bits at `shift`, then the pass itself. */
static void pass(const uint64_t *from, size_t n, unsigned shift, uint32_t *count, uint64_t *to)
{
	uint32_t at = 0;

	for (unsigned i = 0; i < DIGITS; i++) {
		uint32_t c = count[i];

		count[i] = at;
		at += c;
	}
	for (size_t i = 0; i < n; i++)
		to[count[from[i] >> shift & (DIGITS - 1)]++] = from[i];
}

static void count_digit(const uint64_t *from, size_t n, unsigned shift, uint32_t *count)
{
	memset(count, 0, DIGITS * sizeof(*count));
	for (size_t i = 0; i < n; i++)
		count[from[i] >> shift & (DIGITS - 1)]++;
}

/* Sort what is almost in order; false if it takes more than MOVES moves for each value. */
static bool insert(uint64_t *s, size_t n)
{
	size_t left = MOVES * n;

	for (size_t i = 1; i < n; i++) {
		uint64_t v = s[i];
		size_t j = i;

		for (; j > 0 && s[j - 1] > v; j--)
			s[j] = s[j - 1];
		s[j] = v;
		if (i - j > left)
			return false;
		left -= i - j;
	}
	return true;
}

/* The n entries of r->a in ascending order: in a or in b, whichever holds them. */
static uint64_t *sort(brc_ranks *r, size_t n, uint32_t range)
{
	unsigned bits = range == 0 ? 0 : 32 - (unsigned)__builtin_clz(range);
	unsigned low = bits > 2 * DIGIT_BITS ? bits - 2 * DIGIT_BITS : 0;

	if (bits == 0)
		return r->a;
	count_digit(r->a, n, 32 + low, r->count[0]);
	count_digit(r->a, n, 32 + low + DIGIT_BITS, r->count[1]);
	pass(r->a, n, 32 + low, r->count[0], r->b);
	pass(r->b, n, 32 + low + DIGIT_BITS, r->count[1], r->a);
	if (low == 0 || insert(r->a, n))
		return r->a;
	for (unsigned p = 0; p < 3; p++) { /* the low bits too, from the start */
		uint64_t *from = p == 1 ? r->b : r->a, *to = p == 1 ? r->a : r->b;

		count_digit(from, n, 32 + p * DIGIT_BITS, r->count[0]);
		pass(from, n, 32 + p * DIGIT_BITS, r->count[0], to);
	}
	return r->b;
}

/* ---- ranks ---- */

static void note_ties(brc_ties *t, size_t count, size_t at)
{
	double c = (double)count;

	t->cubes += (c * c - 1) * c;
	if (count > t->most) {
		t->second = t->most;
		t->most = (uint32_t)count;
		t->at = (uint32_t)at;
	} else if (count > t->second) {
		t->second = (uint32_t)count;
	}
}

/* The least value, and how often it occurs. */
static float least(const float *x, size_t n, size_t *count)
{
	float min = x[0];

	*count = 0;
	for (size_t i = 1; i < n; i++)
		min = x[i] < min ? x[i] : min;
	for (size_t i = 0; i < n; i++)
		*count += x[i] == min;
	return min;
}

/*
 * Fill r->a with the keys of the values, counted from that of the least value, and with indices. If
 * at least one value in MANY is the least, these values are ranked here and left out. Returns how
 * many entries r->a has; *range is the largest key.
 */
static size_t set_keys(brc_ranks *r, const float *x, size_t n, uint32_t *twice, uint32_t *range,
		       brc_ties *ties)
{
	size_t count, kept = 0;
	uint32_t min = ordered_bits(least(x, n, &count)), most = 0;
	bool aside = count * MANY >= n;
	size_t at = 0;

	for (size_t i = 0; i < n;
	     i++) { /* without a branch, because its direction would be random */
		uint32_t key = ordered_bits(x[i]) - min;

		r->a[kept] = (uint64_t)key << 32 | i;
		kept += !aside | (key != 0);
		most = key > most ? key : most;
	}
	*range = most;
	if (!aside)
		return kept;
	for (size_t i = 0; i < n; i++)
		twice[i] = (uint32_t)count + 1; /* right where it is the least, else set later */
	while (ordered_bits(x[at]) != min)
		at++;
	note_ties(ties, count, at);
	return kept;
}

void brc_ranks_double(brc_ranks *r, const float *x, size_t n, uint32_t *twice, brc_ties *ties)
{
	brc_ties unwanted = {0}, *t = ties ? ties : &unwanted;
	uint32_t range;
	size_t kept, below;
	const uint64_t *s;

	*t = (brc_ties){0};
	if (n == 0)
		return;
	kept = set_keys(r, x, n, twice, &range, t);
	below = n - kept;
	s = sort(r, kept, range);
	for (size_t i = 0, j; i < kept; i = j) {
		for (j = i + 1; j < kept && s[j] >> 32 == s[i] >> 32; j++)
			;
		for (size_t k = i; k < j; k++) /* ranks i + 1 .. j: twice their mean */
			twice[(uint32_t)s[k]] = (uint32_t)(2 * below + i + 1 + j);
		note_ties(t, j - i, (uint32_t)s[i]);
	}
}

size_t brc_first_nonfinite(const float *x, size_t n)
{
	enum { SPAN = 256 };
	size_t i = 0;
	for (; i + SPAN <= n; i += SPAN) { /* x - x is 0, or NaN where x is not finite */
		float sum = 0;

		for (size_t j = 0; j < SPAN; j++)
			sum += x[i + j] - x[i + j];
		if (sum != 0)
			break;
	}
	while (i < n && isfinite(x[i]))
		i++;
	return i;
}
