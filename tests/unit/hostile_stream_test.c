/*
 * Damaged streams, through the main of every filter that reads one: each
 * strict prefix of a valid stream is refused with exit code 4, each single
 * flipped bit with 3 or 4, and neither leaves a result: no intact stream on
 * standard output, no text, no file under the name given with -o. Whether the
 * stream comes on standard input, as a side input or as an operand.
 */
#define _GNU_SOURCE
#include "filter_ways.h"

/* Sanitizers need samples. */
#ifdef __SANITIZE_ADDRESS__
enum { EVERY_PREFIX = 3, EVERY_FLIP = 11 };
#else
enum { EVERY_PREFIX = 1, EVERY_FLIP = 1 };
#endif

static size_t no_damage(unsigned char *bytes, size_t n, size_t i)
{
	(void)bytes;
	(void)i;
	return n;
}

static size_t prefix(unsigned char *bytes, size_t n, size_t i)
{
	(void)bytes;
	(void)n;
	return i;
}

static size_t flipped_bit(unsigned char *bytes, size_t n, size_t i)
{
	bytes[i / 8] ^= (unsigned char)(1 << i % 8);
	return n;
}

static bool gave_a_result(const outcome *o)
{
	return o->status == BRC_OK && o->result;
}

static bool found_truncated(const outcome *o)
{
	return o->status == BRC_STREAM && !o->result && !o->litter;
}

static bool found_damaged(const outcome *o)
{
	return (o->status == BRC_STREAM || o->status == BRC_DATA) && !o->result && !o->litter;
}

static void an_intact_stream_gives_a_result(void **state)
{
	/* several times, since later runs in one child must be like the first */
	static const kind intact = {
		"an intact stream", "run", no_damage, gave_a_result, 1, 0, BATCH};

	all_of(*state, &intact, FILE_TO_STDOUT);
	all_of(*state, &intact, PIPE_TO_FILE);
}

static void every_prefix_is_refused(void **state)
{
	static const kind prefixes = {"prefixes",   "bytes", prefix, found_truncated,
				      EVERY_PREFIX, 1,       0};

	all_of(*state, &prefixes, FILE_TO_STDOUT);
	all_of(*state, &prefixes, PIPE_TO_FILE);
}

static void every_flipped_bit_is_refused(void **state)
{
	static const kind flips = {
		"flipped bits", "bit", flipped_bit, found_damaged, EVERY_FLIP, 8, 0};

	all_of(*state, &flips, FILE_TO_STDOUT);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *title;
		CMUnitTestFunction test;
	} kinds[] = {{"an intact stream gives a result", an_intact_stream_gives_a_result},
		     {"every prefix is refused", every_prefix_is_refused},
		     {"every flipped bit is refused", every_flipped_bit_is_refused}};
	static char title[WAYS_IN * 3][128];
	static struct CMUnitTest tests[WAYS_IN * 3];

	(void)argc;
	without_blas_threads(argv);
	for (size_t i = 0; i < WAYS_IN * 3; i++) {
		snprintf(title[i], sizeof(title[i]), "%s: %s", ways_in[i / 3].title,
			 kinds[i % 3].title);
		tests[i] = (struct CMUnitTest){.name = title[i],
					       .test_func = kinds[i % 3].test,
					       .initial_state = (void *)(uintptr_t)&ways_in[i / 3]};
	}
	return _cmocka_run_group_tests("hostile_stream", tests, WAYS_IN * 3, make_streams,
				       remove_streams);
}
