#include "linalg/linkage.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* Two groups were joined: known by a thing of each. */
typedef struct join {
	float height;
	size_t a, b, order;
} join;

typedef struct tree {
	float *distance; /* [n, n]; of groups, in the row of one of their things */
	size_t n, joins;
	size_t *size;  /* [n] of the group whose row it is; 0: it was joined to another */
	size_t *chain; /* [n] each the nearest of the one before it */
	join *join;    /* [n - 1] */
} tree;

/* The nearest group of a; of equally near ones `before`, else the first. */
static size_t nearest(const tree *t, size_t a, size_t before)
{
	const float *row = t->distance + a * t->n;
	size_t best = before;

	for (size_t b = 0; b < t->n; b++)
		if (b != a && t->size[b] && (best == t->n || row[b] < row[best]))
			best = b;
	return best;
}

/* Join b to a: distances are means over pairs of things. */
static void merge(tree *t, size_t a, size_t b)
{
	double x = (double)t->size[a], y = (double)t->size[b];

	t->join[t->joins] = (join){t->distance[a * t->n + b], a, b, t->joins};
	t->joins++;
	for (size_t c = 0; c < t->n; c++)
		if (c != a && c != b && t->size[c]) {
			float mean = (float)((x * (double)t->distance[a * t->n + c] +
					      y * (double)t->distance[b * t->n + c]) /
					     (x + y));

			t->distance[a * t->n + c] = t->distance[c * t->n + a] = mean;
		}
	t->size[a] += t->size[b];
	t->size[b] = 0;
}

static void grow(tree *t)
{
	size_t length = 0, first = 0;

	while (t->joins + 1 < t->n) {
		size_t a, b;

		if (length == 0) {
			while (!t->size[first])
				first++;
			t->chain[length++] = first;
		}
		a = t->chain[length - 1];
		b = nearest(t, a, length > 1 ? t->chain[length - 2] : t->n);
		if (length > 1 && b == t->chain[length - 2]) {
			merge(t, a < b ? a : b, a < b ? b : a);
			length -= 2;
		} else {
			t->chain[length++] = b;
		}
	}
}

static int by_height(const void *pa, const void *pb)
{
	const join *a = pa, *b = pb;

	if (a->height != b->height)
		return a->height < b->height ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

static size_t root_of(size_t *parent, size_t x)
{
	while (parent[x] != x)
		x = parent[x] = parent[parent[x]];
	return x;
}

/* The lowest n - k joins are made, and groups numbered. `parent`: [n] memory. */
static void cut(tree *t, size_t k, size_t *parent, int32_t *label)
{
	int32_t groups = 0;

	qsort(t->join, t->joins, sizeof(*t->join), by_height);
	for (size_t i = 0; i < t->n; i++) {
		parent[i] = i;
		label[i] = -1;
	}
	for (size_t i = 0; i + k < t->n; i++)
		parent[root_of(parent, t->join[i].b)] = root_of(parent, t->join[i].a);
	for (size_t i = 0; i < t->n; i++) {
		size_t root = root_of(parent, i);

		if (label[root] < 0)
			label[root] = groups++;
		label[i] = label[root];
	}
}

brc_rc brc_linkage_cut(float *distance, size_t n, size_t k, int32_t *label, brc_err *err)
{
	tree t = {.distance = distance, .n = n};
	brc_rc rc = BRC_ARRAY(t.size, n, err);

	BRC_THEN(rc, BRC_ARRAY(t.chain, n, err));
	BRC_THEN(rc, BRC_ARRAY(t.join, n, err));
	for (size_t i = 0; rc == BRC_OK && i < n; i++)
		t.size[i] = 1;
	if (rc == BRC_OK && n > 0) {
		grow(&t);
		cut(&t, k, t.chain, label);
	}
	free(t.size);
	free(t.chain);
	free(t.join);
	return rc;
}
