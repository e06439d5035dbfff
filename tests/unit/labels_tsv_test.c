/* Tables of labels: round trip, order, and every kind of wrong line. */
#include "data_files.h"

#include "data/tables/labels_tsv.h"

static const char *const known_names[] = {"input", "fc1", "fc2", "out"};
static const size_t known_units[] = {4, 3, 2, 10};

static brc_layers known_layers(void)
{
	brc_layers t;
	brc_err err = {0};

	assert_int_equal(brc_layers_init(&t, 4, known_names, known_units, &err), BRC_OK);
	return t;
}

static brc_rc parse_n(const char *text, size_t n, const brc_layers *known, brc_layers *layers,
		      int32_t **label, brc_err *err)
{
	char *copy = malloc(n + 1);
	brc_named_units units;
	brc_rc rc;

	assert_non_null(copy);
	memcpy(copy, text, n);
	copy[n] = '\0';
	units = (brc_named_units){.layers = known ? *known : (brc_layers){0}};
	rc = brc_labels_tsv_read(copy, n, "t.tsv", 0, known ? &units : NULL, layers, label, err);
	free(copy);
	return rc;
}

/* The table `text` must come out as the table `want`. */
static void becomes(const char *text, const brc_layers *known, const char *want)
{
	brc_layers layers;
	int32_t *label;
	brc_err err = {0};
	brc_str out = {0};

	assert_int_equal(parse_n(text, strlen(text), known, &layers, &label, &err), BRC_OK);
	assert_int_equal(brc_labels_tsv_write(&layers, label, NULL, &out, &err), BRC_OK);
	assert_string_equal(out.s, want);
	brc_str_free(&out);
	brc_layers_clear(&layers);
	free(label);
}

static const char plain[] = "layer\tunit\tcluster\n"
			    "fc1\t0\t3\nfc1\t1\t-1\nfc1\t2\t0\n"
			    "fc2\t0\t2147483647\nfc2\t1\t3\n";

static void comes_back_as_it_was(void **state)
{
	brc_layers known = known_layers();

	(void)state;
	becomes(plain, NULL, plain);
	becomes(plain, &known, plain);
	brc_layers_clear(&known);
}

static void orders_units_and_layers(void **state)
{
	static const char mixed[] = "note\tcluster\tlayer\tunit\r\n"
				    "x\t3\tfc2\t1\r\n\t0\tfc1\t2\r\ny\t2147483647\tfc2\t0\r\n"
				    "z\t3\tfc1\t0\r\nx\t-1\tfc1\t1\r\n\r\n";
	static const char as_met[] = "layer\tunit\tcluster\n"
				     "fc2\t0\t2147483647\nfc2\t1\t3\n"
				     "fc1\t0\t3\nfc1\t1\t-1\nfc1\t2\t0\n";
	brc_layers known = known_layers();

	(void)state;
	becomes(mixed, &known, plain);
	becomes(mixed, NULL, as_met);
	becomes("\xef\xbb\xbflayer\tunit\tcluster\na b/c:0\t0\t7", NULL,
		"layer\tunit\tcluster\na b/c:0\t0\t7\n");
	brc_layers_clear(&known);
}

static void refuses_n(const char *text, size_t n, const char *message, const char *hint)
{
	brc_layers layers, known = known_layers();
	int32_t *label;
	brc_err err = {0};

	assert_int_equal(parse_n(text, n, &known, &layers, &label, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "t.tsv"));
	assert_non_null(strstr(err.message, message));
	assert_non_null(strstr(err.hint, hint));
	brc_layers_clear(&known);
}

static void refuses(const char *text, const char *message, const char *hint)
{
	refuses_n(text, strlen(text), message, hint);
}

#define HEAD "layer\tunit\tcluster\n"

static void names_the_line(void **state)
{
	(void)state;
	refuses(HEAD "fc2\t0\t1\nfc2\t1\t1\nfc2\t0\t2\n",
		"line 4: unit 0 of layer 'fc2' stands already in line 2", "");
	refuses(HEAD "fc1\t0\t1\nfc1\t2\t1\n", "unit 1 of layer 'fc1' is missing (line 3",
		"every unit");
	refuses(HEAD "fc1\t1\t1\nfc1\t2\t1\nfc1\t3\t1\n", "unit 0 of layer 'fc1' is missing",
		"from 0");
	refuses(HEAD "fc1\t0\t1\nfc1\t1\t1\n", "unit 2 of layer 'fc1' is missing", "");
	refuses(HEAD "fc2\t0\t1\nfc2\t1\t1\nfc2\t2\t1\n", "line 4: layer 'fc2' has 2 units", "");
	refuses(HEAD "fc2\t0\t1\nfc2\t1\t1\nfc3\t0\t1\n", "line 4: the network has no layer 'fc3'",
		"input, fc1, fc2, out");
}

static void refuses_other_values(void **state)
{
	static const char *const clusters[] = {
		"",   "NA",  "3.0", "-2",  "2147483648", "1 ",
		" 1", "0x1", "+1",  "--1", "-",          "99999999999999999999999"};

	(void)state;
	for (size_t i = 0; i < sizeof(clusters) / sizeof(*clusters); i++) {
		char text[128], message[64];

		snprintf(text, sizeof(text), HEAD "fc2\t0\t%s\n", clusters[i]);
		snprintf(message, sizeof(message), "line 2: '%s' is not a cluster", clusters[i]);
		refuses(text, message, "or -1");
	}
	refuses(HEAD "fc2\t-1\t0\n", "line 2: '-1' is not a unit number", "from 0");
	refuses(HEAD "fc2\tx\t0\n", "line 2: 'x' is not a unit number", "from 0");
	refuses(HEAD "\t0\t0\n", "line 2: the layer's name has 0 bytes", "");
}

static void refuses_other_tables(void **state)
{
	(void)state;
	refuses("", "empty", "");
	refuses("layer\tunit\tcluster\n", "no lines below", "");
	refuses("layer\tunit\n", "no column 'cluster'", "first line");
	refuses("layer,unit,cluster\n", "no column 'layer'", "not by commas");
	refuses("\"layer\"\t\"unit\"\t\"cluster\"\n", "no column 'layer'", "quote = FALSE");
	refuses("unit\tlayer\tunit\tcluster\n", "column 'unit' twice", "");
	refuses(HEAD "1\tfc2\t0\t1\n", "line 2 has 4 columns, line 1 has 3", "row.names");
	refuses(HEAD "fc2\t0\n", "line 2 has 2 columns", "");
	refuses(HEAD "fc2\t0\t1\n\nfc2\t1\t1\n", "line 3 has 1 columns", "");
	refuses_n(HEAD "fc2\t0\t1\0\n", sizeof(HEAD) + 9, "a NUL byte", "");
}

static void holds_many_layers_to_a_limit(void **state)
{
	brc_str text = {0};
	brc_layers layers;
	int32_t *label;
	brc_err err = {0};

	(void)state;
	brc_str_add(&text, HEAD);
	for (int i = 0; i < 10001; i++)
		brc_str_addf(&text, "l%d\t0\t0\n", i);
	assert_int_equal(parse_n(text.s, text.len, NULL, &layers, &label, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "more than 10000 layers"));
	brc_str_free(&text);
}

static void does_not_write_what_it_could_not_read(void **state)
{
	const char *const name = "a\tb";
	const size_t one = 1;
	const int32_t label = 0;
	brc_layers t;
	brc_err err = {0};
	brc_str out = {0};

	(void)state;
	assert_int_equal(brc_layers_init(&t, 1, &name, &one, &err), BRC_OK);
	assert_int_equal(brc_labels_tsv_write(&t, &label, NULL, &out, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "layer 0"));
	brc_str_free(&out);
	brc_layers_clear(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_as_it_was),
		cmocka_unit_test(orders_units_and_layers),
		cmocka_unit_test(names_the_line),
		cmocka_unit_test(refuses_other_values),
		cmocka_unit_test(refuses_other_tables),
		cmocka_unit_test(holds_many_layers_to_a_limit),
		cmocka_unit_test(does_not_write_what_it_could_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
