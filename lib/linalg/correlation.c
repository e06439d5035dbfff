/*
 * Correlations as products of unit columns (correlation_columns.c),
 *     r(u, v) = sum over samples s of z_u[s] z_v[s] - mean_u mean_v:
 * Spearman's where the columns are those of mid-ranks (Kendall, "Rank Correlation Methods").
 * A block is worked on tile by tile; correlation_tile.c says how one is multiplied.
 */
#include "linalg/correlation.h"

#include <stdlib.h>
#include <string.h>

#include "base/blas.h"
#include "base/memory.h"
#include "linalg/correlation_tile.h"
#include "linalg/triangle.h"

/* Sides of tiles; those of exact columns are as equal as may be, in steps of STEP. */
enum { TILE = 256, BIG_TILE = 512, BIG = 4 * BIG_TILE, STEP = 32 };

struct block {
	brc_corr_tiles tiles;
	brc_range a, b;
	bool same;         /* a == b: tiles on and above the diagonal, to a packed triangle */
	size_t panel;      /* tiles of a panel along one side */
	size_t row, col;   /* first tile of the two panels in work */
	size_t rows, cols; /* tiles of them */
	bool diagonal;     /* the panels are the same */
	const brc_scratch *out;
	brc_corr_room *room; /* one a worker */
};

struct tile {
	size_t row, col, rows, cols; /* within the block */
};

static size_t tiles_of(size_t count, size_t side)
{
	return (count + side - 1) / side;
}

/* Tile number t of the panels: column by column; of a diagonal one the upper triangle only. */
static struct tile tile_at(const struct block *k, size_t t)
{
	size_t i, j = 0, height = k->tiles.height, width = k->tiles.width;

	if (k->diagonal) {
		for (; t > j; j++)
			t -= j + 1;
		i = t;
	} else {
		i = t % k->rows;
		j = t / k->rows;
	}
	i += k->row;
	j += k->col;
	return (struct tile){i * height, j * width, brc_least(height, k->a.count - i * height),
			     brc_least(width, k->b.count - j * width)};
}

static bool on_diagonal(const struct block *k, const struct tile *q)
{
	return k->same && q->row == q->col;
}

/* ---- to their place ---- */

/* Edges of the tile to their place: within a symmetric block those of the packed triangle. */
static void store(const struct block *k, const struct tile *q, const char *edges)
{
	size_t size = k->tiles.c->wide ? sizeof(double) : sizeof(float), n = k->b.count;
	char *out = k->out->data;

	for (size_t i = 0; i < q->rows; i++) {
		size_t row = q->row + i, end = q->col + q->cols;
		size_t col = on_diagonal(k, q) ? row + 1 : q->col;
		size_t at = k->same ? brc_triangle_at(n, row, col) : row * n + col;

		memcpy(out + at * size, edges + (i * q->cols + (col - q->col)) * size,
		       (end - col) * size);
	}
}

static brc_rc block_task(void *ctx, size_t task, size_t worker, brc_err *err)
{
	const struct block *k = ctx;
	struct tile q = tile_at(k, task);
	const brc_corr_tile t = {k->a.first + q.row, k->b.first + q.col, q.rows, q.cols,
				 on_diagonal(k, &q)};

	BRC_TRY(brc_corr_tile_edges(&k->tiles, &t, &k->room[worker], err));
	store(k, &q, k->room[worker].edge);
	return BRC_OK;
}

/* ---- blocks ---- */

static brc_rc rooms_new(struct block *k, size_t workers, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(k->room, workers, err));
	for (size_t w = 0; w < workers; w++)
		BRC_TRY(brc_corr_room_init(&k->room[w], &k->tiles, err));
	return BRC_OK;
}

static void rooms_free(struct block *k, size_t workers)
{
	for (size_t w = 0; k->room && w < workers; w++)
		brc_corr_room_clear(&k->room[w]);
	free(k->room);
}

/* Panel by panel of either side; of a symmetric block those on and above the diagonal. */
static brc_rc run_panels(struct block *k, brc_pool *pool, brc_err *err)
{
	size_t rows = tiles_of(k->a.count, k->tiles.height);
	size_t cols = tiles_of(k->b.count, k->tiles.width);

	for (k->row = 0; k->row < rows; k->row += k->panel)
		for (k->col = k->same ? k->row : 0; k->col < cols; k->col += k->panel) {
			size_t tiles;

			k->rows = brc_least(k->panel, rows - k->row);
			k->cols = brc_least(k->panel, cols - k->col);
			k->diagonal = k->same && k->row == k->col;
			tiles = k->diagonal ? k->cols * (k->cols + 1) / 2 : k->rows * k->cols;
			BRC_TRY(brc_pool_run(pool, tiles, block_task, k, err));
			brc_scratch_drop(&k->tiles.c->z);
			brc_scratch_drop(k->out);
		}
	return BRC_OK;
}

/* Exact tiles all have the same shape, for each costs a plan of its own. */
static size_t side_of(const brc_correlation *c, size_t count, size_t most)
{
	size_t side = (count + tiles_of(count, most) - 1) / tiles_of(count, most);

	return c->exact ? (side + STEP - 1) / STEP * STEP : most;
}

static brc_rc plan(struct block *k, brc_err *err)
{
	const brc_correlation *c = k->tiles.c;
	size_t most = k->a.count >= BIG && k->b.count >= BIG ? BIG_TILE : TILE, side;

	if (c->exact)
		most = BIG_TILE;
	BRC_TRY(brc_corr_tiles_init(&k->tiles, side_of(c, k->a.count, most),
				    side_of(c, k->b.count, most), err));
	side = brc_least(k->tiles.height, k->tiles.width);
	k->panel = c->panel == 0 ? SIZE_MAX / 2 : c->panel > side ? c->panel / side : 1;
	return BRC_OK;
}

brc_rc brc_correlation_block(const brc_correlation *c, brc_range a, brc_range b, brc_corr_edge edge,
			     brc_pool *pool, const brc_scratch *out, brc_err *err)
{
	struct block k = {.tiles = {.c = c, .edge = edge}, .a = a, .b = b, .out = out};
	size_t workers;
	brc_rc rc;

	k.same = a.first == b.first && a.count == b.count;
	if (!k.same && a.first < b.first + b.count && b.first < a.first + a.count)
		return brc_fail(err, BRC_USAGE,
				"columns %zu+%zu and %zu+%zu overlap without being the same",
				a.first, a.count, b.first, b.count);
	if (c->stride > INT32_MAX)
		return brc_fail(err, BRC_USAGE, "cannot correlate over %zu samples", c->samples);
	if (a.count == 0 || b.count == 0)
		return BRC_OK;
	if (!c->exact)
		BRC_TRY(brc_blas_ready(err));
	workers = brc_pool_threads(pool);
	rc = plan(&k, err);
	BRC_THEN(rc, rooms_new(&k, workers, err));
	BRC_THEN(rc, run_panels(&k, pool, err));
	rooms_free(&k, workers);
	brc_corr_tiles_clear(&k.tiles);
	return rc;
}

/* ---- what it takes ---- */

size_t brc_correlation_bytes(size_t samples, size_t n, bool wide)
{
	return brc_times(brc_times(brc_correlation_stride(samples), n),
			 wide ? sizeof(double) : sizeof(float));
}

/* A worker's tile of floats, or of exact columns with the bytes of both its sides. */
static size_t room_bytes(size_t samples)
{
	enum {
		FLOATS = BIG_TILE * (BIG_TILE * 12 + 2 * BRC_CORR_DEPTH * 8),
		EXACT = BIG_TILE * (BIG_TILE * 8 + 4 * BRC_CORR_STRIP * 4)
	};
	size_t exact = samples <= BRC_CORR_EXACT_SAMPLES ? EXACT + 3 * BIG_TILE * samples : 0;
	return exact > FLOATS ? exact : FLOATS;
}

size_t brc_correlation_work(size_t samples, size_t panel, size_t threads, bool wide)
{
	enum { PER_SAMPLE = 2 * sizeof(uint64_t) + sizeof(uint32_t) + 32 * sizeof(float) };
	size_t size = wide ? sizeof(double) : sizeof(float);
	size_t columns = brc_times(brc_times(2 * size, panel), brc_correlation_stride(samples));
	size_t edges = brc_times(brc_times(2 * size, panel), panel);
	size_t each = brc_plus(brc_times(samples, PER_SAMPLE), room_bytes(samples));

	return brc_plus(brc_plus(columns, edges), brc_times(each, threads));
}

size_t brc_correlation_panel(size_t samples, size_t threads, size_t memory, bool wide)
{
	size_t panel = BIG_TILE;

	while (brc_correlation_work(samples, 2 * panel, threads, wide) < memory)
		panel *= 2;
	return panel;
}
