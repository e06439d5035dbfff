/* What a report makes of sections: groups, marks, sentences, joined streams, commands, images. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "render/words/commands.h"
#include "render/html/example_images.h"
#include "render/words/format.h"
#include "render/svg/svg.h"
#include "render/model/model.h"
#include "render/model/network_streams.h"
#include "report_sections.h"

static brc_report *report_of(const analysis *a)
{
	brc_report_input in = input_of(a, "net.brc");
	brc_report *r;
	brc_err err;

	must(brc_report_new(&r, &in, 1, &usual, &err), &err);
	return r;
}

/* Does some note of this kind hold the text? */
static bool says(const brc_network *net, brc_note_kind kind, const char *text)
{
	for (size_t i = 0; i < net->notes.n; i++)
		if (net->notes.item[i].kind == kind && strstr(net->notes.item[i].text.s, text))
			return true;
	return false;
}

static void groups_have_their_layer_size_and_marks(void **state)
{
	analysis a;
	brc_report *r;
	const brc_labelling *l;
	const brc_group *g;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	r = report_of(&a);
	l = &r->network[0].labelling[0];

	assert_int_equal(r->n, 1);
	assert_int_equal(r->network[0].n_labellings, 1);
	assert_int_equal(l->n_groups, 6);
	g = &l->group[1];
	assert_int_equal(g->layer, 0);
	assert_int_equal(g->cluster, 1);
	assert_int_equal(g->size, 4);
	assert_int_equal(g->unit[0], 5);
	/* the smallest p of 39 draws, 1/40, times 5 groups is above 0.05; max-T says so, too */
	assert_true(fabs(brc_primary(&l->test[BRC_IMPORTANCE])->p[g->row[0]] - 0.025) < 1e-12);
	assert_int_equal(g->mark[BRC_IMPORTANCE], BRC_MARK_MAXT);
	assert_int_equal(g->mark[BRC_COHERENCE], BRC_MARK_MAXT);
	assert_int_equal(brc_marked(l, BRC_IMPORTANCE), 1);
	assert_int_equal(g->worst_class, 1);
	assert_true(fabs(g->worst_change + 0.5) < 1e-12);
	assert_true(fabs(g->worst_p - 0.025) < 1e-12);
	/* the sixth group has one unit, and a reason */
	assert_int_equal(l->group[5].row[BRC_IMPORTANCE], BRC_ANY);
	assert_string_equal(l->group[5].left_out, "fewer than 2 units");
	assert_false(brc_group_tested(&l->group[5]));
	brc_report_free(r);
	free_analysis(&a);
}

static void findings_are_told_in_sentences(void **state)
{
	analysis a;
	brc_report *r;
	const brc_network *net;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	r = report_of(&a);
	net = &r->network[0];

	assert_true(says(net, BRC_NOTE_FINDING, "1 of 5 groups is more important than random"));
	assert_true(says(net, BRC_NOTE_FINDING, "1 of 5 groups is more coherent than random"));
	assert_true(says(net, BRC_NOTE_DETAIL, "fc1, cluster 1 (4 units: -18."));
	assert_true(
		says(net, BRC_NOTE_FINDING,
		     "By its weights there is no evidence that the network is more clusterable"));
	assert_true(says(net, BRC_NOTE_FINDING,
			 "4 draws cannot give a p below 0.200: use at least 19."));
	assert_true(says(net, BRC_NOTE_FINDING, "its n-cut into 3 clusters is 1.25, theirs 1.65"));
	assert_true(says(net, BRC_NOTE_WARNING, "eigenvalue 3 is close to 4"));
	assert_true(says(net, BRC_NOTE_WARNING, "it divides by the mean change"));
	for (size_t i = 0; i < net->notes.n; i++)
		assert_int_not_equal(net->notes.item[i].kind, BRC_NOTE_MISSING);
	brc_report_free(r);
	free_analysis(&a);
}

static void groups_can_be_ordered_by_significance(void **state)
{
	analysis a;
	brc_report_options how = usual;
	brc_report *r;
	brc_err err;
	brc_report_input in;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	in = input_of(&a, "net.brc");
	how.order = BRC_ORDER_SIGNIFICANCE;
	assert_int_equal(brc_report_new(&r, &in, 1, &how, &err), BRC_OK);
	assert_int_equal(r->network[0].labelling[0].order[0], 1);
	assert_int_equal(r->network[0].labelling[0].order[5], 5); /* not tested: last */
	brc_report_free(r);
	free_analysis(&a);
}

static void the_level_decides_what_is_marked(void **state)
{
	analysis a;
	brc_report_options how = usual;
	brc_report *r;
	brc_err err;
	brc_report_input in;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	in = input_of(&a, "net.brc");
	how.level = 0.02; /* below the smallest p of 39 draws */
	assert_int_equal(brc_report_new(&r, &in, 1, &how, &err), BRC_OK);
	assert_int_equal(brc_marked(&r->network[0].labelling[0], BRC_IMPORTANCE), 0);
	assert_true(
		says(&r->network[0], BRC_NOTE_FINDING, "None of 5 groups is found more important"));
	brc_report_free(r);
	free_analysis(&a);
}

/* Only labels: what is missing is said, and the groups are there without tests. */
static void labels_alone_make_groups_and_what_is_missing_is_told(void **state)
{
	analysis a = {0};
	brc_report *r;
	const brc_network *net;

	(void)state;
	add_labels(&a, "activations.local");
	r = report_of(&a);
	net = &r->network[0];

	assert_int_equal(net->labelling[0].n_groups, 6);
	assert_true(says(net, BRC_NOTE_MISSING, "No spectrum came with the labels"));
	assert_true(says(net, BRC_NOTE_MISSING,
			 "| lesion --in activations.local --model NET.onnx --data TEST.brc"));
	assert_true(says(net, BRC_NOTE_MISSING, "| clusterability -k 3 -n 50"));
	assert_true(says(net, BRC_NOTE_MISSING, "`activations` writes them"));
	brc_report_free(r);
	free_analysis(&a);
}

/* Without labels the lesions make the groups. */
static void lesions_alone_make_groups(void **state)
{
	analysis a = {0};
	brc_report *r;
	const brc_labelling *l;

	(void)state;
	add_lesions(&a, "x", plain_classes);
	r = report_of(&a);
	l = &r->network[0].labelling[0];

	assert_int_equal(l->n_groups, GROUPS);
	assert_int_equal(l->group[1].mark[BRC_COHERENCE], BRC_MARK_MAXT);
	assert_null(l->group[1].unit);
	brc_report_free(r);
	free_analysis(&a);
}

/* Lesions called otherwise than the labels that they name find those labels. */
static void lesions_find_the_labels_that_they_name(void **state)
{
	analysis a = {0};
	brc_err err;
	brc_lesions l;
	brc_report *r;

	(void)state;
	add_labels(&a, "weights.global");
	make_lesions(&a, &l, "weights.global", plain_classes);
	assert_int_equal(brc_lesions_write(&l, add_section(&a, "lesions", "silenced"), &err),
			 BRC_OK);
	brc_layers_clear(&l.layers);
	r = report_of(&a);

	assert_int_equal(r->network[0].n_labellings, 2);
	assert_string_equal(r->network[0].labelling[1].name, "silenced");
	assert_int_equal(r->network[0].labelling[1].n_groups, 6);
	brc_report_free(r);
	free_analysis(&a);
}

static void a_stream_without_results_is_refused(void **state)
{
	analysis a = {0};
	brc_report *r;
	brc_err err;
	brc_report_input in;

	(void)state;
	add_exemplars(&a);
	in = input_of(&a, "net.brc");
	assert_int_equal(brc_report_new(&r, &in, 1, &usual, &err), BRC_DATA);
	assert_null(r);
	assert_non_null(strstr(err.message, "nothing to report: there are only exemplars/1"));
	assert_non_null(strstr(err.hint, "spectral"));
	in.n = 0;
	assert_int_equal(brc_report_new(&r, &in, 1, &usual, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "the stream is empty"));
	free_analysis(&a);
}

/* Sections of one name that cannot be of one run. */
static void sections_of_different_runs_are_refused(void **state)
{
	analysis a = {0};
	brc_report *r;
	brc_err err;
	brc_report_input in;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	in = input_of(&a, "net.brc");
	for (size_t i = 0; i < a.n; i++)
		if (strcmp(a.section[i]->type, "labels") == 0) {
			const brc_tensor *t = brc_section_tensor(a.section[i], "label");

			((int32_t *)t->data)[5] = 0; /* (fc1, 1) loses a unit */
		}
	assert_int_equal(brc_report_new(&r, &in, 1, &usual, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "cluster 0 of layer 'fc1' with 5 units"));
	assert_non_null(strstr(err.hint, "one run"));
	free_analysis(&a);
}

/* Streams of one model are one network, unless they clash; others stay apart. */
static void streams_of_one_model_are_one_network(void **state)
{
	analysis a = {0}, b = {0}, c = {0};
	brc_report_input in[3];
	brc_report *r;
	brc_err err;

	(void)state;
	add_lesions(&a, "weights.global", plain_classes);
	add_lesions(&b, "activations.global", plain_classes);
	add_lesions(&c, "weights.global", plain_classes);
	in[0] = input_of(&a, "w.brc");
	in[1] = input_of(&b, "a.brc");
	in[2] = input_of(&c, "again.brc");
	assert_int_equal(brc_report_new(&r, in, 3, &usual, &err), BRC_OK);
	assert_int_equal(r->n, 2);
	assert_string_equal(r->network[0].title, "w.brc, a.brc");
	assert_int_equal(r->network[0].n_labellings, 2);
	assert_string_equal(r->network[1].title, "again.brc");
	/* two runs of one model are not two networks */
	assert_int_equal(r->n_combined, 0);
	assert_non_null(strstr(r->combined_remark, "several networks: again.brc."));
	brc_report_free(r);
	free_analysis(&a);
	free_analysis(&b);
	free_analysis(&c);
}

/* One p over networks of different models; the second analysis of one of them does not count. */
static void networks_of_different_models_are_combined_once_each(void **state)
{
	analysis a = {0}, b = {.model = "ff"}, c = {.model = "ff"};
	brc_report_input in[3];
	double p;
	brc_report *r;
	brc_err err;

	(void)state;
	add_lesions(&a, "weights.global", plain_classes);
	add_lesions(&b, "weights.global", plain_classes);
	c.right = 89; /* another run: its sections clash with those of b */
	add_lesions(&c, "weights.global", plain_classes);
	in[0] = input_of(&a, "a.brc");
	in[1] = input_of(&b, "b.brc");
	in[2] = input_of(&c, "c.brc");
	assert_int_equal(brc_report_new(&r, in, 3, &usual, &err), BRC_OK);
	assert_int_equal(r->n, 3);
	/* equal omnibus p, combined by Irwin and Hall */
	p = brc_primary(&r->network[0].labelling[0].test[BRC_IMPORTANCE])->omnibus_p;
	assert_int_equal(r->n_combined, 2);
	assert_string_equal(r->combined[0].labelling, "weights.global");
	assert_int_equal(r->combined[0].networks, 2);
	assert_true(p < 0.5);
	assert_true(fabs(r->combined[0].p - 2 * p * p) < 1e-12); /* P(U1 + U2 <= 2p) */
	assert_non_null(strstr(r->combined_remark, "several networks: c.brc."));
	brc_report_free(r);
	assert_int_equal(brc_report_new(&r, in, 2, &usual, &err), BRC_OK);
	assert_int_equal(r->n_combined, 2);
	assert_null(r->combined_remark);
	brc_report_free(r);
	free_analysis(&a);
	free_analysis(&b);
	free_analysis(&c);
}

/* A third of the images is what the largest of three classes gives; 2 standard errors are 5.4 %. */
static void a_network_no_better_than_chance_is_told(void **state)
{
	static const int64_t right[] = {38, 39};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		analysis a = {.right = right[i]};
		brc_report *r;

		add_lesions(&a, "x", plain_classes);
		r = report_of(&a);
		assert_int_equal(
			says(&r->network[0], BRC_NOTE_WARNING,
			     "right for 38.0 % of 300 images, not clearly more than chance "
			     "(the largest class has 33.3 %)"),
			i == 0);
		assert_int_equal(says(&r->network[0], BRC_NOTE_WARNING, "chance"), i == 0);
		brc_report_free(r);
		free_analysis(&a);
	}
}

static void names_of_digits_alone_are_explained(void **state)
{
	static char *const names[] = {"cat", "7", ""};
	char buf[64];

	(void)state;
	assert_string_equal(brc_layer_title("fc1", buf, sizeof(buf)), "fc1");
	assert_string_equal(brc_layer_title("12", buf, sizeof(buf)), "layer 12");
	assert_string_equal(brc_layer_title("", buf, sizeof(buf)), "");
	assert_string_equal(brc_class_title(names, 3, 0, buf, sizeof(buf)), "cat");
	assert_string_equal(brc_class_title(names, 3, 1, buf, sizeof(buf)), "class 7");
	assert_string_equal(brc_class_title(names, 3, 2, buf, sizeof(buf)), "class 2");
	assert_string_equal(brc_class_title(NULL, 3, 0, buf, sizeof(buf)), "class 0");
}

static void add_units(analysis *a, int32_t *from, int32_t *to, size_t edges)
{
	static char input[] = "input", gemm[] = "Gemm";
	const char *const names[] = {"in", "a", "b", "out"};
	const size_t units[] = {4, 3, 3, 2};
	brc_units u = {.role = (brc_role[]){BRC_ROLE_INPUT, BRC_ROLE_HIDDEN, BRC_ROLE_HIDDEN,
					    BRC_ROLE_OUTPUT},
		       .kind = (char *[]){input, gemm, gemm, gemm},
		       .n_edges = edges,
		       .from = from,
		       .to = to};
	brc_err err;

	must(brc_layers_init(&u.layers, 4, names, units, &err), &err);
	must(brc_units_write(&u, add_section(a, "units", "units"), &err), &err);
	brc_layers_clear(&u.layers);
}

/* Branches are drawn by what feeds what; an edge backwards is refused. */
static void branches_are_drawn_and_backward_edges_refused(void **state)
{
	analysis chain = {0}, branches = {0}, back = {0};
	brc_report *r;
	brc_str page = {0};
	brc_err err;
	brc_report_input in;

	(void)state;
	add_labels(&chain, "x");
	add_units(&chain, (int32_t[]){0, 1, 2}, (int32_t[]){1, 2, 3}, 3);
	r = report_of(&chain);
	assert_int_equal(r->network[0].wiring, BRC_WIRING_CHAIN);
	brc_report_free(r);
	add_labels(&branches, "x");
	add_units(&branches, (int32_t[]){0, 0, 1, 2}, (int32_t[]){1, 2, 3, 3}, 4);
	r = report_of(&branches);
	assert_int_equal(r->network[0].wiring, BRC_WIRING_BRANCHED);
	assert_int_equal(brc_report_html(r, &page, &err), BRC_OK);
	assert_non_null(strstr(page.s, "<svg viewBox=\"0 0 "));
	assert_non_null(strstr(page.s, "<title>out, fed by a, b</title>"));
	assert_non_null(strstr(page.s, "<title>a, fed by in</title>"));
	assert_non_null(strstr(page.s, "<title>in</title>"));
	brc_str_free(&page);
	brc_report_free(r);
	add_labels(&back, "x");
	add_units(&back, (int32_t[]){0, 2}, (int32_t[]){1, 1}, 2);
	in = input_of(&back, "net.brc");
	assert_int_equal(brc_report_new(&r, &in, 1, &usual, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "edge 1 leads from layer 2 to layer 1"));
	free_analysis(&chain);
	free_analysis(&branches);
	free_analysis(&back);
}

/* How stable a partition is, what spoke for its k, and which groups were not tested. */
static void the_cut_tells_starts_choice_and_untested_groups(void **state)
{
	analysis a = {0};
	brc_report *r;
	brc_str page = {0};
	brc_err err;
	const brc_network *net;
	const brc_graph_result *g;

	(void)state;
	add_labels(&a, "x");
	add_spectrum(&a, "x");
	add_lesions(&a, "x", plain_classes);
	r = report_of(&a);
	net = &r->network[0];
	g = &net->labelling[0].graph[0];

	assert_true(g->starts == 0.83);
	assert_true(g->residual[1] == 3e-12);
	assert_int_equal(g->choices, 3);
	assert_int_equal(g->choice_k[2], 4);
	assert_true(g->choice_gap[1] == 0.4);
	assert_true(g->choice_starts[2] == 0.9);
	assert_true(
		says(net, BRC_NOTE_PARTITION, "k was to be chosen between 2 and 4: 3 was taken."));
	assert_true(says(net, BRC_NOTE_PARTITION,
			 "Partitions from 5 other starts of k-means agree to 0.83 (mean"));
	assert_true(says(net, BRC_NOTE_UNTESTED,
			 "1 group not tested, fewer than 2 units (layer and cluster): fc2 2."));
	assert_int_equal(brc_report_html(r, &page, &err), BRC_OK);
	/* its gap is the largest: a bar of full height, filled */
	assert_non_null(strstr(page.s, "aria-label=\"Gap of eigenvalues and agreement of starts "
				       "for k from 2 to 4; taken: 3\""));
	assert_non_null(strstr(page.s, "<rect class=\"hit\" x=\"147.0\" y=\"12.0\""));
	brc_str_free(&page);
	brc_report_free(r);
	free_analysis(&a);
}

/* Of each path as much as tells it from the others; of a network each stream once. */
static void titles_are_as_short_as_tells_paths_apart(void **state)
{
	static const char *const path[] = {"a/k3/w.brc", "a/k3/x.brc", "./a/k4/w.brc",
					   "b/k4/w.brc", "a/k3/w.brc", "-",
					   "-",          "w.brc"};
	static const size_t of[] = {0, 0, 1, 2, 0, 3, 3, 4};
	static const char *const want[] = {"k3/w.brc, x.brc", "a/k4/w.brc", "b/k4/w.brc",
					   "- (streams 1, 2)", "w.brc"};
	static const char *const model[] = {"m0", "m1", "m2", "m3", "m4"};
	brc_section one[5] = {{.type = "units", .version = 1, .digest = "1"}};
	const brc_section *of_model[5];
	brc_report_input in[8] = {{0}};
	brc_network_inputs joined;
	brc_err err;

	(void)state;
	for (size_t k = 0; k < 5; k++) {
		one[k] = one[0];
		one[k].meta = brc_map_new();
		brc_map_put_string(one[k].meta, "model", model[k]);
		of_model[k] = &one[k];
	}
	for (size_t i = 0; i < 8; i++)
		in[i] = (brc_report_input){.title = path[i], .sections = &of_model[of[i]], .n = 1};
	in[5].stream = 1;
	in[6].stream = 2;
	assert_int_equal(brc_network_inputs_join(&joined, in, 8, &err), BRC_OK);
	assert_int_equal(joined.n, 5);
	for (size_t k = 0; k < 5; k++) {
		assert_string_equal(joined.item[k].title, want[k]);
		brc_map_free(one[k].meta);
	}
	brc_network_inputs_clear(&joined);
}

static brc_map *entry(const char *tool, const char *reads, const char *read, const char *writes,
		      const char *written)
{
	brc_map *e = brc_map_new(), *m;

	brc_map_put_string(e, "tool", tool);
	if (reads) {
		m = brc_map_new();
		brc_map_put_string(m, "section", reads);
		brc_map_put_string(m, "digest", read);
		brc_map_add_map(e, "reads", m);
	}
	m = brc_map_new();
	brc_map_put_string(m, "section", writes);
	brc_map_put_string(m, "digest", written);
	brc_map_add_map(e, "writes", m);
	return e;
}

static void put_read(brc_map *e, const char *section, const char *digest)
{
	brc_map *m = brc_map_new();

	brc_map_put_string(m, "section", section);
	brc_map_put_string(m, "digest", digest);
	brc_map_add_map(e, "reads", m);
}

static void commands_are_rebuilt_from_the_history(void **state)
{
	brc_map *h[4], *options = brc_map_new(), *file = brc_map_new();
	brc_str out = {0};
	brc_err err;

	(void)state;
	h[0] = entry("extract-weights", NULL, NULL, "weights/1 weights", "aa11");
	brc_map_put_string(file, "option", "model");
	brc_map_put_string(file, "digest", "0123456789abcdef");
	brc_map_add_map(h[0], "files", file);
	h[1] = entry("spectral", "weights/1 weights", "aa11", "labels/1 x", "bb22");
	brc_map_put_int(options, "clusters", 16);
	brc_map_put_bool(options, "local", true);
	brc_map_put_bool(options, "off", false);
	brc_map_put_double(options, "level", 0.1);
	brc_map_put_ints(options, "list", (int64_t[]){2, 3}, 2);
	brc_map_put_string(options, "name", "it's; rm -rf $HOME\n");
	brc_map_put_map(h[1], "options", options);
	h[2] = entry("lesion", "labels/1 x", "bb22", "lesions/1 x", "cc33");
	put_read(h[2], "dataset/1 dataset", "dd44ee55ff");
	h[3] = entry("read-data", NULL, NULL, "dataset/1 dataset", "dd44ee55ff");
	assert_int_equal(brc_commands((const brc_map *const *)h, 4, &out, &err), BRC_OK);
	assert_string_equal(out.s, "read-data > <data:dd44ee55>\n"
				   "extract-weights --model <model:01234567> \\\n"
				   "  | spectral --clusters 16 --local --level 0.1 --list 2,3 "
				   "--name 'it'\\''s; rm -rf $HOME?' \\\n"
				   "  | lesion --data <data:dd44ee55>\n");
	brc_str_free(&out);
	for (size_t i = 0; i < 4; i++)
		brc_map_free(h[i]);
}

/* Entries that read each other's output cannot be; they must end all the same. */
static void a_cyclic_history_ends(void **state)
{
	brc_map *h[3];
	brc_str out = {0};
	brc_err err;

	(void)state;
	h[0] = entry("a", "x/1 x", "22", "y/1 y", "11");
	h[1] = entry("b", "y/1 y", "11", "x/1 x", "22");
	h[2] = entry("c", "y/1 y", "11", "z/1 z", "33");
	assert_int_equal(brc_commands((const brc_map *const *)h, 3, &out, &err), BRC_OK);
	assert_string_equal(out.s, "a\nb\nc\n");
	brc_str_free(&out);
	for (size_t i = 0; i < 3; i++)
		brc_map_free(h[i]);
}

static void a_histogram_counts_each_number_once(void **state)
{
	const double v[] = {1, 9, 2, 9, NAN, 9, 3, 9, 3, 9}; /* stride 2: 1 2 NaN 3 3 */
	brc_histogram h;

	(void)state;
	brc_histogram_fill(&h, v, 5, 2, 5, 4); /* [1, 5] in 4 bins of 1 */
	assert_int_equal(h.bins, 4);
	assert_true(h.low == 1 && h.width == 1);
	assert_int_equal(h.count[0], 1);
	assert_int_equal(h.count[1], 1);
	assert_int_equal(h.count[2], 2);
	assert_int_equal(h.count[3], 0);
	assert_int_equal(h.tallest, 2);
	assert_int_equal(h.finite, 4);
	brc_histogram_fill(&h, (double[]){7, 7}, 2, 1, NAN, 8);
	assert_int_equal(h.bins, 1);
	assert_int_equal(h.count[0], 2);
	brc_histogram_fill(&h, (double[]){NAN}, 1, 1, 3, 8);
	assert_int_equal(h.bins, 0);
	brc_histogram_fill(&h, (double[]){-1e308, 1e308}, 2, 1, 0, 8);
	assert_int_equal(h.bins, 0); /* the range overflows */
}

static void a_group_shows_its_strongest_images(void **state)
{
	analysis a;
	size_t image[BRC_STRONGEST], n;
	brc_sheet sheet;
	brc_err err;
	brc_report *r;
	const brc_network *net;
	const brc_labelling *l;

	(void)state;
	fill_analysis(&a, "weights.global", plain_classes);
	r = report_of(&a);
	net = &r->network[0];
	l = &net->labelling[0];

	assert_int_equal(brc_exemplars_strongest(&net->exemplars, l, &l->group[1], image, &n, &err),
			 BRC_OK);
	assert_int_equal(n, 2);
	assert_int_equal(net->exemplars.sample[image[0]], 12);
	assert_int_equal(net->exemplars.sample[image[1]], 10);
	assert_int_equal(brc_sheet_init(&sheet, &net->exemplars, &err), BRC_OK);
	assert_int_equal(sheet.width, 4);
	assert_int_equal(sheet.zoom, 14);
	assert_true(brc_sheet_add(&sheet, image[0]));
	assert_true(brc_sheet_add(&sheet, image[0]));
	assert_int_equal(sheet.n, 1);
	brc_sheet_clear(&sheet);
	brc_report_free(r);
	free_analysis(&a);
}

/* Two images of this shape. */
static void sheet_shape(size_t ndim, const size_t *shape, size_t width, size_t height, bool colour)
{
	brc_exemplars x = {.images = 2, .ndim = ndim};
	brc_sheet sheet;
	uint8_t *pixel;
	brc_err err;

	memcpy(x.shape, shape, ndim * sizeof(*shape));
	pixel = calloc(2, brc_exemplars_pixels(&x) + 1);
	x.pixel = pixel;
	must(brc_sheet_init(&sheet, &x, &err), &err);
	assert_int_equal(sheet.width, width);
	assert_int_equal(sheet.height, height);
	assert_int_equal(sheet.colour, colour);
	if (width > 0) {
		brc_str uri = {0};

		assert_true(brc_sheet_add(&sheet, 1));
		must(brc_sheet_uri(&sheet, &x, &uri, &err), &err);
		assert_non_null(strstr(uri.s, "data:image/png"));
		brc_str_free(&uri);
	}
	brc_sheet_clear(&sheet);
	free(pixel);
}

static void images_of_every_shape_are_laid_out(void **state)
{
	(void)state;
	sheet_shape(2, (size_t[]){28, 28}, 28, 28, false);
	sheet_shape(3, (size_t[]){3, 32, 32}, 32, 32, true);
	sheet_shape(3, (size_t[]){1, 28, 20}, 20, 28, false);
	sheet_shape(3, (size_t[]){2, 28, 28}, 56, 28, false);  /* two grey tiles */
	sheet_shape(3, (size_t[]){32, 32, 3}, 32, 32, true);   /* channels last */
	sheet_shape(3, (size_t[]){3, 224, 224}, 44, 44, true); /* averaged down by 5 */
	sheet_shape(3, (size_t[]){9, 10, 10}, 40, 10, false);  /* four of nine channels */
	sheet_shape(1, (size_t[]){784}, 0, 0, false);          /* vectors are not drawn */
	sheet_shape(2, (size_t[]){0, 28}, 0, 0, false);
}

static void numbers_are_written_in_their_unit(void **state)
{
	brc_inference share = {.unit = "fraction"}, nats = {.unit = "nats"};

	(void)state;
	assert_string_equal(brc_format_p(0.005).s, "0.005");
	assert_string_equal(brc_format_p(0.0004).s, "0.0004");
	assert_string_equal(brc_format_p(0.00002).s, "2e-05");
	assert_string_equal(brc_format_p(1).s, "1.000");
	assert_string_equal(brc_format_p(NAN).s, "-");
	assert_string_equal(brc_format_value(&share, -0.1234, true).s, "-12.34");
	assert_string_equal(brc_format_value(&share, -0.00001, true).s, "0.00");
	assert_string_equal(brc_format_value(&nats, 0.00267, true).s, "+0.00267");
	assert_string_equal(brc_format_value(&nats, INFINITY, true).s, "-");
	assert_string_equal(brc_format_points(-0.205).s, "-20.5");
	assert_string_equal(brc_format_points(0).s, "0.0");
	assert_string_equal(brc_format_unit(&share), "points");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_have_their_layer_size_and_marks),
		cmocka_unit_test(findings_are_told_in_sentences),
		cmocka_unit_test(groups_can_be_ordered_by_significance),
		cmocka_unit_test(the_level_decides_what_is_marked),
		cmocka_unit_test(labels_alone_make_groups_and_what_is_missing_is_told),
		cmocka_unit_test(lesions_alone_make_groups),
		cmocka_unit_test(lesions_find_the_labels_that_they_name),
		cmocka_unit_test(a_stream_without_results_is_refused),
		cmocka_unit_test(sections_of_different_runs_are_refused),
		cmocka_unit_test(streams_of_one_model_are_one_network),
		cmocka_unit_test(titles_are_as_short_as_tells_paths_apart),
		cmocka_unit_test(networks_of_different_models_are_combined_once_each),
		cmocka_unit_test(a_network_no_better_than_chance_is_told),
		cmocka_unit_test(names_of_digits_alone_are_explained),
		cmocka_unit_test(branches_are_drawn_and_backward_edges_refused),
		cmocka_unit_test(the_cut_tells_starts_choice_and_untested_groups),
		cmocka_unit_test(commands_are_rebuilt_from_the_history),
		cmocka_unit_test(a_cyclic_history_ends),
		cmocka_unit_test(a_histogram_counts_each_number_once),
		cmocka_unit_test(a_group_shows_its_strongest_images),
		cmocka_unit_test(images_of_every_shape_are_laid_out),
		cmocka_unit_test(numbers_are_written_in_their_unit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
