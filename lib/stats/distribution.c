#include "stats/distribution.h"

#include <math.h>
#include <pthread.h>

#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>

/* GSL's own handler ends the process on an underflow of a far tail. */
static void let_gsl_return(void)
{
	gsl_set_error_handler_off();
}

double brc_chi2_upper(double x, double df)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, let_gsl_return);
	return x <= 0 ? 1 : gsl_cdf_chisq_Q(x, df);
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
		return gsl_cdf_ugaussian_P((mean - 0.5) * sqrt(12.0 * (double)n));
	return s <= (double)n / 2 ? irwin_hall(s, n) : 1 - irwin_hall((double)n - s, n);
}
