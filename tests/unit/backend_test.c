#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <cblas.h>
#include <lapacke.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/blas.h"
#include "linalg/backend.h"

static void openblas_answers_for_lapack(void **state)
{
	brc_err err = {0};
	double a = 2, w;

	(void)state;
	/* the program must need LAPACK for the check to mean anything */
	assert_int_equal(LAPACKE_dsyevd(LAPACK_COL_MAJOR, 'N', 'U', 1, &a, 1, &w), 0);
	assert_int_equal(brc_linalg_check(&err), BRC_OK);
	assert_non_null(strstr(openblas_get_config(), "OpenBLAS"));
}

static void openblas_is_held_to_one_thread(void **state)
{
	(void)state;
	openblas_set_num_threads(2);
	assert_int_equal(brc_blas_ready(NULL), BRC_OK);
	assert_int_equal(openblas_get_num_threads(), 1);
}

/* This program again, with Debian's reference LAPACK before OpenBLAS: it must be noticed. */
static void reference_lapack_is_noticed(void **state)
{
	glob_t found;
	int status = -1;
	pid_t child;

	(void)state;
#ifdef __SANITIZE_ADDRESS__ /* whose run time must be loaded before anything else */
	skip();
#endif
	if (glob("/usr/lib/*/lapack/liblapack.so.3", 0, NULL, &found) != 0)
		skip();
	child = fork();
	if (child == 0) {
		setenv("LD_PRELOAD", found.gl_pathv[0], 1);
		execl("/proc/self/exe", "backend_test", "check", (char *)NULL);
		_exit(126);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), BRC_USAGE);
	globfree(&found);
}

/* The second run: exit code of the check, 125 when it does not say what to do. */
static int check(void)
{
	brc_err err = {0};
	brc_rc rc = brc_linalg_check(&err);

	if (rc != BRC_OK && (!strstr(err.message, "dsyevr_ comes from /") ||
			     !strstr(err.hint, "update-alternatives")))
		return 125;
	return rc;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(openblas_answers_for_lapack),
		cmocka_unit_test(openblas_is_held_to_one_thread),
		cmocka_unit_test(reference_lapack_is_noticed),
	};

	if (argc > 1 && strcmp(argv[1], "check") == 0)
		return check();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
