/*
 * Lesions of networks of every family against torch (tests/oracle/family_networks.py):
 * all kinds of layers, by a fresh pass and by counting. Units are those of our
 * layers; the oracle's depthwise convolutions are none.
 */
#include <glob.h>

#include "net/activations.h"
#include "net/check_dataset.h"
#include "net/lesion.h"
#include "traced_layers.h"
#include "idx_fixture.h"
#include "array_files.h"

static oracle *layers_of(const char *name)
{
	oracle *o = calloc(1, sizeof(*o));
	char path[256];

	assert_non_null(o);
	snprintf(path, sizeof(path), "tests/golden/net/tracing/%s.tsv", name);
	read_oracle(o, path);
	return o;
}

static void free_oracle(oracle *o)
{
	for (size_t a = 0; a < LAYERS_MAX; a++)
		for (size_t b = 0; b < LAYERS_MAX; b++)
			free(o->how[a][b]);
	free(o);
}

/* Units where mask[n] is set; returns their number. */
static size_t list_units(const uint8_t *mask, size_t n, int32_t *unit)
{
	size_t m = 0;

	for (size_t u = 0; u < n; u++)
		if (mask[u])
			unit[m++] = (int32_t)u;
	return m;
}

/* ---- outputs, row by row ---- */

static brc_dataset rows_of(const brc_net *net, const brc_array *input, const int32_t *label)
{
	brc_dataset d = float_images(net, input->data, input->shape[0]);

	if (brc_net_io_of(net)->tokens)
		d.pixel = BRC_PIXEL_I4;
	d.label = label;
	return d;
}

static void check_silenced(const char *name, const brc_net *net, const brc_array *input,
			   size_t layer, const brc_array *mask, const brc_array *want)
{
	static const int32_t label[4096];
	const brc_run_options how = {
		.layer = &layer, .n = 1, .stage = BRC_STAGE_POST, .logits = true};
	const brc_dataset d = rows_of(net, input, label);
	size_t rows = input->shape[0], classes = brc_net_io_of(net)->classes;
	int32_t unit[4096];
	size_t n = list_units(mask->data, mask->count, unit);
	const float *got;
	double largest = 0;
	brc_err err = {0};
	brc_run_plan *p;
	brc_run *r;

	assert_int_equal(mask->count, brc_net_layers(net)->units[layer]);
	assert_int_equal(want->count, rows * brc_net_io_of(net)->positions * classes);
	if (brc_run_plan_new(&p, net, &how, &err) != BRC_OK)
		fail_msg("%s: %s", name, err.message);
	assert_int_equal(brc_runs_new(&r, 1, p, &err), BRC_OK);
	assert_int_equal(brc_run_start(r, &d, NULL, 0, rows, &err), BRC_OK);
	assert_int_equal(brc_run_until(r, 0, &got, &err), BRC_OK);
	/* twice: the second time nothing may be left of the first */
	for (size_t again = 0; again < 2; again++) {
		assert_int_equal(brc_run_silenced(r, 0, unit, n, &got, &err), BRC_OK);
		for (size_t i = 0; i < want->count; i++)
			largest = fmax(largest, fabs((double)((float *)want->data)[i]));
		for (size_t i = 0; i < want->count; i++)
			if (!(fabs((double)got[i] - ((float *)want->data)[i]) <=
			      1e-4 * (1e-3 + largest)))
				fail_msg("%s, layer '%s': output %zu is %.9g, not %.9g", name,
					 brc_net_layers(net)->name[layer], i, (double)got[i],
					 (double)((float *)want->data)[i]);
	}
	brc_runs_free(r, 1);
	brc_run_plan_free(p);
}

static void check_outputs(const char *name)
{
	brc_net *net = network_of(name);
	oracle *o = layers_of(name);
	brc_array input = need_golden(name, "input", brc_net_io_of(net)->tokens ? "<i4" : "<f4");

	for (size_t i = 1; i <= o->n; i++) {
		char member[32];
		brc_array mask, want;

		snprintf(member, sizeof(member), "mask.%zu", i);
		if (!o->ours[i] || !golden_array(name, member, "|u1", &mask))
			continue;
		snprintf(member, sizeof(member), "zero.%zu", i);
		want = need_golden(name, member, "<f4");
		check_silenced(name, net, &input, o->ours[i], &mask, &want);
		brc_array_clear(&mask);
		brc_array_clear(&want);
	}
	brc_array_clear(&input);
	free_oracle(o);
	brc_net_free(net);
}

static void silenced_units_give_torchs_outputs(void **state)
{
	static const char *const names[] = {
		"attention",
		"conv",
		"conv1d",
		"densenet",
		"gate",
		"gelu",
		"grouped",
		"hard-swish-14",
		"hard-swish",
		"layer-norm-17",
		"layer-norm",
		"pad",
		"pick",
		"shuffle",
		"silu",
		"tokens",
		"planted-inception",
		"planted-mobilenet",
		"planted-resnet",
		"planted-text",
		"planted-vgg",
		"planted-vit",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_outputs(names[i]);
}

/* ---- counts of trained networks ---- */

static void check_counts(const char *name, const brc_net *net, const brc_dataset *d)
{
	brc_array layer = need_golden(name, "layer", "<i4"),
		  mask = need_golden(name, "mask", "|u1");
	brc_array correct = need_golden(name, "correct", "<i4"),
		  loss = need_golden(name, "loss", "<f8"),
		  close = need_golden(name, "close", "<i4");
	oracle *o = layers_of(name);
	size_t m = layer.count, width = mask.shape[1], classes = brc_net_io_of(net)->classes,
	       sets = 0;
	brc_lesion *set = calloc(m, sizeof(*set));
	size_t *of = calloc(m, sizeof(*of));
	int32_t *unit = calloc(m * width, sizeof(*unit)), *got = calloc(m * classes, sizeof(*got));
	double *got_loss = calloc(m * classes, sizeof(*got_loss));
	brc_err err = {0};

	assert_true(set && of && unit && got && got_loss);
	for (size_t i = 0; i < m; i++) {
		int32_t l = ((int32_t *)layer.data)[i];
		size_t n = list_units((uint8_t *)mask.data + i * width, width, unit + i * width);

		if (n && !o->ours[l])
			continue;
		of[sets] = i;
		set[sets++] =
			(brc_lesion){.layer = n ? o->ours[l] : 1, .unit = unit + i * width, .n = n};
	}
	assert_true(sets > 4);
	if (brc_net_lesions(net, d, set, sets, &(brc_lesion_options){.ablate = BRC_ABLATE_ZERO},
			    NULL, NULL, got, got_loss, NULL, &err) != BRC_OK)
		fail_msg("%s: %s", name, err.message);
	for (size_t s = 0; s < sets; s++) {
		int32_t differ = 0;

		for (size_t c = 0; c < classes; c++) {
			double want = ((double *)loss.data)[of[s] * classes + c];

			differ += abs(got[s * classes + c] -
				      ((int32_t *)correct.data)[of[s] * classes + c]);
			if (!(fabs(got_loss[s * classes + c] - want) <= 1e-4 * (1 + fabs(want))))
				fail_msg("%s, lesion %zu, class %zu: loss %.9g, not %.9g", name,
					 of[s], c, got_loss[s * classes + c], want);
		}
		if (differ > ((int32_t *)close.data)[of[s]])
			fail_msg("%s, lesion %zu: %d answers differ", name, of[s], differ);
	}
	free(set);
	free(of);
	free(unit);
	free(got);
	free(got_loss);
	free_oracle(o);
	brc_array_clear(&layer);
	brc_array_clear(&mask);
	brc_array_clear(&correct);
	brc_array_clear(&loss);
	brc_array_clear(&close);
}

static void trained_networks_lose_what_torch_loses(void **state)
{
	static const char *const names[] = {"fashion-vgg", "fashion-resnet", "fashion-inception",
					    "fashion-mobilenet", "fashion-vit"};
	brc_array image = read_idx(FASHION_IMAGES), label = read_idx(FASHION_LABELS);
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_array_convert(&label, "<i4", "label", &err), BRC_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		brc_net *net = network_of(names[i]);
		const brc_dataset d = {.image = image.data,
				       .pixel = BRC_PIXEL_U1,
				       .n = 200,
				       .ndim = 2,
				       .shape = {28, 28},
				       .pixels = 784,
				       .label = label.data,
				       .classes = 10,
				       .scale = 1.0 / 255};

		check_counts(names[i], net, &d);
		brc_net_free(net);
	}
	brc_array_clear(&image);
	brc_array_clear(&label);
}

/* Means over places, of every layer: the sums, and what comes of them after the activation. */
static void recorded_values_are_torchs_means(void **state)
{
	static const char *const names[] = {"fashion-vgg", "fashion-mobilenet", "fashion-vit"};
	brc_array image = read_idx(FASHION_IMAGES);
	static const int32_t label[16];
	size_t sample[16];

	(void)state;
	for (size_t i = 0; i < 16; i++)
		sample[i] = i;
	for (size_t i = 0; i < 2 * sizeof(names) / sizeof(*names); i++) {
		const brc_record_options how = {.stage = i % 2 ? BRC_STAGE_POST : BRC_STAGE_SUM};
		const brc_dataset d = {.image = image.data,
				       .pixel = BRC_PIXEL_U1,
				       .n = 16,
				       .ndim = 2,
				       .shape = {28, 28},
				       .pixels = 784,
				       .label = label,
				       .classes = 1,
				       .scale = 1.0 / 255};
		brc_net *net = network_of(names[i / 2]);
		oracle *o = layers_of(names[i / 2]);
		brc_layers hidden;
		size_t column = 0, units;
		float *value;
		brc_err err = {0};

		assert_int_equal(brc_net_recorded_layers(net, 0, &hidden, &err), BRC_OK);
		units = brc_layers_total(&hidden);
		assert_int_equal(
			brc_net_activations(net, &d, sample, 16, &how, NULL, NULL, &value, &err),
			BRC_OK);
		for (size_t l = 1; l <= o->n && column < units; l++) {
			char member[32];
			brc_array want;

			if (!o->ours[l])
				continue;
			snprintf(member, sizeof(member), "%s.%zu", i % 2 ? "post" : "pre", l);
			want = need_golden(names[i / 2], member, "<f4");
			for (size_t r = 0; r < 16; r++)
				assert_close(value + r * units + column,
					     (float *)want.data + r * o->units[l], o->units[l],
					     1e-4, member);
			column += o->units[l];
			brc_array_clear(&want);
		}
		assert_int_equal(column, units);
		free(value);
		brc_layers_clear(&hidden);
		free_oracle(o);
		brc_net_free(net);
	}
	brc_array_clear(&image);
}

/* Every token is an answer: 200 windows of 64. */
static void a_text_model_loses_what_torch_loses(void **state)
{
	brc_scoring scoring;
	brc_net *net = network_of("text-transformer");
	brc_array token, target;
	brc_err err = {0};
	brc_dataset d;

	(void)state;
	assert_int_equal(npz_array("fixtures/text-test.npz", "tokens", 0, &token, &err), BRC_OK);
	assert_int_equal(npz_array("fixtures/text-test.npz", "targets", 0, &target, &err), BRC_OK);
	assert_int_equal(brc_array_convert(&token, "<i4", "tokens", &err), BRC_OK);
	assert_int_equal(brc_array_convert(&target, "<i4", "targets", &err), BRC_OK);
	d = (brc_dataset){.image = token.data,
			  .pixel = BRC_PIXEL_I4,
			  .n = 200,
			  .ndim = 1,
			  .shape = {64},
			  .pixels = 64,
			  .label = target.data,
			  .label_ndim = 1,
			  .label_shape = {64},
			  .classes = brc_net_io_of(net)->classes,
			  .scale = 1};
	assert_int_equal(brc_net_io_of(net)->positions, 64);
	check_counts("text-transformer", net, &d);
	((int32_t *)token.data)[70] = 96;
	assert_int_equal(brc_net_check_dataset(net, &d, &err), BRC_DATA);
	assert_string_equal(err.message, "sequence 1 has token 96, but the network knows 96");
	d.label_ndim = 0;
	assert_int_equal(brc_task_decide(&scoring, net, &d, BRC_TASK_AUTO, &err), BRC_DATA);
	assert_string_equal(err.message, "the data set has 1 label for each sequence, but the "
					 "network gives 64 answers");
	brc_array_clear(&token);
	brc_array_clear(&target);
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(silenced_units_give_torchs_outputs),
		cmocka_unit_test(trained_networks_lose_what_torch_loses),
		cmocka_unit_test(recorded_values_are_torchs_means),
		cmocka_unit_test(a_text_model_loses_what_torch_loses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
