#include "stats/published.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "stats/distribution.h"
#include "stats/moments.h"
#include "stats/order.h"

void brc_published_p(const double *t, size_t n, size_t m, brc_tail tail, double *p)
{
	for (size_t s = 0; s < m; s++) {
		size_t r = 0;

		for (size_t b = 1; b <= n; b++)
			r += tail == BRC_TAIL_LEFT ? t[b * m + s] < t[s] : t[b * m + s] > t[s];
		p[s] = brc_p_value(r, n);
	}
}

double brc_published_fisher(const double *p, size_t m, size_t n, double *statistic)
{
	double sum = 0;

	*statistic = 0;
	if (m == 0)
		return 1;
	for (size_t s = 0; s < m; s++)
		sum -= log(p[s] - 0.5 / (double)(n + 1));
	*statistic = sum / (double)m;
	return brc_chi2_upper(2 * sum, 2.0 * (double)m);
}

double brc_published_categorical(const double *p, size_t m, size_t n, double *statistic,
				 brc_err *err)
{
	const double expected = (double)m / (double)(n + 1);
	double *count, sum = 0;

	*statistic = 0;
	if (m == 0)
		return 1;
	count = brc_calloc(n + 1, sizeof(*count), err);
	if (!count)
		return NAN;
	for (size_t s = 0; s < m; s++)
		count[(size_t)fmin((double)n, fmax(0, rint(p[s] * (double)(n + 1) - 1)))]++;
	for (size_t i = 0; i <= n; i++)
		sum += (count[i] - expected) * (count[i] - expected) / expected;
	free(count);
	*statistic = sum;
	return brc_chi2_upper(sum, (double)n);
}

double brc_published_critical(const double *p, size_t m, double level, brc_err *err)
{
	brc_ordered *sorted = brc_alloc(m, sizeof(*sorted), err);
	double critical = 1;

	if (!sorted)
		return NAN;
	for (size_t i = 0; i < m; i++)
		sorted[i] = (brc_ordered){p[i], i};
	brc_order(sorted, m, false);
	for (size_t i = m; i-- > 0;) {
		if (sorted[i].value <= (double)(i + 1) * level / (double)m) {
			critical = sorted[i].value;
			break;
		}
	}
	free(sorted);
	return critical;
}

/* Mean of the defined controls of column s; NaN when there is none. */
static double control_mean(const double *t, size_t n, size_t m, size_t s)
{
	return brc_moments_of(t + m + s, n, m).mean;
}

void brc_published_effect_change(const double *t, size_t n, size_t m, double *e)
{
	for (size_t s = 0; s < m; s++) {
		double mean = control_mean(t, n, m, s);

		e[s] = t[s] < 0 && mean < 0 ? 2 * t[s] / (t[s] + mean) : 0;
	}
}

void brc_published_effect_range(const double *t, size_t n, size_t m, double *e)
{
	for (size_t s = 0; s < m; s++) {
		double ratio = 2 * t[s] / (t[s] + control_mean(t, n, m, s));

		e[s] = isfinite(ratio) ? ratio : 0;
	}
}

void brc_published_effect_range_each(const double *t, size_t n, size_t m, double *e)
{
	for (size_t s = 0; s < m; s++) {
		e[s] = 0;
		for (size_t b = 1; b <= n; b++) {
			double ratio = 2 * t[s] / (t[s] + t[b * m + s]);

			e[s] += isfinite(ratio) ? ratio / (double)n : 0;
		}
	}
}

void brc_published_effect_mean(const double *e, size_t m, double *mean, double *sem)
{
	const brc_moments all = brc_moments_of(e, m, 1);

	*mean = all.mean;
	*sem = m < 2 ? NAN : sqrt(all.squares / (double)(m - 1) / (double)m);
}
