/*
 * Hostile models: each is refused by its node, within 100 MiB more than the
 * program takes anyway. A child process builds it under a limit.
 */
#include "model_build.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exec/exec.h"

#define LIMIT ((rlim_t)100 << 20)

#if defined(__SANITIZE_ADDRESS__)
enum { LIMITED = 0 }; /* its shadow memory alone takes more address space */
#else
enum { LIMITED = 1 };
#endif

static const int64_t image[] = {-1, 4, 8, 8};

static void limit_memory(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	unsigned long pages = 0;
	struct rlimit r;

	if (!f || fscanf(f, "%lu", &pages) != 1)
		_exit(9);
	fclose(f);
	r.rlim_cur = r.rlim_max = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + LIMIT;
	if (LIMITED && setrlimit(RLIMIT_AS, &r) != 0)
		_exit(9);
}

/* In the child: 0 when the model is refused with this message. */
static int try(const uint8_t *bytes, size_t n, const char *message)
{
	brc_tensor_view in = {.name = "x", .ndim = 4, .dim = {2, 4, 8, 8}, .batch = true};
	brc_err err = {0};
	brc_exec *g = NULL;
	brc_onnx m;
	brc_rc rc;

	limit_memory();
	rc = brc_onnx_decode(&m, bytes, n, &err);
	if (rc == BRC_OK)
		rc = brc_exec_new(&g, &m, &in, 1, NULL, &err);
	if (rc != BRC_DATA || !strstr(err.message, message)) {
		fprintf(stderr, "status %d: '%s' is not '%s'\n", (int)rc, err.message, message);
		return 1;
	}
	return 0;
}

static void refuses(Brc__OnnxModel *model, const char *message)
{
	size_t n;
	uint8_t *bytes = pack_model(model, &n);
	pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (child == 0)
		_exit(try(bytes, n, message));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	free(bytes);
}

static Brc__OnnxModel *begin(void)
{
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 4, image);
	add_output(m, "y");
	return m;
}

static void a_long_cycle_is_refused(void **state)
{
	enum { LENGTH = 20000 };
	Brc__OnnxModel *m = begin();

	(void)state;
	for (size_t i = 0; i < LENGTH; i++) {
		char in[32], out[32];

		snprintf(in, sizeof(in), "v%zu", (i + 1) % LENGTH);
		snprintf(out, sizeof(out), "v%zu", i);
		add_node(m, "Relu", in, out);
	}
	add_node(m, "Add", "x v7", "y");
	refuses(m, "(Relu): its output feeds back into its input");
}

static void shapes_that_grow_at_every_node_are_refused(void **state)
{
	static const int64_t wide[] = {1 << 15, 1 << 15}, list[] = {30000, 30000};
	Brc__OnnxModel *m = begin();
	char in[32], out[32];

	(void)state;
	for (int i = 0; i < 60; i++) {
		snprintf(in, sizeof(in), i ? "c%d c%d" : "x x", i - 1, i - 1);
		snprintf(out, sizeof(out), i == 59 ? "y" : "c%d", i);
		add_int(add_node(m, "Concat", in, out), "axis", 1);
	}
	refuses(m, "(Concat): a value of more than");
	m = begin();
	add_list(m, "s", 2, wide);
	add_node(m, "ConstantOfShape", "s", "k");
	add_node(m, "Add", "k k", "y");
	refuses(m, "node 'my-k' (ConstantOfShape): its values take more memory");
	m = begin();
	add_list(m, "s", 2, list);
	add_list(m, "one", 1, (const int64_t[]){1});
	add_node(m, "Expand", "one s", "y");
	refuses(m, "node 'my-y' (Expand): its values take more memory");
}

/* Weights that thousands of nodes share, each with a copy in a layout of its own. */
static void weights_that_a_small_file_repeats_do_not_exhaust_memory(void **state)
{
	enum { CHANNELS = 512, NODES = 3000 };
	static const int64_t first[] = {CHANNELS, 4, 1, 1};
	static const int64_t square[] = {CHANNELS, CHANNELS, 1, 1};
	Brc__OnnxModel *m = begin();
	char in[32], out[32];

	(void)state;
	add_tensor(m, "f", BRC_ONNX_FLOAT, 4, first, NULL, 16 * CHANNELS);
	add_tensor(m, "w", BRC_ONNX_FLOAT, 4, square, NULL, 4 * CHANNELS * CHANNELS);
	add_node(m, "Conv", "x f", "c0");
	for (int i = 1; i <= NODES; i++) {
		snprintf(in, sizeof(in), "c%d w", i - 1);
		snprintf(out, sizeof(out), i == NODES ? "y" : "c%d", i);
		add_node(m, "Conv", in, out);
	}
	refuses(m, "(Conv): its weights take more memory than the size of the model accounts for");
}

static void elements_of_the_wrong_kind(void **state)
{
	static const int64_t weight[] = {4, 4, 1, 1};
	Brc__OnnxModel *m = begin();

	(void)state;
	add_tensor(m, "w", BRC_ONNX_INT64, 4, weight, NULL, 128);
	add_node(m, "Conv", "x w", "y");
	refuses(m, "node 'my-y' (Conv): input 1 ('w') holds integers; floats are needed");
	m = begin();
	add_tensor(m, "w", 8, 4, weight, NULL, 64);
	add_node(m, "Conv", "x w", "y");
	refuses(m, "'w'");
	m = begin();
	add_tensor(m, "w", BRC_ONNX_FLOAT, 4, weight, NULL, 60);
	add_node(m, "Conv", "x w", "y");
	refuses(m, "initializer 'w': its shape has 16 elements, its data 15");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_long_cycle_is_refused),
		cmocka_unit_test(shapes_that_grow_at_every_node_are_refused),
		cmocka_unit_test(weights_that_a_small_file_repeats_do_not_exhaust_memory),
		cmocka_unit_test(elements_of_the_wrong_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
