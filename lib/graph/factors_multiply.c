/*
 * Products of a graph given by factors with eight vectors at once, as matrix products.
 *
 * C(x) is symmetric, so only its columns s with rows t >= s are computed, BLOCK columns at a time,
 * for all eight vectors: moments[(s, v), t] = sum_i (r_is x_iv) r_it, an (8 BLOCK) x (S - s) matrix
 * that is the product of rows times vectors and rows. Then y_iv = sum_s r_is (sum_t moments[(s, v),
 * t] r_it), entries off the diagonal doubled.
 *
 * Sums over units run chunk by chunk. The number of chunks depends only on the problem, and chunks
 * are added in order.
 */
#include <cblas.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/processor.h"
#include "graph/factors.h"
#include "linalg/lanes.h"

enum { BLOCK = 8, ROWS = 256, TASKS = 32, CHUNKS = 8, WIDTH = BLOCK * BRC_LANES };

/* A product in progress: units first .. first + n - 1, and their entries in eight vectors. */
typedef struct product {
	const brc_factors *f;
	const brc_factors_room *room;
	size_t first, n, chunks, blocks;
	const double *x;
	double *y;
} product;

static size_t blocks_of(size_t samples)
{
	return (samples + BLOCK - 1) / BLOCK;
}

/* So many that there are enough tasks for the threads of most machines. */
static size_t chunks_of(size_t samples)
{
	size_t chunks = (TASKS + blocks_of(samples) - 1) / blocks_of(samples);

	return chunks < CHUNKS ? chunks : CHUNKS;
}

/*
 * Where the moments of block b begin. For the block behind the last, this is the number of all
 * moments.
 */
static size_t moments_at(size_t samples, size_t b)
{
	return WIDTH * (b * samples - BLOCK * (b * (b - 1) / 2));
}

static size_t moments_all(size_t samples)
{
	return moments_at(samples, blocks_of(samples));
}

brc_rc brc_factors_room_init(brc_factors_room *room, const brc_factors *f, size_t workers,
			     brc_err *err)
{
	room->moments = brc_alloc(chunks_of(f->samples),
				  moments_all(f->samples) * sizeof(*room->moments), err);
	room->scratch = brc_alloc(workers, ROWS * WIDTH * sizeof(*room->scratch), err);
	return room->moments && room->scratch ? BRC_OK : BRC_RESOURCE;
}

void brc_factors_room_clear(brc_factors_room *room)
{
	free(room->moments);
	free(room->scratch);
	memset(room, 0, sizeof(*room));
}

size_t brc_factors_room_bytes(size_t samples, size_t workers)
{
	return chunks_of(samples) * moments_all(samples) * sizeof(double) +
	       workers * ROWS * WIDTH * sizeof(double);
}

/* out[i][s][v] = r[i][s] x[i][v], of `rows` units and `some` samples. */
BRC_FOR_EACH_PROCESSOR
static void spread(const double *r, size_t samples, size_t some, size_t rows, const double *x,
		   double *out)
{
	for (size_t i = 0; i < rows; i++) {
		brc_lanes v = *(const brc_lanes *)(x + i * BRC_LANES);

		for (size_t s = 0; s < some; s++)
			*(brc_lanes *)(out + i * WIDTH + s * BRC_LANES) = r[i * samples + s] * v;
	}
}

/* y[i][v] += sum_s r[i][s] in[i][s][v]. */
BRC_FOR_EACH_PROCESSOR
static void collect(const double *r, size_t samples, size_t some, size_t rows, const double *in,
		    double *y)
{
	for (size_t i = 0; i < rows; i++) {
		brc_lanes sum = {0};

		for (size_t s = 0; s < some; s++)
			sum += r[i * samples + s] *
			       *(const brc_lanes *)(in + i * WIDTH + s * BRC_LANES);
		*(brc_lanes *)(y + i * BRC_LANES) += sum;
	}
}

/* y[i] = - x[i], where the unit has a row at all. */
static void start_from_diagonal(const product *p, size_t unit, size_t rows)
{
	for (size_t i = 0; i < rows; i++) {
		brc_lanes x = *(const brc_lanes *)(p->x + (unit + i) * BRC_LANES);

		*(brc_lanes *)(p->y + (unit + i) * BRC_LANES) =
			p->f->length[unit + i] > 0 ? -x : (brc_lanes){0};
	}
}

/* The moments of one block of samples over one chunk of units. */
static brc_rc moments_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const product *p = ctx;
	size_t samples = p->f->samples, chunk = task % p->chunks, s = task / p->chunks * BLOCK;
	size_t some = brc_least(BLOCK, samples - s);
	size_t begin = p->n * chunk / p->chunks, end = p->n * (chunk + 1) / p->chunks;
	double *out = p->room->moments + chunk * moments_all(samples) +
		      moments_at(samples, task / p->chunks);
	double *scratch = p->room->scratch + worker * ROWS * WIDTH;

	(void)err;
	memset(out, 0, some * BRC_LANES * (samples - s) * sizeof(*out));
	for (size_t i = begin; i < end; i += ROWS) {
		size_t rows = brc_least(ROWS, end - i);
		const double *r = p->f->r + (p->first + i) * samples + s;

		spread(r, samples, some, rows, p->x + (p->first + i) * BRC_LANES, scratch);
		cblas_dgemm(CblasRowMajor, CblasTrans, CblasNoTrans, (int)(some * BRC_LANES),
			    (int)(samples - s), (int)rows, 1, scratch, WIDTH, r, (int)samples, 1,
			    out, (int)(samples - s));
	}
	return BRC_OK;
}

/*
 * Add up the chunks in order. Then double the entries off the diagonal, and leave out those below
 * it.
 */
static brc_rc weigh_task(void *ctx, size_t block, size_t worker, brc_err *err)
{
	const product *p = ctx;
	size_t samples = p->f->samples, s = block * BLOCK, cols = samples - s;
	size_t some = brc_least(BLOCK, cols), count = some * BRC_LANES * cols;
	double *sum = p->room->moments + moments_at(samples, block);

	(void)worker;
	(void)err;
	for (size_t c = 1; c < p->chunks; c++) {
		const double *add = sum + c * moments_all(samples);

		for (size_t k = 0; k < count; k++)
			sum[k] += add[k];
	}
	for (size_t row = 0; row < some * BRC_LANES; row++)
		for (size_t t = 0; t < cols; t++)
			sum[row * cols + t] *= t < row / BRC_LANES    ? 0
					       : t == row / BRC_LANES ? 1
								      : 2;
	return BRC_OK;
}

/* The results of ROWS units. */
static brc_rc results_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const product *p = ctx;
	size_t samples = p->f->samples, unit = p->first + task * ROWS;
	size_t rows = brc_least(ROWS, p->first + p->n - unit);
	double *scratch = p->room->scratch + worker * ROWS * WIDTH;

	(void)err;
	start_from_diagonal(p, unit, rows);
	for (size_t b = 0; b < p->blocks; b++) {
		size_t s = b * BLOCK, some = brc_least(BLOCK, samples - s);
		const double *r = p->f->r + unit * samples + s;

		cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (int)rows,
			    (int)(some * BRC_LANES), (int)(samples - s), 1, r, (int)samples,
			    p->room->moments + moments_at(samples, b), (int)(samples - s), 0,
			    scratch, WIDTH);
		collect(r, samples, some, rows, scratch, p->y + unit * BRC_LANES);
	}
	return BRC_OK;
}

brc_rc brc_factors_multiply(const brc_factors *f, brc_factors_room *room, const double *x,
			    double *y, size_t groups, brc_pool *pool, brc_err *err)
{
	product p = {.f = f,
		     .room = room,
		     .chunks = chunks_of(f->samples),
		     .blocks = blocks_of(f->samples)};

	for (size_t g = 0; g < groups; g++)
		for (size_t part = 0; part < f->n_parts; part++) {
			p.first = f->part[part];
			p.n = f->part[part + 1] - p.first;
			p.x = x + g * f->n * BRC_LANES;
			p.y = y + g * f->n * BRC_LANES;
			BRC_TRY(brc_pool_run(pool, p.blocks * p.chunks, moments_task, &p, err));
			BRC_TRY(brc_pool_run(pool, p.blocks, weigh_task, &p, err));
			BRC_TRY(brc_pool_run(pool, (p.n + ROWS - 1) / ROWS, results_task, &p, err));
		}
	return BRC_OK;
}
