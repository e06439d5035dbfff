#include "stats/distribution.h"

#include <float.h>
#include <math.h>

/* From here on Stirling's series gives the logarithm of the gamma function to the last digit. */
#define LARGE 16.0

/*
 * log(gamma(a + 1)) - log(sqrt(2 pi a) (a / e)^a) for a >= LARGE, by Stirling's series
 * (Abramowitz and Stegun 6.1.41).
 */
static double stirling_rest(double a)
{
	static const double c[] = {1.0 / 12,   -1.0 / 360,      1.0 / 1260, -1.0 / 1680,
				   1.0 / 1188, -691.0 / 360360, 1.0 / 156};
	double sum = 0;

	for (size_t k = sizeof(c) / sizeof(*c); k-- > 0;)
		sum = sum / (a * a) + c[k];
	return sum / a;
}

/*
 * m - log(1 + m) without the cancellation of m against the logarithm where m is small: with
 * r = m / (m + 2) it is r m - 2 (r^3 / 3 + r^5 / 5 + ...).
 */
static double log_gap(double m)
{
	const double r = m / (m + 2);
	double sum = 0, power = r * r * r, term;

	if (fabs(m) > 0.5)
		return m - log1p(m);
	for (size_t k = 3;; k += 2, power *= r * r) {
		term = power / (double)k;
		sum += term;
		if (fabs(term) <= DBL_EPSILON / 4 * fabs(sum))
			return r * m - 2 * sum;
	}
}

/*
 * x^a e^-x / gamma(a + 1). Near its peak x = a the three factors are huge and cancel, so that
 * for large a the exponent is written with m = (x - a) / a as -a (m - log(1 + m)).
 */
static double gamma_density(double a, double x)
{
	if (a < LARGE)
		return exp(a * log(x) - x - lgamma(a + 1));
	return exp(-a * log_gap((x - a) / a) - stirling_rest(a)) / sqrt(2 * M_PI * a);
}

/* Lower tail over the density: 1 + x/(a+1) + x^2/((a+1)(a+2)) + ... (A. and S. 6.5.29). */
static double lower_series(double a, double x)
{
	double sum = 1, term = 1;

	for (double n = a + 1; term > DBL_EPSILON / 4 * sum; n++) {
		term *= x / n;
		sum += term;
	}
	return sum;
}

/*
 * Upper tail over the density: a / (x+1-a - 1(1-a)/(x+3-a - 2(2-a)/(x+5-a - ...))) (A. and S.
 * 6.5.31 contracted), by the method of Lentz, which Thompson and Barnett (1986) made safe.
 */
static double upper_fraction(double a, double x)
{
	double b = x + 1 - a, c = 1 / DBL_MIN, d = 1 / b, value = d, step = 0;

	for (double n = 1; fabs(step - 1) > 4 * DBL_EPSILON; n++) {
		const double numerator = n * (a - n);

		b += 2;
		d = 1 / (numerator * d + b);
		c = b + numerator / c;
		step = c * d;
		value *= step;
	}
	return a * value;
}

double brc_chi2_upper(double x, double df)
{
	const double a = df / 2, half = x / 2;

	if (isnan(x) || isnan(df)) /* the sums below would never end */
		return NAN;
	if (x <= 0)
		return 1;
	if (isinf(x))
		return 0;
	if (half < a + 1)
		return 1 - gamma_density(a, half) * lower_series(a, half);
	return gamma_density(a, half) * upper_fraction(a, half);
}

double brc_normal_lower(double x)
{
	return erfc(-x / M_SQRT2) / 2;
}

/* The alternating sum for s <= n / 2, where it loses few digits. */
static double irwin_hall(double s, size_t n)
{
	long double sum = 0, choose = 1, factorial = 1;

	for (size_t j = 2; j <= n; j++)
		factorial *= (long double)j;
	for (size_t j = 0; (double)j <= s; j++) {
		sum += (j % 2 ? -choose : choose) * powl((long double)s - j, (long double)n);
		choose *= (long double)(n - j) / (long double)(j + 1);
	}
	return (double)(sum / factorial);
}

double brc_bates_lower(double mean, size_t n)
{
	const double s = mean * (double)n;

	if (mean <= 0)
		return 0;
	if (mean >= 1)
		return 1;
	if (n > 30)
		return brc_normal_lower((mean - 0.5) * sqrt(12.0 * (double)n));
	return s <= (double)n / 2 ? irwin_hall(s, n) : 1 - irwin_hall((double)n - s, n);
}
