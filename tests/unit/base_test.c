/* The ground floor: errors, sizes, strings, random numbers, threads. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cli.h"
#include "base/err.h"
#include "base/invariant.h"
#include "base/memory.h"
#include "base/rng.h"
#include "base/str.h"
#include "base/threads.h"
#include "base/utf8.h"

static void messages_never_carry_control_characters(void **state)
{
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_fail(&err, BRC_DATA, "name '%s'",
				  "a\x1b[31m\n\x7f\xff\xc3\xa9\xc2\x9b\xe2\x80\xae"),
			 3);
	/* an ill-formed byte, C1 control CSI and the override U+202E are one '?' each */
	assert_string_equal(err.message, "name 'a?[31m?"
					 "?"
					 "?\xc3\xa9?"
					 "?'");
	brc_hint(&err, "try\tthis");
	assert_string_equal(err.hint, "try?this");
	brc_err_prefix(&err, "file");
	assert_int_equal(strncmp(err.message, "file: name", 10), 0);
}

static void utf8_is_strict(void **state)
{
	static const char *const good[] = {"",
					   "a",
					   "\xc2\x80",
					   "\xe0\xa0\x80",
					   "\xed\x9f\xbf",
					   "\xef\xbf\xbd",
					   "\xf0\x90\x80\x80",
					   "\xf4\x8f\xbf\xbf"};
	static const char *const bad[] = {"\x80",
					  "\xc1\xbf",
					  "\xe0\x9f\xbf",
					  "\xed\xa0\x80",
					  "\xf0\x8f\xbf\xbf",
					  "\xf4\x90\x80\x80",
					  "\xf8\x88\x80\x80\x80",
					  "\xe2\x82",
					  "a\xff"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(brc_utf8_valid(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(brc_utf8_valid(bad[i]));
	assert_true(brc_is_printable("a b\xc3\xa9\xe2\x82\xac"));
	assert_false(brc_is_printable("\x7f"));
	assert_false(brc_is_printable("\xc2\x9b"));
	assert_false(brc_is_printable("\xe2\x80\xae"));
}

static void printable_text_is_cut_between_characters(void **state)
{
	char buf[4];

	(void)state;
	brc_printable(buf, sizeof(buf), "ab\xe2\x82\xac");
	assert_string_equal(buf, "ab"); /* the euro sign takes three bytes */
	brc_printable(buf, sizeof(buf), "\xe2\x82\xac!");
	assert_string_equal(buf, "\xe2\x82\xac");
	brc_printable(buf, sizeof(buf), "\xe2\x82");
	assert_string_equal(buf, "??");
}

static void sizes_do_not_wrap(void **state)
{
	size_t r = 7;
	brc_err err = {0};
	void *p;

	(void)state;
	assert_false(brc_mul(SIZE_MAX / 2, 3, &r));
	assert_int_equal(r, 7);
	assert_null(brc_alloc(SIZE_MAX / 4, 8, &err));
	assert_int_equal(err.code, BRC_RESOURCE);
	assert_null(brc_calloc(SIZE_MAX - 1, 1, &err));
	p = brc_alloc(0, 8, &err);
	assert_non_null(p);
	assert_int_equal((uintptr_t)p % 64, 0);
	free(p);
}

static void a_need_beyond_the_limit_is_refused(void **state)
{
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_mem_need(1000, 2000, "the graph", &err), BRC_OK);
	assert_int_equal(brc_mem_need(3000000, 2000000, "the graph", &err), BRC_RESOURCE);
	assert_non_null(strstr(err.message, "the graph needs 3.0 MB, more than --mem 2.0 MB"));
	assert_int_equal(brc_mem_need(SIZE_MAX / 2, 0, "the graph", &err), BRC_RESOURCE);
}

static void numbers_are_parsed_whole_or_not_at_all(void **state)
{
	brc_err err = {0};
	uint64_t u;
	size_t z;
	double d;
	const char *const bad[] = {"", " 1", "-1", "+1", "1x", "21", "0", "99999999999999999999"};
	size_t *list, n;

	(void)state;
	assert_int_equal(brc_parse_u64("17", 1, 20, "k", &u, &err), BRC_OK);
	assert_int_equal(u, 17);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(brc_parse_u64(bad[i], 1, 20, "k", &u, &err), BRC_USAGE);
	assert_int_equal(brc_parse_bytes("3K", "m", &z, &err), BRC_OK);
	assert_int_equal(z, 3072);
	assert_int_equal(brc_parse_bytes("4g", "m", &z, &err), BRC_OK);
	assert_int_equal(z, (size_t)4 << 30);
	assert_int_equal(brc_parse_bytes("99999999T", "m", &z, &err), BRC_USAGE);
	assert_int_equal(brc_parse_bytes("3 K", "m", &z, &err), BRC_USAGE);
	assert_int_equal(brc_parse_double("0.05", 0, 1, "level", &d, &err), BRC_OK);
	assert_int_equal(brc_parse_double("nan", 0, 1, "level", &d, &err), BRC_USAGE);
	assert_int_equal(brc_parse_double("1.5", 0, 1, "level", &d, &err), BRC_USAGE);
	assert_int_equal(brc_cli_list("8,12,16", "-k", 2, 64, &list, &n, &err), BRC_OK);
	assert_int_equal(n, 3);
	assert_int_equal(list[2], 16);
	free(list);
	assert_int_equal(brc_cli_list("8,,16", "-k", 2, 64, &list, &n, &err), BRC_USAGE);
}

/* Known answers of Random123's kat_vectors for philox4x32-10. */
static void philox_gives_the_published_values(void **state)
{
	static const uint32_t in[3][6] = {
		{0, 0, 0, 0, 0, 0},
		{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
		{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0}};
	static const uint32_t out[3][4] = {{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
					   {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
					   {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}};

	(void)state;
	for (int i = 0; i < 3; i++) {
		uint32_t got[4];

		brc_philox4x32_10(in[i], in[i] + 4, got);
		assert_memory_equal(got, out[i], sizeof(got));
	}
}

static void streams_of_numbers_are_apart(void **state)
{
	brc_rng a, b;
	brc_rng first;

	(void)state;
	brc_rng_init(&a, 42, BRC_RNG_CONTROL, 1, 7);
	brc_rng_init(&b, 42, BRC_RNG_CONTROL, 1, 7);
	assert_int_equal(brc_rng_u64(&a), brc_rng_u64(&b));
	first = a;
	brc_rng_init(&b, 42, BRC_RNG_CONTROL, 7, 1);
	assert_int_not_equal(first.block[0], (brc_rng_u32(&b), b.block[0]));
	brc_rng_init(&b, 43, BRC_RNG_CONTROL, 1, 7);
	assert_int_not_equal(first.block[0], (brc_rng_u32(&b), b.block[0]));
}

/* Chi-square of 60,000 throws in six cells: 5 degrees of freedom, P(> 20.5) = 0.001. */
static void below_is_uniform(void **state)
{
	brc_rng r;
	double count[6] = {0}, chi = 0;

	(void)state;
	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, 0);
	for (int i = 0; i < 60000; i++)
		count[brc_rng_below(&r, 6)]++;
	for (int i = 0; i < 6; i++)
		chi += (count[i] - 10000) * (count[i] - 10000) / 10000;
	assert_true(chi < 20.5);
}

static void normal_numbers_have_their_moments(void **state)
{
	brc_rng r;
	double s1 = 0, s2 = 0, n = 100000;

	(void)state;
	brc_rng_init(&r, 2, BRC_RNG_TEST, 0, 0);
	for (int i = 0; i < n; i++) {
		double x = brc_rng_normal(&r);

		s1 += x;
		s2 += x * x;
	}
	assert_true(s1 / n < 0.0125 && s1 / n > -0.0125); /* four standard errors */
	assert_true(s2 / n < 1.018 && s2 / n > 0.982);
}

static void a_shuffle_is_a_permutation_and_uniform(void **state)
{
	int count[6] = {0};

	(void)state;
	for (uint32_t d = 0; d < 6000; d++) {
		int32_t a[3] = {0, 1, 2};
		brc_rng r;

		brc_rng_init(&r, 3, BRC_RNG_TEST, 0, d);
		brc_rng_shuffle(&r, a, 3);
		assert_int_equal(a[0] + a[1] + a[2], 3);
		count[a[0] * 2 + (a[1] > a[2])]++;
	}
	for (int i = 0; i < 6; i++) /* 1000 expected, sd 29 */
		assert_in_range(count[i], 870, 1130);
}

struct sum {
	uint64_t value[1000];
	size_t fail_from;
};

static brc_rc square(void *ctx, size_t task, size_t worker, brc_err *err)
{
	struct sum *s = ctx;

	(void)worker;
	if (task >= s->fail_from)
		return brc_fail(err, BRC_NUMERIC, "task %zu", task);
	s->value[task] = (uint64_t)task * task;
	return BRC_OK;
}

static void a_pool_runs_each_task_once(void **state)
{
	brc_err err = {0};

	(void)state;
	for (size_t threads = 1; threads <= 4; threads++) {
		brc_pool *pool;
		struct sum s;

		assert_int_equal(brc_pool_new(&pool, threads, &err), BRC_OK);
		assert_int_equal(brc_pool_threads(pool), threads);
		for (int again = 0; again < 3; again++) {
			s = (struct sum){.fail_from = 1000};
			assert_int_equal(brc_pool_run(pool, 1000, square, &s, &err), BRC_OK);
			for (size_t i = 0; i < 1000; i++)
				assert_int_equal(s.value[i], i * i);
		}
		s = (struct sum){.fail_from = 10};
		assert_int_equal(brc_pool_run(pool, 1000, square, &s, &err), BRC_NUMERIC);
		assert_string_equal(err.message, "task 10");
		brc_pool_free(pool);
	}
}

static void times_and_sizes_read_well(void **state)
{
	char b[32];

	(void)state;
	assert_string_equal(brc_human_bytes(999, b), "999 bytes");
	assert_string_equal(brc_human_bytes(1.5e9, b), "1.5 GB");
	assert_string_equal(brc_human_seconds(4.21, b), "4.2 s");
	assert_string_equal(brc_human_seconds(200, b), "3 min 20 s");
	assert_string_equal(brc_human_seconds(7500, b), "2 h 5 min");
}

/* How a process ends that asserts (mode 0) a valid, (1) a broken invariant, (2) tells of a broken
 * one. */
static int status_of_assertion(int mode)
{
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0) {
		assert_non_null(freopen("/dev/null", "w", stderr));
		BRC_ASSERT_VALID(mode != 1);
		if (mode == 2)
			brc_invariant_broken(__FILE__, __LINE__, "never");
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void a_broken_invariant_ends_a_build_with_sanitizers(void **state)
{
	int status;

	(void)state;
	assert_int_equal(status_of_assertion(0), 0);
	status = status_of_assertion(1);
	assert_int_equal(WIFSIGNALED(status), BRC_CHECKS_INVARIANTS);
	status = status_of_assertion(2);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void other_builds_do_not_evaluate_invariants(void **state)
{
	int evaluated = 0;

	(void)state;
	BRC_ASSERT_VALID(++evaluated == 1);
	assert_int_equal(evaluated, BRC_CHECKS_INVARIANTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_never_carry_control_characters),
		cmocka_unit_test(utf8_is_strict),
		cmocka_unit_test(printable_text_is_cut_between_characters),
		cmocka_unit_test(sizes_do_not_wrap),
		cmocka_unit_test(a_need_beyond_the_limit_is_refused),
		cmocka_unit_test(numbers_are_parsed_whole_or_not_at_all),
		cmocka_unit_test(philox_gives_the_published_values),
		cmocka_unit_test(streams_of_numbers_are_apart),
		cmocka_unit_test(below_is_uniform),
		cmocka_unit_test(normal_numbers_have_their_moments),
		cmocka_unit_test(a_shuffle_is_a_permutation_and_uniform),
		cmocka_unit_test(a_pool_runs_each_task_once),
		cmocka_unit_test(times_and_sizes_read_well),
		cmocka_unit_test(a_broken_invariant_ends_a_build_with_sanitizers),
		cmocka_unit_test(other_builds_do_not_evaluate_invariants),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
