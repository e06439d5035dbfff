#include "stats/omnibus.h"

#include <math.h>

static double combine(const uint32_t *j, size_t n, size_t m)
{
	const double two_n1 = 2.0 * (double)(n + 1);
	double sum = 0;

	for (size_t s = 0; s < m; s++)
		sum += log(two_n1 / j[s]);
	return m ? sum / (double)m : 0;
}

double brc_omnibus_p(const uint32_t *j, size_t n, size_t m, double *statistic, double *s)
{
	const double s0 = combine(j, n, m);
	const double tie = s0 - 1e-12 * fmax(1, s0);
	size_t r = 0;

	for (size_t b = 0; b <= n; b++) {
		double sb = combine(j + b * m, n, m);

		r += sb >= tie;
		if (s)
			s[b] = sb;
	}
	*statistic = s0;
	return (double)r / (double)(n + 1);
}
