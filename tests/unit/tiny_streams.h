/*
 * The smallest valid stream of every section that a filter reads, as files of a
 * directory: a few hundred bytes each, so that each of their bits can be flipped.
 */
#ifndef TESTS_UNIT_TINY_STREAMS_H
#define TESTS_UNIT_TINY_STREAMS_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "dataset_section.h"
#include "graph/blocks.h"
#include "sections/labels.h"
#include "net/net.h"
#include "sections/activations.h"
#include "sections/lesions.h"
#include "sections/partitions.h"
#include "stream/writer.h"
#include "study/measure.h"

#define TINY_MODEL "fixtures/small/leaky-default.onnx" /* input 6, h1 8, output 3 */

/* Write the sections as one stream to DIR/NAME; they are freed. */
static inline void tiny_write(const char *dir, const char *name, unsigned zstd_level,
			      brc_section *const *s, size_t n)
{
	char path[512];
	brc_err err = {0};
	brc_sink *sink;
	brc_writer *w;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(brc_sink_open(&sink, path, true, &err), BRC_OK);
	assert_int_equal(brc_writer_new(&w, sink, zstd_level, &err), BRC_OK);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(brc_writer_begin(w, s[i], &err), BRC_OK);
		assert_int_equal(brc_writer_end(w, s[i], &err), BRC_OK);
		brc_section_free(s[i]);
	}
	assert_int_equal(brc_writer_trailer(w, &err), BRC_OK);
	brc_writer_free(w);
	assert_int_equal(brc_sink_close(sink, true, &err), BRC_OK);
}

static inline brc_section *tiny_section(const char *type, const char *name)
{
	brc_err err = {0};
	brc_section *s;

	assert_int_equal(brc_section_new(&s, type, 1, name, &err), BRC_OK);
	return s;
}

static inline brc_layers tiny_layers(size_t n, const char *const *name, const size_t *units)
{
	brc_err err = {0};
	brc_layers t;

	assert_int_equal(brc_layers_init(&t, n, name, units, &err), BRC_OK);
	return t;
}

/* Two layers of two units, all joined. */
static inline brc_section *tiny_weights(void)
{
	static const float w[4] = {1, 0.25f, 0.5f, 2};
	brc_layers layers = tiny_layers(2, (const char *const[]){"a", "b"}, (size_t[]){2, 2});
	brc_section *s = tiny_section("weights", "weights");
	brc_blocks b;
	brc_err err = {0};

	assert_int_equal(brc_blocks_init(&b, &layers, &err), BRC_OK);
	assert_int_equal(brc_blocks_add(&b, 0, 1, w, &err), BRC_OK);
	assert_int_equal(brc_blocks_write(&b, s, &err), BRC_OK);
	brc_blocks_clear(&b);
	brc_layers_clear(&layers);
	return s;
}

/* A path of three units in one layer, in compressed rows. */
static inline brc_section *tiny_rows(void)
{
	static const int64_t start[4] = {0, 1, 3, 4};
	static const int32_t column[4] = {1, 0, 2, 1};
	static const float w[4] = {1, 1, 0.5f, 0.5f};
	brc_layers layers = tiny_layers(1, (const char *const[]){"a"}, (size_t[]){3});
	brc_section *s = tiny_section("affinity", "affinity");
	brc_blocks b;
	brc_err err = {0};

	assert_int_equal(brc_blocks_init(&b, &layers, &err), BRC_OK);
	assert_int_equal(brc_blocks_add_rows(&b, 0, 0, start, column, w, &err), BRC_OK);
	assert_int_equal(brc_blocks_write(&b, s, &err), BRC_OK);
	brc_blocks_clear(&b);
	brc_layers_clear(&layers);
	return s;
}

/* Four units in two layers over three samples, by factors. */
static inline brc_section *tiny_factors(void)
{
	static const float row[4][3] = {{-2, 0, 2}, {0, -2, 2}, {2, -2, 0}, {-1, -1, 2}};
	const float *factor[2] = {row[0], row[2]};
	brc_layers layers = tiny_layers(2, (const char *const[]){"a", "b"}, (size_t[]){2, 2});
	brc_section *s = tiny_section("affinity", "affinity");
	brc_blocks b;
	brc_err err = {0};

	assert_int_equal(brc_blocks_init(&b, &layers, &err), BRC_OK);
	assert_int_equal(brc_blocks_add_factors(&b, 3, factor, true, &err), BRC_OK);
	assert_int_equal(brc_blocks_write(&b, s, &err), BRC_OK);
	brc_blocks_clear(&b);
	brc_layers_clear(&layers);
	return s;
}

/* The hidden layer of TINY_MODEL in two clusters. */
static inline brc_section *tiny_labels(const char *name)
{
	brc_layers layers = tiny_layers(1, (const char *const[]){"h1"}, (size_t[]){8});
	brc_section *s = tiny_section("labels", name);
	brc_labels l;
	brc_err err = {0};

	assert_int_equal(brc_labels_init(&l, &layers, &err), BRC_OK);
	for (int32_t u = 0; u < 8; u++)
		l.label[u] = u % 2;
	l.k = 2;
	assert_int_equal(brc_labels_write(&l, s, &err), BRC_OK);
	brc_labels_clear(&l);
	brc_layers_clear(&layers);
	return s;
}

static inline brc_section *tiny_units(void)
{
	brc_section *s = tiny_section("units", "units");
	brc_err err = {0};
	brc_net *net;

	assert_int_equal(brc_net_read(&net, TINY_MODEL, NULL, &err), BRC_OK);
	assert_int_equal(brc_layer_graph_write(brc_net_layer_graph(net), s, &err), BRC_OK);
	brc_net_free(net);
	return s;
}

/* Two images for TINY_MODEL. */
static inline brc_section *tiny_dataset(void)
{
	static const uint8_t image[2][6] = {{0, 50, 100, 150, 200, 250}, {9, 8, 7, 6, 5, 4}};
	static const int32_t label[2] = {0, 2};
	const brc_dataset d = {.image = image,
			       .pixel = BRC_PIXEL_U1,
			       .n = 2,
			       .ndim = 1,
			       .shape = {6},
			       .pixels = 6,
			       .label = label,
			       .classes = 3,
			       .scale = 1.0 / 255,
			       .source = "idx"};
	brc_section *s = tiny_section("dataset", "dataset");
	brc_err err = {0};

	assert_int_equal(dataset_write(&d, s, &err), BRC_OK);
	return s;
}

/* Two units over three samples. */
static inline brc_section *tiny_activations(void)
{
	static const float value[3][2] = {{0, 1}, {1, 3}, {2, 2}};
	brc_activations a = {.layers = tiny_layers(1, (const char *const[]){"a"}, (size_t[]){2}),
			     .samples = 3,
			     .value = &value[0][0]};
	brc_section *s = tiny_section("activations", "activations");
	brc_err err = {0};

	assert_int_equal(brc_activations_write(&a, s, &err), BRC_OK);
	brc_activations_clear(&a);
	return s;
}

/* One sub-cluster, two classes, two control draws. */
static inline brc_section *tiny_lesions(void)
{
	static int32_t layer[1] = {0}, cluster[1] = {0}, size[1] = {4};
	static int64_t images[2] = {5, 5}, correct[2] = {5, 4};
	static double loss[2] = {1, 2};
	static const int32_t after[3][1][2] = {{{1, 4}}, {{5, 3}}, {{4, 4}}};
	static const double loss_after[3][1][2] = {{{7, 2}}, {{1, 3}}, {{2, 2}}};
	brc_section *s = tiny_section("lesions", "weights");
	brc_lesions l = {.layers = tiny_layers(1, (const char *const[]){"h1"}, (size_t[]){8}),
			 .m = 1,
			 .layer = layer,
			 .cluster = cluster,
			 .size = size,
			 .classes = 2,
			 .class_images = images,
			 .baseline_correct = correct,
			 .baseline_loss = loss,
			 .draws = 2,
			 .correct = &after[0][0][0],
			 .loss = &loss_after[0][0][0],
			 .images = 10,
			 .labels = "weights"};
	brc_err err = {0};

	assert_int_equal(brc_lesions_write(&l, s, &err), BRC_OK);
	brc_layers_clear(&l.layers);
	return s;
}

/* The same of three classes with sums of probabilities, two kinds of matched controls, dead units.
 */
static inline brc_section *tiny_matched(void)
{
	static int32_t layer[1] = {0}, cluster[1] = {0}, size[1] = {4}, dead[2] = {3, 5};
	static int64_t images[3] = {2, 2, 2}, correct[3] = {2, 1, 2}, saturated[3] = {0, 1, 2};
	static double loss[3] = {1, 2, 3}, value[3] = {0.5, 0.25, NAN};
	static const int32_t after[9] = {0, 2, 1, 2, 1, 2, 1, 1, 2};
	static const double sum[9] = {-1, 0.5, 0, 0.25, 0, -0.5, 0, 0, -0.25};
	static const double square[9] = {0.5, 0.25, 0.125, 0.25, 0.5, 0.5, 0, 0.25, 0.5};
	const brc_lesion_tensors t = {after, square, sum, square, sum, {NULL}};
	brc_section *s = tiny_section("lesions", "weights");
	brc_lesions l = {
		.layers = tiny_layers(1, (const char *const[]){"h1"}, (size_t[]){8}),
		.m = 1,
		.layer = layer,
		.cluster = cluster,
		.size = size,
		.classes = 3,
		.class_images = images,
		.baseline_correct = correct,
		.baseline_loss = loss,
		.baseline_saturated = saturated,
		.draws = 2,
		.tensors = t,
		.matched = {[BRC_MATCH_IN_NORM] = true, [BRC_MATCH_COHESION] = true},
		.match = {[BRC_MATCH_IN_NORM] = {t, value}, [BRC_MATCH_COHESION] = {t, value}},
		.dead = BRC_DEAD_OUT,
		.n_dead = 2,
		.dead_unit = dead,
		.images = 6,
		.labels = "weights"};
	brc_err err = {0};

	assert_int_equal(brc_lesions_write(&l, s, &err), BRC_OK);
	brc_layers_clear(&l.layers);
	return s;
}

/* Two partitions beside labels called "weights", both with clusters of four. */
static inline brc_section *tiny_partitions(void)
{
	static int32_t label[16] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 1, 1};
	brc_section *s = tiny_section("partitions", "weights");
	brc_partitions p = {.layers = tiny_layers(1, (const char *const[]){"h1"}, (size_t[]){8}),
			    .copies = 2,
			    .label = label,
			    .noise = 0.3};
	brc_err err = {0};

	assert_int_equal(brc_partitions_write(&p, s, &err), BRC_OK);
	brc_layers_clear(&p.layers);
	return s;
}

/* Lesions of TINY_MODEL on tiny_dataset: one group, which is a finding at a level of 0.4. */
static inline brc_lesions tiny_run(void)
{
	static int32_t layer[1] = {0}, cluster[1] = {0}, size[1] = {4};
	static int64_t images[3] = {1, 0, 1}, correct[3] = {1, 0, 1};
	static double loss[3] = {1, 0, 2};
	static const int32_t after[3][1][3] = {{{0, 0, 0}}, {{1, 0, 1}}, {{1, 0, 0}}};
	static const double loss_after[3][1][3] = {{{7, 0, 9}}, {{1, 0, 3}}, {{2, 0, 2}}};
	brc_lesions l = {.layers = tiny_layers(1, (const char *const[]){"h1"}, (size_t[]){8}),
			 .m = 1,
			 .layer = layer,
			 .cluster = cluster,
			 .size = size,
			 .classes = 3,
			 .class_images = images,
			 .baseline_correct = correct,
			 .baseline_loss = loss,
			 .draws = 2,
			 .correct = &after[0][0][0],
			 .loss = &loss_after[0][0][0],
			 .images = 2,
			 .labels = "weights"};
	brc_err err = {0};
	brc_net *net;

	assert_int_equal(brc_net_read(&net, TINY_MODEL, NULL, &err), BRC_OK);
	snprintf(l.model, sizeof(l.model), "%s", brc_net_digest(net));
	brc_net_free(net);
	return l;
}

/* Labels, partitions, lesions and importance: what repeat reads. */
static inline void tiny_repeatable(const char *dir)
{
	const brc_measure how = {.level = 0.4, .fdr = BRC_FDR_BH};
	brc_section *s[4] = {tiny_labels("weights"), tiny_partitions(),
			     tiny_section("lesions", "weights"),
			     tiny_section("importance", "weights")};
	brc_lesions l = tiny_run();
	brc_err err = {0};
	brc_findings f;

	assert_int_equal(brc_lesions_write(&l, s[2], &err), BRC_OK);
	assert_int_equal(brc_measure_importance(&f, &l, &how, &err), BRC_OK);
	assert_int_equal(brc_findings_write(&f, s[3], &err), BRC_OK);
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
	tiny_write(dir, "repeatable", 0, s, 4);
}

/* All of the above, each under the name of its section. */
static inline void tiny_streams(const char *dir)
{
	brc_section *two[2] = {tiny_labels("x"), tiny_labels("y")}, *s;

	tiny_write(dir, "two-labels", 0, two, 2);
	tiny_write(dir, "weights", 0, (s = tiny_weights(), &s), 1);
	tiny_write(dir, "weights-z", 3, (s = tiny_weights(), &s), 1);
	tiny_write(dir, "rows", 0, (s = tiny_rows(), &s), 1);
	tiny_write(dir, "factors", 0, (s = tiny_factors(), &s), 1);
	tiny_write(dir, "labels", 0, (s = tiny_labels("x"), &s), 1);
	tiny_write(dir, "units", 0, (s = tiny_units(), &s), 1);
	tiny_write(dir, "dataset", 0, (s = tiny_dataset(), &s), 1);
	tiny_write(dir, "activations", 0, (s = tiny_activations(), &s), 1);
	tiny_write(dir, "lesions", 0, (s = tiny_lesions(), &s), 1);
	tiny_write(dir, "matched", 0, (s = tiny_matched(), &s), 1);
	tiny_repeatable(dir);
}

#endif
