/* The four outputs: a golden text, tables and JSON that parse back, a page that cannot be injected.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "render/report.h"
#include "report_sections.h"

typedef brc_rc renderer(const brc_report *r, brc_str *out, brc_err *err);

static const char *const hostile_classes[] = {"</script><script>alert(1)</script>",
					      "=cmd|'/C calc'!A0\t\x1B]0;x\x07",
					      "\xFF\xC0\xBC\"'&<b>"};
static const char hostile_name[] = "<img src=x onerror=alert(2)> \"'&";

/* Render one network; the string is the caller's. */
static char *render(renderer *f, const analysis *a, const char *title,
		    const brc_report_options *how)
{
	brc_report_input in = input_of(a, title);
	brc_report *r;
	brc_str out = {0};
	brc_err err;

	must(brc_report_new(&r, &in, 1, how, &err), &err);
	must(f(r, &out, &err), &err);
	brc_report_free(r);
	return out.s;
}

static char *render_all(renderer *f, const char *name, const char *const *class_name,
			const char *title)
{
	analysis a;
	char *out;

	fill_analysis(&a, name, class_name);
	out = render(f, &a, title, &usual);
	free_analysis(&a);
	return out;
}

static const char golden_path[] = "tests/golden/report.txt";

static char *read_golden(void)
{
	FILE *f = fopen(golden_path, "r");
	char *text = calloc(1, 1 << 16);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
	fclose(f);
	return text;
}

/* The whole text of the small analysis; BROCA_GOLDEN=write makes the file again. */
static void the_text_report_is_the_golden_one(void **state)
{
	char *out = render_all(brc_report_text, "weights.global", plain_classes, "net.brc");
	const char *mode = getenv("BROCA_GOLDEN");
	char *want;

	(void)state;
	if (mode && strcmp(mode, "write") == 0) {
		FILE *f = fopen(golden_path, "w");

		assert_non_null(f);
		assert_true(fputs(out, f) >= 0);
		assert_int_equal(fclose(f), 0);
	}
	want = read_golden();
	assert_string_equal(out, want);
	free(want);
	free(out);
}

/* No line beyond 100 columns but the rebuilt commands, which are one a line. */
static void text_keeps_within_100_columns(void **state)
{
	char *out = render_all(brc_report_text, "weights.global", plain_classes, "net.brc");

	(void)state;
	for (char *line = strtok(out, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 100);
	free(out);
}

static void hostile_names_do_no_harm_in_text(void **state)
{
	char *out = render_all(brc_report_text, hostile_name, hostile_classes, "a\rb\x9B");

	(void)state;
	for (const char *c = out; *c; c++)
		assert_true((unsigned char)*c >= 0x20 || *c == '\n');
	assert_non_null(strstr(out, "a?b?\n"));
	assert_non_null(strstr(out, "onerror=alert(2)> \"'&"));
	assert_null(strchr(out, '\xFF'));
	free(out);
}

static void assert_starts(const char *s, const char *want)
{
	if (strncmp(s, want, strlen(want)) != 0)
		fail_msg("'%.80s' does not begin with '%s'", s, want);
}

static size_t count(const char *s, char c)
{
	size_t n = 0;

	for (; *s; s++)
		n += *s == c;
	return n;
}

static void a_table_has_a_row_for_each_group(void **state)
{
	char *out = render_all(brc_report_tsv, "weights.global", plain_classes, "net.brc"), *save;
	char *head = strtok_r(out, "\n", &save), *row;
	size_t columns = count(head, '\t'), rows = 0;

	(void)state;
	/* 7 of the group, 3 of its origin, the verdict on structure, 8 of each of 5 statistics, 3
	 * of specificity alone, 4 of the worst class */
	assert_int_equal(columns + 1, 7 + 3 + 1 + 8 * 5 + 3 + 4);
	assert_starts(head, "network\tlabelling\tlayer\tcluster\tsize\ttested\tleft_"
			    "out\tmodel\tk\tseed\tstructure\t");
	assert_non_null(strstr(head, "\taccuracy_observed\taccuracy_control_mean\t"));
	assert_non_null(strstr(head, "\tspread_p\tspread_q\tspread_p_maxt\t"));
	while ((row = strtok_r(NULL, "\n", &save))) {
		assert_int_equal(count(row, '\t'), columns);
		if (rows == 1)
			assert_starts(
				row,
				"net.brc\tweights."
				"global\tfc1\t1\t4\tyes\tNA\t01234567\t3\tNA\tnot tested\t-0.1");
		if (rows == 5)
			assert_starts(row, "net.brc\tweights.global\tfc2\t2\t1\tno\tfewer than 2 "
					   "units\t01234567\t3\tNA\tnot tested\tNA");
		rows++;
	}
	assert_int_equal(rows, 6);
	free(out);
}

static void hostile_names_do_no_harm_in_a_table(void **state)
{
	char *out = render_all(brc_report_tsv, hostile_name, hostile_classes, "=HYPERLINK(\"x\")");
	char *save, *row = strtok_r(out, "\n", &save);
	size_t columns = count(row, '\t');

	(void)state;
	row = strtok_r(NULL, "\n", &save);
	row = strtok_r(NULL, "\n", &save); /* the group whose worst class is hostile_classes[1] */
	assert_int_equal(count(row, '\t'), columns);
	assert_starts(row, "'=HYPERLINK");
	assert_non_null(strstr(row, "\t'=cmd|'/C calc'!A0\\t?]0;x?\t"));
	free(out);
}

static double number(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	assert_true(json_is_number(v));
	return json_number_value(v);
}

static const char *text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	assert_non_null(s);
	return s;
}

static void json_group(const json_t *group)
{
	const json_t *accuracy = json_object_get(json_object_get(group, "statistics"), "accuracy");
	const json_t *dog = json_array_get(json_object_get(group, "classes"), 1);

	assert_string_equal(text(group, "layer"), "fc1");
	assert_int_equal(number(group, "cluster"), 1);
	assert_int_equal(json_array_size(json_object_get(group, "units")), 4);
	assert_true(json_is_true(json_object_get(group, "tested")));
	assert_true(json_is_null(json_object_get(group, "left_out")));
	assert_true(fabs(number(accuracy, "p") - 0.025) < 1e-12);
	assert_true(number(accuracy, "observed") < -0.15);
	assert_null(json_object_get(accuracy, "draws"));
	assert_string_equal(text(dog, "class"), "dog");
	assert_true(fabs(number(dog, "change") + 0.5) < 1e-12);
}

static void json_holds_the_whole_report(void **state)
{
	char *out = render_all(brc_report_json, "weights.global", plain_classes, "net.brc");
	json_error_t error;
	json_t *all = json_loads(out, JSON_REJECT_DUPLICATES, &error);
	const json_t *net;
	const json_t *null;
	const json_t *l;
	const json_t *graph;
	char *again;
	json_t *twice;

	(void)state;
	assert_non_null(all);
	assert_int_equal(number(all, "schema"), 1);
	assert_true(number(all, "level") == 0.05);
	net = json_array_get(json_object_get(all, "networks"), 0);
	assert_string_equal(text(net, "title"), "net.brc");
	assert_int_equal(json_array_size(json_object_get(net, "sections")), 7);
	null = json_array_get(json_object_get(net, "clusterability"), 0);
	assert_true(number(null, "observed") == 1.25);
	assert_int_equal(json_array_size(json_object_get(null, "null_ncut")), 4);
	l = json_array_get(json_object_get(net, "labellings"), 0);
	assert_string_equal(text(l, "name"), "weights.global");
	assert_int_equal(json_array_size(json_object_get(l, "findings")), 6);
	assert_string_equal(text(json_object_get(l, "structure"), "verdict"), "not tested");
	assert_int_equal(json_array_size(json_object_get(l, "verdicts")), 2);
	null = json_array_get(json_object_get(l, "verdicts"), 1);
	assert_string_equal(text(null, "is"), "specific");
	assert_string_equal(text(null, "level"), "family-wise");
	assert_true(json_is_null(json_object_get(null, "partitions")));
	graph = json_array_get(json_object_get(l, "graphs"), 0);
	assert_true(json_number_value(json_array_get(json_object_get(graph, "eigenvalues"), 1)) ==
		    0.25);
	assert_true(fabs(number(json_object_get(l, "baseline"), "accuracy") - 0.9) < 1e-12);
	assert_int_equal(json_array_size(json_object_get(l, "groups")), 6);
	json_group(json_array_get(json_object_get(l, "groups"), 1));
	/* printed again and read again it is the same */
	again = json_dumps(all, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	twice = json_loads(again, 0, &error);
	assert_true(json_equal(all, twice));
	json_decref(twice);
	json_decref(all);
	free(again);
	free(out);
}

static void json_holds_the_draws_when_asked(void **state)
{
	analysis a;
	brc_report_options how = usual;
	json_error_t error;
	char *out;
	json_t *all;
	const json_t *l;
	const json_t *g;
	const json_t *spread;

	(void)state;
	how.draws = true;
	fill_analysis(&a, "x", plain_classes);
	out = render(brc_report_json, &a, "net.brc", &how);
	all = json_loads(out, 0, &error);
	l = json_array_get(
		json_object_get(json_array_get(json_object_get(all, "networks"), 0), "labellings"),
		0);
	g = json_array_get(json_object_get(l, "groups"), 0);
	spread = json_object_get(json_object_get(g, "statistics"), "spread");
	assert_int_equal(json_array_size(json_object_get(spread, "draws")), DRAWS);
	json_decref(all);
	free(out);
	free_analysis(&a);
}

static void hostile_names_do_no_harm_in_json(void **state)
{
	char *out = render_all(brc_report_json, hostile_name, hostile_classes, "\xFF");
	json_error_t error;
	json_t *all = json_loads(out, 0, &error);
	const json_t *net;
	const json_t *l;

	(void)state;
	assert_non_null(all);
	net = json_array_get(json_object_get(all, "networks"), 0);
	assert_string_equal(text(net, "title"), "\xEF\xBF\xBD");
	l = json_array_get(json_object_get(net, "labellings"), 0);
	assert_string_equal(text(l, "name"), hostile_name);
	json_decref(all);
	free(out);
}

/* How often `what` occurs. */
static size_t occurrences(const char *s, const char *what)
{
	size_t n = 0;

	for (; (s = strstr(s, what)); s += strlen(what))
		n++;
	return n;
}

static void a_page_shows_every_group_and_chart(void **state)
{
	char *out = render_all(brc_report_html, "weights.global", plain_classes, "net.brc");

	(void)state;
	assert_starts(out, "<!DOCTYPE html>");
	assert_non_null(strstr(out, "<h1>net.brc</h1>"));
	assert_non_null(strstr(out, "<b>1</b> of 5 groups"));
	assert_non_null(strstr(out, "Permission is hereby granted"));
	assert_non_null(strstr(out, "Chart.js v3"));
	assert_int_equal(occurrences(out, "<details class=\"group\""), GROUPS);
	assert_int_equal(occurrences(out, "<canvas"), 4); /* null, eigenvalues, two scatters */
	assert_int_equal(occurrences(out, "class=\"draws\""), 2 * GROUPS);
	assert_int_equal(occurrences(out, "<style>.x0{"), 1);
	/* nothing is fetched: no reference leads out of the page */
	assert_null(strstr(out, "src=\""));
	assert_null(strstr(out, "href=\"http"));
	assert_null(strstr(out, "url(h"));
	assert_null(strstr(out, "@import"));
	free(out);
}

static void hostile_names_do_no_harm_in_a_page(void **state)
{
	char *out = render_all(brc_report_html, hostile_name, hostile_classes,
			       "<title><script>alert(3)");

	(void)state;
	/* the page's own scripts: the data, Chart.js, ours */
	assert_int_equal(occurrences(out, "<script"), 3);
	assert_int_equal(occurrences(out, "</script"), 3);
	assert_null(strstr(out, "<script>alert"));
	assert_null(strstr(out, "<img"));
	assert_null(strchr(out, '\x1B'));
	assert_null(strchr(out, '\x07'));
	assert_null(strchr(out, '\xFF'));
	assert_non_null(strstr(out, "&lt;img src=x onerror=alert(2)&gt;"));
	assert_non_null(strstr(out, "&lt;title&gt;&lt;script&gt;alert(3)"));
	free(out);
}

/* The chart data in the page are JSON, whatever the names hold. */
static void charts_get_the_numbers_of_the_report(void **state)
{
	static const char open[] = "<script type=\"application/json\" id=\"charts\">";
	char *out = render_all(brc_report_html, hostile_name, hostile_classes, "x");
	char *from = strstr(out, open);
	json_error_t error;
	json_t *all;

	(void)state;
	assert_non_null(from);
	from += sizeof(open) - 1;
	*strstr(from, "</script>") = '\0';
	assert_null(strchr(from, '<'));
	all = json_loads(from, 0, &error);
	assert_int_equal(json_array_size(all), 4);
	json_decref(all);
	free(out);
}

/* With labels alone every format still has something to say. */
static void labels_alone_give_a_report_in_every_format(void **state)
{
	static renderer *const all[] = {brc_report_text, brc_report_tsv, brc_report_json,
					brc_report_html};
	analysis a = {0};

	(void)state;
	add_labels(&a, "weights.global");
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		char *out = render(all[i], &a, "net.brc", &usual);

		assert_non_null(strstr(out, "fc1"));
		if (all[i] != brc_report_tsv)
			assert_non_null(strstr(out, "No group was lesioned"));
		free(out);
	}
	free_analysis(&a);
}

/* Group by class: t, darker and with a star where the group serves the class. */
static void the_page_has_t_by_group_and_class(void **state)
{
	char *out = render_all(brc_report_html, "weights.global", plain_classes, "net.brc");
	const char *table = strstr(out, "<table class=\"classes\">"), *cell;

	(void)state;
	assert_non_null(table);
	cell = strstr(table, "class=\"n t4 low\" title=\"U -40.0 points, p 0.025\"");
	assert_non_null(cell);
	assert_non_null(strstr(cell, "\xE2\x98\x85"));
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_text_report_is_the_golden_one),
		cmocka_unit_test(the_page_has_t_by_group_and_class),
		cmocka_unit_test(text_keeps_within_100_columns),
		cmocka_unit_test(hostile_names_do_no_harm_in_text),
		cmocka_unit_test(a_table_has_a_row_for_each_group),
		cmocka_unit_test(hostile_names_do_no_harm_in_a_table),
		cmocka_unit_test(json_holds_the_whole_report),
		cmocka_unit_test(json_holds_the_draws_when_asked),
		cmocka_unit_test(hostile_names_do_no_harm_in_json),
		cmocka_unit_test(a_page_shows_every_group_and_chart),
		cmocka_unit_test(hostile_names_do_no_harm_in_a_page),
		cmocka_unit_test(charts_get_the_numbers_of_the_report),
		cmocka_unit_test(labels_alone_give_a_report_in_every_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
