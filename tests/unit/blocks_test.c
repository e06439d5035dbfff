/* Blocks, labels, sub-clusters: written, read back, and refused when they are wrong. */
#include "graph_fixture.h"

#include "sections/labels.h"
#include "graph/subcluster.h"

static brc_section *new_section(const char *type)
{
	brc_section *s = NULL;

	assert_ok(brc_section_new(&s, type, 1, "x", &ok_err));
	return s;
}

static void two_layers(fixture *f)
{
	static const size_t units[2] = {3, 4};

	fixture_init(f, 2, units);
	fixture_random(f, 0, 0, 0, 0);
	fixture_random(f, 0, 1, 0, 0);
}

static void blocks_survive_the_section(void **state)
{
	brc_section *s = new_section("affinity");
	brc_blocks back;
	fixture f;

	(void)state;
	two_layers(&f);
	assert_ok(brc_blocks_write(fixture_blocks(&f), s, &ok_err));
	assert_ok(brc_blocks_read(&back, s, &ok_err));
	assert_true(brc_layers_equal(&back.layers, &f.blocks.layers));
	assert_int_equal(back.n, 2);
	assert_int_equal(back.block[1].from, 0);
	assert_int_equal(back.block[1].to, 1);
	assert_int_equal(s->version, 2);
	assert_memory_equal(back.block[0].w, f.triangle[0], 3 * sizeof(float));
	assert_memory_equal(back.block[1].w, f.w[1], 12 * sizeof(float));
	brc_blocks_clear(&back);
	brc_section_free(s);
	fixture_clear(&f);
}

/* The graph as version 1 has it: squares within layers, as `dtype`. */
static brc_section *as_squares(const fixture *f, const char *dtype)
{
	brc_section *s = new_section("affinity");

	assert_ok(brc_layers_write(&f->blocks.layers, s, &ok_err));
	for (size_t k = 0; k < f->blocks.n; k++) {
		const brc_block *b = &f->blocks.block[k];
		size_t shape[2] = {b->rows, b->cols};
		brc_map *record = brc_section_add_record(s, &ok_err);
		brc_tensor *t;
		char name[48];

		brc_map_put_int(record, "block", (int64_t)k);
		brc_map_put_int(record, "from", (int64_t)b->from);
		brc_map_put_int(record, "to", (int64_t)b->to);
		snprintf(name, sizeof(name), "block/%zu", k);
		assert_ok(brc_section_add(s, name, dtype, 2, shape, "from,to", NULL, &t, &ok_err));
		for (size_t i = 0; i < b->rows * b->cols; i++)
			if (t->itemsize == sizeof(float))
				((float *)t->data)[i] = f->w[k][i];
			else
				((double *)t->data)[i] = (double)f->w[k][i] * (1 + 1e-12);
	}
	return s;
}

/* One entry of one block made `v`, and its mirror image where `mirror`. */
static void refuses(size_t block, size_t at, size_t mirror, float v, const char *say)
{
	brc_err err = {0};
	brc_section *s;
	brc_blocks back;
	fixture f;

	two_layers(&f);
	f.w[block][at] = f.w[block][mirror] = v;
	s = as_squares(&f, "<f4");
	assert_int_equal(brc_blocks_read(&back, s, &err), BRC_DATA);
	if (!strstr(err.message, say))
		fail_msg("'%s' does not say '%s'", err.message, say);
	assert_non_null(strstr(err.message, "affinity/1 x: block"));
	brc_section_free(s);
	fixture_clear(&f);
}

static void wrong_edges_are_refused_by_name(void **state)
{
	(void)state;
	refuses(1, 6, 6, -1, "unit 1 of layer l0 and unit 2 of layer l1 is -1");
	refuses(1, 6, 6, NAN, "unit 1 of layer l0 and unit 2 of layer l1 is nan");
	refuses(1, 11, 11, INFINITY, "unit 2 of layer l0 and unit 3 of layer l1 is inf");
	refuses(0, 4, 4, 1, "unit 1 of layer l0 joins itself");
	refuses(0, 5, 5, 7, "not symmetric: units 1 and 2");
	refuses(0, 1, 3, -0.5F, "unit 0 of layer l0 and unit 1 of layer l0 is -0.5");
	refuses(0, 1, 3, NAN, "unit 0 of layer l0 and unit 1 of layer l0 is nan");
}

static void squares_of_version_1_become_triangles(void **state)
{
	static const char *const dtype[] = {"<f4", "<f8"};
	size_t n = 150;
	fixture f;

	(void)state;
	fixture_init(&f, 1, &n);
	fixture_random(&f, 0, 0, 0, 0);
	fixture_blocks(&f);
	for (size_t d = 0; d < 2; d++) {
		brc_section *s = as_squares(&f, dtype[d]);
		brc_err err = {0};
		brc_blocks back;

		assert_ok(brc_blocks_read(&back, s, &ok_err));
		assert_memory_equal(back.block[0].w, f.triangle[0],
				    n * (n - 1) / 2 * sizeof(float));
		brc_blocks_clear(&back);
		brc_section_free(s);
		for (size_t at = 0; at < n * n; at += 777) {
			float old = f.w[0][at];

			f.w[0][at] = old + 1;
			s = as_squares(&f, dtype[d]);
			assert_int_equal(brc_blocks_read(&back, s, &err), BRC_DATA);
			brc_section_free(s);
			f.w[0][at] = old;
		}
	}
	fixture_clear(&f);
}

/* Within a layer only, in version 2 only, with as many entries as there are pairs. */
static void wrong_triangles_are_refused(void **state)
{
	static const char *const say[] = {"is a triangle, but joins layers l0 and l1",
					  "has layout 'triangle', not dense, rows or factors",
					  "block/0"};
	fixture f;

	(void)state;
	two_layers(&f);
	for (size_t i = 0; i < 3; i++) {
		brc_section *s = new_section("affinity");
		brc_err err = {0};
		brc_blocks back;

		assert_ok(brc_blocks_write(fixture_blocks(&f), s, &ok_err));
		if (i == 0)
			brc_map_put_string(s->records[1], "layout", "triangle");
		else if (i == 1)
			s->version = 1;
		else
			s->tensors[2]->shape[0]--;
		assert_int_equal(brc_blocks_read(&back, s, &err), BRC_DATA);
		if (!strstr(err.message, say[i]))
			fail_msg("'%s' does not say '%s'", err.message, say[i]);
		brc_section_free(s);
	}
	fixture_clear(&f);
}

static void a_pair_of_layers_has_one_block(void **state)
{
	brc_err err = {0};
	fixture f;

	(void)state;
	two_layers(&f);
	fixture_random(&f, 0, 1, 1, 0);
	assert_int_equal(brc_blocks_check(fixture_blocks(&f), "x", &err), BRC_DATA);
	assert_non_null(strstr(err.message, "layers l0 and l1 have two blocks"));
	assert_int_equal(brc_blocks_add(&f.blocks, 1, 0, f.w[0], &err), BRC_DATA);
	assert_int_equal(brc_blocks_add(&f.blocks, 0, 2, f.w[0], &err), BRC_DATA);
	fixture_clear(&f);
}

static void hostile_records_are_refused(void **state)
{
	static const int64_t ends[][2] = {{1, 0}, {0, 2}, {-1, 0}, {0, INT64_MAX}, {1, 1}};
	fixture f;

	(void)state;
	two_layers(&f);
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		brc_section *s = new_section("weights");
		brc_err err = {0};
		brc_blocks back;

		assert_ok(brc_blocks_write(fixture_blocks(&f), s, &ok_err));
		brc_map_put_int(s->records[1], "from", ends[i][0]);
		brc_map_put_int(s->records[1], "to", ends[i][1]);
		assert_int_equal(brc_blocks_read(&back, s, &err), BRC_DATA);
		brc_section_free(s);
	}
	fixture_clear(&f);
}

/* ---- labels ---- */

static void set_labels(brc_labels *l, const int32_t *label)
{
	static const size_t units[2] = {3, 4};
	fixture f;

	fixture_init(&f, 2, units);
	assert_ok(brc_labels_init(l, &f.blocks.layers, &ok_err));
	memcpy(l->label, label, 7 * sizeof(*label));
	fixture_clear(&f);
}

static const int32_t some_labels[7] = {2, 0, 2, -1, 5, 0, 5};

static void labels_survive_the_section(void **state)
{
	brc_section *s = new_section("labels");
	brc_labels l, back;

	(void)state;
	set_labels(&l, some_labels);
	l.mode = BRC_LABELS_LOCAL;
	strcpy(l.source, "affinity");
	l.k = 6;
	l.ncut = 1.25;
	assert_ok(brc_labels_write(&l, s, &ok_err));
	assert_ok(brc_labels_read(&back, s, &ok_err));
	assert_memory_equal(back.label, some_labels, sizeof(some_labels));
	assert_int_equal(back.mode, BRC_LABELS_LOCAL);
	assert_string_equal(back.source, "affinity");
	assert_int_equal(back.k, 6);
	assert_int_equal(back.isolated, 1);
	assert_near(back.ncut, 1.25, 0);
	brc_labels_clear(&l);
	brc_labels_clear(&back);
	brc_section_free(s);
}

static void wrong_labels_are_refused(void **state)
{
	brc_section *s = new_section("labels");
	brc_err err = {0};
	brc_labels l, back;

	(void)state;
	set_labels(&l, some_labels);
	assert_ok(brc_labels_write(&l, s, &ok_err));
	((int32_t *)brc_section_tensor(s, "label")->data)[5] = -2;
	assert_int_equal(brc_labels_read(&back, s, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "unit 2 of layer l1 has label -2"));
	brc_section_free(s);
	s = new_section("labels");
	assert_ok(brc_labels_write(&l, s, &ok_err));
	brc_map_put_string(s->meta, "mode", "odd");
	assert_int_equal(brc_labels_read(&back, s, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "mode is 'odd'"));
	brc_section_free(s);
	brc_labels_clear(&l);
}

static void distinct_labels_are_counted_in_their_layer(void **state)
{
	brc_labels l;
	size_t n;

	(void)state;
	set_labels(&l, some_labels);
	assert_ok(brc_labels_distinct(l.label, l.layers.units[0], &n, &ok_err));
	assert_int_equal(n, 2);
	assert_ok(brc_labels_distinct(l.label + l.layers.first[1], l.layers.units[1], &n, &ok_err));
	assert_int_equal(n, 2);
	l.label[5] = INT32_MAX;
	assert_ok(brc_labels_distinct(l.label + l.layers.first[1], l.layers.units[1], &n, &ok_err));
	assert_int_equal(n, 2);
	brc_labels_clear(&l);
}

static void subclusters_are_ordered_by_layer_and_cluster(void **state)
{
	static const int32_t layer[] = {0, 0, 1, 1}, cluster[] = {0, 2, 0, 5},
			     size[] = {1, 2, 1, 2};
	static const size_t first[] = {1, 0, 2, 1};
	brc_subcluster_table table;
	brc_subclusters *c;
	brc_labels l;

	(void)state;
	set_labels(&l, some_labels);
	assert_ok(brc_subclusters_new(&c, &l, &ok_err));
	assert_int_equal(c->n, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(c->item[i].layer, layer[i]);
		assert_int_equal(c->item[i].cluster, cluster[i]);
		assert_int_equal(c->item[i].size, size[i]);
		assert_int_equal(c->item[i].unit[0], first[i]);
	}
	assert_int_equal(c->item[1].unit[1], 2);
	assert_int_equal(c->item[3].unit[1], 3);
	assert_ok(brc_subclusters_table(c, &table, &ok_err));
	assert_int_equal(table.m, 4);
	assert_memory_equal(table.layer, layer, sizeof(layer));
	assert_memory_equal(table.cluster, cluster, sizeof(cluster));
	assert_memory_equal(table.size, size, sizeof(size));
	brc_subcluster_table_clear(&table);
	brc_subclusters_free(c);
	brc_labels_clear(&l);
}

static void without_labels_there_are_no_subclusters(void **state)
{
	static const int32_t none[7] = {-1, -1, -1, -1, -1, -1, -1};
	brc_subclusters *c;
	brc_labels l;

	(void)state;
	set_labels(&l, none);
	assert_ok(brc_subclusters_new(&c, &l, &ok_err));
	assert_int_equal(c->n, 0);
	brc_subclusters_free(c);
	brc_subclusters_free(NULL);
	brc_labels_clear(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blocks_survive_the_section),
		cmocka_unit_test(wrong_edges_are_refused_by_name),
		cmocka_unit_test(squares_of_version_1_become_triangles),
		cmocka_unit_test(wrong_triangles_are_refused),
		cmocka_unit_test(a_pair_of_layers_has_one_block),
		cmocka_unit_test(hostile_records_are_refused),
		cmocka_unit_test(labels_survive_the_section),
		cmocka_unit_test(wrong_labels_are_refused),
		cmocka_unit_test(distinct_labels_are_counted_in_their_layer),
		cmocka_unit_test(subclusters_are_ordered_by_layer_and_cluster),
		cmocka_unit_test(without_labels_there_are_no_subclusters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
