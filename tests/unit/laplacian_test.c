/* Global and local graphs; the section laplacian and its forgeries. */
#include "graph_fixture.h"

#include "graph/laplacian.h"

static brc_section *new_section(const brc_laplacian *l)
{
	brc_section *s = NULL;

	assert_ok(brc_section_new(&s, "laplacian", 1, "x", &ok_err));
	if (l)
		assert_ok(brc_laplacian_write(l, s, &ok_err));
	return s;
}

/* A chain of four layers with a skip from the first to the third. */
static void chain(fixture *f)
{
	static const size_t units[4] = {3, 4, 5, 2};

	fixture_init(f, 4, units);
	fixture_random(f, 0, 1, 0, 0);
	fixture_random(f, 1, 2, 0, 0);
	fixture_random(f, 2, 3, 0, 0);
	fixture_random(f, 0, 2, 0, 0);
}

/* The graph labels the layers first .. first + kept - 1. */
static void expect_graph(const brc_laplacian *l, size_t index, size_t first, size_t kept,
			 const char *name, const size_t *member, size_t members,
			 const size_t *block, size_t blocks)
{
	const brc_laplacian_graph *g = &l->graph[index];

	assert_string_equal(g->name, name);
	assert_int_equal(g->n_kept, kept);
	for (size_t i = 0; i < kept; i++)
		assert_int_equal(g->kept[i], first + i);
	assert_int_equal(g->graph.n_members, members);
	assert_memory_equal(g->graph.member, member, members * sizeof(*member));
	assert_int_equal(g->graph.n_edges, blocks);
	assert_memory_equal(g->graph.block, block, blocks * sizeof(*block));
}

static void a_global_graph_has_everything(void **state)
{
	brc_laplacian l;
	fixture f;

	(void)state;
	chain(&f);
	assert_ok(brc_laplacian_global(&l, fixture_blocks(&f), "weights", "weights/1 w", &ok_err));
	assert_int_equal(l.n, 1);
	assert_false(l.local);
	assert_int_equal(l.graph[0].n_kept, 4);
	assert_int_equal(l.graph[0].graph.n, 14);
	assert_int_equal(l.graph[0].graph.n_edges, 4);
	for (size_t i = 0; i < 4; i++)
		assert_true(l.labelled[i]);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

/* Inner layers: themselves and their neighbours. Ends: the graph of the nearest neighbour. */
static void local_graphs_of_weights_have_three_layers(void **state)
{
	static const size_t all[4] = {0, 1, 2, 3}, around1[2] = {0, 1}, around2[3] = {1, 2, 3};
	brc_laplacian l;
	fixture f;

	(void)state;
	chain(&f);
	assert_ok(brc_laplacian_local(&l, fixture_blocks(&f), "weights", "weights/1 w", &ok_err));
	assert_int_equal(l.n, 2);
	assert_true(l.local);
	/* nothing feeds l0: it feeds l1 first; l3 feeds nothing: l2 feeds it */
	expect_graph(&l, 0, 0, 2, "l0, l1", all, 3, around1, 2);
	expect_graph(&l, 1, 2, 2, "l2, l3", all, 4, around2, 3);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

/* A layer that feeds nothing takes the graph of the last layer that feeds it. */
static void an_end_with_two_feeders_takes_the_last(void **state)
{
	static const size_t units[4] = {3, 4, 5, 2}, all[4] = {0, 1, 2, 3}, around2[2] = {1, 2};
	brc_laplacian l;
	fixture f;

	(void)state;
	fixture_init(&f, 4, units);
	fixture_random(&f, 0, 1, 0, 0);
	fixture_random(&f, 1, 2, 0, 0);
	fixture_random(&f, 2, 3, 0, 0);
	fixture_random(&f, 1, 3, 0, 0);
	assert_ok(brc_laplacian_local(&l, fixture_blocks(&f), "weights", "weights/1 w", &ok_err));
	assert_int_equal(l.n, 2);
	expect_graph(&l, 1, 2, 2, "l2, l3", all + 1, 3, around2, 2);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

static void two_layers_are_each_others_neighbours(void **state)
{
	static const size_t units[2] = {3, 4}, both[2] = {0, 1}, block[1] = {0};
	brc_laplacian l;
	fixture f;

	(void)state;
	fixture_init(&f, 2, units);
	fixture_random(&f, 0, 1, 0, 0);
	assert_ok(brc_laplacian_local(&l, fixture_blocks(&f), "weights", "weights/1 w", &ok_err));
	assert_int_equal(l.n, 1);
	expect_graph(&l, 0, 0, 2, "l0, l1", both, 2, block, 1);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

/* l1 and l2 are joined to the same layers by other edges: one graph has the edges of both. */
static void graphs_of_the_same_layers_are_one(void **state)
{
	static const size_t units[4] = {3, 4, 5, 2}, all[4] = {0, 1, 2, 3};
	static const size_t block[5] = {0, 1, 2, 3, 4};
	brc_laplacian l;
	fixture f;

	(void)state;
	fixture_init(&f, 4, units);
	fixture_random(&f, 0, 1, 0, 0);
	fixture_random(&f, 0, 2, 0, 0);
	fixture_random(&f, 1, 2, 0, 0);
	fixture_random(&f, 1, 3, 0, 0);
	fixture_random(&f, 2, 3, 0, 0);
	assert_ok(brc_laplacian_local(&l, fixture_blocks(&f), "weights", "weights/1 w", &ok_err));
	assert_int_equal(l.n, 1);
	expect_graph(&l, 0, 0, 4, "l0, l1 and 2 more", all, 4, block, 5);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

static void local_graphs_of_affinities_have_one_layer(void **state)
{
	static const size_t units[3] = {3, 4, 2}, member[2] = {0, 1}, block[2] = {0, 1};
	brc_laplacian l;
	fixture f;

	(void)state;
	fixture_init(&f, 3, units);
	fixture_random(&f, 0, 0, 0, 0);
	fixture_random(&f, 0, 1, 0, 0);
	fixture_random(&f, 1, 1, 0, 0);
	fixture_block(&f, 2, 2); /* no edges: no graph, no labels */
	assert_ok(brc_laplacian_local(&l, fixture_blocks(&f), "affinity", "affinity/1 a", &ok_err));
	assert_int_equal(l.n, 2);
	assert_int_equal(l.blocks.n, 3); /* the block between layers is gone */
	expect_graph(&l, 0, 0, 1, "l0", member, 1, block, 1);
	expect_graph(&l, 1, 1, 1, "l1", member + 1, 1, block + 1, 1);
	assert_true(l.labelled[0] && l.labelled[1] && !l.labelled[2]);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

static void a_graph_without_edges_is_refused_with_a_hint(void **state)
{
	static const size_t units[2] = {3, 4};
	brc_err err = {0};
	brc_laplacian l;
	fixture f;

	(void)state;
	fixture_init(&f, 2, units);
	assert_int_equal(
		brc_laplacian_global(&l, fixture_blocks(&f), "weights", "weights/1 w", &err),
		BRC_DATA);
	assert_non_null(strstr(err.message, "weights/1 w: the graph has no edges"));
	assert_non_null(strstr(err.hint, "--units all"));
	fixture_block(&f, 0, 1);
	assert_int_equal(
		brc_laplacian_local(&l, fixture_blocks(&f), "weights", "weights/1 w", &err),
		BRC_DATA);
	assert_non_null(strstr(err.hint, "--units all"));
	assert_int_equal(
		brc_laplacian_global(&l, fixture_blocks(&f), "affinity", "affinity/1 a", &err),
		BRC_DATA);
	assert_non_null(strstr(err.hint, "constant"));
	fixture_clear(&f);
}

static void graphs_survive_the_section(void **state)
{
	fixture f;

	(void)state;
	chain(&f);
	for (int local = 0; local < 2; local++) {
		brc_laplacian l, back;
		brc_section *s;

		assert_ok((local ? brc_laplacian_local : brc_laplacian_global)(
			&l, fixture_blocks(&f), "weights", "w", &ok_err));
		s = new_section(&l);
		assert_ok(brc_laplacian_read(&back, s, &ok_err));
		assert_int_equal(back.n, l.n);
		assert_int_equal(back.local, l.local);
		assert_string_equal(back.source, "weights");
		for (size_t g = 0; g < l.n; g++) {
			const brc_graph *a = &l.graph[g].graph, *b = &back.graph[g].graph;

			assert_string_equal(l.graph[g].name, back.graph[g].name);
			assert_int_equal(l.graph[g].n_kept, back.graph[g].n_kept);
			assert_memory_equal(l.graph[g].kept, back.graph[g].kept,
					    l.graph[g].n_kept * sizeof(size_t));
			assert_int_equal(a->n, b->n);
			assert_memory_equal(a->degree, b->degree, a->n * sizeof(double));
			assert_memory_equal(a->component, b->component, a->n * sizeof(int32_t));
		}
		brc_laplacian_clear(&back);
		brc_laplacian_clear(&l);
		brc_section_free(s);
	}
	fixture_clear(&f);
}

/* ---- forgeries: a good section, one thing changed ---- */

static double *degrees(brc_section *s, size_t g)
{
	char name[48];

	snprintf(name, sizeof(name), "graph/%zu/degree", g);
	return brc_section_tensor(s, name)->data;
}

static int32_t *components(brc_section *s, size_t g)
{
	char name[48];

	snprintf(name, sizeof(name), "graph/%zu/component", g);
	return brc_section_tensor(s, name)->data;
}

static void wrong_degree(brc_section *s)
{
	degrees(s, 1)[2] *= 1.001;
}

static void nan_degree(brc_section *s)
{
	degrees(s, 0)[0] = NAN;
}

static void isolated_by_word(brc_section *s)
{
	components(s, 0)[1] = -1;
}

static void split_component(brc_section *s)
{
	components(s, 1)[3] = 1;
}

static void huge_component(brc_section *s)
{
	components(s, 1)[0] = INT32_MAX;
}

static void kept_twice(brc_section *s)
{
	const int64_t kept = 1;

	brc_map_put_ints(s->records[5], "kept", &kept, 1);
}

static void kept_stranger(brc_section *s)
{
	const int64_t kept = 3;

	brc_map_put_ints(s->records[4], "kept", &kept, 1);
}

static void unsorted_members(brc_section *s)
{
	const int64_t member[3] = {1, 0, 2};

	brc_map_put_ints(s->records[4], "members", member, 3);
}

static void negative_member(brc_section *s)
{
	const int64_t member[3] = {-1, 0, 2};

	brc_map_put_ints(s->records[4], "members", member, 3);
}

static void far_member(brc_section *s)
{
	const int64_t member[3] = {0, 1, INT64_MAX};

	brc_map_put_ints(s->records[4], "members", member, 3);
}

static void no_blocks(brc_section *s)
{
	brc_map_put_ints(s->records[4], "blocks", NULL, 0);
}

static void block_twice(brc_section *s)
{
	const int64_t block[2] = {0, 0};

	brc_map_put_ints(s->records[4], "blocks", block, 2);
}

static void text_for_blocks(brc_section *s)
{
	brc_map_put_string(s->records[4], "blocks", "all");
}

static void unknown_mode(brc_section *s)
{
	brc_map_put_string(s->meta, "mode", "odd");
}

static void several_global_graphs(brc_section *s)
{
	brc_map_put_string(s->meta, "mode", "global");
}

static void wrong_number(brc_section *s)
{
	brc_map_put_int(s->records[5], "graph", 0);
}

static void negative_edge(brc_section *s)
{
	((float *)brc_section_tensor(s, "block/0")->data)[0] = -1;
}

static void forgeries_are_refused(void **state)
{
	static void (*const forge[])(brc_section *) = {
		wrong_degree,    nan_degree,       isolated_by_word,
		split_component, huge_component,   kept_twice,
		kept_stranger,   unsorted_members, negative_member,
		far_member,      no_blocks,        block_twice,
		text_for_blocks, unknown_mode,     several_global_graphs,
		wrong_number,    negative_edge};

	(void)state;
	for (size_t i = 0; i < sizeof(forge) / sizeof(*forge); i++) {
		brc_laplacian l, back;
		brc_err err = {0};
		brc_section *s;
		fixture f;

		chain(&f);
		assert_ok(brc_laplacian_local(&l, fixture_blocks(&f), "weights", "w", &ok_err));
		s = new_section(&l);
		forge[i](s);
		if (brc_laplacian_read(&back, s, &err) != BRC_DATA)
			fail_msg("forgery %zu is taken", i);
		assert_non_null(strstr(err.message, "laplacian/1 x"));
		brc_section_free(s);
		brc_laplacian_clear(&l);
		fixture_clear(&f);
	}
}

/* Another program may number components as it likes. */
static void component_numbers_are_free(void **state)
{
	static const double edge[2][3] = {{0, 1, 1}, {2, 3, 2}};
	brc_laplacian l, back;
	brc_err err = {0};
	brc_section *s;
	int32_t *component;
	fixture f;

	(void)state;
	fixture_edges(&f, 5, edge, 2);
	assert_ok(brc_laplacian_global(&l, fixture_blocks(&f), "affinity", "a", &ok_err));
	s = new_section(&l);
	component = components(s, 0);
	for (size_t u = 0; u < 4; u++)
		component[u] = 1 - component[u];
	assert_ok(brc_laplacian_read(&back, s, &ok_err));
	assert_int_equal(back.graph[0].graph.component[2], 0);
	brc_laplacian_clear(&back);
	component[0] = component[1] = component[2];
	assert_int_equal(brc_laplacian_read(&back, s, &err), BRC_DATA);
	brc_section_free(s);
	brc_laplacian_clear(&l);
	fixture_clear(&f);
}

static void names_end_in_the_mode(void **state)
{
	char buf[BRC_NAME_MAX], longest[BRC_NAME_MAX];

	(void)state;
	assert_string_equal(brc_laplacian_name("weights", false, buf), "weights.global");
	assert_string_equal(brc_laplacian_name("weights", true, buf), "weights.local");
	assert_string_equal(brc_laplacian_name("weights.global", true, buf), "weights.local");
	assert_string_equal(brc_laplacian_name("a.local", false, buf), "a.global");
	assert_string_equal(brc_laplacian_name(".global", true, buf), ".global.local");
	memset(longest, 'a', sizeof(longest));
	longest[BRC_NAME_MAX - 1] = '\0';
	assert_int_equal(strlen(brc_laplacian_name(longest, false, buf)), BRC_NAME_MAX - 1);
	assert_string_equal(buf + BRC_NAME_MAX - 8, ".global");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_global_graph_has_everything),
		cmocka_unit_test(local_graphs_of_weights_have_three_layers),
		cmocka_unit_test(an_end_with_two_feeders_takes_the_last),
		cmocka_unit_test(two_layers_are_each_others_neighbours),
		cmocka_unit_test(graphs_of_the_same_layers_are_one),
		cmocka_unit_test(local_graphs_of_affinities_have_one_layer),
		cmocka_unit_test(a_graph_without_edges_is_refused_with_a_hint),
		cmocka_unit_test(graphs_survive_the_section),
		cmocka_unit_test(forgeries_are_refused),
		cmocka_unit_test(component_numbers_are_free),
		cmocka_unit_test(names_end_in_the_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
