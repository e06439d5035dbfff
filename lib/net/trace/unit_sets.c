#include "net/trace/unit_sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct set {
	size_t first, n;
	uint64_t hash;
} set;

struct brc_unit_sets {
	brc_scaled_unit *feed; /* of all sets, one after another */
	size_t n_feeds, cap_feeds, most;
	set *set;
	size_t n, cap;
	uint32_t *seen; /* [cap_seen >= n]: round in which a set was seen last */
	size_t cap_seen;
	uint32_t round;
	int32_t *slot; /* open addressing, a power of two; -1: free */
	size_t slots;
};

/* FNV-1a over the entries' fields. */
static uint64_t hash_of(const brc_scaled_unit *f, size_t n)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++) {
		uint32_t word[3];

		memcpy(&word[0], &f[i].layer, 4);
		memcpy(&word[1], &f[i].unit, 4);
		memcpy(&word[2], &f[i].factor, 4);
		for (size_t k = 0; k < 3; k++)
			h = (h ^ word[k]) * 0x100000001b3u;
	}
	return h ^ h >> 29;
}

static brc_rc grow_slots(brc_unit_sets *t, brc_err *err)
{
	size_t slots = t->slots ? 2 * t->slots : 1024;
	int32_t *slot = brc_alloc(slots, sizeof(*slot), err);

	BRC_TRY(brc_made(slot));
	memset(slot, 0xff, slots * sizeof(*slot));
	for (size_t i = 0; i < t->n; i++) {
		size_t at = t->set[i].hash & (slots - 1);

		while (slot[at] >= 0)
			at = (at + 1) & (slots - 1);
		slot[at] = (int32_t)i;
	}
	free(t->slot);
	t->slot = slot;
	t->slots = slots;
	return BRC_OK;
}

static bool is_set(const brc_unit_sets *t, int32_t i, uint64_t hash, const brc_scaled_unit *f,
		   size_t n)
{
	const set *s = &t->set[i];

	return s->hash == hash && s->n == n &&
	       (n == 0 || memcmp(t->feed + s->first, f, n * sizeof(*f)) == 0);
}

/* Room for n more entries. */
static brc_rc reserve(brc_unit_sets *t, size_t n, brc_err *err)
{
	if (n > t->most - t->n_feeds)
		return brc_fail(err, BRC_DATA, "too many branches to trace");
	return brc_grow(&t->feed, &t->cap_feeds, t->n_feeds + n, sizeof(*t->feed), err);
}

/* Make a set of the last n entries, or drop them if an equal set exists. */
static brc_rc close_set(brc_unit_sets *t, size_t n, int32_t *out, brc_err *err)
{
	const brc_scaled_unit *f = t->feed + t->n_feeds;
	uint64_t hash = hash_of(f, n);
	size_t at;

	if (2 * (t->n + 1) > t->slots)
		BRC_TRY(grow_slots(t, err));
	for (at = hash & (t->slots - 1); t->slot[at] >= 0; at = (at + 1) & (t->slots - 1)) {
		if (!is_set(t, t->slot[at], hash, f, n))
			continue;
		*out = t->slot[at];
		return BRC_OK;
	}
	BRC_TRY(brc_grow(&t->set, &t->cap, t->n + 1, sizeof(*t->set), err));
	t->set[t->n] = (set){t->n_feeds, n, hash};
	t->slot[at] = *out = (int32_t)t->n++;
	t->n_feeds += n;
	return BRC_OK;
}

brc_rc brc_unit_sets_new(brc_unit_sets **out, size_t most, brc_err *err)
{
	brc_unit_sets *t = brc_calloc(1, sizeof(*t), err);
	int32_t empty;

	*out = NULL;
	BRC_TRY(brc_made(t));
	t->most = most < INT32_MAX ? most : INT32_MAX;
	if (reserve(t, 1, err) != BRC_OK || close_set(t, 0, &empty, err) != BRC_OK) {
		brc_unit_sets_free(t);
		return BRC_RESOURCE;
	}
	*out = t;
	return BRC_OK;
}

void brc_unit_sets_free(brc_unit_sets *t)
{
	if (!t)
		return;
	free(t->feed);
	free(t->set);
	free(t->seen);
	free(t->slot);
	free(t);
}

const brc_scaled_unit *brc_unit_sets_get(const brc_unit_sets *t, int32_t s, size_t *n)
{
	*n = t->set[s].n;
	return t->feed + t->set[s].first;
}

brc_rc brc_unit_sets_one(brc_unit_sets *t, int32_t layer, int32_t unit, int32_t *out, brc_err *err)
{
	BRC_TRY(reserve(t, 1, err));
	t->feed[t->n_feeds] = (brc_scaled_unit){layer, unit, 1};
	return close_set(t, 1, out, err);
}

static int order(const brc_scaled_unit *a, const brc_scaled_unit *b)
{
	if (a->layer != b->layer)
		return a->layer < b->layer ? -1 : 1;
	return (a->unit > b->unit) - (a->unit < b->unit);
}

brc_rc brc_unit_sets_join(brc_unit_sets *t, int32_t a, int32_t b, bool sum, int32_t *out,
			  brc_err *err)
{
	size_t na = t->set[a].n, nb = t->set[b].n, n = 0;
	const brc_scaled_unit *x, *y, *xe, *ye;
	brc_scaled_unit *to;

	*out = nb == 0 ? a : b;
	if ((a == b && !sum) || na == 0 || nb == 0)
		return BRC_OK;
	BRC_TRY(reserve(t, na + nb, err));
	to = t->feed + t->n_feeds;
	x = t->feed + t->set[a].first;
	y = t->feed + t->set[b].first;
	for (xe = x + na, ye = y + nb; x < xe || y < ye;) {
		int c = x == xe ? 1 : y == ye ? -1 : order(x, y);

		to[n] = c <= 0 ? *x : *y;
		if (c == 0)
			to[n].factor = sum ? x->factor + y->factor : fmaxf(x->factor, y->factor);
		x += c <= 0;
		y += c >= 0;
		n++;
	}
	return close_set(t, n, out, err);
}

static int by_unit(const void *a, const void *b)
{
	const brc_scaled_unit *x = a, *y = b;
	int c = order(x, y);

	return c ? c : (x->factor < y->factor) - (x->factor > y->factor); /* the larger first */
}

/* A new round in which no set has been seen. */
static brc_rc begin_round(brc_unit_sets *t, brc_err *err)
{
	size_t old = t->cap_seen;

	BRC_TRY(brc_grow(&t->seen, &t->cap_seen, t->n, sizeof(*t->seen), err));
	memset(t->seen + old, 0, (t->cap_seen - old) * sizeof(*t->seen));
	if (++t->round == 0) {
		memset(t->seen, 0, t->cap_seen * sizeof(*t->seen));
		t->round = 1;
	}
	return BRC_OK;
}

/*
 * However many elements there are, usually few sets are different. Each different set is looked at
 * once.
 */
brc_rc brc_unit_sets_max_all(brc_unit_sets *t, const int32_t *a, size_t n, size_t step,
			     int32_t *out, brc_err *err)
{
	size_t total = 0, kept = 0;
	brc_scaled_unit *all;

	BRC_TRY(begin_round(t, err));
	for (size_t i = 0; i < n; i++) {
		const set *s = &t->set[a[i * step]];

		if (t->seen[s - t->set] == t->round)
			continue;
		t->seen[s - t->set] = t->round;
		BRC_TRY(reserve(t, total + s->n, err));
		all = t->feed + t->n_feeds;
		if (s->n)
			memcpy(all + total, t->feed + s->first, s->n * sizeof(*all));
		total += s->n;
	}
	all = t->feed + t->n_feeds;
	if (total)
		qsort(all, total, sizeof(*all), by_unit);
	for (size_t i = 0; i < total; i++)
		if (kept == 0 || order(&all[kept - 1], &all[i]) != 0)
			all[kept++] = all[i];
	return close_set(t, kept, out, err);
}

brc_rc brc_unit_sets_scale(brc_unit_sets *t, int32_t a, float factor, int32_t *out, brc_err *err)
{
	size_t n = t->set[a].n;

	*out = a;
	if (n == 0 || fabsf(factor) == 1)
		return BRC_OK;
	BRC_TRY(reserve(t, n, err));
	for (size_t i = 0; i < n; i++) {
		t->feed[t->n_feeds + i] = t->feed[t->set[a].first + i];
		t->feed[t->n_feeds + i].factor *= fabsf(factor);
	}
	return close_set(t, n, out, err);
}

bool brc_unit_sets_is_subset(const brc_unit_sets *t, int32_t a, int32_t b)
{
	const brc_scaled_unit *x = t->feed + t->set[a].first, *y = t->feed + t->set[b].first;
	const brc_scaled_unit *xe = x + t->set[a].n, *ye = y + t->set[b].n;

	while (x < xe) {
		while (y < ye && order(y, x) < 0)
			y++;
		if (y == ye || order(x, y) != 0)
			return false;
		x++;
	}
	return true;
}
