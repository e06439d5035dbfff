#include "data/images/image_items.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const char *take_side(const char *s, size_t *side)
{
	char *end;
	unsigned long v;

	if (*s < '0' || *s > '9')
		return NULL;
	errno = 0;
	v = strtoul(s, &end, 10);
	*side = v;
	return errno == 0 && v >= 1 && v <= BRC_SIDE_MAX ? end : NULL;
}

brc_rc brc_side_pair(const char *s, const char *option, size_t *w, size_t *h, brc_err *err)
{
	const char *end = take_side(s, w);

	*h = 0;
	if (end && *end == 'x')
		end = take_side(end + 1, h);
	if (end && *end == '\0')
		return BRC_OK;
	brc_fail(err, BRC_USAGE, "--%s: '%s' is neither WxH nor a number", option, s);
	return brc_hint(err, "pixels from 1 to %u: --%s 224x224", BRC_SIDE_MAX, option);
}

static brc_rc channel_values(const char *s, const char *option, double **v, size_t *n, brc_err *err)
{
	size_t cap = 0;

	*v = NULL;
	*n = 0;
	for (char *end; *n < BRC_CHANNELS_MAX; s = end + 1) {
		BRC_TRY(brc_grow(v, &cap, *n + 1, sizeof(**v), err));
		(*v)[*n] = strtod(s, &end);
		if (end == s || !isfinite((*v)[*n]) || (*end != ',' && *end != '\0'))
			break;
		++*n;
		if (*end == '\0')
			return BRC_OK;
	}
	brc_fail(err, BRC_USAGE, "--%s: no number at '%.20s'", option, s);
	return brc_hint(err, "one number for each channel, or one for all: --%s 0.485,0.456,0.406",
			option);
}

static brc_rc all_equal_to(double value, size_t n, double **v, brc_err *err)
{
	BRC_TRY(BRC_ARRAY(*v, n, err));
	for (size_t i = 0; i < n; i++)
		(*v)[i] = value;
	return BRC_OK;
}

brc_rc brc_channel_options(const char *means, const char *deviations, double **mean,
			   double **deviation, size_t *n, brc_err *err)
{
	size_t n_mean = 0, n_deviation = 0;

	if (means)
		BRC_TRY(channel_values(means, "mean", mean, &n_mean, err));
	if (deviations)
		BRC_TRY(channel_values(deviations, "std", deviation, &n_deviation, err));
	if (!means)
		BRC_TRY(all_equal_to(0, n_mean = n_deviation, mean, err));
	if (!deviations)
		BRC_TRY(all_equal_to(1, n_deviation = n_mean, deviation, err));
	*n = n_mean;
	for (size_t i = 0; i < n_deviation; i++)
		if (!((*deviation)[i] > 0))
			return brc_fail(err, BRC_USAGE, "--std: %g is not positive",
					(*deviation)[i]);
	if (n_mean != n_deviation)
		return brc_fail(err, BRC_USAGE, "--mean has %zu numbers, but --std has %zu", n_mean,
				n_deviation);
	return BRC_OK;
}
