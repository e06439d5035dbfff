/*
 * A column is one row: whatever stands in the tables of stats/columns.h and study/findings.h is in
 * the section, comes back from it, and is in every report and every document, without a line here.
 */
#include <ctype.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "render/report.h"
#include "report_sections.h"
#include "sections/match_kinds.h"
#include "stats/columns.h"

typedef brc_rc measure(brc_findings *f, const brc_lesions *l, const brc_measure *how, brc_err *err);

static measure *const measures[] = {brc_measure_importance, brc_measure_coherence};

/* Matched controls of every kind: the random ones once more. */
static void match_all(brc_lesions *l)
{
	static double value[(DRAWS + 1) * GROUPS];

	for (size_t i = 0; i < (DRAWS + 1) * GROUPS; i++)
		value[i] = 1 + 0.25 * (double)(i % 13);
	for (brc_match k = 0; k < BRC_MATCHES; k++) {
		l->matched[k] = true;
		l->match[k] = (brc_lesion_match){l->tensors, value};
	}
}

/* Findings of the small analysis, of every kind: corrected and published. */
static brc_findings measured(analysis *a, measure *of, bool published)
{
	const brc_measure how = {.level = 0.05, .fdr = BRC_FDR_BH, .published = published};
	brc_findings f;
	brc_lesions l;
	brc_err err;

	make_lesions(a, &l, "x", plain_classes);
	match_all(&l);
	must(of(&f, &l, &how, &err), &err);
	brc_layers_clear(&l.layers);
	return f;
}

/* Does the text hold the word, not as a part of another one? */
static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *s = text; (s = strstr(s, word)); s++)
		if ((s == text || (!isalnum((unsigned char)s[-1]) && s[-1] != '_')) &&
		    !isalnum((unsigned char)s[n]) && s[n] != '_')
			return true;
	return false;
}

static void assert_has(const char *text, const char *word, const char *where)
{
	if (!has_word(text, word))
		fail_msg("%s lacks '%s'", where, word);
}

/* Is it one of those that matched controls give? */
static bool is_matched(const brc_column *c)
{
	return strchr(c->name, '/');
}

static const brc_column *const tables[] = {brc_statistic_columns, brc_statistic_numbers,
					   brc_class_columns};

static void every_row_says_what_it_is(void **state)
{
	(void)state;
	for (size_t t = 0; t < 3; t++)
		for (const brc_column *c = tables[t]; c->name; c++) {
			assert_true(c->name[0] && c->meaning[0]);
			for (const brc_column *before = tables[t]; before < c; before++) {
				assert_string_not_equal(c->name, before->name);
				assert_true(c->at != before->at);
			}
		}
}

static void statistics_have_the_columns_that_their_rows_say(void **state)
{
	(void)state;
	for (int published = 0; published < 2; published++) {
		analysis a = {0};
		brc_findings f = measured(&a, brc_measure_importance, published);

		for (const brc_column *c = brc_statistic_columns; c->name; c++)
			if (is_matched(c))
				assert_int_equal(brc_column_there(c, &f.stat[0]), !published);
			else if (c->holder != BRC_HELD_BY_SOME)
				assert_int_equal(brc_column_there(c, &f.stat[0]),
						 brc_column_held(c, published));
		brc_findings_clear(&f);
	}
}

/* Numbers of a statistic that no other place of it holds. */
static void fill_distinct(brc_inference *st)
{
	double next = 0.125;

	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		double *v = *(double **)brc_column_field(c, st);

		for (size_t s = 0; v && s < st->m; s++)
			v[s] = next++;
	}
	for (const brc_column *c = brc_statistic_numbers; c->name; c++) {
		if (c->kind == BRC_COLUMN_COUNT)
			*(size_t *)brc_column_field(c, st) = (size_t)next++;
		else if (brc_column_held(c, st->published) || !isnan(brc_column_number(c, st)))
			*(double *)brc_column_field(c, st) = next++;
	}
}

static void assert_same_statistic(const brc_inference *a, const brc_inference *b)
{
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		const double *v = brc_column_values(c, a);
		const double *w = brc_column_values(c, b);

		assert_int_equal(!!v, !!w);
		if (v)
			assert_memory_equal(v, w, a->m * sizeof(*v));
	}
	for (const brc_column *c = brc_statistic_numbers; c->name; c++) {
		if (c->kind == BRC_COLUMN_COUNT)
			assert_int_equal(brc_column_count(c, a), brc_column_count(c, b));
		else if (brc_column_held(c, a->published) ||
			 (c->holder == BRC_HELD_BY_SOME && !isnan(brc_column_number(c, a))))
			assert_true(brc_column_number(c, a) == brc_column_number(c, b));
	}
}

static void a_section_keeps_every_column(void **state)
{
	(void)state;
	for (int k = 0; k < 4; k++) {
		analysis a = {0};
		brc_findings f = measured(&a, measures[k / 2], k % 2), again;
		brc_section *s = add_section(&a, k / 2 ? "coherence" : "importance", "x");
		brc_err err;

		for (size_t i = 0; i < f.n_stats; i++)
			fill_distinct(&f.stat[i]);
		must(brc_findings_write(&f, s, &err), &err);
		must(brc_findings_read(&again, s, &err), &err);
		assert_int_equal(again.n_stats, f.n_stats);
		for (size_t i = 0; i < f.n_stats; i++)
			assert_same_statistic(&f.stat[i], &again.stat[i]);
		assert_int_equal(again.classes, f.classes);
		for (const brc_column *c = brc_class_columns; c->name && f.classes; c++)
			if (brc_column_there(c, &f))
				assert_memory_equal(brc_column_values(c, &f),
						    brc_column_values(c, &again),
						    f.m * f.classes * sizeof(double));
		brc_findings_clear(&f);
		brc_findings_clear(&again);
		free_analysis(&a);
	}
}

/* A section of coherence with one tensor less is refused, and the message names it. */
static void assert_needed(const char *table, const char *column, const char *named)
{
	analysis a = {0};
	brc_findings f = measured(&a, brc_measure_coherence, false), again;
	brc_section *s = add_section(&a, "coherence", "x");
	char name[64];
	brc_err err;

	snprintf(name, sizeof(name), "%s/%s", table, column);
	must(brc_findings_write(&f, s, &err), &err);
	for (size_t i = 0; i < s->n_tensors; i++)
		if (strcmp(s->tensors[i]->name, name) == 0)
			s->tensors[i]->name[0] = '-';
	assert_int_equal(brc_findings_read(&again, s, &err), BRC_DATA);
	assert_has(err.message, named, "the message");
	brc_findings_clear(&f);
	free_analysis(&a);
}

static void a_missing_column_is_refused(void **state)
{
	(void)state;
	for (const brc_column *c = brc_statistic_columns; c->name; c++)
		if (is_matched(c))
			assert_needed("spread", c->name, "matched");
		else if (c->holder != BRC_HELD_BY_SOME)
			assert_needed("spread", c->name, c->name);
	/* the first one says whether there are classes */
	for (const brc_column *c = brc_class_columns + 1; c->name; c++)
		if (c->holder == BRC_HELD_BY_SOME)
			assert_needed("class", c->name, "class");
		else
			assert_needed("class", c->name, c->name);
	assert_needed("specificity", "u_range", "effects");
	assert_needed("specificity", "intraclass", "effects");
	assert_needed("specificity", "large_enough", "effects");
}

typedef brc_rc renderer(const brc_report *r, brc_str *out, brc_err *err);

/* A report of the small analysis, by the rules of the published code or not. */
static char *reported(renderer *form, bool published)
{
	analysis a = {0};
	brc_report_input in;
	brc_str out = {0};
	brc_report *r;
	brc_err err;

	for (size_t p = 0; p < 2; p++) {
		brc_findings f = measured(&a, measures[p], published);

		must(brc_findings_write(&f, add_section(&a, p ? "coherence" : "importance", "x"),
					&err),
		     &err);
		brc_findings_clear(&f);
	}
	in = input_of(&a, "net.brc");
	must(brc_report_new(&r, &in, 1, &usual, &err), &err);
	must(form(r, &out, &err), &err);
	brc_report_free(r);
	free_analysis(&a);
	return out.s;
}

static void the_tsv_has_every_column_of_every_statistic(void **state)
{
	static const char *const statistic[2][5] = {{"accuracy", "loss", "spread", "range", NULL},
						    {"accuracy", "range", NULL}};

	(void)state;
	for (int published = 0; published < 2; published++) {
		char *out = reported(brc_report_tsv, published);

		*strchr(out, '\n') = '\0';
		for (size_t i = 0; statistic[published][i]; i++)
			for (const brc_column *c = brc_statistic_columns; c->name; c++) {
				char head[128];

				if (is_matched(c) ? published : c->holder == BRC_HELD_BY_SOME)
					continue;
				snprintf(head, sizeof(head), "%s_%s", statistic[published][i],
					 c->name);
				for (char *slash; (slash = strchr(head, '/'));)
					*slash = '_';
				assert_has(out, head, "the first line");
			}
		free(out);
	}
}

static const json_t *key(const json_t *object, const char *name)
{
	const json_t *v = json_object_get(object, name);

	if (!v)
		fail_msg("the JSON lacks '%s'", name);
	return v;
}

/* Every row is there; a number where the statistic has it, else null. */
static void the_json_has_every_row(void **state)
{
	(void)state;
	for (int published = 0; published < 2; published++) {
		char *out = reported(brc_report_json, published);
		json_t *j = json_loads(out, 0, NULL);
		const json_t *labelling =
			json_array_get(key(json_array_get(key(j, "networks"), 0), "labellings"), 0);
		const json_t *test = json_array_get(key(labelling, "importance"), 0);
		const json_t *group = json_array_get(key(labelling, "groups"), 0);
		const json_t *row = key(key(group, "statistics"), "accuracy");
		const json_t *one = json_array_get(key(group, "classes"), 0);

		for (const brc_column *c = brc_statistic_columns; c->name; c++) {
			bool held = brc_column_held(c, published);

			if (is_matched(c) && !published)
				assert_true(json_is_number(key(row, c->name)));
			else if (c->holder != BRC_HELD_BY_SOME)
				assert_int_equal(json_is_number(key(row, c->name)), held);
		}
		for (const brc_column *c = brc_statistic_numbers; c->name; c++)
			key(test, c->name);
		assert_int_equal(!!one, !published);
		for (const brc_column *c = brc_class_columns; c->name && one; c++)
			assert_true(json_is_number(key(one, c->name)) ||
				    c->holder == BRC_HELD_BY_SOME);
		json_decref(j);
		free(out);
	}
}

static void assert_head(const char *page, const char *head)
{
	char cell[256];

	snprintf(cell, sizeof(cell), ">%s</th>", head);
	if (!strstr(page, cell))
		fail_msg("the page has no head '%s'", head);
}

static void text_and_page_have_the_heads_that_rows_give(void **state)
{
	(void)state;
	for (int published = 0; published < 2; published++) {
		char *text = reported(brc_report_text, published);
		char *page = reported(brc_report_html, published);

		for (size_t t = 0; t < 2; t++)
			for (const brc_column *c = tables[t]; c->name; c++) {
				bool held = brc_column_held(c, published);

				if (held && c->text_head)
					assert_non_null(strstr(text, c->text_head));
				if (held && c->table_head)
					assert_head(page, c->table_head);
				if (c->detail_head && strcmp(c->detail_head, BRC_WITHIN) != 0)
					assert_head(page, c->detail_head);
			}
		free(text);
		free(page);
	}
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "r");
	char *text = calloc(1, 1 << 18);

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
	fclose(f);
	return text;
}

static void the_documents_name_every_row(void **state)
{
	static const char *const path[] = {"docs/sections.md", "docs/man/broca-report.1"};

	(void)state;
	for (size_t p = 0; p < 2; p++) {
		char *text = read_file(path[p]);

		for (size_t t = 0; t < 3; t++)
			for (const brc_column *c = tables[t]; c->name; c++)
				assert_has(text, c->name, path[p]);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row_says_what_it_is),
		cmocka_unit_test(statistics_have_the_columns_that_their_rows_say),
		cmocka_unit_test(a_section_keeps_every_column),
		cmocka_unit_test(a_missing_column_is_refused),
		cmocka_unit_test(the_tsv_has_every_column_of_every_statistic),
		cmocka_unit_test(the_json_has_every_row),
		cmocka_unit_test(text_and_page_have_the_heads_that_rows_give),
		cmocka_unit_test(the_documents_name_every_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
