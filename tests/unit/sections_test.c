/*
 * Every section that lib/sections reads and writes: what was written and read again is written as
 * the same bytes, and what a section must not hold is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "sections/activations.h"
#include "sections/clusterability.h"
#include "dataset_section.h"
#include "sections/edge_origin.h"
#include "sections/exemplars.h"
#include "sections/labels.h"
#include "sections/lesions.h"
#include "sections/partitions.h"
#include "sections/spectrum.h"
#include "sections/structure.h"
#include "sections/units.h"

/* ---- a sample of each section ---- */

static brc_section *fresh(const char *type)
{
	brc_section *s;

	assert_int_equal(brc_section_new(&s, type, 1, "x", NULL), BRC_OK);
	return s;
}

/* Tensors that the section borrows become its own, so that a test may change them. */
static void own_tensors(brc_section *s)
{
	for (size_t i = 0; i < s->n_tensors; i++) {
		brc_tensor *t = s->tensors[i];
		void *copy;

		if (t->owned)
			continue;
		copy = brc_alloc(brc_tensor_bytes(t), 1, NULL);
		assert_non_null(copy);
		memcpy(copy, t->data, brc_tensor_bytes(t));
		t->data = copy;
		t->owned = true;
	}
}

static brc_layers two_layers(void)
{
	brc_layers t;

	assert_int_equal(
		brc_layers_init(&t, 2, (const char *const[]){"a", "b"}, (size_t[]){3, 2}, NULL),
		BRC_OK);
	return t;
}

static void write_units(brc_section *s)
{
	static char input[] = "input", gemm[] = "Gemm", mlp[] = "mlp", none[] = "",
		    node[] = "n:Add";
	static char name[5][3] = {"u0", "u1", "u2", "u3", "u4"};
	brc_units u = {.layers = two_layers(),
		       .role = (brc_role[]){BRC_ROLE_INPUT, BRC_ROLE_HIDDEN},
		       .kind = (char *[]){input, gemm},
		       .untraced = (char *[]){none, node},
		       .part = (char *[]){none, mlp},
		       .n_edges = 1,
		       .from = (int32_t[]){0},
		       .to = (int32_t[]){1},
		       .unit_name = (char *[]){name[0], name[1], name[2], name[3], name[4]},
		       .model = "0123456789abcdef0123456789abcdef"};

	assert_int_equal(brc_units_write(&u, s, NULL), BRC_OK);
	brc_layers_clear(&u.layers);
}

static brc_rc read_units(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_units u;
	brc_rc rc;

	BRC_TRY(brc_units_read(&u, s, err));
	rc = again ? brc_units_write(&u, again, err) : BRC_OK;
	brc_units_clear(&u);
	return rc;
}

static void write_labels(brc_section *s)
{
	static char name[] = "global";
	brc_graph_result g = brc_graph_result_blank();
	brc_labels l = {.layers = two_layers(),
			.label = (int32_t[]){0, 1, -1, 1, 0},
			.mode = BRC_LABELS_LOCAL,
			.source = "weights",
			.k = 2,
			.ncut = 0.5,
			.n_graphs = 1,
			.graph = &g};

	g.name = name;
	g.k = 2;
	assert_int_equal(brc_labels_write(&l, s, NULL), BRC_OK);
	brc_layers_clear(&l.layers);
}

static brc_rc read_labels(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_labels l;
	brc_rc rc;

	BRC_TRY(brc_labels_read(&l, s, err));
	rc = again ? brc_labels_write(&l, again, err) : BRC_OK;
	brc_labels_clear(&l);
	return rc;
}

static void write_spectrum(brc_section *s)
{
	static char name[] = "global", warning[] = "beware";
	brc_graph_result g = {.name = name,
			      .k = 2,
			      .ncut = 0.25,
			      .in_out = 3,
			      .units = 5,
			      .isolated = 1,
			      .components = 1,
			      .edges = 6,
			      .n_warnings = 1,
			      .warning = (char *[]){warning},
			      .pairs = 2,
			      .eigenvalue = (double[]){0, 0.5},
			      .residual = (double[]){1e-12, 1e-11},
			      .choices = 1,
			      .choice_k = (int32_t[]){2},
			      .choice_gap = (double[]){0.5},
			      .choice_starts = (double[]){1}};
	const brc_spectrum p = {
		.n = 1,
		.graph = &g,
		.bins = 2,
		.image = (float[]){1, 0.5F, 0.5F, 1},
		.clusters = 2,
		.boundary = (int32_t[]){0, 1},
		.group = {2, (int32_t[]){0, 1}, (int32_t[]){0, 1}, (int32_t[]){2, 2}},
		.links = 1,
		.link_from = (int32_t[]){0},
		.link_to = (int32_t[]){1},
		.link_weight = (double[]){1.5}};

	assert_int_equal(brc_spectrum_write(&p, s, NULL), BRC_OK);
}

static brc_rc read_spectrum(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_spectrum p;
	brc_rc rc;

	BRC_TRY(brc_spectrum_read(&p, s, err));
	rc = again ? brc_spectrum_write(&p, again, err) : BRC_OK;
	brc_spectrum_clear(&p);
	return rc;
}

static void write_partitions(brc_section *s)
{
	brc_partitions p = {.layers = two_layers(),
			    .copies = 2,
			    .label = (int32_t[]){0, 1, -1, 1, 0, 1, 1, -1, 0, 0},
			    .mode = BRC_LABELS_LOCAL,
			    .noise = 0.3,
			    .seed = "7"};

	assert_int_equal(brc_partitions_write(&p, s, NULL), BRC_OK);
	brc_layers_clear(&p.layers);
}

static brc_rc read_partitions(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_partitions p;
	brc_rc rc;

	BRC_TRY(brc_partitions_read(&p, s, err));
	rc = again ? brc_partitions_write(&p, again, err) : BRC_OK;
	brc_partitions_clear(&p);
	return rc;
}

static void write_structure(brc_section *s)
{
	static char a[] = "a", b[] = "b";
	const brc_structure t = {.perturbed = BRC_PERTURBED_SAMPLES,
				 .noise = NAN,
				 .null = "samples",
				 .source = "affinity",
				 .seed = "7",
				 .graphs = 2,
				 .graph = (char *[]){a, b},
				 .chosen = (int32_t[]){2, 0},
				 .n = 3,
				 .of = (int32_t[]){0, 0, 1},
				 .k = (int32_t[]){2, 3, 2},
				 .index = (double[]){0.75, 0.25, 0.25},
				 .p = (double[]){0.05, NAN, NAN},
				 .verdict = (brc_verdict[]){BRC_VERDICT_STRUCTURED,
							    BRC_VERDICT_NONE, BRC_VERDICT_UNTESTED},
				 .copies = 2,
				 .nulls = 1,
				 .copy = (double[]){1, 0.5, 0.5, 0, 0, 0.5},
				 .drawn = (double[]){0.1, 0.3, NAN},
				 .units = 3,
				 .membership = (double[]){0.5, 1, NAN},
				 .core = 0.5};

	assert_int_equal(brc_structure_write(&t, s, NULL), BRC_OK);
}

static brc_rc read_structure(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_structure t;
	brc_rc rc;

	BRC_TRY(brc_structure_read(&t, s, err));
	rc = again ? brc_structure_write(&t, again, err) : BRC_OK;
	brc_structure_clear(&t);
	return rc;
}

static void write_clusterability(brc_section *s)
{
	const brc_clusterability c = {.null = "layer",
				      .shuffles = 3,
				      .k = 2,
				      .restarts = 25,
				      .undefined = 1,
				      .observed = 1,
				      .mean = 2,
				      .sd = 0.5,
				      .p = 0.5,
				      .z = -2,
				      .source = "weights",
				      .refine = true,
				      .paper = true,
				      .ncut = (double[]){1.5, 2.5, NAN}};

	assert_int_equal(brc_clusterability_write(&c, s, NULL), BRC_OK);
}

static brc_rc read_clusterability(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_clusterability c;
	brc_rc rc;

	BRC_TRY(brc_clusterability_read(&c, s, err));
	rc = again ? brc_clusterability_write(&c, again, err) : BRC_OK;
	brc_clusterability_clear(&c);
	return rc;
}

static void write_weights(brc_section *s)
{
	const brc_edge_origin o = {.model = "0123456789abcdef0123456789abcdef",
				   .units = "mlp,heads",
				   .norm = "colsum",
				   .paper = true};

	brc_edge_origin_write(&o, s);
}

static void write_affinity(brc_section *s)
{
	const brc_edge_origin o = {.affinity = true,
				   .method = "spearman",
				   .edge = "square",
				   .samples = 7,
				   .local = true};

	brc_edge_origin_write(&o, s);
}

static brc_rc read_edge_origin(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_edge_origin o;

	BRC_TRY(brc_edge_origin_read(&o, s, err));
	if (again)
		brc_edge_origin_write(&o, again);
	return BRC_OK;
}

static void write_exemplars(brc_section *s)
{
	static const int32_t top[5][2] = {{3, 7}, {7, -1}, {3, -1}, {7, 3}, {-1, -1}};
	static const int32_t sample[2] = {3, 7}, label[2] = {1, 0};
	static const float value[5][2] = {{2, 1}, {1, 0}, {1, 0}, {5, 4}, {0, 0}}, mean[5][2];
	static const uint8_t pixel[2][2][3];
	static char cat[] = "cat", dog[] = "dog";
	brc_exemplars x = {.layers = two_layers(),
			   .per_unit = 2,
			   .images = 2,
			   .classes = 2,
			   .top = &top[0][0],
			   .value = &value[0][0],
			   .sample = sample,
			   .label = label,
			   .ndim = 2,
			   .shape = {2, 3},
			   .pixel = &pixel[0][0][0],
			   .class_mean = &mean[0][0],
			   .class_name = (char *[]){cat, dog}};

	assert_int_equal(brc_exemplars_write(&x, s, NULL), BRC_OK);
	own_tensors(s);
	brc_layers_clear(&x.layers);
}

static brc_rc read_exemplars(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_exemplars x;
	brc_rc rc;

	BRC_TRY(brc_exemplars_read(&x, s, err));
	rc = again ? brc_exemplars_write(&x, again, err) : BRC_OK;
	brc_exemplars_clear(&x);
	return rc;
}

static void write_activations(brc_section *s)
{
	static const float value[2][5] = {{1, 2, 3, 4, 5}, {6, 7, 8, 9, 10}};
	brc_activations a = {.layers = two_layers(),
			     .samples = 2,
			     .value = &value[0][0],
			     .model = "0123456789abcdef0123456789abcdef",
			     .units = "hidden",
			     .at = "post",
			     .pool = "mean"};

	assert_int_equal(brc_activations_write(&a, s, NULL), BRC_OK);
	brc_activations_clear(&a);
}

static brc_rc read_activations(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_activations a;
	brc_rc rc;

	BRC_TRY(brc_activations_read(&a, s, err));
	rc = again ? brc_activations_write(&a, again, err) : BRC_OK;
	brc_activations_clear(&a);
	return rc;
}

static void write_dataset(brc_section *s)
{
	static const uint8_t image[2][3][2][1] = {{{{1}, {2}}, {{3}, {4}}, {{5}, {6}}}};
	static const int32_t label[2] = {1, 0};
	static const double mean[3] = {0.1, 0.2, 0.3}, deviation[3] = {1, 2, 3};
	static char cat[] = "cat", dog[] = "dog";
	const brc_dataset d = {.image = image,
			       .pixel = BRC_PIXEL_U1,
			       .n = 2,
			       .ndim = 3,
			       .shape = {3, 2, 1},
			       .pixels = 6,
			       .label = label,
			       .classes = 2,
			       .scale = 0.5,
			       .layout = BRC_LAYOUT_NCHW,
			       .channels = 3,
			       .mean = mean,
			       .deviation = deviation,
			       .class_name = (char *[]){cat, dog},
			       .source = "npy"};

	assert_int_equal(dataset_write(&d, s, NULL), BRC_OK);
	own_tensors(s);
}

/* Two images of three elements, and what their labels may be besides a class each. */
static brc_dataset two_images(void)
{
	static const float image[2][3] = {{0.5f, 1, 2}, {3, 4, 5}};

	return (brc_dataset){.image = image,
			     .pixel = BRC_PIXEL_F4,
			     .n = 2,
			     .ndim = 1,
			     .shape = {3},
			     .pixels = 3,
			     .classes = 2,
			     .scale = 1,
			     .source = "npz"};
}

static void write_labelled(brc_section *s, const int32_t label[4], size_t unlabelled)
{
	brc_dataset d = two_images();

	d.label = label;
	d.unlabelled = unlabelled;
	d.label_ndim = 2;
	d.label_shape[0] = 2;
	d.label_shape[1] = 1;
	assert_int_equal(dataset_write(&d, s, NULL), BRC_OK);
	own_tensors(s);
}

static void write_places(brc_section *s)
{
	static const int32_t label[] = {1, 0, 0, 0};

	write_labelled(s, label, 0);
}

static void write_some_places(brc_section *s)
{
	static const int32_t label[] = {1, -1, -1, 0};

	write_labelled(s, label, 2);
}

static void write_marks(brc_section *s)
{
	static const uint8_t mark[2][2] = {{1, 1}, {0, 1}};
	brc_dataset d = two_images();

	d.mark = &mark[0][0];
	assert_int_equal(dataset_write(&d, s, NULL), BRC_OK);
	own_tensors(s);
}

static void write_targets(brc_section *s)
{
	static const float target[2][2] = {{-1, 0.5f}, {2, 1e9f}};
	brc_dataset d = two_images();

	d.target = &target[0][0];
	assert_int_equal(dataset_write(&d, s, NULL), BRC_OK);
	own_tensors(s);
}

static brc_rc read_dataset(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_dataset d;
	brc_rc rc;

	BRC_TRY(brc_dataset_read(&d, s, err));
	rc = again ? dataset_write(&d, again, err) : BRC_OK;
	brc_dataset_clear(&d);
	return rc;
}

static void write_some_lesions(brc_section *s, brc_task_kind task, brc_loss_kind loss,
			       const char *items)
{
	static const int32_t after[3][1][2] = {{{1, 4}}, {{5, 3}}, {{4, 4}}};
	static const double loss_after[3][1][2] = {{{7, 2}}, {{1, 3}}, {{2, 2}}};
	static const double sums[3][1][2] = {{{-2, -.5}}, {{0, 1}}, {{-1, 4}}};
	static const double squares[3][1][2] = {{{3, .25}}, {{0, 1}}, {{1, 5}}};
	static brc_left_out left_out[1] = {{1, 3, 1, "fewer than 2 units"}};
	brc_lesions l = {.layers = two_layers(),
			 .m = 1,
			 .layer = (int32_t[]){0},
			 .cluster = (int32_t[]){2},
			 .size = (int32_t[]){3},
			 .n_left_out = 1,
			 .left_out = left_out,
			 .classes = 2,
			 .class_images = (int64_t[]){5, 5},
			 .baseline_correct = task == BRC_TASK_REGRESSION ? NULL : (int64_t[]){5, 4},
			 .baseline_loss = (double[]){1, 2},
			 .draws = 2,
			 .correct = task == BRC_TASK_REGRESSION ? NULL : &after[0][0][0],
			 .loss = &loss_after[0][0][0],
			 .own = task == BRC_TASK_REGRESSION ? NULL : &sums[0][0][0],
			 .own_squares = task == BRC_TASK_REGRESSION ? NULL : &squares[0][0][0],
			 .all = task == BRC_TASK_REGRESSION ? NULL : &sums[0][0][0],
			 .baseline_saturated =
				 task == BRC_TASK_REGRESSION ? NULL : (int64_t[]){5, 0},
			 .task = task,
			 .loss_kind = loss,
			 .images = 10,
			 .items = items,
			 .ablate = BRC_ABLATE_IN_WEIGHTS,
			 .controls = BRC_CONTROLS_INDEPENDENT,
			 .labels = "weights",
			 .model = "0123456789abcdef0123456789abcdef"};

	assert_int_equal(brc_lesions_write(&l, s, NULL), BRC_OK);
	own_tensors(s);
	brc_layers_clear(&l.layers);
}

static void write_lesions(brc_section *s)
{
	write_some_lesions(s, BRC_TASK_PLACES, BRC_LOSS_MARGIN, "tokens");
}

static void write_regression(brc_section *s)
{
	write_some_lesions(s, BRC_TASK_REGRESSION, BRC_LOSS_USUAL, "outputs");
}

static brc_rc read_lesions(const brc_section *s, brc_section *again, brc_err *err)
{
	brc_lesions l;
	brc_rc rc;

	BRC_TRY(brc_lesions_read(&l, s, err));
	rc = again ? brc_lesions_write(&l, again, err) : BRC_OK;
	brc_lesions_clear(&l);
	return rc;
}

static const struct kind {
	const char *type;
	void (*write)(brc_section *s);
	/* Read `s`, and write what was read to `again` unless that is NULL. */
	brc_rc (*read)(const brc_section *s, brc_section *again, brc_err *err);
} kinds[] = {
	{"units", write_units, read_units},
	{"labels", write_labels, read_labels},
	{"spectrum", write_spectrum, read_spectrum},
	{"clusterability", write_clusterability, read_clusterability},
	{"partitions", write_partitions, read_partitions},
	{"structure", write_structure, read_structure},
	{"weights", write_weights, read_edge_origin},
	{"affinity", write_affinity, read_edge_origin},
	{"exemplars", write_exemplars, read_exemplars},
	{"activations", write_activations, read_activations},
	{"dataset", write_dataset, read_dataset},
	{"lesions", write_lesions, read_lesions},
	{"lesions", write_regression, read_lesions}, /* from here on, other forms of these types */
	{"dataset", write_places, read_dataset},
	{"dataset", write_some_places, read_dataset},
	{"dataset", write_marks, read_dataset},
	{"dataset", write_targets, read_dataset},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static const struct kind *kind_of(const char *type)
{
	size_t k = 0;

	while (k < KINDS && strcmp(kinds[k].type, type) != 0)
		k++;
	assert_true(k < KINDS);
	return &kinds[k];
}

/* ---- written, read and written again ---- */

static void maps_are_equal(const brc_map *a, const brc_map *b)
{
	unsigned char *x, *y;
	size_t n, m;

	assert_int_equal(brc_map_encode(a, &x, &n, NULL), BRC_OK);
	assert_int_equal(brc_map_encode(b, &y, &m, NULL), BRC_OK);
	assert_int_equal(n, m);
	assert_memory_equal(x, y, n);
	free(x);
	free(y);
}

static void sections_are_equal(const brc_section *a, const brc_section *b)
{
	maps_are_equal(a->meta, b->meta);
	assert_int_equal(a->n_records, b->n_records);
	for (size_t i = 0; i < a->n_records; i++)
		maps_are_equal(a->records[i], b->records[i]);
	assert_int_equal(a->n_tensors, b->n_tensors);
	for (size_t i = 0; i < a->n_tensors; i++) {
		const brc_tensor *x = a->tensors[i], *y = b->tensors[i];

		assert_string_equal(x->name, y->name);
		assert_string_equal(x->dtype, y->dtype);
		assert_int_equal(x->ndim, y->ndim);
		assert_memory_equal(x->shape, y->shape, x->ndim * sizeof(x->shape[0]));
		assert_memory_equal(x->axes, y->axes, x->ndim * sizeof(x->axes[0]));
		assert_memory_equal(x->data, y->data, brc_tensor_bytes(x));
	}
}

static void what_is_read_is_written_as_it_was(void **state)
{
	(void)state;
	for (size_t k = 0; k < KINDS; k++) {
		brc_section *s = fresh(kinds[k].type), *again = fresh(kinds[k].type);
		brc_err err = {0};

		kinds[k].write(s);
		assert_int_equal(kinds[k].read(s, again, &err), BRC_OK);
		sections_are_equal(s, again);
		brc_section_free(again);
		brc_section_free(s);
	}
}

static void an_imported_graph_has_its_method_alone(void **state)
{
	const brc_edge_origin imported = {.affinity = true, .method = "imported"};
	brc_section *s = fresh("affinity");
	brc_edge_origin o;

	(void)state;
	brc_edge_origin_write(&imported, s);
	assert_int_equal(s->meta->n, 1);
	assert_int_equal(brc_edge_origin_read(&o, s, NULL), BRC_OK);
	assert_string_equal(o.method, "imported");
	assert_true(o.affinity);
	brc_section_free(s);
}

static void edges_without_metadata_are_read(void **state)
{
	brc_section *s = fresh("weights");
	brc_edge_origin o;

	(void)state;
	assert_int_equal(brc_edge_origin_read(&o, s, NULL), BRC_OK);
	assert_string_equal(o.norm, "");
	assert_false(o.affinity);
	brc_section_free(s);
}

/* ---- refused ---- */

/*
 * One change to a sample: element `at` of a tensor becomes `value` (a text where it is of texts),
 * or the tensor is gone, where `value` is NULL; of a key likewise, of the metadata or, where `at`
 * says which, of a record.
 */
enum { META = SIZE_MAX };

static const struct change {
	const char *type, *tensor, *key;
	size_t at;
	const char *value;
	const char *says;
} changes[] = {
	{"units", "layer/name", NULL, 0, NULL, "there is no tensor 'layer/name'"},
	{"units", "layer/units", NULL, 1, "0", "layer 'b' has an impossible number of units"},
	{"units", "layer/name", NULL, 1, "a", "two layers are called 'a'"},
	{"units", "layer/role", NULL, 1, "hid", "row 1 of 'layer/role' is 'hid'"},
	{"units", "layer/kind", NULL, 0, NULL, "there is no tensor 'layer/kind'"},
	{"units", "edge/from", NULL, 0, "-1", "edge 0 leads from layer -1 to layer 1 of 2"},
	{"units", "edge/to", NULL, 0, "2", "edge 0 leads from layer 0 to layer 2 of 2"},
	{"units", "unit/name", NULL, 3, "u1", "units 1 and 3 are both called 'u1'"},
	{"labels", "label", NULL, 1, "-2", "unit 1 of layer a has label -2"},
	{"labels", NULL, "mode", META, NULL, "metadata 'mode' is not a text"},
	{"labels", NULL, "mode", META, "odd", "mode is 'odd'"},
	{"labels", NULL, "k", META, "-1", "metadata 'k' is not a count"},
	{"labels", NULL, "graph", 0, "1", "record 0 is not that of graph 0"},
	{"labels", NULL, "ncut", 0, "much", "record 0: 'ncut' is not a number"},
	{"spectrum", NULL, "graph", 0, "1", "record 0 is not that of graph 0"},
	{"spectrum", NULL, "k", 0, "-2", "record 0: 'k' is not a count"},
	{"spectrum", NULL, "k", 0, "3", "the picture has 2 bins, of 1 to 512, and 2 clusters"},
	{"spectrum", NULL, "warnings", 0, "none", "'warnings' is not a list of texts"},
	{"spectrum", "graph/0/residual", NULL, 0, NULL, "no tensor 'graph/0/residual'"},
	{"spectrum", "graph/0/choice/gap", NULL, 0, NULL, "no tensor 'graph/0/choice/gap'"},
	{"spectrum", "picture/boundary", NULL, 1, "3", "cluster 1 begins at bin 3 of 2"},
	{"spectrum", "group/layer", NULL, 0, "-1", "sub-cluster 0 (layer -1"},
	{"spectrum", "group/size", NULL, 1, "0", "sub-cluster 1 (layer 1, cluster 1, 0 units)"},
	{"spectrum", "link/from", NULL, 0, "1", "link 0 joins the sub-clusters 1 and 1 of 2"},
	{"spectrum", "link/to", NULL, 0, "2", "link 0 joins the sub-clusters 0 and 2 of 2"},
	{"spectrum", "link/weight", NULL, 0, "0",
	 "link 0 joins the sub-clusters 0 and 1 of 2 with the weight 0"},
	{"clusterability", NULL, "observed", META, NULL, "metadata 'observed' is not a number"},
	{"clusterability", NULL, "shuffles", META, "4", "'null/ncut' is <f8 [3], where <f8 [4]"},
	{"clusterability", NULL, "compat", META, "odd", "compat is 'odd'"},
	{"clusterability", NULL, "source", META, "somewhere else than", "'source' has 19 bytes"},
	{"weights", NULL, "norm", META, "1", "metadata 'norm' is not a text"},
	{"weights", NULL, "norm", META, "a longer one than", "'norm' has 17 bytes"},
	{"weights", NULL, "compat", META, "odd", "compat is 'odd'; it must be one of none, paper"},
	{"affinity", NULL, "samples", META, "-1", "metadata 'samples' is not a count"},
	{"affinity", NULL, "local", META, "1", "metadata 'local' is not true or false"},
	{"exemplars", "image/sample", NULL, 1, "3", "image/sample is not ascending"},
	{"exemplars", "top/sample", NULL, 3, "4", "sample 4 of top/sample is not in image/sample"},
	{"exemplars", "image/label", NULL, 1, "2", "image 1 has label 2 of 2 classes"},
	{"exemplars", "image/pixel", NULL, 0, NULL, "image/pixel must be |u1 with 2 rows"},
	{"exemplars", "class/name", NULL, 1, "cat", "two classes are called 'cat'"},
	{"exemplars", "class/name", NULL, 1, "", "a class has no name"},
	{"dataset", NULL, "classes", META, "0", "0 classes, not 1 to 65536"},
	{"dataset", "label", NULL, 0, "2", "the label of image 0 is 2"},
	{"dataset", NULL, "layout", META, "hwcn", "layout is 'hwcn'"},
	{"dataset", NULL, "scale", META, "-1", "the scale is -1"},
	{"dataset", "channel/mean", NULL, 0, NULL, "channel/mean and channel/std belong together"},
	{"dataset", "channel/std", NULL, 2, "0", "channel 2 has mean 0.3 and standard deviation 0"},
	{"dataset", "class/name", NULL, 0, "dog", "two classes are called 'dog'"},
	{"lesions", NULL, "items", META, "words", "items is 'words'"},
	{"lesions", NULL, "ablate", META, "fire", "ablate is 'fire'; it must be one of zero"},
	{"lesions", NULL, "classes", META, "3", "'correct' is <i4 [3, 1, 2], where <i4 [3, 1, 3]"},
	{"lesions", NULL, "draws", META, "0", "0 control draws"},
	{"lesions", NULL, "size", 0, "4", "record 0 is no sub-cluster of the layer table"},
	{"lesions", "subcluster/size", NULL, 0, "4", "sub-cluster 0 (layer 0, cluster 2, 4 units)"},
	{"lesions", "class/images", NULL, 1, "6", "classes hold 11 images, 10 are announced"},
	{"partitions", "label", NULL, 7, "-2", "copy 1, unit 2 has label -2"},
	{"partitions", NULL, "perturbed", META, "units", "perturbed is 'units'"},
	{"structure", "row/graph", NULL, 1, "2", "row 1 is of graph 2 of 2"},
	{"structure", "row/k", NULL, 1, "0", "row 1 is of graph 0 of 2, has k 0"},
	{"structure", "row/index", NULL, 2, "1.5", "row 2 is of graph 1 of 2, has k 2, index 1.5"},
	{"structure", "row/clusterability_p", NULL, 0, "-1", "row 0 is of graph 0 of 2"},
	{"structure", "row/verdict", NULL, 0, "fine", "row 0 of 'row/verdict' is 'fine'"},
	{"structure", "graph/k", NULL, 1, "-1", "graph 1 has k -1"},
	{"structure", "membership", NULL, 1, "2", "unit 1 has the membership 2"},
	{"lesions", NULL, "task", META, "sorting", "task is 'sorting'"},
	{"lesions", NULL, "task", META, "regression", "regression has no margin"},
	{"lesions", NULL, "loss", META, "entropy", "loss is 'entropy'"},
	{"lesions", "correct", NULL, 0, NULL, "there is no tensor 'correct'"},
	{"lesions", "baseline/correct", NULL, 0, NULL, "it has no tensor 'baseline/correct'"},
	{"lesions", "baseline/saturated", NULL, 0, NULL, "no tensor 'baseline/saturated'"},
	{"lesions", "baseline/saturated", NULL, 0, "6", "class 0: 6 of 5 answers saturated"},
	{"lesions", "probability/all", NULL, 0, NULL, "there is no tensor 'probability/all'"},
	{"lesions", "probability/own", NULL, 3, "6", "class 1: 5 probabilities cannot have"},
	{"lesions", "probability/own_squares", NULL, 2, "-1", "draw 1, sub-cluster 0, class 0: 5"},
	{"lesions", "probability/all", NULL, 4, "11", "draw 2, sub-cluster 0, class 0: 5 prob"},
	{"lesions", "correct", NULL, 2, "6", "draw 1, sub-cluster 0, class 0: 6 of 5"},
	{"activations", "value", NULL, 0, NULL, "there is no tensor 'value'"},
	{"activations", NULL, "samples", META, "3",
	 "'value' is <f4 [2, 5], where <f4 [3, 5] is needed"},
};

static void drop_tensor(brc_section *s, brc_tensor *t)
{
	snprintf(t->name, sizeof(t->name), "gone");
	(void)s;
}

static void set_element(brc_tensor *t, size_t at, const char *value)
{
	char *place = (char *)t->data + at * t->itemsize;

	if (strncmp(t->dtype, "|S", 2) == 0) {
		memset(place, 0, t->itemsize);
		memcpy(place, value, strlen(value));
	} else if (strcmp(t->dtype, "<i4") == 0) {
		*(int32_t *)(void *)place = (int32_t)strtol(value, NULL, 10);
	} else if (strcmp(t->dtype, "<i8") == 0) {
		*(int64_t *)(void *)place = strtoll(value, NULL, 10);
	} else if (strcmp(t->dtype, "<f8") == 0) {
		*(double *)(void *)place = strtod(value, NULL);
	} else {
		fail();
	}
}

static void change_tensor(brc_section *s, const struct change *c)
{
	brc_tensor *t = NULL;

	for (size_t i = 0; i < s->n_tensors; i++)
		if (strcmp(s->tensors[i]->name, c->tensor) == 0)
			t = s->tensors[i];
	assert_non_null(t);
	if (c->value)
		set_element(t, c->at, c->value);
	else
		drop_tensor(s, t);
}

static void change_key(brc_section *s, const struct change *c)
{
	brc_map *m = c->at == META ? s->meta : s->records[c->at];
	char *end;
	double number;

	assert_non_null(brc_map_get(m, c->key));
	if (!c->value) {
		brc_map_put_nil(m, c->key);
		return;
	}
	number = strtod(c->value, &end);
	if (*end)
		brc_map_put_string(m, c->key, c->value);
	else if (number == (double)(int64_t)number)
		brc_map_put_int(m, c->key, (int64_t)number);
	else
		brc_map_put_double(m, c->key, number);
}

static void what_must_not_be_there_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		brc_section *s = fresh(c->type);
		brc_err err = {0};

		kind_of(c->type)->write(s);
		(c->tensor ? change_tensor : change_key)(s, c);
		if (kind_of(c->type)->read(s, NULL, &err) != BRC_DATA ||
		    !strstr(err.message, c->says))
			fail_msg("%s, %s: '%s' is no '%s'", c->type, c->tensor ? c->tensor : c->key,
				 err.message, c->says);
		brc_section_free(s);
	}
}

static void refused_as(brc_section *s, const char *says)
{
	brc_err err = {0};

	assert_int_equal(read_dataset(s, NULL, &err), BRC_DATA);
	if (!strstr(err.message, says))
		fail_msg("'%s' is no '%s'", err.message, says);
	brc_section_free(s);
}

/* As many as are announced, only of places, and not all. */
static void missing_labels_are_announced(void **state)
{
	static const struct {
		void (*write)(brc_section *s);
		int64_t announced;
		const char *says;
	} of[] = {
		{write_some_places, 3, "2 places have no label, but 3 are announced"},
		{write_some_places, 0, "the label of image 0 is -1"},
		{write_places, 1, "0 places have no label, but 1 are announced"},
		{write_dataset, 1, "0 places have no label, but 1 are announced"},
		{write_marks, 4, "0 places have no label, but 4 are announced"},
		{write_targets, -1, "'unlabelled' is not a count"},
	};
	brc_section *s;

	(void)state;
	for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
		s = fresh("dataset");
		of[i].write(s);
		brc_map_put_int(s->meta, "unlabelled", of[i].announced);
		refused_as(s, of[i].says);
	}
	s = fresh("dataset");
	write_some_places(s);
	for (size_t i = 0; i < s->n_tensors; i++)
		if (strcmp(s->tensors[i]->name, "label") == 0)
			memset(s->tensors[i]->data, 0xff, 4 * sizeof(int32_t));
	brc_map_put_int(s->meta, "unlabelled", 4);
	refused_as(s, "no place has a label");
}

/* The verdict follows from the numbers alone: undefined null graphs and a large p count against. */
static void verdicts_follow_from_the_numbers(void **state)
{
	double index = 0.6, p = NAN, drawn[2] = {0.2, 0.3};
	int32_t graph = 0, k = 2;
	const brc_structure t = {.n = 1,
				 .of = &graph,
				 .k = &k,
				 .index = &index,
				 .p = &p,
				 .nulls = 2,
				 .drawn = drawn};

	(void)state;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_STRUCTURED);
	p = 0.05;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_STRUCTURED);
	p = 0.06;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_NONE);
	p = NAN;
	index = 0.5;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_STRUCTURED);
	index = 0.49;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_ABOVE);
	drawn[0] = 0.49;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_NONE);
	drawn[0] = NAN;
	assert_int_equal(brc_structure_judge(&t, 0), BRC_VERDICT_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_read_is_written_as_it_was),
		cmocka_unit_test(an_imported_graph_has_its_method_alone),
		cmocka_unit_test(edges_without_metadata_are_read),
		cmocka_unit_test(what_must_not_be_there_is_refused),
		cmocka_unit_test(missing_labels_are_announced),
		cmocka_unit_test(verdicts_follow_from_the_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
