/* Tokens counted by class: tables that say which, hostile ones too, and the most frequent. */
#include "data_files.h"

#include "study/token_classes.h"

enum { TOKENS = 6 };

static char *names[] = {(char[]){"a"}, (char[]){"b"}, (char[]){"b c"},
			(char[]){"d"}, (char[]){"e"}, (char[]){"f"}};
static const int32_t label[] = {4, 4, 2, 4, 2, 0, -1, 5};

static brc_dataset text(char **class_name)
{
	return (brc_dataset){.pixel = BRC_PIXEL_I4,
			     .n = 2,
			     .label = label,
			     .classes = TOKENS,
			     .class_name = class_name};
}

static brc_scoring places(size_t tokens)
{
	return (brc_scoring){.task = BRC_TASK_PLACES,
			     .cells = tokens,
			     .choices = tokens,
			     .answers = 4,
			     .places = 4,
			     .class_step = 1,
			     .scores = 4 * tokens};
}

static const char *table_of(const char *lines)
{
	static char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/brc-tokens-%d.tsv",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp", (int)getpid());
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(lines, f) >= 0);
	assert_int_equal(fclose(f), 0);
	return path;
}

static brc_rc make(brc_token_classes *c, const char *lines, char **class_name, brc_scoring *s,
		   brc_err *err)
{
	const brc_token_question ask = {.path = table_of(lines)};
	const brc_dataset d = text(class_name);
	const brc_rc rc = brc_token_classes_make(c, &ask, s, &d, err);

	assert_int_equal(remove(ask.path), 0);
	return rc;
}

static void a_table_says_which_tokens_make_a_class(void **state)
{
	static const char *const tables[] = {
		"name\tclass\nd\tlate\ne\tlate\na\tearly\nb c\tearly\nf\tlate\n",
		"class\tignored\ttoken\r\nlate\t?\t3\r\nlate\t?\t4\r\nearly\t?\t0\r\n"
		"early\t?\t2\r\nlate\t?\t5\r\n"};
	static const int32_t want[TOKENS] = {1, 2, 1, 0, 0, 0};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		brc_scoring s = places(TOKENS);
		brc_token_classes c;
		brc_err err = {0};

		if (make(&c, tables[i], names, &s, &err) != BRC_OK)
			fail_msg("%s", err.message);
		assert_int_equal(c.n, 3);
		assert_memory_equal(c.cell, want, sizeof(want));
		assert_string_equal(c.name[0], "late");
		assert_string_equal(c.name[1], "early");
		assert_string_equal(c.name[2], "other tokens");
		assert_ptr_equal(s.cell, c.cell);
		assert_int_equal(s.cells, 3);
		assert_int_equal(s.choices, TOKENS);
		brc_token_classes_clear(&c);
	}
}

static void a_bad_table_is_refused_by_line(void **state)
{
	static const struct {
		const char *lines, *says;
	} bad[] = {{"", "tsv"},
		   {"token\tclass\n", "no lines below its first"},
		   {"word\tclass\na\tb\n", "line 1: the first line names the columns"},
		   {"token\tname\tclass\n0\ta\tb\n", "line 1: the first line names the columns"},
		   {"token\n0\n", "line 1: the first line names the columns"},
		   {"token\tclass\n6\tx\n", "line 2: '6' is no token from 0 to 5"},
		   {"token\tclass\n-1\tx\n", "line 2: '-1' is no token"},
		   {"token\tclass\n1.5\tx\n", "line 2: '1.5' is no token"},
		   {"token\tclass\n0\tx\n0\ty\n", "line 3: token 0 stands a second time"},
		   {"token\tclass\n0\t\n", "line 2: the name of a class"},
		   {"token\tclass\n0\t\033[2J\n", "line 2: the name of a class"},
		   {"token\tclass\n0\t\xff\n", "line 2: the name of a class"},
		   {"token\tclass\n0\tx\ty\n", "line 2"},
		   {"name\tclass\nnobody\tx\n", "line 2: no token is called 'nobody'"}};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		brc_scoring s = places(TOKENS);
		brc_token_classes c;
		brc_err err = {0};

		assert_int_equal(make(&c, bad[i].lines, names, &s, &err), BRC_DATA);
		if (!strstr(err.message, bad[i].says))
			fail_msg("'%s' lacks '%s'", err.message, bad[i].says);
		assert_null(c.cell);
		assert_null(s.cell);
	}
}

static void names_need_names_of_classes(void **state)
{
	brc_scoring s = places(TOKENS);
	brc_token_classes c;
	brc_err err = {0};

	(void)state;
	assert_int_equal(make(&c, "name\tclass\na\tx\n", NULL, &s, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "no names of classes"));
}

static void too_many_classes_are_refused(void **state)
{
	static char lines[1 << 16];
	brc_scoring s = places(2000);
	brc_token_classes c;
	brc_err err = {0};
	size_t at = (size_t)sprintf(lines, "token\tclass\n");

	(void)state;
	for (int k = 0; k < 1001; k++)
		at += (size_t)sprintf(lines + at, "%d\tclass %d\n", k, k);
	assert_int_equal(make(&c, lines, names, &s, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "line 1002: more than 1000 classes"));
}

static void the_most_frequent_have_a_class_each(void **state)
{
	static const int32_t want[TOKENS] = {2, 2, 1, 2, 0, 2}, all[TOKENS] = {2, 4, 1, 4, 0, 3};
	const brc_dataset d = text(names);
	brc_token_question ask = {.frequent = 2};
	brc_scoring s = places(TOKENS);
	brc_token_classes c;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_OK);
	assert_memory_equal(c.cell, want, sizeof(want));
	assert_string_equal(c.name[0], "e");
	assert_string_equal(c.name[1], "b c");
	brc_token_classes_clear(&c);
	/* tokens that are no label have no class of their own */
	ask.frequent = 1000;
	s = places(TOKENS);
	assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_OK);
	assert_memory_equal(c.cell, all, sizeof(all));
	brc_token_classes_clear(&c);
}

static void a_token_called_like_the_others_stays_apart(void **state)
{
	char *hostile[] = {(char[]){"a"}, (char[]){"b"}, (char[]){"c"},
			   (char[]){"d"}, NULL,          (char[]){"f"}};
	static const int32_t want[TOKENS] = {2, 2, 1, 2, 0, 2};
	static char likewise[] = "other tokens";
	const brc_token_question ask = {.frequent = 2};
	brc_scoring s = places(TOKENS);
	brc_token_classes c;
	brc_dataset d;
	brc_err err = {0};

	(void)state;
	hostile[4] = likewise;
	d = text(hostile);
	assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_OK);
	assert_int_equal(c.n, 3);
	assert_memory_equal(c.cell, want, sizeof(want));
	brc_token_classes_clear(&c);
}

static void many_tokens_are_pooled_unless_said_otherwise(void **state)
{
	const brc_token_question ask = {.path = NULL};
	brc_dataset d = text(NULL);
	brc_token_classes c;
	brc_err err = {0};

	(void)state;
	for (size_t tokens = BRC_TOKENS_MANY; tokens <= BRC_TOKENS_MANY + 1; tokens++) {
		brc_scoring s = places(tokens);

		assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_OK);
		assert_int_equal(c.n, tokens > BRC_TOKENS_MANY ? 5 : 0);
		assert_int_equal(s.cells, tokens > BRC_TOKENS_MANY ? 5 : tokens);
		if (c.n)
			assert_string_equal(c.name[0], "token 4");
		brc_token_classes_clear(&c);
		d.pixel = BRC_PIXEL_I4;
	}
	d.pixel = BRC_PIXEL_F4; /* classes of images are never pooled */
	{
		brc_scoring s = places(BRC_TOKENS_MANY + 1);

		assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_OK);
		assert_int_equal(c.n, 0);
	}
}

static void what_does_not_fit_is_refused(void **state)
{
	brc_token_question ask = {.path = "x", .frequent = 2};
	const brc_dataset d = text(names);
	brc_scoring s = places(TOKENS);
	brc_token_classes c;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_USAGE);
	ask.path = NULL;
	s.task = BRC_TASK_LABELS;
	assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "--frequent-tokens"));
	s = places(2);
	assert_int_equal(brc_token_classes_make(&c, &ask, &s, &d, &err), BRC_DATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_says_which_tokens_make_a_class),
		cmocka_unit_test(a_bad_table_is_refused_by_line),
		cmocka_unit_test(names_need_names_of_classes),
		cmocka_unit_test(too_many_classes_are_refused),
		cmocka_unit_test(the_most_frequent_have_a_class_each),
		cmocka_unit_test(a_token_called_like_the_others_stays_apart),
		cmocka_unit_test(many_tokens_are_pooled_unless_said_otherwise),
		cmocka_unit_test(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
