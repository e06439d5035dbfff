#include "stats/moments.h"

#include <math.h>

brc_moments brc_moments_of(const double *x, size_t n, size_t stride)
{
	brc_moments m = {0, NAN, 0};
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		if (isfinite(x[i * stride])) {
			sum += x[i * stride];
			m.n++;
		}
	}
	if (m.n)
		m.mean = sum / (double)m.n;
	for (size_t i = 0; i < n; i++) {
		const double d = x[i * stride] - m.mean;

		if (isfinite(d))
			m.squares += d * d;
	}
	return m;
}

double brc_moments_sd(const brc_moments *m, size_t ddof)
{
	return m->n > ddof ? sqrt(m->squares / (double)(m->n - ddof)) : NAN;
}
