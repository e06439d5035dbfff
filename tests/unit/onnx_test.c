/* ONNX files, broken at the level of bytes and of tensors: refused, quickly, in little memory. */
#include "data_files.h"
#include "model_build.h"

#include <math.h>
#include <time.h>

#include "net/net.h"

static const char relu[] = "fixtures/small/relu.onnx";

static brc_rc decode(const uint8_t *bytes, size_t n, brc_err *err)
{
	brc_net *net;
	brc_rc rc;

	*err = (brc_err){0};
	rc = brc_net_decode(&net, bytes, n, NULL, err);
	if (rc == BRC_OK)
		brc_net_free(net);
	else
		assert_null(net);
	return rc;
}

static void refuses(const uint8_t *bytes, size_t n, const char *message)
{
	brc_err err;

	assert_int_equal(decode(bytes, n, &err), BRC_DATA);
	if (!strstr(err.message, message))
		fail_msg("%s", err.message);
}

static void every_prefix_is_refused(void **state)
{
	size_t n;
	unsigned char *bytes = slurp(relu, &n);
	brc_err err;

	(void)state;
	assert_int_equal(decode(bytes, n, &err), BRC_OK);
	for (size_t cut = 0; cut < n; cut++) {
		unsigned char *part = malloc(cut + 1); /* its end is the end of the block */

		assert_non_null(part);
		memcpy(part, bytes, cut);
		assert_int_equal(decode(part, cut, &err), BRC_DATA);
		assert_int_not_equal(err.message[0], '\0');
		free(part);
	}
	free(bytes);
}

static void every_flipped_bit_ends_in_order(void **state)
{
	size_t n, refused = 0;
	unsigned char *bytes = slurp(relu, &n);

	(void)state;
	for (size_t bit = 0; bit < 8 * n; bit++) {
		brc_err err;
		brc_rc rc;

		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
		rc = decode(bytes, n, &err);
		assert_true(rc == BRC_OK || rc == BRC_DATA);
		refused += rc == BRC_DATA;
		bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	assert_true(refused > n); /* most bits outside the weights matter */
	free(bytes);
}

static void other_files_are_refused(void **state)
{
	static const uint8_t text[] = "Once upon a time";
	static const uint8_t empty_graph[] = {0x3a, 0};
	static const uint8_t no_graph[] = {0x08, 7, 0x42, 2, 0x10, 13};
	static const uint8_t group[] = {0x0b, 0x0c};
	static const uint8_t field_0[] = {0x00, 0x01};
	static const uint8_t long_number[] = {0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					      0xff, 0xff, 0xff, 0xff, 0xff, 0x01};
	static const uint8_t twice[] = {0x3a, 0, 0x3a, 0};
	static const uint8_t number_for_graph[] = {0x38, 1};
	static const uint8_t huge_length[] = {0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f};
	/* graph { initializer { float_data: 3 bytes } } */
	static const uint8_t odd_list[] = {0x3a, 7, 0x2a, 5, 0x22, 3, 1, 2, 3};

	(void)state;
	refuses(text, sizeof(text) - 1, "not a valid ONNX model: byte 0");
	refuses(text, 0, "the file is empty");
	refuses(empty_graph, sizeof(empty_graph), "operator set 0 is not supported");
	refuses(no_graph, sizeof(no_graph), "it holds no graph");
	refuses(group, sizeof(group), "a field of a kind that is not used");
	refuses(field_0, sizeof(field_0), "a field number that does not exist");
	refuses(long_number, sizeof(long_number), "a number is cut off");
	refuses(twice, sizeof(twice), "a single message occurs twice");
	refuses(number_for_graph, sizeof(number_for_graph), "text or a message is a number");
	refuses(huge_length, sizeof(huge_length), "longer than what is left");
	refuses(odd_list, sizeof(odd_list), "byte 6, in OnnxTensor: a list of numbers ends");
}

/* 2 bytes a node, which decoding would turn into 200. */
static void a_bomb_is_refused_before_it_is_decoded(void **state)
{
	size_t inner = 16 << 20, n = 0;
	uint8_t *bytes = malloc(inner + 16);
	clock_t start = clock();

	(void)state;
	assert_non_null(bytes);
	bytes[n++] = 0x3a;
	for (size_t v = inner; v; v >>= 7)
		bytes[n++] = (uint8_t)((v & 0x7f) | (v > 0x7f ? 0x80 : 0));
	for (size_t i = 0; i < inner; i += 2) {
		bytes[n++] = 0x0a;
		bytes[n++] = 0;
	}
	refuses(bytes, n, "not a plausible ONNX model");
	assert_true((double)(clock() - start) / CLOCKS_PER_SEC < 5); /* sanitizers are slow */
	free(bytes);
}

/* Fields that the schema does not know are skipped: a model with documentation. */
static void unknown_fields_are_skipped(void **state)
{
	static const uint8_t more[] = {0x32, 5,    'h', 'e', 'l', 'l', 'o', /* doc_string */
				       0xf5, 0x3f, 1,   2,   3,   4, /* field 1022, 32 bits */
				       0xf9, 0x3f, 1,   2,   3,   4,   5,   6, 7, 8};
	size_t n;
	unsigned char *bytes = slurp(relu, &n), *longer = malloc(n + sizeof(more));
	brc_err err;

	(void)state;
	assert_non_null(longer);
	memcpy(longer, bytes, n);
	memcpy(longer + n, more, sizeof(more));
	assert_int_equal(decode(longer, n + sizeof(more), &err), BRC_OK);
	free(bytes);
	free(longer);
}

static void a_message_names_the_file_once(void **state)
{
	temporary t = temporary_file("nonsense", 8);
	brc_err err = {0};
	brc_net *net;

	(void)state;
	assert_int_equal(brc_net_read(&net, t.path, NULL, &err), BRC_DATA);
	assert_non_null(strstr(err.message, t.path));
	assert_null(strstr(strstr(err.message, t.path) + 1, t.path)); /* once */
	unlink(t.path);
	assert_int_equal(brc_net_read(&net, t.path, NULL, &err), BRC_DATA);
	assert_non_null(strstr(err.message, t.path));
	assert_null(net);
}

/* ---- tensors ---- */

static const int64_t two_three[] = {2, 3};

static void refuses_floats(Brc__OnnxTensor *t, const char *message)
{
	float *v = NULL;
	brc_err err = {0};

	assert_int_equal(brc_onnx_tensor_floats(t, &v, &err), BRC_DATA);
	assert_null(v);
	if (!strstr(err.message, message) || !strstr(err.message, "'w'"))
		fail_msg("%s", err.message);
	brc__onnx_tensor__free_unpacked(t, NULL);
}

static void contradictory_tensors_are_refused(void **state)
{
	static const int64_t negative[] = {2, -3}, gigantic[] = {INT64_MAX, INT64_MAX, 4},
			     large[] = {1 << 20, 1 << 20}, nine[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
	Brc__OnnxTensor *t;

	(void)state;
	refuses_floats(new_tensor("w", 1, 2, negative, NULL, 24), "extent -3");
	refuses_floats(new_tensor("w", 1, 3, gigantic, NULL, 24), "larger than any memory");
	refuses_floats(new_tensor("w", 1, 2, large, NULL, 24),
		       "its shape has 1099511627776 elements, its data 6");
	refuses_floats(new_tensor("w", 1, 2, two_three, NULL, 20), "6 elements, its data 5");
	refuses_floats(new_tensor("w", 1, 2, two_three, NULL, 23), "ends inside an element");
	refuses_floats(new_tensor("w", 1, 9, nine, NULL, 4), "9 dimensions");
	refuses_floats(new_tensor("w", 2, 2, two_three, NULL, 6), "UINT8 initializer 'w'");
	refuses_floats(new_tensor("w", 10, 2, two_three, NULL, 13), "ends inside an element");
	refuses_floats(new_tensor("w", 99, 2, two_three, NULL, 12), "an unknown type initializer");
	refuses_floats(new_tensor("w", 7, 2, two_three, NULL, 48), "INT64 initializer 'w'");
	t = new_tensor("w", 1, 2, two_three, NULL, 24);
	t->data_location = 1;
	refuses_floats(t, "its data lies in another file");
	t = new_tensor("w", 1, 2, two_three, NULL, 24);
	t->float_data = made(24);
	t->n_float_data = 6;
	refuses_floats(t, "it holds its data twice");
	t = new_tensor("w", 1, 2, two_three, NULL, 24);
	t->segment = made(sizeof(*t->segment));
	brc__onnx_segment__init(t->segment);
	refuses_floats(t, "segments");
}

static void all_ways_of_storing_numbers_are_read(void **state)
{
	static const double d[] = {0.5, -1, 1e-3, 2, 3, 1e300};
	static const int32_t i[] = {1, -2, 3, INT32_MIN, 5, 6};
	static const uint8_t b[] = {0, 1, 2, 0, 0, 1};
	Brc__OnnxTensor *t = new_tensor("w", BRC_ONNX_DOUBLE, 2, two_three, d, sizeof(d));
	brc_err err = {0};
	float *f;
	int64_t *v;

	(void)state;
	assert_int_equal(brc_onnx_tensor_floats(t, &f, &err), BRC_OK);
	assert_true(f[0] == 0.5f && f[2] == 1e-3f && f[5] > 3e38f); /* infinite: found later */
	free(f);
	brc__onnx_tensor__free_unpacked(t, NULL);
	t = new_tensor("w", BRC_ONNX_INT32, 2, two_three, i, sizeof(i));
	assert_int_equal(brc_onnx_tensor_ints(t, &v, &err), BRC_OK);
	assert_true(v[1] == -2 && v[3] == INT32_MIN);
	free(v);
	brc__onnx_tensor__free_unpacked(t, NULL);
	t = new_tensor("w", BRC_ONNX_BOOL, 2, two_three, b, sizeof(b));
	assert_int_equal(brc_onnx_tensor_ints(t, &v, &err), BRC_OK);
	assert_true(v[0] == 0 && v[2] == 1);
	free(v);
	t->data_type = BRC_ONNX_FLOAT;
	assert_int_equal(brc_onnx_tensor_ints(t, &v, &err), BRC_DATA);
	brc__onnx_tensor__free_unpacked(t, NULL);
}

/* Two elements of a type, as raw data; *v is to be freed. */
static brc_rc read_two(int32_t type, const void *two, size_t size, int64_t **v, brc_err *err)
{
	static const int64_t shape[] = {2};
	Brc__OnnxTensor *t = new_tensor("w", type, 1, shape, two, 2 * size);
	brc_rc rc = brc_onnx_tensor_ints(t, v, err);

	brc__onnx_tensor__free_unpacked(t, NULL);
	return rc;
}

static void integers_of_every_width_are_read(void **state)
{
	static const struct {
		int32_t type;
		size_t size;
		uint64_t stored[2];
		int64_t want[2];
	} each[] = {
		{BRC_ONNX_INT8, 1, {0x80, 0x7f}, {-128, 127}},
		{BRC_ONNX_UINT8, 1, {0x80, 0xff}, {128, 255}},
		{BRC_ONNX_INT16, 2, {0x8000, 1}, {-32768, 1}},
		{BRC_ONNX_UINT16, 2, {0xffff, 1}, {65535, 1}},
		{BRC_ONNX_INT32, 4, {0xffffffff, 7}, {-1, 7}},
		{BRC_ONNX_UINT32, 4, {0xffffffff, 7}, {4294967295, 7}},
		{BRC_ONNX_INT64, 8, {UINT64_MAX, 7}, {-1, 7}},
		{BRC_ONNX_UINT64, 8, {INT64_MAX, 7}, {INT64_MAX, 7}},
	};
	static const uint64_t beyond[] = {1, (uint64_t)INT64_MAX + 1};
	brc_err err = {0};
	int64_t *v;

	(void)state;
	for (size_t i = 0; i < sizeof(each) / sizeof(*each); i++) {
		uint8_t raw[16];

		for (size_t k = 0; k < 2; k++)
			memcpy(raw + k * each[i].size, &each[i].stored[k], each[i].size);
		assert_int_equal(read_two(each[i].type, raw, each[i].size, &v, &err), BRC_OK);
		assert_true(v[0] == each[i].want[0] && v[1] == each[i].want[1]);
		free(v);
	}
	assert_int_equal(read_two(BRC_ONNX_UINT64, beyond, 8, &v, &err), BRC_DATA);
	assert_null(v);
	assert_non_null(strstr(err.message, "too large"));
}

/* Every half, and what lies around the middle between it and the next. */
static void rounding_to_16_bits_takes_the_nearest(void **state)
{
	(void)state;
	for (uint16_t h = 0; h < 0x7bff; h++) {
		float a = brc_from_half(h), b = brc_from_half((uint16_t)(h + 1)), mid = (a + b) / 2;

		assert_true(brc_round_to_half(a) == a && brc_round_to_half(-a) == -a);
		assert_true(brc_round_to_half(nextafterf(mid, 0)) == a);
		assert_true(brc_round_to_half(nextafterf(mid, b)) == b);
		assert_true(brc_round_to_half(mid) == (h % 2 ? b : a));
	}
	for (uint16_t h = 0; h < 0x7f7f; h++) {
		float a = brc_from_brain(h), b = brc_from_brain((uint16_t)(h + 1));
		float mid = a + (b - a) / 2;

		assert_true(brc_round_to_brain(a) == a && brc_round_to_brain(-a) == -a);
		assert_true(brc_round_to_brain(nextafterf(mid, 0)) == a);
		assert_true(brc_round_to_brain(nextafterf(mid, b)) == b);
		assert_true(brc_round_to_brain(mid) == (h % 2 ? b : a));
	}
	assert_true(isinf(brc_round_to_half(65520)) && brc_round_to_half(65519) == 65504);
	assert_true(isnan(brc_round_to_half(NAN)) && isnan(brc_round_to_brain(NAN)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_prefix_is_refused),
		cmocka_unit_test(every_flipped_bit_ends_in_order),
		cmocka_unit_test(other_files_are_refused),
		cmocka_unit_test(a_bomb_is_refused_before_it_is_decoded),
		cmocka_unit_test(unknown_fields_are_skipped),
		cmocka_unit_test(a_message_names_the_file_once),
		cmocka_unit_test(contradictory_tensors_are_refused),
		cmocka_unit_test(integers_of_every_width_are_read),
		cmocka_unit_test(rounding_to_16_bits_takes_the_nearest),
		cmocka_unit_test(all_ways_of_storing_numbers_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
