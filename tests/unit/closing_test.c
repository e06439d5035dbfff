/* What a network ends in: a Softmax or Sigmoid of which only a part is the output. */
#include "model_build.h"
#include "net/lesion.h"
#include "net_fixture.h"

enum { IMAGES = 3, CLASSES = 2 };

/* The scores are the image itself: a closing operator, and the score of class 1 alone. */
static Brc__OnnxModel *one_of_two(const char *closing)
{
	static const int64_t image[] = {-1, CLASSES}, square[] = {CLASSES, CLASSES}, one = 1;
	static const float unit[] = {1, 0, 0, 1};
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 2, image);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 2, square, unit, sizeof(unit));
	add_tensor(m, "second", BRC_ONNX_INT64, 0, NULL, &one, sizeof(one));
	add_node(m, "MatMul", "x w", "scores");
	add_node(m, closing, "scores", "closed");
	add_int(add_node(m, "Gather", "closed second", "y"), "axis", 1);
	add_output(m, "y");
	return m;
}

static brc_net *decoded(Brc__OnnxModel *m)
{
	size_t n;
	uint8_t *bytes = pack_model(m, &n);
	brc_net *net;
	brc_err err = {0};

	if (brc_net_decode(&net, bytes, n, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	free(bytes);
	return net;
}

static const float image[IMAGES * CLASSES] = {0.5f, 1.5f, 2, 1, 1, -2};
static const int32_t label[IMAGES] = {1, 0, 0};

static brc_dataset images_for(const brc_net *net)
{
	brc_dataset d = float_images(net, image, IMAGES);

	d.label = label;
	d.classes = CLASSES;
	return d;
}

/* All answers are right, with these losses of the classes. */
static void check_losses(const char *closing, double loss0, double loss1)
{
	brc_net *net = decoded(one_of_two(closing));
	const brc_dataset d = images_for(net);
	const brc_lesion whole = {.n = 0};
	brc_scoring s;
	brc_err err = {0};
	brc_lesion_options how = {.scoring = &s};
	int32_t correct[CLASSES];
	double loss[CLASSES];

	if (brc_task_decide(&s, net, &d, BRC_TASK_AUTO, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_int_equal(s.task, BRC_TASK_BINARY);
	assert_true(s.shares);
	assert_int_equal(
		brc_net_lesions(net, &d, &whole, 1, &how, NULL, NULL, correct, loss, NULL, &err),
		BRC_OK);
	assert_true(correct[0] == 2 && correct[1] == 1);
	assert_true(fabs(loss[0] - loss0) < 1e-6 && fabs(loss[1] - loss1) < 1e-6);
	brc_net_free(net);
}

static void the_probability_of_one_class_is_above_one_half(void **state)
{
	(void)state;
	check_losses("Softmax", log1p(exp(-1)) + log1p(exp(-3)), log1p(exp(-1)));
}

static void a_logarithm_of_one_probability_is_refused(void **state)
{
	brc_net *net = decoded(one_of_two("LogSoftmax"));
	const brc_dataset d = images_for(net);
	brc_scoring s;
	brc_err err = {0};

	(void)state;
	assert_int_equal(brc_task_decide(&s, net, &d, BRC_TASK_AUTO, &err), BRC_DATA);
	assert_non_null(strstr(err.message, "one logarithm of a probability is no score"));
	brc_net_free(net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_probability_of_one_class_is_above_one_half),
		cmocka_unit_test(a_logarithm_of_one_probability_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
