/* Lines of text: fields, and numbers to the bit as strtod has them. */
#include "data_files.h"

#include "base/rng.h"
#include "data/tables/lines.h"

static void fields_are(const char *text, bool tabs, size_t n, const char *const *want)
{
	char line[64], *field[8];

	snprintf(line, sizeof(line), "%s", text);
	assert_int_equal(brc_line_fields(line, tabs, field, 8), n);
	for (size_t i = 0; i < n; i++)
		assert_string_equal(field[i], want[i]);
}

static void cuts_lines_into_fields(void **state)
{
	char line[] = "1 2 3 4", *field[2];

	(void)state;
	fields_are("a b\tc", false, 3, (const char *const[]){"a", "b", "c"});
	fields_are("  a \t b  ", false, 2, (const char *const[]){"a", "b"});
	fields_are("", false, 0, NULL);
	fields_are(" \t ", false, 0, NULL);
	fields_are("a b\tc", true, 2, (const char *const[]){"a b", "c"});
	fields_are("\ta\t", true, 3, (const char *const[]){"", "a", ""});
	fields_are("", true, 1, (const char *const[]){""});
	assert_int_equal(brc_line_fields(line, false, field, 2), 4);
	assert_string_equal(field[1], "2");
}

static void reads(const char *text)
{
	double have, want = strtod(text, NULL);

	if (!brc_line_number(text, &have) || memcmp(&have, &want, sizeof(want)) != 0)
		fail_msg("'%s' is read as %.17g, not %.17g", text, have, want);
}

static void reads_numbers_as_strtod_does(void **state)
{
	static const char *const some[] = {"0",
					   "-0",
					   "1",
					   "0.1",
					   "1e22",
					   "1e23",
					   "9007199254740993",
					   ".5",
					   "5.",
					   "+3",
					   "-.5e1",
					   "1e-22",
					   "1e-23",
					   "5e-324",
					   "1e308",
					   "1E+05",
					   "9007199254740992e22",
					   "123456789012345678",
					   "1234567890123456789",
					   "0.000000000000000000000000000001",
					   "1.7976931348623157e308",
					   "4.9e-324",
					   "0e999",
					   "8.5e-22",
					   "2.2250738585072014e-308"};
	static const char *const format[] = {"%.9g", "%.17g", "%g", "%.3f", "%.15e", "%.0f"};
	brc_rng rng;

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++)
		reads(some[i]);
	brc_rng_init(&rng, 1, BRC_RNG_CALIBRATE, 0, 0);
	for (size_t i = 0; i < 200000; i++) {
		char text[400];
		double v = brc_rng_normal(&rng) * (i % 3 == 0 ? 1 : i % 3 == 1 ? 1e-12 : 1e15);

		snprintf(text, sizeof(text), format[i % 6], v);
		reads(text);
	}
}

static void refuses_what_is_no_number(void **state)
{
	static const char *const bad[] = {"",      " 1",   "1 ",    "nan",    "inf", "0x10",
					  "1e",    "1e+",  "e5",    ".",      "-",   "--1",
					  "1.2.3", "1e5.", "1e999", "-1e999", "1,5", "1e5e"};
	double v;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (brc_line_number(bad[i], &v))
			fail_msg("'%s' is read as %g", bad[i], v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_lines_into_fields),
		cmocka_unit_test(reads_numbers_as_strtod_does),
		cmocka_unit_test(refuses_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
