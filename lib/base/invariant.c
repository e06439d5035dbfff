#include "base/invariant.h"

#include <stdio.h>
#include <stdlib.h>

void brc_invariant_broken(const char *file, int line, const char *expression)
{
	fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, expression);
	abort();
}
