/* The section repeats/1: what is written is read again, and what cannot be is refused. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sections/repeats.h"
#include "tiny_streams.h"

static void sections_keep_findings_and_refuse_wrong_shares(void **state)
{
	char *name[1] = {(char[]){"accuracy"}};
	int32_t of[1] = {0}, layer[1] = {0}, cluster[1] = {1}, size[1] = {4}, again[2] = {0, -1};
	double largest[1] = {0.02}, share[1] = {0.5}, jaccard[2] = {0.6, 0.2}, p[2] = {0.02, NAN};
	brc_repeats r = {.layers = tiny_layers(1, (const char *const[]){"h1"}, (size_t[]){8}),
			 .labels = "x",
			 .level = 0.05,
			 .copies = 2,
			 .n_stats = 1,
			 .statistic = name,
			 .largest_p = largest,
			 .n = 1,
			 .of = of,
			 .layer = layer,
			 .cluster = cluster,
			 .size = size,
			 .share = share,
			 .again = again,
			 .jaccard = jaccard,
			 .p = p},
		    read;
	brc_err err = {0};

	(void)state;
	for (int wrong = 0; wrong < 2; wrong++) {
		brc_section *s = tiny_section("repeats", "x");

		share[0] = wrong ? 1.5 : 0.5;
		assert_int_equal(brc_repeats_write(&r, s, &err), BRC_OK);
		assert_int_equal(brc_repeats_read(&read, s, &err), wrong ? BRC_DATA : BRC_OK);
		if (!wrong) {
			assert_int_equal(read.n, 1);
			assert_true(brc_repeats_returned(&read, 0, 0));
			assert_false(brc_repeats_returned(&read, 0, 1));
			assert_null(read.frequency);
			brc_repeats_clear(&read);
		}
		brc_section_free(s);
	}
	brc_layers_clear(&r.layers);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sections_keep_findings_and_refuse_wrong_shares),
	};

	return cmocka_run_group_tests_name("repeats", tests, NULL, NULL);
}
