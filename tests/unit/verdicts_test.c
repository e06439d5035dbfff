/* What stands out, and in which words: q beside max-T, structure first, findings that return. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/model/verdicts.h"
#include "render/notes/notes.h"
#include "report_sections.h"

/* ---- q and max-T ---- */

enum { COLUMNS = 3 };

static void assert_reconciled(const double *q, const double *maxt, size_t needed, const char *want)
{
	double own_q[COLUMNS], own_maxt[COLUMNS];
	brc_inference st = {.n = 19, .m = COLUMNS, .smallest_p = 0.05, .controls_needed = needed};
	brc_str text = {0};

	memcpy(own_q, q, sizeof(own_q));
	memcpy(own_maxt, maxt, sizeof(own_maxt));
	st.q = own_q;
	st.p_maxt = own_maxt;
	brc_note_reconciled(&text, &st, 0.05);
	assert_false(text.failed);
	assert_string_equal(text.s ? text.s : "", want);
	brc_str_free(&text);
}

static void q_and_maxt_that_disagree_are_explained(void **state)
{
	static const double none[] = {0.5, 0.5, 0.5}, one[] = {0.04, 0.5, 0.5},
			    two[] = {0.04, 0.04, 0.5}, other[] = {0.5, 0.5, 0.04};

	(void)state;
	assert_reconciled(none, none, 59, "");
	assert_reconciled(one, one, 0, "");
	assert_reconciled(
		none, one, 59,
		" 1 by max-T alone: with 19 draws no p is below 0.050, so that q of a single one "
		"of 3 "
		"groups cannot reach 0.05 with fewer than 59 draws; max-T compares the size of the "
		"effect, which has no such bound.");
	assert_reconciled(none, one, 0,
			  " 1 by max-T alone: q goes by the place of a group among its own draws, "
			  "max-T by how many standard deviations it is away from them, so that few "
			  "but large effects hold by max-T first.");
	assert_reconciled(two, one, 0,
			  " 1 by q alone: q lets about 5 % of all that it flags be false, max-T "
			  "hardly any single one, so that it flags fewer.");
	/* as many by both, but others */
	assert_reconciled(
		one, other, 0,
		" 1 by max-T alone: q goes by the place of a group among its own draws, "
		"max-T by how many standard deviations it is away from them, so that few "
		"but large effects hold by max-T first. 1 by q alone: q lets about 5 % of "
		"all that it flags be false, max-T hardly any single one, so that it flags "
		"fewer.");
}

/* ---- structure, and findings that return ---- */

static brc_report *report_of(const analysis *a)
{
	brc_report_input in = input_of(a, "net.brc");
	brc_report *r;
	brc_err err;

	must(brc_report_new(&r, &in, 1, &usual, &err), &err);
	return r;
}

/* index .61 beside nulls of at most .2: structured; with .31 above chance; with .1 no evidence */
static void add_structure(analysis *a, double index)
{
	static char name[] = "global";
	char *graph[] = {name};
	int32_t chosen[] = {3}, of[] = {0}, k[] = {3};
	double mean[] = {index}, p[] = {0.02}, copy[] = {index, index}, drawn[] = {0.1, 0.2};
	brc_verdict verdict[1];
	brc_structure t = {.perturbed = BRC_PERTURBED_EDGES,
			   .noise = 0.3,
			   .null = "residual",
			   .source = "weights",
			   .seed = "1",
			   .graphs = 1,
			   .graph = graph,
			   .chosen = chosen,
			   .n = 1,
			   .of = of,
			   .k = k,
			   .index = mean,
			   .p = p,
			   .verdict = verdict,
			   .copies = 2,
			   .nulls = 2,
			   .copy = copy,
			   .drawn = drawn};
	brc_err err;

	verdict[0] = brc_structure_judge(&t, 0);
	must(brc_structure_write(&t, add_section(a, "structure", "weights.global"), &err), &err);
}

/* (fc1, 1) in accuracy: returns in the first copy, is another's p in the second, is not in the
 * third */
static void add_repeats(analysis *a)
{
	static char name[] = "accuracy";
	char *statistic[] = {name};
	double largest[] = {0.05}, share[] = {1 / 3.0}, jaccard[] = {1, 0.6, 0.2};
	double p[] = {0.025, 0.5, NAN};
	int32_t of[] = {0}, layer[] = {0}, cluster[] = {1}, size[] = {4}, again[] = {1, 0, -1};
	brc_repeats r = {.labels = "weights.global",
			 .level = 0.05,
			 .copies = 3,
			 .n_stats = 1,
			 .statistic = statistic,
			 .largest_p = largest,
			 .n = 1,
			 .of = of,
			 .layer = layer,
			 .cluster = cluster,
			 .size = size,
			 .share = share,
			 .again = again,
			 .jaccard = jaccard,
			 .p = p};
	brc_err err;

	must(brc_layers_init(&r.layers, 2, layer_names, units_of, &err), &err);
	must(brc_repeats_write(&r, add_section(a, "repeats", "weights.global"), &err), &err);
	brc_layers_clear(&r.layers);
}

static void what_stands_out_has_its_share_of_return(void **state)
{
	analysis a;
	brc_report *r;
	brc_standout *item;
	brc_str text = {0};
	brc_err err;
	size_t n;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	add_repeats(&a);
	r = report_of(&a);
	must(brc_standouts_new(&item, &n, &r->network[0].labelling[0], &err), &err);
	assert_true(n >= 1);
	assert_string_equal(brc_standout_word(&item[0]), "important");
	assert_string_equal(brc_mark_words(item[0].mark), "family-wise");
	assert_int_equal(item[0].group->cluster, 1);
	assert_int_equal(item[0].copies, 3);
	assert_int_equal(item[0].returns, 1);
	assert_int_equal(item[0].missing, 1);
	brc_standout_returns(&item[0], &text);
	assert_string_equal(text.s, "1 of 3, not found 1");
	brc_str_free(&text);
	for (size_t i = 1; i < n; i++)
		assert_true(item[i].mark <= item[i - 1].mark);
	free(item);
	brc_report_free(r);
	free_analysis(&a);
}

static void assert_structure(double index, const char *begins, bool doubtful)
{
	analysis a;
	brc_report *r;
	brc_network *net;
	brc_str doubts = {0};
	bool said = false;

	fill_analysis(&a, "weights.global", plain_classes);
	add_structure(&a, index);
	r = report_of(&a);
	net = &r->network[0];
	assert_int_equal(net->notes.item[0].kind, BRC_NOTE_STRUCTURE);
	assert_int_equal(strncmp(net->notes.item[0].text.s, begins, strlen(begins)), 0);
	assert_non_null(strstr(net->notes.item[0].text.s, "p of clusterability is 0.020"));
	for (size_t i = 0; i < net->notes.n; i++)
		said |= strstr(net->notes.item[i].text.s, "These groups do not repeat") != NULL;
	assert_int_equal(said, doubtful);
	brc_doubts(&net->labelling[0], &doubts);
	assert_int_equal(doubts.s && strstr(doubts.s, "does not repeat"), doubtful);
	brc_str_free(&doubts);
	brc_report_free(r);
	free_analysis(&a);
}

static void a_labelling_begins_with_the_verdict_on_structure(void **state)
{
	(void)state;
	assert_structure(0.61, "Structure at k = 3: structured. ", false);
	assert_structure(0.31, "Structure at k = 3: above chance, not repeatable. ", true);
	assert_structure(0.1, "Structure at k = 3: no evidence. ", true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(q_and_maxt_that_disagree_are_explained),
		cmocka_unit_test(what_stands_out_has_its_share_of_return),
		cmocka_unit_test(a_labelling_begins_with_the_verdict_on_structure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
