/*
 * Agreement of partitions from their contingency table n_ij, kept as a list of
 * non-empty cells: sort the pairs of labels, count runs. O(n log n).
 */
#include "linalg/compare.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/order.h"

/* Sums over the cells of a partition, or of the pairs of both; c is the size of a cell. */
struct cells {
	size_t n;       /* non-empty cells */
	double pairs;   /* sum of c (c - 1): ordered pairs of units within a cell */
	double entropy; /* - sum of c/N log(c/N), nats */
};

/* Sorts `key`. */
static struct cells count_cells(uint64_t *key, size_t n)
{
	struct cells c = {0, 0, 0};

	qsort(key, n, sizeof(*key), brc_ascending);
	for (size_t i = 0, j; i < n; i = j) {
		double size, share;

		for (j = i + 1; j < n && key[j] == key[i]; j++)
			;
		size = (double)(j - i);
		share = size / (double)n;
		c.n++;
		c.pairs += size * (size - 1);
		c.entropy -= share * log(share);
	}
	return c;
}

/*
 * Hubert and Arabie's index in the form of Warrens ("On the equivalence of
 * Cohen's kappa and the Hubert-Arabie adjusted Rand index", J. Classification 25,
 * 2008): from the counts of ordered pairs together in both, in one, in neither.
 */
static double adjusted_rand(const struct cells *a, const struct cells *b, const struct cells *both,
			    size_t n)
{
	double all = (double)n * ((double)n - 1);
	double tp = both->pairs, fn = a->pairs - tp, fp = b->pairs - tp;
	double tn = all - tp - fn - fp;

	if (fn == 0 && fp == 0)
		return 1;
	return 2 * (tp * tn - fn * fp) / ((tp + fn) * (fn + tn) + (tp + fp) * (fp + tn));
}

static void agree(const struct cells *a, const struct cells *b, const struct cells *both,
		  brc_agreement *out)
{
	double mutual = a->entropy + b->entropy - both->entropy;
	double mean = (a->entropy + b->entropy) / 2;

	/* it is 0 below the rounding of the entropies: the partitions are independent */
	out->mutual_information = mutual > 1e-14 * (1 + mean) ? mutual : 0;
	out->normalised = mean > 0 ? out->mutual_information / mean : 1;
	out->rand_index = adjusted_rand(a, b, both, out->units);
	out->clusters_a = a->n;
	out->clusters_b = b->n;
}

brc_rc brc_compare_partitions(const int32_t *a, const int32_t *b, size_t n, brc_agreement *out,
			      brc_err *err)
{
	uint64_t *key = brc_alloc(n, 3 * sizeof(*key), err);
	size_t units = 0;
	uint64_t *ka, *kb, *kboth;

	BRC_TRY(brc_made(key));
	for (size_t i = 0; i < n; i++)
		units += a[i] >= 0 && b[i] >= 0;
	ka = key;
	kb = key + units;
	kboth = key + 2 * units;
	for (size_t i = 0, u = 0; i < n; i++) {
		if (a[i] < 0 || b[i] < 0)
			continue;
		ka[u] = (uint64_t)a[i];
		kb[u] = (uint64_t)b[i];
		kboth[u++] = (uint64_t)a[i] << 32 | (uint64_t)b[i];
	}
	*out = (brc_agreement){.units = units, .ignored = n - units};
	if (units > 0) {
		struct cells ca = count_cells(ka, units), cb = count_cells(kb, units);
		struct cells both = count_cells(kboth, units);

		agree(&ca, &cb, &both, out);
	}
	free(key);
	if (units == 0)
		return brc_fail(err, BRC_DATA,
				"no unit is in a cluster of both of the partitions compared");
	return BRC_OK;
}
