/* docs/networks.md lists the operators that run, and those alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "exec/builder.h"
#include "exec/operator.h"

/* The part of the page below "### Operators", up to the next heading. */
static char *read_list(void)
{
	FILE *f = fopen("docs/networks.md", "r");
	char *text = calloc(1, 1 << 18), *from, *to;

	assert_non_null(f);
	assert_non_null(text);
	assert_true(fread(text, 1, (1 << 18) - 1, f) > 0);
	fclose(f);
	from = strstr(text, "### Operators\n");
	assert_non_null(from);
	from = strchr(from, '\n');
	to = strstr(from, "\n#");
	assert_non_null(to);
	*to = '\0';
	from = strdup(from);
	free(text);
	return from;
}

static void is_listed(const char *list, const char *type)
{
	char quoted[80];

	snprintf(quoted, sizeof(quoted), "`%s`", type);
	if (!strstr(list, quoted))
		fail_msg("docs/networks.md does not list %s", type);
}

static void every_operator_is_listed(void **state)
{
#define FAMILY(NAME) brc_##NAME##_ops,
	static const brc_op *const family[] = {BRC_FAMILIES(FAMILY)};
	static const brc_structure *const structures[] = {
		brc_control_structures, brc_sequence_structures, brc_product_structures};
	char *list = read_list();

	(void)state;
	for (size_t f = 0; f < sizeof(family) / sizeof(*family); f++)
		for (const brc_op *op = family[f]; op->type; op++)
			is_listed(list, op->type);
	for (size_t f = 0; f < sizeof(structures) / sizeof(*structures); f++)
		for (const brc_structure *s = structures[f]; s->type; s++)
			is_listed(list, s->type);
	free(list);
}

/* What is in quotes and begins with a capital is an operator. */
static void every_listed_operator_runs(void **state)
{
	char *list = read_list(), *rest = list, *word;

	(void)state;
	for (strsep(&rest, "`"); rest; strsep(&rest, "`")) {
		word = strsep(&rest, "`");
		if (*word >= 'A' && *word <= 'Z' && !brc_op_find(word) && !brc_structure_find(word))
			fail_msg("docs/networks.md lists %s, which does not run", word);
	}
	free(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operator_is_listed),
		cmocka_unit_test(every_listed_operator_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
