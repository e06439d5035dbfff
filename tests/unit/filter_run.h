/*
 * A filter's main on a stream that is damaged, or intact, in a child process:
 * how it ends and what it leaves.
 */
#ifndef TESTS_UNIT_FILTER_RUN_H
#define TESTS_UNIT_FILTER_RUN_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "stream/reader.h"

enum { MAX_ARGS = 12, MAX_PATH = 256, BATCH = 16, SIGNALLED = 1000 };

/* Under sanitizers everything takes much longer. */
#ifdef __SANITIZE_ADDRESS__
enum { SECONDS = 120 };
#else
enum { SECONDS = 20 };
#endif

/* In arguments '@' is the path of the damaged stream and '%NAME' that of an intact one. */
typedef struct way_in {
	const char *title;
	int (*filter_main)(int, char **);
	const char *damaged;
	const char *args[MAX_ARGS]; /* without an '@' the damaged stream is standard input */
	const char *input;          /* with one, the intact stream that is */
	bool text;                  /* the output is no stream */
} way_in;

/* How the stream arrives, and where the output goes. */
typedef enum route { FILE_TO_STDOUT, PIPE_TO_FILE } route;

typedef struct outcome {
	int status;  /* exit code, or SIGNALLED + the signal that ended it */
	bool result; /* an intact stream, or text, was left */
	bool litter; /* a failure left a file behind */
} outcome;

/* The files of one process that works through damaged streams. */
typedef struct bench {
	const char *intact;  /* a directory with the intact streams */
	int file;            /* in memory: the damaged stream */
	int output;          /* in memory: standard output */
	int null;            /* /dev/null */
	char out[MAX_PATH];  /* a directory of its own, */
	char path[MAX_PATH]; /* and in it the name that is given with -o */
	struct done {        /* in memory shared with the child */
		size_t n;
		outcome outcome[BATCH];
	} * done;
} bench;

static inline void bench_open(bench *b, const char *intact, size_t index)
{
	*b = (bench){.intact = intact};
	snprintf(b->out, sizeof(b->out), "%.200s/out-%zu", intact, index);
	snprintf(b->path, sizeof(b->path), "%.220s/result", b->out);
	b->file = memfd_create("damaged", 0);
	b->output = memfd_create("output", 0);
	b->null = open("/dev/null", O_RDWR);
	b->done = mmap(NULL, sizeof(*b->done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
		       -1, 0);
	if (b->file < 0 || b->output < 0 || b->null < 0 || b->done == MAP_FAILED ||
	    mkdir(b->out, 0700) != 0)
		_exit(255);
}

static inline int open_intact(const char *directory, const char *name)
{
	char path[2 * MAX_PATH];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static inline void refill(int file, const unsigned char *bytes, size_t n)
{
	if (ftruncate(file, 0) != 0 || pwrite(file, bytes, n, 0) != (ssize_t)n)
		_exit(255);
	lseek(file, 0, SEEK_SET);
}

/* The end of a pipe that holds these bytes and nothing more. */
static inline int pipe_with(const unsigned char *bytes, size_t n)
{
	int ends[2];

	if (pipe(ends) != 0 || write(ends[1], bytes, n) != (ssize_t)n)
		_exit(255);
	close(ends[1]);
	return ends[0];
}

static inline bool reads_stdin(const way_in *w)
{
	for (size_t i = 0; i < MAX_ARGS && w->args[i]; i++)
		if (strchr(w->args[i], '@'))
			return false;
	return true;
}

/* The argument with '@' and '%NAME' replaced; in `buf`. */
static inline char *expand(const bench *b, const char *arg, int damaged, char buf[2 * MAX_PATH])
{
	const size_t before = strcspn(arg, "@%");

	if (arg[before] == '@')
		snprintf(buf, 2 * MAX_PATH, "%.*s/dev/fd/%d", (int)before, arg, damaged);
	else if (arg[before] == '%')
		snprintf(buf, 2 * MAX_PATH, "%.*s%s/%s", (int)before, arg, b->intact,
			 arg + before + 1);
	else
		snprintf(buf, 2 * MAX_PATH, "%s", arg);
	return buf;
}

/* In the child: the filter with its files, as a shell would start it. */
static inline int filter(const bench *b, const way_in *w, int damaged, const char *path)
{
	char text[MAX_ARGS + 3][2 * MAX_PATH], *argv[MAX_ARGS + 4];
	int argc, input;

	for (int fd = 0; fd <= 2; fd++)
		dup2(b->null, fd); /* the run before may have closed one */
	argc = 0;
	input = w->input ? open_intact(b->intact, w->input) : -1;
	argv[argc++] = strcpy(text[0], "filter");
	argv[argc++] = strcpy(text[1], "--threads=1");
	for (size_t i = 0; i < MAX_ARGS && w->args[i]; i++, argc++)
		argv[argc] = expand(b, w->args[i], damaged, text[argc]);
	if (path) {
		snprintf(text[argc], sizeof(text[argc]), "-o%s", path);
		argv[argc] = text[argc];
		argc++;
	}
	argv[argc] = NULL;
	if (reads_stdin(w) || input >= 0)
		dup2(reads_stdin(w) ? damaged : input, 0);
	if (!path)
		dup2(b->output, 1);
	if (input >= 0)
		close(input);
	alarm(SECONDS); /* none may hang */
	return w->filter_main(argc, argv);
}

/* Does the file hold an intact stream or, for text, anything? */
static inline bool holds_result(const char *path, bool text)
{
	struct stat st;
	brc_reader *r = NULL;
	brc_frame f = {.kind = BRC_F_META};
	brc_rc rc;

	if (stat(path, &st) != 0 || st.st_size == 0)
		return false;
	if (text)
		return true;
	rc = brc_reader_open(&r, path, NULL);
	while (rc == BRC_OK && f.kind != BRC_F_EOF)
		rc = brc_reader_next(r, &f, NULL);
	brc_reader_free(r);
	return rc == BRC_OK;
}

/* Look at what the filter left, and clear it away. */
static inline void take_result(const bench *b, const way_in *w, route way, outcome *o)
{
	char output[64];

	snprintf(output, sizeof(output), "/dev/fd/%d", b->output);
	o->result = holds_result(way == PIPE_TO_FILE ? b->path : output, w->text);
	o->litter = false;
	if (way == FILE_TO_STDOUT)
		return;
	if (o->status == 0)
		unlink(b->path);
	else if (rmdir(b->out) == 0)
		mkdir(b->out, 0700);
	else
		o->litter = true;
}

/* In the child, or twice in a row: one run on these bytes. */
static inline void run_once(const bench *b, const way_in *w, route way, const unsigned char *bytes,
			    size_t n, outcome *o)
{
	int damaged = b->file;

	if (way == PIPE_TO_FILE)
		damaged = pipe_with(bytes, n);
	else
		refill(b->file, bytes, n);
	refill(b->output, NULL, 0);
	o->status = filter(b, w, damaged, way == PIPE_TO_FILE ? b->path : NULL);
	if (way == PIPE_TO_FILE)
		close(damaged);
	take_result(b, w, way, o);
}

/* Make damage number i; returns the number of bytes. */
typedef size_t (*damage)(unsigned char *bytes, size_t n, size_t i);

/*
 * Runs with damages i, i + step, ... (`runs` of them, at most BATCH), in one
 * child, or in several when one ends before its time. Outcomes are in
 * b->done->outcome. False when the child of good runs fails at its exit: a leak.
 */
static inline bool run_batch(bench *b, const way_in *w, route way, const unsigned char *bytes,
			     size_t n, damage make, size_t i, size_t step, size_t runs)
{
	int status = 0;

	for (b->done->n = 0; b->done->n < runs; b->done->n++) {
		pid_t pid = fork();
		outcome *o;

		for (; pid == 0 && b->done->n < runs; b->done->n++) {
			unsigned char copy[8192];
			size_t kept;

			memcpy(copy, bytes, n);
			kept = make(copy, n, i + b->done->n * step);
			run_once(b, w, way, copy, kept, &b->done->outcome[b->done->n]);
		}
		if (pid == 0)
#ifdef __SANITIZE_ADDRESS__
			exit(0); /* looks for leaks */
#else
			_exit(0);
#endif
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			_exit(255);
		if (b->done->n >= runs)
			return status == 0;
		o = &b->done->outcome[b->done->n];
		o->status = WIFEXITED(status) ? WEXITSTATUS(status) : SIGNALLED + WTERMSIG(status);
		take_result(b, w, way, o);
	}
	return true;
}

#endif
