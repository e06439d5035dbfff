/* Lines of tests/golden/stats.txt: a key and numbers. Run from the top of the tree. */
#ifndef STATS_GOLDEN_H
#define STATS_GOLDEN_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The numbers of the i-th line that starts with `key`; fails the test unless there are n. */
static void golden_line(const char *key, size_t i, double *v, size_t n)
{
	FILE *f = fopen("tests/golden/stats.txt", "r");
	char *line = NULL, *at, *end;
	size_t cap = 0, k = 0;

	assert_non_null(f);
	do {
		assert_true(getline(&line, &cap, f) > 0);
		at = line + strlen(key);
	} while (strncmp(line, key, strlen(key)) != 0 || *at != ' ' || i-- > 0);
	for (;;) {
		double x = strtod(at, &end);

		if (end == at)
			break;
		assert_true(k < n);
		v[k++] = x;
		at = end;
	}
	assert_int_equal(k, n);
	free(line);
	fclose(f);
}

static inline void golden(const char *key, double *v, size_t n)
{
	golden_line(key, 0, v, n);
}

static inline void assert_near(const double *a, const double *b, size_t n, double tolerance)
{
	for (size_t i = 0; i < n; i++) {
		if (isnan(b[i]) ? isnan(a[i]) : fabs(a[i] - b[i]) <= tolerance)
			continue;
		print_error("value %zu: %.17g, expected %.17g\n", i, a[i], b[i]);
		fail();
	}
}

#endif
