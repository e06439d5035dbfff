#include "stats/fisher.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* Up to so many columns are rounded up; see fisher.h. */
#define BRC_FISHER_FEW 8

/* Values on the grid with their probabilities; several may share a step. */
typedef struct atoms {
	size_t n, *step;
	double *weight;
} atoms;

typedef struct convolution {
	size_t grid;         /* steps 0..grid-1 are below x */
	double *mass, *next; /* [grid] */
	double *tail;        /* [grid + 1]: mass at this step and above, below x */
	double reached;      /* probability that x has been reached */
	atoms a;
	size_t *count; /* [2 (n + 1) + 1]: draws with this j */
} convolution;

static void convolution_clear(convolution *c)
{
	free(c->mass);
	free(c->next);
	free(c->tail);
	free(c->a.step);
	free(c->a.weight);
	free(c->count);
}

static brc_rc convolution_init(convolution *c, size_t n, size_t grid, brc_err *err)
{
	memset(c, 0, sizeof(*c));
	c->grid = grid;
	c->mass = brc_alloc(grid, sizeof(double), err);
	c->next = brc_alloc(grid, sizeof(double), err);
	c->tail = brc_alloc(grid + 1, sizeof(double), err);
	c->a.step = brc_alloc(2 * (n + 1), sizeof(size_t), err);
	c->a.weight = brc_alloc(2 * (n + 1), sizeof(double), err);
	c->count = brc_alloc(2 * (n + 1) + 1, sizeof(size_t), err);
	return c->mass && c->next && c->tail && c->a.step && c->a.weight && c->count ? BRC_OK
										     : BRC_RESOURCE;
}

/* Probability w at a step; steps come in nearly ascending order, each a neighbour of the last. */
static void add_atom(convolution *c, double at, double w)
{
	const size_t step = at >= (double)c->grid ? c->grid : (size_t)at;

	for (size_t back = 1; back <= 2 && back <= c->a.n; back++) {
		if (c->a.step[c->a.n - back] == step) {
			c->a.weight[c->a.n - back] += w;
			return;
		}
	}
	c->a.step[c->a.n] = step;
	c->a.weight[c->a.n++] = w;
}

/* The distribution of -ln q in one column, on the grid: rounded up, or split keeping the mean. */
static void column_atoms(convolution *c, const uint32_t *j, size_t n, size_t m, double x)
{
	const size_t top = 2 * (n + 1);

	memset(c->count, 0, (top + 1) * sizeof(size_t));
	for (size_t b = 0; b <= n; b++)
		c->count[j[b * m]]++;
	c->a.n = 0;
	for (size_t v = top; v >= 1; v--) {
		const double at = log((double)top / (double)v) / x * (double)c->grid;
		const double w = (double)c->count[v] / (double)(n + 1);
		/* Rounding of the logarithms must not turn an equality into an inequality. */
		const double up = ceil(at - 1e-9), above = fmin(1, 1 - (up - at));

		if (!c->count[v])
			continue;
		if (m <= BRC_FISHER_FEW || up == 0) {
			add_atom(c, up, w);
		} else {
			add_atom(c, up - 1, w * (1 - above));
			add_atom(c, up, w * above);
		}
	}
}

/* Add one column to the sum. */
static void convolve(convolution *c)
{
	double *swap;

	memset(c->next, 0, c->grid * sizeof(double));
	c->tail[c->grid] = 0;
	for (size_t i = c->grid; i-- > 0;)
		c->tail[i] = c->tail[i + 1] + c->mass[i];
	for (size_t k = 0; k < c->a.n; k++) {
		const size_t step = c->a.step[k], left = c->grid - step;
		const double w = c->a.weight[k];
		double *restrict to = c->next + step;
		const double *restrict from = c->mass;

		for (size_t i = 0; i < left; i++)
			to[i] += w * from[i];
		c->reached += w * c->tail[left];
	}
	swap = c->mass;
	c->mass = c->next;
	c->next = swap;
}

static brc_rc tail(const uint32_t *j, size_t n, size_t m, double x, size_t grid, double *p,
		   brc_err *err)
{
	convolution c;
	brc_rc rc = convolution_init(&c, n, grid, err);

	if (rc == BRC_OK) {
		memset(c.mass, 0, grid * sizeof(double));
		c.mass[0] = 1;
		for (size_t s = 0; s < m; s++) {
			column_atoms(&c, j + s, n, m, x);
			convolve(&c);
		}
		*p = fmin(1, c.reached);
	}
	convolution_clear(&c);
	return rc;
}

/* A column has at most n + 1 atoms, and no more than steps up to its largest value. */
static size_t grid_for(size_t n, size_t m, double x)
{
	const double widest = log(2.0 * (double)(n + 1));
	size_t grid = 1u << 14;

	while (grid > 1u << 10) {
		double values = fmin((double)(n + 1), 1 + (double)grid * widest / x);

		if ((double)grid * (double)m * values <= 1e8)
			break;
		grid /= 2;
	}
	return grid;
}

brc_rc brc_fisher_discrete(const uint32_t *j, size_t n, size_t m, double *statistic, double *p,
			   brc_err *err)
{
	double x = 0;

	*statistic = 0;
	*p = 1;
	if (m == 0)
		return BRC_OK;
	for (size_t s = 0; s < m; s++)
		x += log(2.0 * (double)(n + 1) / j[s]);
	*statistic = x / (double)m;
	return tail(j, n, m, x, grid_for(n, m, x), p, err);
}
