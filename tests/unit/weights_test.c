/* Files of weights: safetensors in one file and in several, NPZ, NPY; damaged and hostile ones. */
#include "data_files.h"

#include <sys/stat.h>

#include "data/models/weights.h"

#define WEIGHTS "tests/golden/weights/"

/* ---- what NumPy wrote is read as NumPy reads it ---- */

static void holds(const brc_weights *w, const char *name, size_t n, FILE *f)
{
	const brc_weight *list;
	brc_err err = {0};
	size_t at = brc_weights_find(w, name);
	float *value;

	assert_true(at < brc_weights_list(w, &list));
	assert_int_equal(list[at].count, n);
	value = calloc(n, sizeof(*value));
	assert_non_null(value);
	assert_int_equal(brc_weights_read(w, at, value, &err), BRC_OK);
	for (size_t i = 0; i < n; i++) {
		float golden;

		assert_int_equal(fscanf(f, "%f", &golden), 1);
		assert_true(value[i] == golden);
	}
	free(value);
}

static void reads(const char *path)
{
	brc_weights *w;
	brc_err err = {0};
	char name[32];
	size_t n, arrays = 0;
	FILE *f = fopen(WEIGHTS "values.txt", "r");
	const brc_weight *list;

	assert_non_null(f);
	assert_true(brc_weights_recognise(path));
	assert_int_equal(brc_weights_open(&w, path, &err), BRC_OK);
	for (; fscanf(f, "%31s %zu", name, &n) == 2; arrays++)
		holds(w, name, n, f);
	assert_int_equal(arrays, 6);
	assert_int_equal(brc_weights_list(w, &list), 6);
	assert_string_equal(list[0].name, "conv1.bias");
	assert_int_equal(list[1].ndim, 4);
	assert_int_equal(list[1].shape[0], 4);
	assert_int_equal(list[1].shape[3], 2);
	fclose(f);
	brc_weights_free(w);
}

static void reads_every_format(void **state)
{
	(void)state;
	reads(WEIGHTS "chain.safetensors");
	reads(WEIGHTS "sharded/model.safetensors.index.json");
	reads(WEIGHTS "chain.npz");
}

static void reads_one_array(void **state)
{
	brc_weights *w;
	brc_err err = {0};
	float value[6];

	(void)state;
	assert_int_equal(brc_weights_open(&w, GOLDEN "half.npy", &err), BRC_OK);
	assert_int_equal(brc_weights_find(w, "weight"), 0);
	assert_int_equal(brc_weights_read(w, 0, value, &err), BRC_OK);
	for (size_t i = 0; i < 6; i++)
		assert_true((double)value[i] == golden_value("<f2", i));
	brc_weights_free(w);
}

static void leaves_networks_alone(void **state)
{
	(void)state;
	assert_false(brc_weights_recognise("fixtures/fashion-mlp.onnx"));
	assert_false(brc_weights_recognise("fixtures/fashion-test-2000-labels.gz"));
	assert_false(brc_weights_recognise("-"));
	assert_false(brc_weights_recognise("tests"));
	assert_false(brc_weights_recognise("no such file"));
}

static void orders_names_naturally(void **state)
{
	static const char *const ascending[] = {"",
						"a",
						"a1",
						"a1.b",
						"a2",
						"a02.c",
						"a10",
						"a10.5",
						"a10.40",
						"a99999999999999999999",
						"a100000000000000000000",
						"b"};
	size_t n = sizeof(ascending) / sizeof(*ascending);

	(void)state;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < n; j++) {
			int order = brc_natural_order(ascending[i], ascending[j]);

			assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
		}
}

/* The digest is of the bytes of the shards, wherever they lie. */
static void digest_does_not_know_the_folder(void **state)
{
	static const char *const paths[] = {WEIGHTS "sharded/model.safetensors.index.json",
					    "./" WEIGHTS
					    "../weights/sharded/model.safetensors.index.json"};
	char hex[2][33];

	(void)state;
	for (int i = 0; i < 2; i++) {
		brc_weights *w;
		brc_err err = {0};

		assert_int_equal(brc_weights_open(&w, paths[i], &err), BRC_OK);
		assert_int_equal(brc_weights_digest(w, hex[i], &err), BRC_OK);
		brc_weights_free(w);
	}
	assert_string_equal(hex[0], hex[1]);
}

/* ---- refusals ---- */

typedef struct folder {
	char path[256], file[320];
} folder;

static folder new_folder(const char *file)
{
	folder d;
	const char *dir = getenv("TMPDIR");

	snprintf(d.path, sizeof(d.path), "%.200s/broca-test-XXXXXX", dir ? dir : "/tmp");
	assert_non_null(mkdtemp(d.path));
	snprintf(d.file, sizeof(d.file), "%s/%s", d.path, file);
	return d;
}

static void put_file(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
}

/* Opens, and where that works reads all; the failure of either. */
static brc_rc open_and_read(const char *path, brc_err *err)
{
	brc_weights *w;
	const brc_weight *list;
	brc_rc rc = brc_weights_open(&w, path, err);
	size_t n;

	if (rc != BRC_OK) {
		assert_null(w);
		return rc;
	}
	n = brc_weights_list(w, &list);
	for (size_t i = 0; rc == BRC_OK && i < n; i++) {
		float *value = calloc(list[i].count + 1, sizeof(*value));

		assert_non_null(value);
		rc = brc_weights_read(w, i, value, err);
		free(value);
	}
	brc_weights_free(w);
	return rc;
}

static void says(const char *path, const char *message)
{
	brc_err err = {0};

	assert_int_equal(open_and_read(path, &err), BRC_DATA);
	if (!strstr(err.message, path) || !strstr(err.message, message))
		fail_msg("'%s' does not name '%s' and '%s'", err.message, path, message);
}

/* A safetensors file of this header, which says that it has `length` bytes, and n bytes of zeros.
 */
static void refuses_length(const char *header, uint64_t length, size_t n, const char *message)
{
	folder d = new_folder("x.safetensors");
	size_t text = strlen(header);
	unsigned char *file = calloc(8 + text + n + 1, 1);

	assert_non_null(file);
	for (int i = 0; i < 8; i++)
		file[i] = (unsigned char)(length >> 8 * i);
	memcpy(file + 8, header, text);
	put_file(d.file, file, 8 + text + n);
	assert_true(brc_weights_recognise(d.file));
	says(d.file, message);
	free(file);
	unlink(d.file);
	rmdir(d.path);
}

static void refuses(const char *header, size_t n, const char *message)
{
	refuses_length(header, strlen(header), n, message);
}

static void refuses_bad_headers(void **state)
{
	(void)state;
	refuses_length("{}", 3, 0, "a header of 3 bytes, but 2 bytes follow");
	refuses_length("{}", UINT64_MAX, 0, "a header of 18446744073709551615 bytes");
	refuses_length("{}", (uint64_t)1 << 40, 0, "a header of 1099511627776 bytes");
	refuses_length("", 0, 0, "no JSON");
	refuses("{\"a\":", 0, "no JSON");
	refuses("[1, 2]", 0, "no JSON object");
	refuses("{}", 0, "holds no arrays");
	refuses("{}", 4, "4 bytes behind the last array");
	refuses("{\"__metadata__\":{}}", 0, "holds no arrays");
	refuses("{\"twice\":{},\"twice\":{}}", 0, "twice");
	refuses("{\"a\\u0000b\":{}}", 0, "no JSON");
}

#define ARRAY(name, dtype, shape, from, to)                                                   \
	"\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":[" shape "],\"data_offsets\":[" from \
	"," to "]}"

static void refuses_bad_arrays(void **state)
{
	(void)state;
	refuses("{\"w\":1}", 0, "array 'w': an unknown dtype");
	refuses("{\"w\":{\"dtype\":7}}", 0, "array 'w': an unknown dtype");
	refuses("{" ARRAY("w", "F31", "1", "0", "4") "}", 4, "array 'w': an unknown dtype");
	refuses("{\"w\":{\"dtype\":\"F32\"}}", 0, "array 'w': no shape");
	refuses("{" ARRAY("w", "F32", "-1", "0", "4") "}", 4, "array 'w': a bad extent");
	refuses("{" ARRAY("w", "F32", "1.0", "0", "4") "}", 4, "array 'w': a bad extent");
	refuses("{" ARRAY("w", "F32", "4294967296,4294967296", "0", "4") "}", 4,
		"array 'w': a bad extent");
	refuses("{" ARRAY("w", "F32",
			  "1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,"
			  "1,1,1,1",
			  "0", "4") "}",
		4, "array 'w': too many extents");
	refuses("{\"w\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4, "array 'w': its offsets");
	refuses("{" ARRAY("w", "F32", "1", "0", "4") "}", 3, "array 'w': its offsets lie beyond");
	refuses("{" ARRAY("w", "F32", "1", "4", "0") "}", 4, "array 'w': its offsets");
	refuses("{" ARRAY("w", "F32", "1", "-4", "0") "}", 4, "array 'w': its offsets");
	refuses("{" ARRAY("w", "F32", "1", "9223372036854775804", "9223372036854775807") "}", 4,
		"array 'w': its offsets");
	refuses("{" ARRAY("w", "F32", "3", "0", "8") "}", 8, "array 'w': its shape needs");
	refuses("{" ARRAY("w", "F32", "4611686018427387905", "0", "4") "}", 4,
		"array 'w': its shape needs");
	refuses("{" ARRAY("w", "F32", "1", "4", "8") "}", 8, "array 'w': a gap before it");
	refuses("{" ARRAY("v", "F32", "2", "0", "8") "," ARRAY("w", "F32", "1", "4", "8") "}", 8,
		"array 'w': it overlaps another");
	refuses("{" ARRAY("w", "F32", "1", "0", "4") "}", 8, "4 bytes behind the last array");
	refuses("{" ARRAY("w", "I64", "1,1", "0", "8") "}", 8, "array 'w' is of type I64");
}

/* Only what is finite in single precision is a weight. */
static void refuses_what_is_not_finite(void **state)
{
	static const struct {
		const char *dtype, *bytes;
		size_t n;
	} wrong[] = {{"F32", "\0\0\200\177", 4},
		     {"F16", "\0\176", 2},
		     {"BF16", "\200\377", 2},
		     {"F64", "\0\0\0\0\0\0\0\110", 8}}; /* 3.1e38 times 256 */

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		folder d = new_folder("x.safetensors");
		char file[256] = {0};
		int n = snprintf(
			file + 8, sizeof(file) - 8,
			"{\"w\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%zu]}}",
			wrong[i].dtype, wrong[i].n);

		file[0] = (char)n;
		memcpy(file + 8 + n, wrong[i].bytes, wrong[i].n);
		put_file(d.file, file, 8 + (size_t)n + wrong[i].n);
		says(d.file, "'w' holds ");
		unlink(d.file);
		rmdir(d.path);
	}
}

static void refuses_every_prefix(void **state)
{
	static const char *const golden[] = {"chain.safetensors", "chain.npz"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		char path[64];
		size_t n;
		unsigned char *bytes;
		folder d;

		snprintf(path, sizeof(path), WEIGHTS "%s", golden[i]);
		bytes = slurp(path, &n);
		d = new_folder(golden[i]);
		for (size_t cut = 0; cut < n; cut++) {
			put_file(d.file, bytes, cut);
			says(d.file, "");
		}
		unlink(d.file);
		rmdir(d.path);
		free(bytes);
	}
}

/* An index beside one shard, a.safetensors, with one array w. */
static void refuses_index(const char *index, const char *message)
{
	static const char header[] = "{" ARRAY("w", "F32", "1", "0", "4") "}";
	folder d = new_folder("model.safetensors.index.json");
	char shard[320], file[128] = {sizeof(header) - 1};
	brc_err err = {0};
	brc_rc rc;

	memcpy(file + 8, header, sizeof(header) - 1);
	snprintf(shard, sizeof(shard), "%s/a.safetensors", d.path);
	put_file(shard, file, 8 + sizeof(header) - 1 + 4);
	put_file(d.file, index, strlen(index));
	rc = open_and_read(d.file, &err);
	assert_int_equal(rc, message ? BRC_DATA : BRC_OK);
	if (message && (!strstr(err.message, d.path) || !strstr(err.message, message)))
		fail_msg("'%s' does not name '%s' and '%s'", err.message, d.path, message);
	unlink(shard);
	unlink(d.file);
	rmdir(d.path);
}

static void refuses_bad_indices(void **state)
{
	(void)state;
	refuses_index("{\"weight_map\":{\"w\":\"a.safetensors\"}}", NULL);
	refuses_index(" {", "no JSON");
	refuses_index("{}", "without a 'weight_map'");
	refuses_index("{\"weight_map\":{\"w\":1}}", "array 'w': no file is named");
	refuses_index("{\"weight_map\":{\"w\":\"b.safetensors\"}}", "b.safetensors: cannot open");
	refuses_index("{\"weight_map\":{\"w\":\"../a.safetensors\"}}", "not the name of a file");
	refuses_index("{\"weight_map\":{\"w\":\"/etc/passwd\"}}", "not the name of a file");
	refuses_index("{\"weight_map\":{\"w\":\"\"}}", "not the name of a file");
	refuses_index("{\"weight_map\":{\"v\":\"a.safetensors\"}}",
		      "array 'w' stands in a.safetensors");
	refuses_index("{\"weight_map\":{\"w\":\"a.safetensors\",\"v\":\"a.safetensors\"}}",
		      "lists 2 arrays, but its files hold 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_format),
		cmocka_unit_test(reads_one_array),
		cmocka_unit_test(leaves_networks_alone),
		cmocka_unit_test(orders_names_naturally),
		cmocka_unit_test(digest_does_not_know_the_folder),
		cmocka_unit_test(refuses_bad_headers),
		cmocka_unit_test(refuses_bad_arrays),
		cmocka_unit_test(refuses_what_is_not_finite),
		cmocka_unit_test(refuses_every_prefix),
		cmocka_unit_test(refuses_bad_indices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
