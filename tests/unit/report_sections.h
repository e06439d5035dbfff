/*
 * A small analysis in memory, for the tests of reports: two layers of 12 and 8
 * units in three clusters, 39 control draws, three classes of 100 images.
 * Group (fc1, 1) of four units is what matters: class 1 needs it. Group
 * (fc2, 2) of one unit was not lesioned. All else is as random groups are.
 */
#ifndef BRC_TESTS_REPORT_SECTIONS_H
#define BRC_TESTS_REPORT_SECTIONS_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/clusterability.h"
#include "sections/exemplars.h"
#include "sections/labels.h"
#include "sections/spectrum.h"
#include "render/report.h"
#include "study/measure.h"
#include "stream/layers.h"

enum { GROUPS = 5, CLASSES = 3, DRAWS = 39, SECTIONS_MAX = 10 };

typedef struct {
	brc_section *section[SECTIONS_MAX];
	const brc_section *list[SECTIONS_MAX]; /* the same, as an input wants them */
	size_t n;
	int32_t correct[(DRAWS + 1) * GROUPS * CLASSES];
	double loss[(DRAWS + 1) * GROUPS * CLASSES];
	/* of changes of probabilities */
	double own[(DRAWS + 1) * GROUPS * CLASSES], squares[(DRAWS + 1) * GROUPS * CLASSES];
	double all[(DRAWS + 1) * GROUPS * CLASSES];
	const char *model; /* first two digits of its digest; NULL: 01 */
	int64_t right;     /* images of each class right before lesions; 0: 90 */
} analysis;

static const size_t units_of[] = {12, 8};
static const char *const layer_names[] = {"fc1", "fc2"};
static const int32_t label_of[20] = {0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 0, 0, 0, 0, 1, 1, 1, 2};
static const char *const plain_classes[] = {"cat", "dog", "owl"};

static void die(const brc_err *err)
{
	fprintf(stderr, "%s (%s)\n", err->message, err->hint);
	exit(1);
}

static void must(brc_rc rc, const brc_err *err)
{
	if (rc != BRC_OK)
		die(err);
}

static brc_section *add_section(analysis *a, const char *type, const char *name)
{
	brc_err err;

	must(brc_section_new(&a->section[a->n], type, 1, name, &err), &err);
	a->list[a->n] = a->section[a->n];
	return a->section[a->n++];
}

static void free_analysis(analysis *a)
{
	for (size_t i = 0; i < a->n; i++)
		brc_section_free(a->section[i]);
	a->n = 0;
}

static void add_layers(brc_section *s)
{
	brc_layers t;
	brc_err err;

	must(brc_layers_init(&t, 2, layer_names, units_of, &err), &err);
	must(brc_layers_write(&t, s, &err), &err);
	brc_layers_clear(&t);
}

static void add_labels(analysis *a, const char *name)
{
	brc_section *s = add_section(a, "labels", name);
	brc_map *r;
	brc_err err;

	add_layers(s);
	must(brc_section_add_column(s, "label", "<i4", 20, label_of, &err), &err);
	brc_map_put_int(s->meta, "k", 3);
	brc_map_put_string(s->meta, "mode", "global");
	brc_map_put_string(s->meta, "source", "weights");
	brc_map_put_double(s->meta, "ncut", 1.25);
	brc_map_put_int(s->meta, "isolated", 0);
	r = brc_section_add_record(s, &err);
	brc_map_put_int(r, "graph", 0);
	brc_map_put_string(r, "name", "global");
	brc_map_put_int(r, "k", 3);
	brc_map_put_double(r, "ncut", 1.25);
	brc_map_put_double(r, "in_out", 0.7);
}

static void add_spectrum(analysis *a, const char *name)
{
	static double eigenvalue[] = {0, 0.25, 0.5, 0.9};
	static double residual[] = {1e-15, 3e-12, 2e-13, 1e-4};
	static int32_t choice_k[] = {2, 3, 4}, boundary[] = {0, 9, 16};
	static double gap[] = {0.25, 0.4, 0.1}, stability[] = {0.8, 0.83, 0.9};
	static float image[20 * 20];
	static char warning[] = "eigenvalue 3 is close to 4";
	brc_section *s = add_section(a, "spectrum", name);
	brc_graph_result g = {.name = (char *)(uintptr_t)name,
			      .k = 3,
			      .units = 20,
			      .components = 1,
			      .edges = NAN,
			      .ncut = 1.25,
			      .in_out = 0.7,
			      .lower_bound = 0.75,
			      .inertia = NAN,
			      .starts = 0.83,
			      .n_warnings = 1,
			      .warning = (char *[]){warning},
			      .pairs = 4,
			      .eigenvalue = eigenvalue,
			      .residual = residual,
			      .choices = 3,
			      .choice_k = choice_k,
			      .choice_gap = gap,
			      .choice_starts = stability};
	const brc_spectrum p = {.n = 1,
				.graph = &g,
				.bins = 20,
				.clusters = 3,
				.image = image,
				.boundary = boundary};
	brc_err err;

	for (size_t i = 0; i < 400; i++)
		image[i] = (float)(i % 7);
	must(brc_spectrum_write(&p, s, &err), &err);
}

static void add_clusterability(analysis *a)
{
	const brc_clusterability c = {.null = "layer",
				      .shuffles = 4,
				      .k = 3,
				      .restarts = 25,
				      .observed = 1.25,
				      .mean = 1.65,
				      .sd = 0.111803,
				      .p = 0.2,
				      .z = -3.57771,
				      .source = "weights",
				      .ncut = (double[]){1.5, 1.6, 1.7, 1.8}};
	brc_err err;

	must(brc_clusterability_write(&c, add_section(a, "clusterability", "weights"), &err), &err);
}

static void fill_counts(analysis *a)
{
	for (size_t b = 0; b <= DRAWS; b++)
		for (size_t g = 0; g < GROUPS; g++)
			for (size_t c = 0; c < CLASSES; c++) {
				size_t at = (b * GROUPS + g) * CLASSES + c;

				a->correct[at] = 88 + (int32_t)((b * 7 + g * 5 + c * 11) % 5) - 2;
				a->loss[at] = 30 + 0.01 * (double)((b * 3 + g + c) % 17);
				a->own[at] = -1 - 0.1 * (double)((b * 5 + g * 3 + c) % 7);
				a->squares[at] = 0.5;
				a->all[at] = 0.25 - 0.125 * (double)c;
			}
	a->correct[1 * CLASSES + 1] = 40; /* draw 0, group (fc1, 1), class 1 */
	a->loss[1 * CLASSES + 1] = 150;
	a->own[1 * CLASSES + 1] = -40;
	a->squares[1 * CLASSES + 1] = 25;
}

static void make_lesions(analysis *a, brc_lesions *l, const char *name,
			 const char *const *class_name)
{
	static int32_t layer[] = {0, 0, 0, 1, 1}, cluster[] = {0, 1, 2, 0, 1};
	static int32_t size[] = {5, 4, 3, 4, 3};
	static int64_t images[] = {100, 100, 100}, baseline[] = {90, 90, 90};
	static int64_t saturated[] = {90, 80, 40};
	static double loss[] = {30, 30, 30};
	static brc_left_out left_out = {1, 2, 1, "fewer than 2 units"};
	brc_err err;

	fill_counts(a);
	for (size_t c = 0; c < CLASSES; c++)
		baseline[c] = a->right ? a->right : 90;
	*l = (brc_lesions){.m = GROUPS,
			   .layer = layer,
			   .cluster = cluster,
			   .size = size,
			   .n_left_out = 1,
			   .left_out = &left_out,
			   .classes = CLASSES,
			   .class_name = (char **)(uintptr_t)class_name,
			   .class_images = images,
			   .baseline_correct = baseline,
			   .baseline_loss = loss,
			   .draws = DRAWS,
			   .correct = a->correct,
			   .loss = a->loss,
			   .own = a->own,
			   .own_squares = a->squares,
			   .all = a->all,
			   .baseline_saturated = saturated,
			   .images = 300};
	snprintf(l->labels, sizeof(l->labels), "%s", name);
	snprintf(l->model, sizeof(l->model), "%s23456789abcdef0123456789abcdef",
		 a->model ? a->model : "01");
	must(brc_layers_init(&l->layers, 2, layer_names, units_of, &err), &err);
}

/* lesions, importance and coherence, from counts by the library's own statistics. */
static void add_lesions(analysis *a, const char *name, const char *const *class_name)
{
	const brc_measure how = {.level = 0.05, .fdr = BRC_FDR_BH, .minimum_effect = 0.01};
	brc_findings f;
	brc_lesions l;
	brc_err err;

	make_lesions(a, &l, name, class_name);
	must(brc_lesions_write(&l, add_section(a, "lesions", name), &err), &err);
	must(brc_measure_importance(&f, &l, &how, &err), &err);
	must(brc_findings_write(&f, add_section(a, "importance", name), &err), &err);
	brc_findings_clear(&f);
	must(brc_measure_coherence(&f, &l, &how, &err), &err);
	must(brc_findings_write(&f, add_section(a, "coherence", name), &err), &err);
	brc_findings_clear(&f);
	brc_layers_clear(&l.layers);
}

/* Images 10..13 of 4 x 4 pixels; the units of group (fc1, 1) prefer 12, then 10. */
static void add_exemplars(analysis *a)
{
	static const int32_t sample[] = {10, 11, 12, 13}, label[] = {0, 1, 1, 2};
	static int32_t top[20 * 2];
	static float value[20 * 2], mean[20 * CLASSES];
	static uint8_t pixel[4 * 16];
	brc_exemplars x = {.per_unit = 2,
			   .images = 4,
			   .classes = CLASSES,
			   .top = top,
			   .value = value,
			   .sample = sample,
			   .label = label,
			   .ndim = 2,
			   .shape = {4, 4},
			   .pixel = pixel,
			   .class_mean = mean};
	brc_err err;

	for (size_t u = 0; u < 20; u++) {
		top[2 * u] = u >= 5 && u < 9 ? 12 : 11;
		top[2 * u + 1] = u >= 5 && u < 9 ? 10 : -1;
	}
	for (size_t i = 0; i < sizeof(pixel); i++)
		pixel[i] = (uint8_t)(i * 3);
	must(brc_layers_init(&x.layers, 2, layer_names, units_of, &err), &err);
	must(brc_exemplars_write(&x, add_section(a, "exemplars", "exemplars"), &err), &err);
	brc_layers_clear(&x.layers);
}

/* Everything, all of one name. */
static void __attribute__((unused))
fill_analysis(analysis *a, const char *name, const char *const *class_name)
{
	*a = (analysis){0};
	add_clusterability(a);
	add_spectrum(a, name);
	add_labels(a, name);
	add_lesions(a, name, class_name);
	add_exemplars(a);
}

static brc_report_input input_of(const analysis *a, const char *title)
{
	return (brc_report_input){.title = title, .sections = a->list, .n = a->n};
}

static const brc_report_options usual = {.level = 0.05};

#endif
