#include "render/words/json.h"

#include <math.h>

#include "render/words/escape.h"

json_t *brc_json_text(const char *s)
{
	brc_str clean = {0};
	json_t *j;

	if (!s)
		return json_null();
	brc_escape_utf8(&clean, s);
	j = clean.failed ? NULL : json_stringn(clean.s, clean.len);
	brc_str_free(&clean);
	return j;
}

json_t *brc_json_number(double v)
{
	return isfinite(v) ? json_real(v) : json_null();
}

json_t *brc_json_numbers(const double *v, size_t n, size_t stride)
{
	json_t *a = v ? json_array() : json_null();

	for (size_t i = 0; v && i < n; i++)
		brc_json_append(&a, brc_json_number(v[i * stride]));
	return a;
}

json_t *brc_json_count(size_t n)
{
	return json_integer((json_int_t)n);
}

static json_t *value_of(const brc_value *v);

static json_t *list(const brc_value *v)
{
	json_t *a = json_array();

	for (size_t i = 0; i < v->u.list.n; i++)
		brc_json_append(&a, value_of(&v->u.list.items[i]));
	return a;
}

static json_t *value_of(const brc_value *v)
{
	switch (v->type) {
	case BRC_V_NIL:
		return json_null();
	case BRC_V_BOOL:
		return json_boolean(v->u.b);
	case BRC_V_INT:
		return json_integer(v->u.i);
	case BRC_V_DOUBLE:
		return brc_json_number(v->u.d);
	case BRC_V_STRING:
		return brc_json_text(v->u.s);
	case BRC_V_LIST:
		return list(v);
	case BRC_V_MAP:
		return brc_json_map(v->u.map);
	}
	return json_null();
}

json_t *brc_json_map(const brc_map *m)
{
	json_t *o = json_object();

	for (size_t i = 0; m && i < m->n; i++)
		brc_json_set(&o, m->pairs[i].key, value_of(&m->pairs[i].value));
	return o;
}

/* After one failure the whole value is NULL, and it stays so. */
static void fail(json_t **j)
{
	json_decref(*j);
	*j = NULL;
}

json_t *brc_json_map_of(brc_map *m)
{
	json_t *o = m && !m->failed ? brc_json_map(m) : NULL;

	brc_map_free(m);
	return o;
}

void brc_json_set(json_t **object, const char *key, json_t *value)
{
	brc_str clean = {0};

	brc_escape_utf8(&clean, key);
	if (clean.failed)
		json_decref(value);
	if (clean.failed || json_object_set_new(*object, clean.s, value) != 0)
		fail(object);
	brc_str_free(&clean);
}

void brc_json_append(json_t **array, json_t *value)
{
	if (json_array_append_new(*array, value) != 0)
		fail(array);
}
