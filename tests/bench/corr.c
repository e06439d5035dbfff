/*
 * Spearman graphs beside ssyrk alone:
 *     corr UNITS SAMPLES THREADS REPEATS FOLDER
 * makes activations (12 common factors, noise, ReLU) and leaves them in FOLDER as x.npy
 * and as the stream act.brc. Prints for each repeat the seconds of ssyrk on all threads, of
 * the columns of ranks, of the graph made of them, and of the last two together; then whether
 * products were those of bytes or of floats.
 */
#include <cblas.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "base/rng.h"
#include "data/arrays/npy.h"
#include "linalg/correlation.h"
#include "stream/layers.h"
#include "stream/writer.h"

enum { FACTORS = 12 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* ---- data ---- */

static void fill(float *x, size_t samples, size_t n)
{
	brc_rng r;

	brc_rng_init(&r, 1, BRC_RNG_TEST, 0, 0);
	for (size_t s = 0; s < samples; s++) {
		double factor[FACTORS];

		for (size_t i = 0; i < FACTORS; i++)
			factor[i] = brc_rng_normal(&r);
		for (size_t u = 0; u < n; u++) {
			double v = factor[u % FACTORS] + brc_rng_normal(&r);

			x[s * n + u] = v > 0 ? (float)v : 0;
		}
	}
}

static brc_rc write_stream(const char *path, const float *x, size_t samples, size_t n, brc_err *err)
{
	const char *const name[] = {"units"};
	const size_t shape[] = {samples, n};
	brc_section *s;
	brc_layers layers;
	brc_sink *sink;
	brc_writer *w;

	BRC_TRY(brc_sink_open(&sink, path, true, err));
	BRC_TRY(brc_writer_new(&w, sink, 0, err));
	BRC_TRY(brc_section_new(&s, "activations", 1, "bench", err));
	BRC_TRY(brc_layers_init(&layers, 1, name, &n, err));
	BRC_TRY(brc_layers_write(&layers, s, err));
	BRC_TRY(brc_section_add(s, "value", "<f4", 2, shape, "sample,unit", x, NULL, err));
	BRC_TRY(brc_writer_begin(w, s, err));
	BRC_TRY(brc_writer_end(w, s, err));
	BRC_TRY(brc_writer_trailer(w, err));
	brc_section_free(s);
	brc_layers_clear(&layers);
	brc_writer_free(w);
	return brc_sink_close(sink, true, err);
}

static brc_rc write_npy(const char *path, const float *x, size_t rows, size_t cols, brc_err *err)
{
	const size_t shape[] = {rows, cols};
	brc_str head = {0};
	FILE *f = fopen(path, "w");

	if (!f)
		return brc_fail(err, BRC_RESOURCE, "cannot write %s", path);
	BRC_TRY(brc_npy_header(&head, "<f4", 2, shape, err));
	fwrite(head.s, 1, head.len, f);
	fwrite(x, sizeof(*x), rows * cols, f);
	brc_str_free(&head);
	return fclose(f) == 0 ? BRC_OK : brc_fail(err, BRC_RESOURCE, "cannot write %s", path);
}

/* ---- timing ---- */

struct bench {
	size_t n, samples, threads, repeats;
	float *x;
	brc_scratch graph;
	brc_pool *pool;
};

/* Seconds of ssyrk on all threads, of columns as many and as long. */
static double time_ssyrk(struct bench *b)
{
	double t;

	openblas_set_num_threads((int)b->threads);
	t = now();
	cblas_ssyrk(CblasColMajor, CblasUpper, CblasTrans, (int)b->n, (int)b->samples, 1, b->x,
		    (int)b->samples, 0, b->graph.data, (int)b->n);
	return now() - t;
}

static brc_rc one_round(struct bench *b, brc_err *err)
{
	const brc_range all = {0, b->n};
	brc_correlation c;
	double t = now(), columns, syrk, block;

	BRC_TRY(brc_correlation_init(&c, &(brc_samples){b->x, b->samples, b->n, false},
				     BRC_CORR_SPEARMAN, false, 0, b->pool, NULL, err));
	columns = now() - t;
	syrk = time_ssyrk(b);
	t = now();
	BRC_TRY(brc_correlation_block(&c, all, all, BRC_CORR_SQUARE, b->pool, &b->graph, err));
	block = now() - t;
	printf("%.3f %.3f %.3f %.3f %s\n", syrk, columns, block, columns + block,
	       c.exact ? "bytes" : "floats");
	brc_correlation_clear(&c);
	return BRC_OK;
}

/* The packed triangle as a whole matrix, to a file. */
static brc_rc write_graph(const struct bench *b, const char *path, brc_err *err)
{
	float *a = brc_calloc(b->n * b->n, sizeof(*a), err);
	const float *from = b->graph.data;
	brc_rc rc;

	if (!a)
		return BRC_RESOURCE;
	for (size_t i = 0; i < b->n; i++)
		for (size_t j = i + 1; j < b->n; j++)
			a[i * b->n + j] = a[j * b->n + i] = *from++;
	rc = write_npy(path, a, b->n, b->n, err);
	free(a);
	return rc;
}

static brc_rc run(struct bench *b, const char *folder, brc_err *err)
{
	char path[4096];

	b->x = brc_alloc(b->samples * b->n, sizeof(float), err);
	if (!b->x)
		return BRC_RESOURCE;
	BRC_TRY(brc_scratch_init(&b->graph, b->n * b->n * sizeof(float), false, "graph", err));
	memset(b->graph.data, 1, b->graph.bytes); /* the pages are there before they are timed */
	BRC_TRY(brc_pool_new(&b->pool, b->threads, err));
	fill(b->x, b->samples, b->n);
	snprintf(path, sizeof(path), "%s/act.brc", folder);
	BRC_TRY(write_stream(path, b->x, b->samples, b->n, err));
	snprintf(path, sizeof(path), "%s/x.npy", folder);
	BRC_TRY(write_npy(path, b->x, b->samples, b->n, err));
	for (size_t i = 0; i < b->repeats; i++)
		BRC_TRY(one_round(b, err));
	snprintf(path, sizeof(path), "%s/graph.npy", folder);
	BRC_TRY(write_graph(b, path, err));
	brc_pool_free(b->pool);
	free(b->x);
	brc_scratch_clear(&b->graph);
	return BRC_OK;
}

int main(int argc, char **argv)
{
	struct bench b = {0};
	brc_err err = {0};

	if (argc != 6) {
		fprintf(stderr, "usage: corr UNITS SAMPLES THREADS REPEATS FOLDER\n");
		return BRC_USAGE;
	}
	b.n = strtoul(argv[1], NULL, 10);
	b.samples = strtoul(argv[2], NULL, 10);
	b.threads = strtoul(argv[3], NULL, 10);
	b.repeats = strtoul(argv[4], NULL, 10);
	if (run(&b, argv[5], &err) != BRC_OK) {
		fprintf(stderr, "corr: %s\n", err.message);
		return BRC_DATA;
	}
	return 0;
}
