/* Are data noticed that do not look like those of training? */
#include "model_edit.h"
#include "idx_fixture.h"

#include "net/data_fit.h"

#define VGG "fixtures/fashion-vgg.onnx"
#define DEVIATION 0.353 /* of the pixels */

typedef struct images {
	brc_array x;
	brc_dataset d;
} images;

static images fashion(double scale)
{
	static const int32_t label[2000];
	images f = {.x = read_idx(FASHION_IMAGES)};

	f.d = (brc_dataset){.image = f.x.data,
			    .pixel = BRC_PIXEL_U1,
			    .n = 2000,
			    .ndim = 3,
			    .shape = {1, 28, 28},
			    .pixels = 784,
			    .label = label,
			    .classes = 1,
			    .scale = scale};
	return f;
}

/* The same function of images that were divided by DEVIATION. */
static brc_net *of_standardised_images(void)
{
	brc_onnx m = model_open(VGG);
	const Brc__OnnxTensor *first = NULL;
	float *w;

	for (size_t i = 0; i < m.model->graph->n_initializer && !first; i++)
		if (strcmp(m.model->graph->initializer[i]->name, "features.conv1_1.weight") == 0)
			first = m.model->graph->initializer[i];
	assert_non_null(first);
	w = (float *)(void *)first->raw_data.data;
	for (size_t i = 0; i < first->raw_data.len / sizeof(*w); i++)
		w[i] = (float)(w[i] * DEVIATION);
	return model_close(&m);
}

static brc_data_fit fit_of(const brc_net *net, const brc_dataset *d)
{
	brc_data_fit fit;
	brc_err err = {0};

	if (brc_net_data_fit(net, d, &fit, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return fit;
}

static void the_data_of_training_fit(void **state)
{
	images f = fashion(1 / 255.0);
	brc_net *net = network(VGG);
	brc_data_fit fit = fit_of(net, &f.d);

	(void)state;
	assert_string_equal(fit.layer, "features.conv1_1");
	assert_int_equal(fit.images, 64);
	assert_true(fit.shift < 0.1 && fabs(fit.spread - 1) < 0.1 && fit.divergence < 0.01);
	assert_false(brc_data_fit_bad(&fit));
	brc_net_free(net);
	brc_array_clear(&f.x);
}

/* Bytes that were not divided by 255. */
static void another_scale_does_not(void **state)
{
	images f = fashion(1);
	brc_net *net = network(VGG);
	brc_data_fit fit = fit_of(net, &f.d);

	(void)state;
	assert_true(fit.spread > 200 && fit.spread < 300);
	assert_true(brc_data_fit_bad(&fit));
	brc_net_free(net);
	brc_array_clear(&f.x);
}

static void a_forgotten_deviation_is_noticed(void **state)
{
	const double mean[] = {0}, deviation[] = {DEVIATION};
	images f = fashion(1 / 255.0);
	brc_net *net = of_standardised_images();
	brc_data_fit fit = fit_of(net, &f.d);

	(void)state;
	assert_true(fabs(fit.spread / DEVIATION - 1) < 0.1);
	assert_true(brc_data_fit_bad(&fit));
	assert_non_null(strstr(brc_data_fit_cause(&f.d), "forgotten"));
	f.d.mean = mean;
	f.d.deviation = deviation;
	f.d.channels = 1;
	fit = fit_of(net, &f.d);
	assert_true(fabs(fit.spread - 1) < 0.1);
	assert_false(brc_data_fit_bad(&fit));
	assert_null(strstr(brc_data_fit_cause(&f.d), "forgotten"));
	brc_net_free(net);
	brc_array_clear(&f.x);
}

/* Black images have no spread, which is no division by zero. */
static void constant_images_are_noticed(void **state)
{
	images f = fashion(1 / 255.0);
	brc_net *net = network(VGG);
	brc_data_fit fit;

	(void)state;
	memset(f.x.data, 0, f.x.count);
	fit = fit_of(net, &f.d);
	assert_true(isfinite(fit.divergence) && brc_data_fit_bad(&fit));
	brc_net_free(net);
	brc_array_clear(&f.x);
}

static void without_normalisation_nothing_is_known(void **state)
{
	images f = fashion(1);
	brc_net *net = network("fixtures/fashion-resnet.onnx");
	brc_data_fit fit = fit_of(net, &f.d);

	(void)state;
	assert_null(fit.layer);
	assert_false(brc_data_fit_bad(&fit));
	brc_net_free(net);
	brc_array_clear(&f.x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_data_of_training_fit),
		cmocka_unit_test(another_scale_does_not),
		cmocka_unit_test(a_forgotten_deviation_is_noticed),
		cmocka_unit_test(constant_images_are_noticed),
		cmocka_unit_test(without_normalisation_nothing_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
