/*
 * Memory that is not there: each filter is run once for every allocation that
 * this library makes, with that one failing. It ends with exit code 6 and
 * leaves no result; or, where it can do without, with 0 and an intact one. It
 * never crashes, and (under sanitizers) leaks nothing.
 *
 * Linked with --wrap, so that calls of malloc and the like come here; those
 * within other libraries do not.
 */
#define _GNU_SOURCE
#include "filter_ways.h"

#ifdef __SANITIZE_ADDRESS__
enum { EVERY = 2 };
#else
enum { EVERY = 1 };
#endif

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_aligned_alloc(size_t, size_t);

static size_t allocations, failing = SIZE_MAX;

static bool fails(void)
{
	return __atomic_fetch_add(&allocations, 1, __ATOMIC_RELAXED) == failing;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

void *__wrap_aligned_alloc(size_t alignment, size_t n)
{
	return fails() ? NULL : __real_aligned_alloc(alignment, n);
}

static size_t fail_allocation(unsigned char *bytes, size_t n, size_t i)
{
	(void)bytes;
	allocations = 0;
	failing = i;
	return n;
}

static bool ended_in_order(const outcome *o)
{
	return !o->litter && (o->status == BRC_RESOURCE ? !o->result : o->status == 0 && o->result);
}

/* How many allocations the way takes when none fails: counted in a child. */
static size_t count_allocations(const way_in *w)
{
	size_t *n =
		mmap(NULL, sizeof(*n), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t pid;
	int status;
	size_t count;

	assert_ptr_not_equal(n, MAP_FAILED);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bench b;

		bench_open(&b, scratch, 0);
		allocations = 0;
		status = filter(&b, w, open_intact(scratch, w->damaged), NULL);
		*n = allocations;
		rmdir(b.out);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	count = *n;
	munmap(n, sizeof(*n));
	assert_in_range(count, 10, 100000);
	return count;
}

static void every_allocation_may_fail(void **state)
{
	const way_in *w = *state;
	const kind k = {"failing allocations", "number", fail_allocation, ended_in_order, EVERY, 0,
			count_allocations(w)};

	all_of(w, &k, FILE_TO_STDOUT);
	all_of(w, &k, PIPE_TO_FILE);
}

int main(int argc, char **argv)
{
	static const way_in source = {"extract-weights",
				      brc_main_extract_weights,
				      "labels",
				      {"-uall", "-m" TINY_MODEL},
				      NULL,
				      false};
	static struct CMUnitTest tests[WAYS_IN + 1];

	(void)argc;
	without_blas_threads(argv);
	for (size_t i = 0; i <= WAYS_IN; i++) {
		const way_in *w = i < WAYS_IN ? &ways_in[i] : &source;

		tests[i] = (struct CMUnitTest){.name = w->title,
					       .test_func = every_allocation_may_fail,
					       .initial_state = (void *)(uintptr_t)w};
	}
	return _cmocka_run_group_tests("allocation_failure", tests, WAYS_IN + 1, make_streams,
				       remove_streams);
}
