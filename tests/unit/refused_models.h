/* Models that must be refused: a child process builds each one under a limit of memory. */
#ifndef TESTS_UNIT_REFUSED_MODELS_H
#define TESTS_UNIT_REFUSED_MODELS_H

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

static inline void limit_memory(void)
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
static inline int try(const uint8_t *bytes, size_t n, const char *message)
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

static inline void refuses(Brc__OnnxModel *model, const char *message)
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

static inline Brc__OnnxModel *begin(void)
{
	Brc__OnnxModel *m = new_model();

	add_input(m, "x", 4, image);
	add_output(m, "y");
	return m;
}

#endif
