#define _GNU_SOURCE /* dladdr */
#include "linalg/backend.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file from which this process has the symbol, with links resolved; "" if there is none. */
static void provider(const char *symbol, char path[PATH_MAX])
{
	Dl_info info;
	void *address = dlsym(RTLD_DEFAULT, symbol);

	path[0] = '\0';
	if (!address || dladdr(address, &info) == 0 || !info.dli_fname)
		return;
	if (!realpath(info.dli_fname, path))
		snprintf(path, PATH_MAX, "%s", info.dli_fname);
}

/*
 * Debian's OpenBLAS comes as libopenblas*.so, and as libblas.so.3 and
 * liblapack.so.3 in a folder openblas-*. A program that links OpenBLAS statically
 * has no such symbol to look up; there the choice was made at build time.
 */
static bool is_openblas(const char *path, const char *openblas)
{
	return path[0] != '\0' && (strcmp(path, openblas) == 0 || strstr(path, "openblas"));
}

brc_rc brc_linalg_check(brc_err *err)
{
	/* LAPACK calls dgemm_, we call cblas_*, and LAPACKE calls dsyevr_. */
	static const char *const symbols[] = {"dsyevr_", "dgemm_", "cblas_dgemm", "cblas_sgemm"};
	char openblas[PATH_MAX], path[PATH_MAX];

	provider("openblas_get_config", openblas);
	if (openblas[0] == '\0')
		return BRC_OK;
	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); i++) {
		provider(symbols[i], path);
		if (is_openblas(path, openblas))
			continue;
		brc_fail(err, BRC_USAGE, "%s comes from %s, not from OpenBLAS", symbols[i],
			 path[0] != '\0' ? path : "no library");
		return brc_hint(err, "install libopenblas0-pthread, then run update-alternatives "
				     "--auto for liblapack.so.3 and libblas.so.3 "
				     "(names end in -x86_64-linux-gnu or your architecture's)");
	}
	return BRC_OK;
}
