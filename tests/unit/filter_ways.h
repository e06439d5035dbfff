/*
 * Every way by which a stream gets into a filter, a small stream for each, and
 * many runs of one way, shared among processes.
 *
 * The mains of the filters are linked in (see MAINS in the Makefile) and run in
 * forked children, since starting a process for each run would take too long.
 */
#ifndef TESTS_UNIT_FILTER_WAYS_H
#define TESTS_UNIT_FILTER_WAYS_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "filter_run.h"
#include "tiny_streams.h"

enum { MAX_SHARDS = 16, MAX_STREAM = 8192 };

/* ---- the filters ---- */

int brc_main_activations(int, char **);
int brc_main_check(int, char **);
int brc_main_clusterability(int, char **);
int brc_main_coherence(int, char **);
int brc_main_compare(int, char **);
int brc_main_corr(int, char **);
int brc_main_export(int, char **);
int brc_main_extract_weights(int, char **);
int brc_main_import(int, char **);
int brc_main_laplacian(int, char **);
int brc_main_lesion(int, char **);
int brc_main_peek(int, char **);
int brc_main_repeat(int, char **);
int brc_main_report(int, char **);
int brc_main_spectral(int, char **);

static const way_in ways_in[] = {
	{"activations", brc_main_activations, "dataset", {"-m" TINY_MODEL}, NULL, false},
	{"check", brc_main_check, "labels", {NULL}, NULL, true},
	{"check: an operand", brc_main_check, "labels", {"%weights", "@"}, "weights", true},
	{"clusterability", brc_main_clusterability, "weights", {"-k2", "-n1"}, NULL, false},
	{"coherence", brc_main_coherence, "lesions", {NULL}, NULL, false},
	{"coherence: matched", brc_main_coherence, "matched", {NULL}, NULL, false},
	{"compare", brc_main_compare, "two-labels", {NULL}, NULL, true},
	{"compare --labels", brc_main_compare, "labels", {"--labels=@"}, "labels", true},
	{"corr", brc_main_corr, "activations", {NULL}, NULL, false},
	{"export --labels", brc_main_export, "labels", {"--labels"}, NULL, true},
	{"export --tensor", brc_main_export, "weights", {"--tensor=weights/block/0"}, NULL, true},
	{"import", brc_main_import, "units", {"--labels=%labels.tsv"}, NULL, false},
	{"laplacian", brc_main_laplacian, "weights", {NULL}, NULL, false},
	{"laplacian: rows", brc_main_laplacian, "rows", {NULL}, NULL, false},
	{"laplacian: factors", brc_main_laplacian, "factors", {NULL}, NULL, false},
	{"laplacian --local: factors", brc_main_laplacian, "factors", {"--local"}, NULL, false},
	{"corr --factors", brc_main_corr, "activations", {"--factors"}, NULL, false},
	{"export --graph: factors", brc_main_export, "factors", {"--graph=tsv"}, NULL, true},
	{"clusterability: rows", brc_main_clusterability, "rows", {"-k2", "-n1"}, NULL, false},
	{"clusterability: stored",
	 brc_main_clusterability,
	 "correlated",
	 {"-k2", "-n1"},
	 NULL,
	 false},
	{"laplacian: compressed", brc_main_laplacian, "weights-z", {NULL}, NULL, false},
	{"lesion", brc_main_lesion, "labels", {"-m" TINY_MODEL, "-d%dataset", "-n1"}, NULL, false},
	{"lesion --data",
	 brc_main_lesion,
	 "dataset",
	 {"-m" TINY_MODEL, "-d@", "-n1"},
	 "labels",
	 false},
	{"peek", brc_main_peek, "laplacian", {NULL}, NULL, true},
	{"peek: an operand", brc_main_peek, "labels", {"--json", "@"}, NULL, true},
	{"repeat", brc_main_repeat, "repeatable", {"-m" TINY_MODEL, "-d%dataset"}, NULL, false},
	{"report", brc_main_report, "labels", {NULL}, NULL, true},
	{"report: an operand", brc_main_report, "lesions", {"-fjson", "%labels", "@"}, NULL, true},
	{"spectral", brc_main_spectral, "laplacian", {"-k2"}, NULL, false},
	{"spectral: factors", brc_main_spectral, "laplacian-factors", {"-k2"}, NULL, false},
};

enum { WAYS_IN = sizeof(ways_in) / sizeof(ways_in[0]) };

/* ---- the streams ---- */

static char scratch[MAX_PATH]; /* a directory with the intact streams */

/* A stream that a filter makes of another one. */
static inline void make(const char *name, int (*filter_main)(int, char **), const char *input)
{
	char output[MAX_PATH + 32];
	int status;
	pid_t pid;

	snprintf(output, sizeof(output), "-o%s/%s", scratch, name);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char tool[] = "filter", quiet[] = "-q", *argv[] = {tool, quiet, output, NULL};

		dup2(open_intact(scratch, input), 0);
		_exit(filter_main(3, argv));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static inline int make_streams(void **state)
{
	const char *dir = getenv("TMPDIR");
	char path[MAX_PATH + 32];
	FILE *f;

	(void)state;
	snprintf(scratch, sizeof(scratch), "%.200s/broca-hostile-XXXXXX", dir ? dir : "/tmp");
	if (!mkdtemp(scratch))
		return -1;
	tiny_streams(scratch);
	make("laplacian", brc_main_laplacian, "weights");
	make("laplacian-factors", brc_main_laplacian, "factors");
	make("correlated", brc_main_corr, "activations");
	snprintf(path, sizeof(path), "%s/labels.tsv", scratch);
	f = fopen(path, "w");
	fputs("layer\tunit\tcluster\n", f);
	for (int u = 0; u < 8; u++)
		fprintf(f, "h1\t%d\t%d\n", u, u % 2);
	return fclose(f);
}

static inline int remove_streams(void **state)
{
	DIR *d = opendir(scratch);

	(void)state;
	for (struct dirent *e; d && (e = readdir(d)) != NULL;)
		unlinkat(dirfd(d), e->d_name, 0);
	closedir(d);
	return rmdir(scratch);
}

/* OpenBLAS stops its threads before every fork and starts them again, unless it has none. */
static inline void without_blas_threads(char **argv)
{
	if (getenv("OPENBLAS_NUM_THREADS"))
		return;
	setenv("OPENBLAS_NUM_THREADS", "1", 1);
	execv("/proc/self/exe", argv);
}

/* ---- all runs of a kind, in shards ---- */

typedef struct kind {
	const char *title, *unit;
	damage make;
	bool (*fine)(const outcome *);
	size_t every, per_byte; /* damages */
	size_t count;           /* or this many */
} kind;

/* In memory that the shards share. */
typedef struct tally {
	size_t runs, failures;
	char first[200];
} tally;

static inline void count(tally *t, const kind *k, size_t i, route way, const outcome *o)
{
	t->runs++;
	if (k->fine(o) || t->failures++ > 0)
		return;
	snprintf(t->first, sizeof(t->first), "%s %zu%s: status %d%s%s", k->unit, i,
		 way == PIPE_TO_FILE ? " through a pipe, with -o" : "", o->status,
		 o->result ? ", a result" : ", no result", o->litter ? ", a file left behind" : "");
}

/* Every `shards`th batch of damages, from number `index` on. */
static inline void work(const way_in *w, const kind *k, route way, const unsigned char *bytes,
			size_t n, size_t index, size_t shards, tally *t)
{
	const size_t all = k->count != 0 ? k->count : k->per_byte * n;
	bench b;

	bench_open(&b, scratch, index);
	for (size_t i = index * BATCH * k->every; i < all; i += shards * BATCH * k->every) {
		const size_t left = (all - i + k->every - 1) / k->every;
		const size_t runs = left < BATCH ? left : BATCH;

		if (!run_batch(&b, w, way, bytes, n, k->make, i, k->every, runs)) {
			t->failures++;
			snprintf(t->first, sizeof(t->first), "a leak after %s %zu", k->unit, i);
		}
		for (size_t r = 0; r < runs; r++)
			count(t, k, i + r * k->every, way, &b.done->outcome[r]);
	}
	rmdir(b.out);
}

static inline size_t read_intact(const char *name, unsigned char bytes[MAX_STREAM])
{
	int fd = open_intact(scratch, name);
	ssize_t n = read(fd, bytes, MAX_STREAM);

	close(fd);
	assert_in_range(n, 1, MAX_STREAM - 1);
	return (size_t)n;
}

static inline size_t processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n < 1 ? 1 : n > MAX_SHARDS ? MAX_SHARDS : (size_t)n;
}

/* Wait for the shards and add up what they found. */
static inline void expect_no_failure(const way_in *w, const kind *k, const pid_t *pid,
				     size_t shards, const tally *t)
{
	size_t runs = 0, failures = 0;

	for (size_t i = 0; i < shards; i++) {
		int status;

		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
		runs += t[i].runs;
		failures += t[i].failures;
	}
	for (size_t i = 0; i < shards; i++)
		if (t[i].failures > 0)
			print_error("%s: %s: %zu of %zu runs, first %s\n", w->title, k->title,
				    failures, runs, t[i].first);
	assert_true(runs > 0);
	assert_int_equal(failures, 0);
}

static inline void all_of(const way_in *w, const kind *k, route way)
{
	unsigned char bytes[MAX_STREAM];
	const size_t n = read_intact(w->damaged, bytes);
	const size_t shards = processors();
	pid_t pid[MAX_SHARDS];
	tally *t = mmap(NULL, sizeof(*t) * MAX_SHARDS, PROT_READ | PROT_WRITE,
			MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(t, MAP_FAILED);
	fflush(NULL);
	for (size_t i = 0; i < shards; i++) {
		pid[i] = fork();
		assert_true(pid[i] >= 0);
		if (pid[i] > 0)
			continue;
		work(w, k, way, bytes, n, i, shards, &t[i]);
		_exit(0);
	}
	expect_no_failure(w, k, pid, shards, t);
	munmap(t, sizeof(*t) * MAX_SHARDS);
}

#endif
