/* Numbers from tests/golden/linalg, in order; tests run from the root of the source tree. */
#ifndef TESTS_UNIT_LINALG_GOLDEN_H
#define TESTS_UNIT_LINALG_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

static inline FILE *golden_open(const char *name)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "tests/golden/linalg/%s", name);
	f = fopen(path, "r");
	if (!f)
		fail_msg("cannot open %s", path);
	return f;
}

static inline double golden_next(FILE *f)
{
	double v = 0;

	if (fscanf(f, "%lf", &v) != 1)
		fail_msg("a golden file is too short");
	return v;
}

#endif
