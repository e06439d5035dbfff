/*
 * Block Lanczos with full orthogonalisation and thick restarts.
 *
 * The basis V grows by blocks, and W = A V_last spans the next block. W is first made orthogonal to
 * the last two blocks (after a restart: to all Ritz vectors that were kept). In exact arithmetic it
 * is then orthogonal to all others; because of rounding it is made orthogonal to all of V once
 * more. H = V'AV is read off the coefficients of the first pass. With H s = theta s, the residual
 * of the Ritz vector V s is || W s_last ||.
 *
 * A start of BRC_LANCZOS_BLOCK random vectors finds a repeated eigenvalue at most BRC_LANCZOS_BLOCK
 * times (in exact arithmetic). If one was found that often, the search goes on from random vectors
 * that are orthogonal to what was found, until no further copies are found.
 *
 * On sparse graphs, applying A is cheap compared with keeping the basis orthogonal. Then the first
 * basis is only a probe. Its Ritz values say where the unwanted part of the spectrum lies. The
 * basis is built anew with a Chebyshev polynomial of A that is small there, which needs few steps
 * and a small basis. The cut lies below the k-th Ritz value, and so below the k-th eigenvalue (they
 * interlace). So the k largest pairs of the polynomial are those of A. Their residuals are measured
 * with A itself.
 *
 * Zhou and Saad, "A Chebyshev-Davidson algorithm for large symmetric eigenproblems", SIAM J. Matrix
 * Anal. Appl. 29 (2007);
 * Golub and Underwood, "The block Lanczos method for computing eigenvalues", 1977;
 * Wu and Simon, "Thick-restart Lanczos method for large symmetric eigenvalue
 * problems", SIAM J. Matrix Anal. Appl. 22 (2000).
 */
#include <cblas.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "linalg/eigen_basis.h"

enum {
	CHECK = 6, /* Ritz pairs are computed when there are a CHECKth more steps */
	CYCLES = 1000,
	FILTER_DEGREE = 7, /* at most */
	FILTER_CUT = 4,    /* Ritz values between the wanted ones and the cut */
	FILTER_TRIES = 4
};

/* Relative to the largest |eigenvalue|: of residuals (times `loose`), and to call eigenvalues
 * equal. */
static const double TOLERANCE = 1e-10, SAME = 1e-7;
/* Squares of singular values below this count as 0. */
static const double SMALL = 1e-8;
/*
 * The largest value that a polynomial may give the largest eigenvalue. Rounding is relative to it.
 */
static const double FILTER_MOST = 1e5;
/* Polynomials of A are used if applying A costs less than this times a projection on the basis. */
static const double FILTER_BELOW = 2;

/*
 * Is a polynomial of A cheaper than the basis that A itself needs? It is not if small residuals
 * count.
 */
static bool worth_filtering(const brc_eigen_problem *p)
{
	double n = (double)p->op->n;
	size_t basis = brc_eigen_lanczos_basis(p->wanted.k + p->wanted.spare);

	return !p->wanted.squares && p->op->apply_cost > 0 &&
	       p->op->apply_cost < FILTER_BELOW * 8 * n * (double)basis;
}

/* The largest residual that the i-th largest Ritz pair may have. */
static double allowed(const brc_lanczos *l, size_t i)
{
	double most = TOLERANCE * l->loose * l->scale;

	if (l->squares)
		most = TOLERANCE * l->loose *
		       sqrt(fmax(brc_lanczos_ritz(l, i), SMALL * l->scale) * l->scale);
	if (i >= l->sure)
		most = fmax(most,
			    BRC_EIGEN_APART / 2 *
				    (brc_lanczos_ritz(l, l->sure - 1) - brc_lanczos_ritz(l, i)));
	return most;
}

/*
 * The same for a pair of a polynomial, whose values are between -1 and 1 on the unwanted part of
 * the spectrum. If a part e of a vector lies there, the residual for the polynomial is about e
 * times the value here, and the residual for A is at most e times the width of the spectrum.
 */
static double allowed_filtered(const brc_lanczos *l, size_t i)
{
	if (i >= l->sure)
		return 0.2 * l->strict * (1 + fabs(brc_lanczos_ritz(l, i)));
	return 0.5 * l->strict * TOLERANCE * l->loose * brc_lanczos_ritz(l, i);
}

static bool converged(const brc_lanczos *l)
{
	for (size_t i = 0; i < l->k; i++)
		if (i >= l->done || !(brc_lanczos_residual(l, i) <=
				      (l->filtered ? allowed_filtered : allowed)(l, i)))
			return false;
	return true;
}

/* Is there a Ritz value that `found` lacks? */
static bool overtaken(const brc_lanczos *l)
{
	for (size_t i = 0; i < l->k; i++)
		if (brc_lanczos_ritz(l, i) > l->found[i] + SAME * l->scale)
			return true;
	return false;
}

/* Is there an eigenvalue that a block may have found incompletely? */
static bool repeated(const brc_lanczos *l)
{
	for (size_t i = BRC_LANCZOS_BLOCK; i <= l->k; i++)
		if (l->found[i - BRC_LANCZOS_BLOCK] - l->found[i - 1] <= SAME * l->scale)
			return true;
	return false;
}

/* Steps until the basis is full, or there is `enough` in it. */
static brc_rc cycle(brc_lanczos *l, bool (*enough)(const brc_lanczos *), brc_err *err)
{
	size_t check = (l->k - 1) / BRC_LANCZOS_BLOCK + 1; /* the step after which to look */

	for (size_t step = 1;; step++) {
		bool full;

		BRC_TRY(brc_lanczos_expand(l, err));
		full = l->size + BRC_LANCZOS_BLOCK > l->most;
		if (full || step >= check) {
			BRC_TRY(brc_lanczos_solve(l, err));
			if (full || enough(l))
				return BRC_OK;
			check = step + step / CHECK + 1;
		}
		brc_lanczos_append(l);
	}
}

/* Results from the basis as left by brc_lanczos_keep(l, k). */
static void copy_found(brc_lanczos *l, double *values, double *vectors)
{
	for (size_t i = 0; i < l->k; i++) {
		size_t from = l->k - 1 - i;

		values[i] = l->h[from * l->most + from];
		memcpy(vectors + i * l->n, l->v + from * l->n, l->n * sizeof(*vectors));
	}
	l->found = values;
}

/* The leading Ritz vectors of A, combined at random, start a basis of a polynomial of A; false
 * where the spectrum has no width. */
static bool start_filter(brc_lanczos *l)
{
	double random[BRC_LANCZOS_BLOCK * BRC_LANCZOS_BLOCK], top = brc_lanczos_ritz(l, 0);
	size_t cut = l->k - 1 + FILTER_CUT, n = l->n;

	l->t.cut = brc_lanczos_ritz(l, cut < l->done ? cut : l->done - 1);
	l->t.low = brc_lanczos_ritz(l, l->done - 1) - brc_lanczos_residual(l, l->done - 1);
	l->t.degree = brc_chebyshev_degree(&l->t, top, FILTER_MOST, FILTER_DEGREE);
	if (!(l->t.cut - l->t.low > 1e-6 * l->scale))
		return false;
	brc_lanczos_keep(l, l->k);
	memset(l->w, 0, BRC_LANCZOS_BLOCK * n * sizeof(*l->w));
	for (size_t first = 0; first < l->k; first += BRC_LANCZOS_BLOCK) {
		int cols =
			(int)(l->k - first < BRC_LANCZOS_BLOCK ? l->k - first : BRC_LANCZOS_BLOCK);

		for (size_t i = 0; i < BRC_LANCZOS_BLOCK * BRC_LANCZOS_BLOCK; i++)
			random[i] = brc_rng_normal(&l->rng);
		cblas_dgemm(CblasColMajor, CblasNoTrans, CblasNoTrans, (int)n, BRC_LANCZOS_BLOCK,
			    cols, 1, l->v + first * n, (int)n, random, BRC_LANCZOS_BLOCK, 1, l->w,
			    (int)n);
	}
	l->polynomial = (brc_operator){.n = n, .ctx = &l->t, .apply = brc_chebyshev_apply};
	l->op = &l->polynomial;
	l->filtered = true;
	l->size = l->done = l->kept = 0;
	l->scale = 0;
	brc_lanczos_append(l);
	return true;
}

/* Go back to A, with the Ritz vectors found so far. */
static void stop_filter(brc_lanczos *l)
{
	l->op = l->t.a;
	l->filtered = false;
	l->scale = 0;
	for (size_t i = 0; i < l->k; i++)
		l->scale = fmax(l->scale, fabs(l->h[i * l->most + i]));
}

/* Move column j of the basis, with its value, to place i <= j. Those between move on by one. */
static void insert(brc_lanczos *l, double *value, size_t i, size_t j)
{
	for (; j > i; j--) {
		double t = value[j];

		value[j] = value[j - 1];
		value[j - 1] = t;
		cblas_dswap((int)l->n, l->v + j * l->n, 1, l->v + (j - 1) * l->n, 1);
	}
}

/* Rayleigh quotients and residuals of the basis as brc_lanczos_keep(l, k) left it, with A:
 * ascending. */
static brc_rc quotients(brc_lanczos *l, double *value, double *norm, brc_err *err)
{
	size_t n = l->n;

	for (size_t first = 0; first < l->k; first += BRC_LANCZOS_BLOCK) {
		size_t cols = l->k - first < BRC_LANCZOS_BLOCK ? l->k - first : BRC_LANCZOS_BLOCK;

		BRC_TRY(l->t.a->apply(l->t.a->ctx, l->v + first * n, l->t.next, cols, err));
		for (size_t c = 0; c < cols; c++) {
			double *v = l->v + (first + c) * n, *y = l->t.next + c * n;

			value[first + c] = cblas_ddot((int)n, v, 1, y, 1);
			cblas_daxpy((int)n, -value[first + c], v, 1, y, 1);
			norm[first + c] = cblas_dnrm2((int)n, y, 1);
		}
	}
	return BRC_OK;
}

static brc_rc measure(brc_lanczos *l, bool *done, brc_err *err)
{
	double *value = l->coef, *norm = l->theta, last; /* both free after keep */

	BRC_TRY(quotients(l, value, norm, err));
	last = value[l->k - l->sure];
	*done = true;
	for (size_t i = 0; i < l->k; i++) { /* number i from below, k - 1 - i from above */
		double most = TOLERANCE * l->loose * fmax(fabs(value[l->k - 1]), fabs(value[0]));

		if (l->k - 1 - i >= l->sure)
			most = fmax(most, BRC_EIGEN_APART / 2 * (last - value[i]));
		*done &= norm[i] <= most;
	}
	if (!*done && ++l->tries < FILTER_TRIES) {
		l->strict *= 0.1;
		brc_lanczos_append(l);
		return BRC_OK;
	}
	for (size_t i = 1; *done && i < l->k; i++)
		for (size_t at = 0; at < i; at++)
			if (value[at] > value[i]) {
				insert(l, value, at, i);
				break;
			}
	for (size_t i = 0; i < l->k; i++)
		l->h[i * l->most + i] = value[i];
	stop_filter(l);
	if (!*done) {
		memcpy(l->w,
		       l->v + (l->k > BRC_LANCZOS_BLOCK ? l->k - BRC_LANCZOS_BLOCK : 0) * l->n,
		       (l->k < BRC_LANCZOS_BLOCK ? l->k : BRC_LANCZOS_BLOCK) * l->n *
			       sizeof(*l->w));
		l->size = l->done = l->kept = 0;
		brc_lanczos_append(l);
	}
	return BRC_OK;
}

static brc_rc iterate(brc_lanczos *l, double *values, double *vectors, brc_err *err)
{
	brc_lanczos_append_random(l);
	for (size_t c = 0; c < CYCLES; c++) {
		bool done = false;
		bool searching = l->found;

		BRC_TRY(cycle(l, searching ? overtaken : converged, err));
		if (searching && !overtaken(l))
			return BRC_OK;
		l->found = NULL;
		if (!searching && converged(l)) {
			brc_lanczos_keep(l, l->k);
			if (l->filtered) {
				BRC_TRY(measure(l, &done, err));
				if (!done)
					continue;
			}
			copy_found(l, values, vectors);
			if (!repeated(l))
				return BRC_OK;
			brc_lanczos_append_random(l);
		} else if (l->filter && start_filter(l)) {
			l->filter = false;
		} else {
			brc_lanczos_keep(l, l->k + l->beyond);
			brc_lanczos_append(l);
		}
	}
	brc_fail(err, BRC_NUMERIC,
		 "%zu eigenpairs of %zu did not converge in %d cycles of block "
		 "Lanczos",
		 l->k, l->n, CYCLES);
	return brc_hint(err, "ask for fewer or more eigenvectors: the last ones may lie in a dense "
			     "part of the spectrum");
}

brc_rc brc_eigen_lanczos(const brc_eigen_problem *p, double *values, double *vectors, brc_err *err)
{
	brc_lanczos l;
	brc_rc rc = brc_lanczos_init(&l, p, worth_filtering(p), err);

	BRC_THEN(rc, iterate(&l, values, vectors, err));
	brc_lanczos_clear(&l);
	return rc;
}
