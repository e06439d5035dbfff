#include "graph/connection.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/layout.h"
#include "linalg/eigen.h"

/* An edge within a cluster, between units as the cluster counts them. */
typedef struct inner_edge {
	int32_t to;
	float w;
} inner_edge;

typedef struct inner {
	const brc_graph *g;
	const int32_t *label;
	size_t *start;    /* [n + 1]: the edges of each unit; while they are counted, how many */
	inner_edge *edge; /* both directions of each */
	size_t *filled;   /* [n] */
	size_t edges;     /* pairs */
	double *leaving;  /* [k]: edges that leave each cluster, from its units in order */
} inner;

/* ---- edges within clusters ---- */

static bool is_inside(const inner *x, size_t u, size_t v)
{
	return x->label[u] >= 0 && x->label[u] == x->label[v];
}

static bool count_row(void *ctx, size_t u, const brc_row *row)
{
	inner *x = ctx;

	for (size_t j = 0; j < row->n; j++) {
		size_t v = brc_row_column(row, j);

		if (brc_row_weight(row, j) <= 0)
			continue;
		if (is_inside(x, u, v)) {
			x->edges++;
			x->start[u + 1]++;
			x->start[v + 1]++;
			continue;
		}
		if (x->label[u] >= 0)
			x->leaving[x->label[u]] += brc_row_weight(row, j);
		if (x->label[v] >= 0)
			x->leaving[x->label[v]] += brc_row_weight(row, j);
	}
	return true;
}

static bool fill_row(void *ctx, size_t u, const brc_row *row)
{
	inner *x = ctx;

	for (size_t j = 0; j < row->n; j++) {
		size_t v = brc_row_column(row, j);
		float w = (float)brc_row_weight(row, j);

		if (!(brc_row_weight(row, j) > 0) || !is_inside(x, u, v))
			continue;
		x->edge[x->start[u] + x->filled[u]++] = (inner_edge){(int32_t)v, w};
		x->edge[x->start[v] + x->filled[v]++] = (inner_edge){(int32_t)u, w};
	}
	return true;
}

static brc_rc gather(inner *x, size_t mem, bool *known, brc_err *err)
{
	brc_err other = {0};
	size_t bytes;

	BRC_TRY(x->g->store->walk(x->g, count_row, x, err));
	bytes = brc_times(x->edges, 2 * sizeof(*x->edge));
	*known = x->edges <= BRC_CONNECTION_EDGES &&
		 brc_mem_need(bytes, mem, "edges within clusters", &other) == BRC_OK;
	if (!*known)
		return BRC_OK;
	for (size_t u = 0; u < x->g->n; u++)
		x->start[u + 1] += x->start[u];
	BRC_TRY(BRC_ARRAY(x->edge, 2 * x->edges, err));
	return x->g->store->walk(x->g, fill_row, x, err);
}

/* ---- one cluster ---- */

typedef struct cluster {
	const inner *x;
	size_t n;
	const size_t *unit; /* [n] */
	int32_t *place;     /* [g->n]: of a unit within its cluster */
	double *degree;     /* [n] within the cluster */
	double *order;      /* [n]: the entries that a sweep sorts by */
	bool *in;           /* [n] */
} cluster;

static size_t count_parts(const cluster *c, size_t *stack)
{
	size_t parts = 0, depth = 0;

	memset(c->in, 0, c->n * sizeof(*c->in));
	for (size_t s = 0; s < c->n; s++) {
		if (c->in[s])
			continue;
		parts++;
		c->in[s] = true;
		stack[depth++] = s;
		while (depth > 0) {
			size_t u = c->unit[stack[--depth]];

			for (size_t e = c->x->start[u]; e < c->x->start[u + 1]; e++) {
				size_t v = (size_t)c->place[c->x->edge[e].to];

				if (c->in[v])
					continue;
				c->in[v] = true;
				stack[depth++] = v;
			}
		}
	}
	return parts;
}

/* y = D^-1/2 A D^-1/2 x within the cluster */
static brc_rc apply(void *ctx, const double *x, double *y, size_t cols, brc_err *err)
{
	const cluster *c = ctx;

	(void)err;
	for (size_t k = 0; k < cols; k++, x += c->n, y += c->n)
		for (size_t i = 0; i < c->n; i++) {
			size_t u = c->unit[i];
			double sum = 0;

			for (size_t e = c->x->start[u]; e < c->x->start[u + 1]; e++) {
				size_t j = (size_t)c->place[c->x->edge[e].to];

				sum += (double)c->x->edge[e].w * x[j] / sqrt(c->degree[j]);
			}
			y[i] = sum / sqrt(c->degree[i]);
		}
	return BRC_OK;
}

typedef struct ranked {
	double at;
	size_t i;
} ranked;

static int by_place(const void *pa, const void *pb)
{
	const ranked *a = pa, *b = pb;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return (a->i > b->i) - (a->i < b->i);
}

/* The least n-cut into two along the order. */
static double sweep(const cluster *c, ranked *r)
{
	double volume = 0, before = 0, cut = 0, least = INFINITY;

	for (size_t i = 0; i < c->n; i++) {
		volume += c->degree[i];
		r[i] = (ranked){c->order[i], i};
	}
	qsort(r, c->n, sizeof(*r), by_place);
	memset(c->in, 0, c->n * sizeof(*c->in));
	for (size_t k = 0; k + 1 < c->n; k++) {
		size_t u = c->unit[r[k].i];
		double here;

		for (size_t e = c->x->start[u]; e < c->x->start[u + 1]; e++)
			cut += (c->in[c->place[c->x->edge[e].to]] ? -1 : 1) *
			       (double)c->x->edge[e].w;
		c->in[r[k].i] = true;
		before += c->degree[r[k].i];
		here = fmax(cut, 0) * volume / (before * (volume - before));
		least = here < least ? here : least;
	}
	return least;
}

/* The second eigenvector, divided by the roots of the degrees, as the order. */
static brc_rc solve(cluster *c, uint64_t seed, uint32_t stream, brc_err *err)
{
	const brc_operator op = {.n = c->n,
				 .ctx = c,
				 .apply = apply,
				 .apply_cost = 8.0 * (double)(c->x->edges + c->n)};
	const brc_eigen_wanted wanted = {.k = 1, .spare = 1, .seed = seed, .stream = stream};
	double value[2], *vector = brc_alloc(2 * c->n, sizeof(*vector), err);
	brc_rc rc =
		vector ? brc_eigen_largest(&op, &wanted, value, vector, NULL, err) : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < c->n; i++)
		c->order[i] = vector[c->n + i] / sqrt(c->degree[i]);
	free(vector);
	return rc;
}

static brc_rc look_at(cluster *c, size_t label, uint64_t seed, brc_connection *out, brc_err *err)
{
	ranked *r = brc_alloc(c->n, sizeof(*r), err);
	size_t *stack = brc_alloc(c->n, sizeof(*stack), err);
	brc_rc rc = r && stack ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < c->n; i++) {
		size_t u = c->unit[i];

		c->place[u] = (int32_t)i;
		c->degree[i] = 0;
		for (size_t e = c->x->start[u]; e < c->x->start[u + 1]; e++)
			c->degree[i] += (double)c->x->edge[e].w;
	}
	if (rc == BRC_OK) {
		out->parts = count_parts(c, stack);
		out->inner = out->parts > 1 ? 0 : NAN;
	}
	if (rc == BRC_OK && out->parts == 1 && c->n > 1) {
		brc_err unsolved = {0};

		rc = solve(c, seed, (uint32_t)label, &unsolved);
		if (rc == BRC_OK)
			out->inner = sweep(c, r);
		else if (rc == BRC_NUMERIC) /* then it is not known */
			rc = BRC_OK;
		else if (err)
			*err = unsolved;
	}
	free(r);
	free(stack);
	return rc;
}

/* ---- all clusters ---- */

/* Volumes and edges to the rest, of which the outer n-cuts are made. */
static void find_outer(const inner *x, size_t k, brc_connection *out)
{
	double all = 0;

	for (size_t c = 0; c < k; c++)
		out[c].outer = 0;
	for (size_t u = 0; u < x->g->n; u++) {
		all += x->g->degree[u];
		if (x->label[u] >= 0)
			out[x->label[u]].outer += x->g->degree[u];
	}
	for (size_t c = 0; c < k; c++) {
		double own = out[c].outer;

		out[c].outer =
			own > 0 && own < all ? x->leaving[c] * all / (own * (all - own)) : NAN;
	}
}

static brc_rc look_at_all(const inner *x, size_t k, uint64_t seed, brc_connection *out,
			  brc_err *err)
{
	size_t n = x->g->n, *unit = brc_alloc(n, sizeof(*unit), err);
	cluster c = {.x = x,
		     .unit = unit,
		     .place = brc_alloc(n, sizeof(int32_t), err),
		     .degree = brc_alloc(n, sizeof(double), err),
		     .order = brc_alloc(n, sizeof(double), err),
		     .in = brc_alloc(n, sizeof(bool), err)};
	brc_rc rc = unit && c.place && c.degree && c.order && c.in ? BRC_OK : BRC_RESOURCE;

	for (size_t label = 0; rc == BRC_OK && label < k; label++) {
		c.n = 0;
		for (size_t u = 0; u < n; u++)
			if (x->label[u] == (int32_t)label)
				unit[c.n++] = u;
		if (c.n > 0)
			rc = look_at(&c, label, seed, &out[label], err);
	}
	free(unit);
	free(c.place);
	free(c.degree);
	free(c.order);
	free(c.in);
	return rc;
}

brc_rc brc_connection_find(const brc_graph *g, const int32_t *label, size_t k, uint64_t seed,
			   size_t mem, brc_connection *out, bool *known, brc_err *err)
{
	inner x = {.g = g,
		   .label = label,
		   .start = brc_calloc(g->n + 1, sizeof(size_t), err),
		   .filled = brc_calloc(g->n, sizeof(size_t), err),
		   .leaving = brc_calloc(k, sizeof(double), err)};
	brc_rc rc = x.start && x.filled && x.leaving ? BRC_OK : BRC_RESOURCE;

	*known = false;
	for (size_t c = 0; c < k; c++)
		out[c] = (brc_connection){.inner = NAN, .outer = NAN};
	BRC_THEN(rc, gather(&x, mem, known, err));
	if (rc == BRC_OK && *known) {
		find_outer(&x, k, out);
		rc = look_at_all(&x, k, seed, out, err);
	}
	free(x.start);
	free(x.filled);
	free(x.leaving);
	free(x.edge);
	return rc;
}
