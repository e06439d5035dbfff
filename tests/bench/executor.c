/*
 * Run a model on images: executor MODEL THREADS IMAGES IN OUT [REPETITIONS [bf16]].
 * IN and OUT are raw floats, image after image. Prints the best time of a pass
 * over all images in seconds, the peak memory in bytes, and the best processor
 * time of a pass, which other programs disturb less.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"
#include "../unit/exec_pass.h"

enum { MAX_THREADS = 64 };

typedef struct job {
	brc_exec *g;
	exec_pass p[MAX_THREADS];
	char name[256];
	size_t rows, inputs, outputs, images;
	float *in, *out;
} job;

static double now(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Images of a micro-batch, when each has so many elements. */
static size_t count_rows(size_t elements)
{
	size_t rows = 2;

	while (rows < 64 && 2 * rows * elements <= (size_t)1 << 20)
		rows *= 2;
	return rows;
}

static brc_rc run_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	job *j = ctx;
	size_t first = task * j->rows, left = j->images - first;
	size_t n = left < j->rows ? left : j->rows;
	float *x = brc_workspace_input(j->p[worker].w, j->name);

	memset(x, 0, j->rows * j->inputs * sizeof(*x));
	memcpy(x, j->in + first * j->inputs, n * j->inputs * sizeof(*x));
	BRC_TRY(exec_pass_run(j->p[worker].w, err));
	memcpy(j->out + first * j->outputs, brc_workspace_output(j->p[worker].w, 0),
	       n * j->outputs * sizeof(*x));
	return BRC_OK;
}

static brc_rc prepare(job *j, const char *path, size_t threads, const brc_exec_options *o,
		      brc_err *err)
{
	brc_tensor_view in = {.batch = true};
	const Brc__OnnxValueInfo *v;
	brc_onnx m;
	brc_rc rc;

	BRC_TRY(brc_onnx_read(&m, path, err));
	v = m.model->graph->input[0];
	snprintf(j->name, sizeof(j->name), "%s", v->name);
	in.name = j->name;
	in.ndim = v->type->tensor_type->shape->n_dim;
	j->inputs = 1;
	for (size_t k = 1; k < in.ndim; k++) {
		in.dim[k] = (size_t)v->type->tensor_type->shape->dim[k]->dim_value;
		j->inputs *= in.dim[k];
	}
	in.dim[0] = j->rows = count_rows(j->inputs);
	rc = brc_exec_new(&j->g, &m, &in, 1, o, err);
	brc_onnx_clear(&m);
	if (rc != BRC_OK)
		return rc;
	j->outputs = 1;
	for (size_t k = 1; k < output_of(j->g, 0)->ndim; k++)
		j->outputs *= output_of(j->g, 0)->dim[k];
	for (size_t t = 0; t < threads; t++)
		BRC_TRY(exec_pass_new(&j->p[t], j->g, err));
	return BRC_OK;
}

static brc_rc read_images(job *j, const char *path, brc_err *err)
{
	FILE *f = fopen(path, "rb");
	size_t n = j->images * j->inputs, got = 0;

	j->in = brc_alloc(n, sizeof(float), err);
	j->out = brc_alloc(j->images * j->outputs, sizeof(float), err);
	if (f && j->in)
		got = fread(j->in, sizeof(float), n, f);
	if (f)
		fclose(f);
	if (got == n && j->in && j->out)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "cannot read %zu images from %s", j->images, path);
}

static brc_rc write_outputs(const job *j, const char *path, brc_err *err)
{
	FILE *f = fopen(path, "wb");
	size_t n = j->images * j->outputs, put = f ? fwrite(j->out, sizeof(float), n, f) : 0;

	if (f && fclose(f) == 0 && put == n)
		return BRC_OK;
	return brc_fail(err, BRC_RESOURCE, "cannot write %s", path);
}

static brc_rc measure(job *j, brc_pool *pool, int repetitions, double *best, double *cpu,
		      brc_err *err)
{
	*best = *cpu = 1e300;
	for (int i = 0; i < repetitions; i++) {
		double start = now(CLOCK_MONOTONIC), before = now(CLOCK_PROCESS_CPUTIME_ID);

		BRC_TRY(brc_pool_run(pool, (j->images + j->rows - 1) / j->rows, run_task, j, err));
		start = now(CLOCK_MONOTONIC) - start;
		before = now(CLOCK_PROCESS_CPUTIME_ID) - before;
		*best = start < *best ? start : *best;
		*cpu = before < *cpu ? before : *cpu;
	}
	return BRC_OK;
}

int main(int argc, char **argv)
{
	static job j;
	size_t threads = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	int repetitions = argc > 6 ? atoi(argv[6]) : 1;
	brc_exec_options options = {0};
	brc_err err = {0};
	brc_pool *pool = NULL;
	struct rusage usage;
	double best, cpu;
	brc_rc rc;

	if (argc < 6 || threads < 1 || threads > MAX_THREADS)
		return BRC_USAGE;
	if (argc > 7 && strcmp(argv[7], "bf16") == 0)
		options.precision = BRC_PRECISION_BF16;
	j.images = strtoul(argv[3], NULL, 10);
	rc = brc_pool_new(&pool, threads, &err);
	if (rc == BRC_OK)
		rc = prepare(&j, argv[1], threads, &options, &err);
	if (rc == BRC_OK)
		rc = read_images(&j, argv[4], &err);
	if (rc == BRC_OK)
		rc = measure(&j, pool, repetitions, &best, &cpu, &err);
	if (rc == BRC_OK)
		rc = write_outputs(&j, argv[5], &err);
	if (rc == BRC_OK) {
		getrusage(RUSAGE_SELF, &usage);
		printf("%.6f %ld %.6f\n", best, usage.ru_maxrss * 1024, cpu);
	} else {
		fprintf(stderr, "executor: %s\n", err.message);
	}
	for (size_t t = 0; t < threads; t++)
		exec_pass_free(&j.p[t]);
	brc_exec_free(j.g);
	brc_pool_free(pool);
	free(j.in);
	free(j.out);
	return rc;
}
