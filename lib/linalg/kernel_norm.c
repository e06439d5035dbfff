#include "linalg/kernel_norm.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/memory.h"

enum {
	WORK_PER_ROW = 34
}; /* dsyev needs at least 3 for each row, and is fast with its block size + 2 */

static double entrywise_l1(const float *k, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += fabs((double)k[i]);
	return sum;
}

static double entrywise_l2(const float *k, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)k[i] * k[i];
	return sqrt(sum);
}

static double largest_column(const float *k, size_t h, size_t w)
{
	double largest = 0;

	for (size_t c = 0; c < w; c++) {
		double sum = 0;

		for (size_t r = 0; r < h; r++)
			sum += fabs((double)k[r * w + c]);
		if (!(sum <= largest)) /* a NaN stays */
			largest = sum;
		if (isnan(sum))
			break;
	}
	return largest;
}

/* Working memory for the largest singular value. */
typedef struct spectrum {
	size_t h, w, m;              /* m = min(h, w) */
	double *gram, *value, *work; /* [m][m], [m], [WORK_PER_ROW * m]; one block, at gram */
} spectrum;

static brc_rc spectrum_init(spectrum *s, size_t h, size_t w, brc_err *err)
{
	size_t m = h < w ? h : w, n;

	*s = (spectrum){.h = h, .w = w, .m = m};
	if (m > INT32_MAX / WORK_PER_ROW || !brc_mul(m, m + 1 + WORK_PER_ROW, &n))
		return brc_fail(err, BRC_RESOURCE, "a kernel of %zu x %zu is too large", h, w);
	BRC_TRY(brc_blas_ready(err));
	s->gram = brc_alloc(n, sizeof(double), err);
	BRC_TRY(brc_made(s->gram));
	s->value = s->gram + m * m;
	s->work = s->value + m;
	return BRC_OK;
}

/* |k| |k|' or |k|' |k|, whichever is smaller: its eigenvalues are squares of singular values. */
static void fill_gram(const spectrum *s, const float *k)
{
	bool rows = s->h <= s->w;
	size_t length = rows ? s->w : s->h, step = rows ? s->w : 1, along = rows ? 1 : s->w;

	for (size_t a = 0; a < s->m; a++)
		for (size_t b = a; b < s->m; b++) {
			double sum = 0;

			for (size_t i = 0; i < length; i++)
				sum += fabs((double)k[a * step + i * along] *
					    k[b * step + i * along]);
			s->gram[a * s->m + b] = sum;
		}
}

static brc_rc spectral(const spectrum *s, const float *k, double *norm, brc_err *err)
{
	int m = (int)s->m;
	double total = entrywise_l2(k, s->h * s->w);

	*norm = total;
	if (m == 1 || total == 0 ||
	    !isfinite(total)) /* the one singular value of a vector is its length */
		return BRC_OK;
	fill_gram(s, k);
	/* row-major upper is column-major lower */
	if (LAPACKE_dsyev_work(LAPACK_COL_MAJOR, 'N', 'L', m, s->gram, m, s->value, s->work,
			       WORK_PER_ROW * m) != 0)
		return brc_fail(err, BRC_NUMERIC,
				"the singular values of a kernel do not converge");
	*norm = sqrt(s->value[m - 1]);
	return BRC_OK;
}

static brc_rc norm_of(brc_norm kind, const spectrum *s, const float *k, size_t h, size_t w,
		      double *norm, brc_err *err)
{
	switch (kind) {
	case BRC_NORM_L1:
		*norm = entrywise_l1(k, h * w);
		return BRC_OK;
	case BRC_NORM_L2:
		*norm = entrywise_l2(k, h * w);
		return BRC_OK;
	case BRC_NORM_COLSUM:
		*norm = largest_column(k, h, w);
		return BRC_OK;
	default:
		return spectral(s, k, norm, err);
	}
}

brc_rc brc_kernel_norm(brc_norm kind, const float *k, size_t h, size_t w, double *norm,
		       brc_err *err)
{
	spectrum s = {0};
	brc_rc rc;

	if (kind == BRC_NORM_SPECTRAL)
		BRC_TRY(spectrum_init(&s, h, w, err));
	rc = norm_of(kind, &s, k, h, w, norm, err);
	free(s.gram);
	return rc;
}

brc_rc brc_kernel_norms(brc_norm kind, const float *k, size_t out, size_t in, size_t h, size_t w,
			float *norm, brc_err *err)
{
	spectrum s = {0};
	brc_rc rc = kind == BRC_NORM_SPECTRAL ? spectrum_init(&s, h, w, err) : BRC_OK;

	for (size_t o = 0; rc == BRC_OK && o < out; o++)
		for (size_t i = 0; rc == BRC_OK && i < in; i++) {
			double one = 0;

			rc = norm_of(kind, &s, k + (o * in + i) * h * w, h, w, &one, err);
			norm[i * out + o] = (float)one;
		}
	free(s.gram);
	return rc;
}
