/* Agreement of labellings that share layers. */
#include "graph_fixture.h"

#include "graph/agreement.h"

static void labels_of(brc_labels *l, brc_labels_mode mode, size_t layers, const char *const *name,
		      const size_t *units, const int32_t *label)
{
	brc_layers table;

	assert_ok(brc_layers_init(&table, layers, name, units, &ok_err));
	assert_ok(brc_labels_init(l, &table, &ok_err));
	memcpy(l->label, label, brc_layers_total(&table) * sizeof(*label));
	l->mode = mode;
	brc_layers_clear(&table);
}

static const char *const names[3] = {"a", "b", "c"}, *const turned[2] = {"b", "a"};
static const size_t units[3] = {4, 4, 1}, two[2] = {4, 4};
static const int32_t first[9] = {0, 0, 1, 1, 0, 1, 1, 0, 3};

static void shared_layers_are_matched_by_name(void **state)
{
	static const int32_t second[8] = {6, 5, 5, 6, 5, 5, 6, 6}; /* b then a: 0 -> 6 / 5 */
	brc_labels a, b;
	brc_labels_agreement t;

	(void)state;
	labels_of(&a, BRC_LABELS_GLOBAL, 3, names, units, first);
	labels_of(&b, BRC_LABELS_IMPORTED, 2, turned, two, second);
	assert_ok(brc_labels_compare(&t, &a, &b, &ok_err));
	assert_int_equal(t.n, 2);
	assert_string_equal(t.layer[0].name, "a");
	assert_near(t.layer[0].agreement.rand_index, 1, 0);
	assert_near(t.layer[1].agreement.rand_index, 1, 0);
	assert_near(t.mean_rand, 1, 0);
	assert_near(t.mean_normalised, 1, 1e-12);
	assert_true(t.whole); /* as a whole they differ: a's clusters cross over between layers */
	assert_int_equal(t.all.units, 8);
	assert_true(t.all.rand_index < 0.5);
	brc_labels_agreement_clear(&t);
	brc_labels_clear(&a);
	brc_labels_clear(&b);
}

static void local_labels_are_compared_by_layer_only(void **state)
{
	static const int32_t second[8] = {1, 0, 0, 1, 0, 0, 0, 1};
	brc_labels a, b;
	brc_labels_agreement t;
	brc_str text = {0};

	(void)state;
	labels_of(&a, BRC_LABELS_GLOBAL, 3, names, units, first);
	labels_of(&b, BRC_LABELS_LOCAL, 2, turned, two, second);
	assert_ok(brc_labels_compare(&t, &a, &b, &ok_err));
	assert_false(t.whole);
	brc_labels_agreement_json(&t, "x", "y", &text);
	assert_ok(brc_str_check(&text, &ok_err));
	assert_non_null(strstr(text.s, "\"all\": null"));
	assert_non_null(strstr(text.s, "\"layer\": \"b\""));
	brc_str_free(&text);
	brc_labels_agreement_clear(&t);
	brc_labels_clear(&a);
	brc_labels_clear(&b);
}

static void layers_without_labels_are_no_error(void **state)
{
	static const int32_t second[8] = {-1, -1, -1, -1, 5, 5, 6, 6};
	brc_labels a, b;
	brc_labels_agreement t;
	brc_str text = {0};

	(void)state;
	labels_of(&a, BRC_LABELS_GLOBAL, 3, names, units, first);
	labels_of(&b, BRC_LABELS_GLOBAL, 2, turned, two, second);
	assert_ok(brc_labels_compare(&t, &a, &b, &ok_err));
	assert_int_equal(t.layer[1].agreement.units, 0);
	assert_int_equal(t.layer[1].agreement.ignored, 4);
	assert_near(t.mean_rand, 1, 0);
	assert_int_equal(t.all.ignored, 4);
	brc_labels_agreement_text(&t, "x\x1b[1m", "y", &text);
	assert_ok(brc_str_check(&text, &ok_err));
	assert_null(strchr(text.s, '\x1b'));
	assert_non_null(strstr(text.s, "all layers"));
	brc_str_free(&text);
	brc_labels_agreement_clear(&t);
	brc_labels_clear(&a);
	brc_labels_clear(&b);
}

static void refuses(const brc_labels *a, const brc_labels *b, const char *say)
{
	brc_err err = {0};
	brc_labels_agreement t;

	assert_int_equal(brc_labels_compare(&t, a, b, &err), BRC_DATA);
	if (!strstr(err.message, say))
		fail_msg("'%s' does not say '%s'", err.message, say);
}

static void what_cannot_be_compared_is_refused(void **state)
{
	static const char *const strange[1] = {"z"};
	static const size_t other[2] = {4, 5}, four[1] = {4};
	static const int32_t none[9] = {-1, -1, -1, -1, -1, -1, -1, -1, -1};
	brc_labels a, b;

	(void)state;
	labels_of(&a, BRC_LABELS_GLOBAL, 3, names, units, first);
	labels_of(&b, BRC_LABELS_GLOBAL, 2, turned, other, first);
	refuses(&a, &b, "layer a has 4 units in one labelling and 5 in the other");
	brc_labels_clear(&b);
	labels_of(&b, BRC_LABELS_GLOBAL, 1, strange, four, first);
	refuses(&a, &b, "no layer in common");
	brc_labels_clear(&b);
	labels_of(&b, BRC_LABELS_GLOBAL, 3, names, units, none);
	refuses(&a, &b, "no unit has a label in both");
	brc_labels_clear(&b);
	brc_labels_clear(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shared_layers_are_matched_by_name),
		cmocka_unit_test(local_labels_are_compared_by_layer_only),
		cmocka_unit_test(layers_without_labels_are_no_error),
		cmocka_unit_test(what_cannot_be_compared_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
