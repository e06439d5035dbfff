#include "stream/map.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static void value_clear(brc_value *v)
{
	switch (v->type) {
	case BRC_V_STRING:
		free(v->u.s);
		break;
	case BRC_V_LIST:
		for (size_t i = 0; i < v->u.list.n; i++)
			value_clear(&v->u.list.items[i]);
		free(v->u.list.items);
		break;
	case BRC_V_MAP:
		brc_map_free(v->u.map);
		break;
	default:
		break;
	}
	*v = (brc_value){0};
}

brc_map *brc_map_new(void)
{
	return calloc(1, sizeof(brc_map));
}

void brc_map_free(brc_map *m)
{
	if (!m)
		return;
	for (size_t i = 0; i < m->n; i++) {
		free(m->pairs[i].key);
		value_clear(&m->pairs[i].value);
	}
	free(m->pairs);
	free(m);
}

const brc_value *brc_map_get(const brc_map *m, const char *key)
{
	for (size_t i = 0; m && i < m->n; i++)
		if (strcmp(m->pairs[i].key, key) == 0)
			return &m->pairs[i].value;
	return NULL;
}

static brc_value *find(brc_map *m, const char *key)
{
	return (brc_value *)(uintptr_t)brc_map_get(m, key);
}

/* The cleared value of `key`, appended if new; NULL, and `failed`, when out of memory. */
static brc_value *slot(brc_map *m, const char *key)
{
	brc_value *v;
	char *copy = NULL;

	if (!m || m->failed)
		return NULL;
	v = find(m, key);
	if (v) {
		value_clear(v);
		return v;
	}
	if (brc_grow(&m->pairs, &m->cap, m->n + 1, sizeof(*m->pairs), NULL) != BRC_OK ||
	    !(copy = brc_strdup(key, NULL))) {
		m->failed = true;
		return NULL;
	}
	m->pairs[m->n] = (brc_pair){.key = copy};
	return &m->pairs[m->n++].value;
}

static void put(brc_map *m, const char *key, brc_value value)
{
	brc_value *v = slot(m, key);

	if (v)
		*v = value;
}

void brc_map_put_nil(brc_map *m, const char *key)
{
	slot(m, key);
}

void brc_map_put_bool(brc_map *m, const char *key, bool b)
{
	put(m, key, (brc_value){.type = BRC_V_BOOL, .u.b = b});
}

void brc_map_put_int(brc_map *m, const char *key, int64_t i)
{
	put(m, key, (brc_value){.type = BRC_V_INT, .u.i = i});
}

void brc_map_put_double(brc_map *m, const char *key, double d)
{
	put(m, key, (brc_value){.type = BRC_V_DOUBLE, .u.d = d});
}

void brc_map_put_string(brc_map *m, const char *key, const char *s)
{
	brc_value *v = slot(m, key);
	char *copy;

	if (!v || !s)
		return;
	copy = brc_strdup(s, NULL);
	if (!copy)
		m->failed = true;
	else
		*v = (brc_value){.type = BRC_V_STRING, .u.s = copy};
}

/* The items of a new list of n under `key`, all nil. */
static brc_value *list_slot(brc_map *m, const char *key, size_t n)
{
	brc_value *v = slot(m, key);
	brc_value *items;

	if (!v)
		return NULL;
	items = calloc(n + 1, sizeof(*items));
	if (!items) {
		m->failed = true;
		return NULL;
	}
	*v = (brc_value){.type = BRC_V_LIST, .u.list = {items, n}};
	return items;
}

void brc_map_put_ints(brc_map *m, const char *key, const int64_t *x, size_t n)
{
	brc_value *items = list_slot(m, key, n);

	for (size_t i = 0; items && i < n; i++)
		items[i] = (brc_value){.type = BRC_V_INT, .u.i = x[i]};
}

void brc_map_put_strings(brc_map *m, const char *key, const char *const *x, size_t n)
{
	brc_value *items = list_slot(m, key, n);

	for (size_t i = 0; items && i < n; i++) {
		char *copy = brc_strdup(x[i], NULL);

		if (!copy) {
			m->failed = true;
			return;
		}
		items[i] = (brc_value){.type = BRC_V_STRING, .u.s = copy};
	}
}

void brc_map_put_map(brc_map *m, const char *key, brc_map *x)
{
	brc_value *v = slot(m, key);

	if (!v || !x) {
		if (m)
			m->failed = true;
		brc_map_free(x);
		return;
	}
	*v = (brc_value){.type = BRC_V_MAP, .u.map = x};
}

void brc_map_add_map(brc_map *m, const char *key, brc_map *x)
{
	brc_value *v = find(m, key);
	brc_value *items;

	if (!v || v->type != BRC_V_LIST) {
		if (!list_slot(m, key, 0)) {
			brc_map_free(x);
			return;
		}
		v = find(m, key);
	}
	items = realloc(v->u.list.items, (v->u.list.n + 1) * sizeof(*items));
	if (!items || !x) {
		m->failed = true;
		brc_map_free(x);
		if (items)
			v->u.list.items = items;
		return;
	}
	items[v->u.list.n] = (brc_value){.type = BRC_V_MAP, .u.map = x};
	v->u.list.items = items;
	v->u.list.n++;
}

bool brc_map_int(const brc_map *m, const char *key, int64_t *out)
{
	const brc_value *v = brc_map_get(m, key);

	if (!v || v->type != BRC_V_INT)
		return false;
	*out = v->u.i;
	return true;
}

bool brc_map_size(const brc_map *m, const char *key, size_t *out)
{
	int64_t i;

	if (!brc_map_int(m, key, &i) || i < 0)
		return false;
	*out = (size_t)i;
	return true;
}

bool brc_map_double(const brc_map *m, const char *key, double *out)
{
	const brc_value *v = brc_map_get(m, key);

	if (v && v->type == BRC_V_DOUBLE)
		*out = v->u.d;
	else if (v && v->type == BRC_V_INT)
		*out = (double)v->u.i;
	else
		return false;
	return true;
}

const char *brc_map_string(const brc_map *m, const char *key, const char *otherwise)
{
	const brc_value *v = brc_map_get(m, key);

	return v && v->type == BRC_V_STRING ? v->u.s : otherwise;
}
