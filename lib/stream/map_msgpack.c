/*
 * Maps to and from msgpack, by msgpack-c.
 *
 * msgpack-c reserves memory for the counts that its input declares. So our own scan first proves
 * that every declared count and length fits into the bytes that exist, and that nesting is bounded.
 */
#include <msgpack.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "base/utf8.h"
#include "stream/map.h"

/* ---- encoding ---- */

static void pack_map(msgpack_packer *pk, const brc_map *m, brc_rc *rc);

/* Data that could not be decoded again must not be encoded. */
static void pack_string(msgpack_packer *pk, const char *s, brc_rc *rc)
{
	size_t n;

	if (*rc == BRC_OK && !brc_utf8_valid(s))
		*rc = BRC_DATA;
	n = strlen(s);
	msgpack_pack_str(pk, n);
	msgpack_pack_str_body(pk, s, n);
}

static void pack_value(msgpack_packer *pk, const brc_value *v, brc_rc *rc)
{
	switch (v->type) {
	case BRC_V_NIL:
		msgpack_pack_nil(pk);
		break;
	case BRC_V_BOOL:
		if (v->u.b)
			msgpack_pack_true(pk);
		else
			msgpack_pack_false(pk);
		break;
	case BRC_V_INT:
		msgpack_pack_int64(pk, v->u.i);
		break;
	case BRC_V_DOUBLE:
		msgpack_pack_double(pk, v->u.d);
		break;
	case BRC_V_STRING:
		pack_string(pk, v->u.s, rc);
		break;
	case BRC_V_LIST:
		msgpack_pack_array(pk, v->u.list.n);
		for (size_t i = 0; i < v->u.list.n; i++)
			pack_value(pk, &v->u.list.items[i], rc);
		break;
	case BRC_V_MAP:
		pack_map(pk, v->u.map, rc);
		break;
	}
}

static void pack_map(msgpack_packer *pk, const brc_map *m, brc_rc *rc)
{
	if (m->failed)
		*rc = BRC_RESOURCE;
	msgpack_pack_map(pk, m->n);
	for (size_t i = 0; i < m->n; i++) {
		pack_string(pk, m->pairs[i].key, rc);
		pack_value(pk, &m->pairs[i].value, rc);
	}
}

/*
 * The buffer that msgpack writes to. msgpack's own buffer would go on after a piece for which there
 * was no memory.
 */
struct out {
	msgpack_sbuffer buffer;
	bool failed;
};

static int write_piece(void *to, const char *bytes, size_t n)
{
	struct out *out = to;

	if (!out->failed && msgpack_sbuffer_write(&out->buffer, bytes, n) != 0)
		out->failed = true;
	return out->failed ? -1 : 0;
}

brc_rc brc_map_encode(const brc_map *m, unsigned char **buf, size_t *len, brc_err *err)
{
	struct out out = {.failed = false};
	msgpack_packer pk;
	brc_rc rc = BRC_OK;
	size_t size;

	if (!m)
		return brc_fail(err, BRC_RESOURCE, "out of memory for metadata");
	msgpack_sbuffer_init(&out.buffer);
	msgpack_packer_init(&pk, &out, write_piece);
	pack_map(&pk, m, &rc);
	size = out.buffer.size;
	if (out.failed || rc == BRC_RESOURCE)
		brc_fail(err, rc = BRC_RESOURCE, "out of memory for metadata");
	else if (rc == BRC_DATA)
		brc_fail(err, rc, "a text of the metadata is not UTF-8");
	else if (size > BRC_MAP_MAX_BYTES)
		rc = brc_fail(err, BRC_DATA, "metadata of %zu bytes exceeds the limit of %u", size,
			      BRC_MAP_MAX_BYTES);
	if (rc != BRC_OK) {
		msgpack_sbuffer_destroy(&out.buffer);
		return rc;
	}
	*len = size;
	*buf = (unsigned char *)msgpack_sbuffer_release(&out.buffer);
	return BRC_OK;
}

/* ---- the scan ---- */

struct cursor {
	const unsigned char *p, *end;
};

/* n big-endian bytes; false at the end of input. */
static bool take_uint(struct cursor *c, size_t n, uint64_t *v)
{
	if ((size_t)(c->end - c->p) < n)
		return false;
	*v = 0;
	for (size_t i = 0; i < n; i++)
		*v = *v << 8 | *c->p++;
	return true;
}

static bool skip(struct cursor *c, uint64_t n)
{
	if ((uint64_t)(c->end - c->p) < n)
		return false;
	c->p += n;
	return true;
}

/* What one head byte announces: bytes of body to skip, and values that follow it. */
static bool scan_head(struct cursor *c, uint64_t *body, uint64_t *children)
{
	uint64_t b, n;

	*body = *children = 0;
	if (!take_uint(c, 1, &b))
		return false;
	if (b < 0x80 || b >= 0xe0 || b == 0xc0 || b == 0xc2 || b == 0xc3)
		return true;
	if (b < 0x90)
		*children = 2 * (b & 15);
	else if (b < 0xa0)
		*children = b & 15;
	else if (b < 0xc0)
		*body = b & 31;
	else if (b >= 0xca && b <= 0xd3) { /* floats and integers */
		static const unsigned char width[] = {4, 8, 1, 2, 4, 8, 1, 2, 4, 8};

		*body = width[b - 0xca];
	} else if (b >= 0xd9 && b <= 0xdb) { /* strings */
		if (!take_uint(c, (size_t)1 << (b - 0xd9), &n))
			return false;
		*body = n;
	} else if (b == 0xdc || b == 0xdd || b == 0xde || b == 0xdf) { /* lists, maps */
		if (!take_uint(c, (b & 1) != 0 ? 4 : 2, &n))
			return false;
		*children = b >= 0xde ? 2 * n : n;
	} else {
		return false; /* binary and ext have no place in a map */
	}
	return true;
}

static bool scan_value(struct cursor *c, unsigned depth)
{
	uint64_t body, children;

	if (depth > BRC_MAP_MAX_DEPTH || !scan_head(c, &body, &children) || !skip(c, body))
		return false;
	if (children > (uint64_t)(c->end - c->p)) /* each takes a byte at least */
		return false;
	for (uint64_t i = 0; i < children; i++)
		if (!scan_value(c, depth + 1))
			return false;
	return true;
}

/* ---- decoding ---- */

static brc_rc take_string(const msgpack_object *o, char **out, brc_err *err)
{
	if (o->type != MSGPACK_OBJECT_STR)
		return brc_fail(err, BRC_DATA, "a key in the metadata is not a text");
	*out = brc_strndup(o->via.str.ptr, o->via.str.size, err); /* up to a NUL */
	BRC_TRY(brc_made(*out));
	if (strlen(*out) == o->via.str.size && brc_utf8_valid(*out))
		return BRC_OK;
	free(*out);
	*out = NULL;
	return brc_fail(err, BRC_DATA, "a text in the metadata is not UTF-8 or holds NUL");
}

static brc_rc take_map(const msgpack_object *o, brc_map **out, brc_err *err);

static brc_rc take_value(const msgpack_object *o, brc_value *v, brc_err *err)
{
	switch (o->type) {
	case MSGPACK_OBJECT_NIL:
		return BRC_OK;
	case MSGPACK_OBJECT_BOOLEAN:
		*v = (brc_value){.type = BRC_V_BOOL, .u.b = o->via.boolean};
		return BRC_OK;
	case MSGPACK_OBJECT_POSITIVE_INTEGER:
		if (o->via.u64 > INT64_MAX)
			return brc_fail(err, BRC_DATA, "an integer in the metadata is too large");
		*v = (brc_value){.type = BRC_V_INT, .u.i = (int64_t)o->via.u64};
		return BRC_OK;
	case MSGPACK_OBJECT_NEGATIVE_INTEGER:
		*v = (brc_value){.type = BRC_V_INT, .u.i = o->via.i64};
		return BRC_OK;
	case MSGPACK_OBJECT_FLOAT32:
	case MSGPACK_OBJECT_FLOAT64:
		*v = (brc_value){.type = BRC_V_DOUBLE, .u.d = o->via.f64};
		return BRC_OK;
	case MSGPACK_OBJECT_STR:
		BRC_TRY(take_string(o, &v->u.s, err));
		v->type = BRC_V_STRING;
		return BRC_OK;
	case MSGPACK_OBJECT_ARRAY:
		v->u.list.items = calloc((size_t)o->via.array.size + 1, sizeof(brc_value));
		if (!v->u.list.items)
			return brc_fail(err, BRC_RESOURCE, "out of memory for metadata");
		v->u.list.n = o->via.array.size;
		v->type = BRC_V_LIST;
		for (size_t i = 0; i < v->u.list.n; i++)
			BRC_TRY(take_value(&o->via.array.ptr[i], &v->u.list.items[i], err));
		return BRC_OK;
	case MSGPACK_OBJECT_MAP:
		BRC_TRY(take_map(o, &v->u.map, err));
		v->type = BRC_V_MAP;
		return BRC_OK;
	default:
		return brc_fail(err, BRC_DATA, "a value in the metadata has an unknown kind");
	}
}

/* Each key may occur once. A hostile map has up to about 13,000 keys. */
static brc_rc check_keys(const brc_map *m, brc_err *err)
{
	size_t first, again;
	char **key = brc_alloc(m->n, sizeof(*key), err);
	brc_rc rc = key ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; key && i < m->n; i++)
		key[i] = m->pairs[i].key;
	BRC_THEN(rc, brc_texts_repeated(key, m->n, &first, &again, err));
	if (rc == BRC_OK && again < m->n)
		rc = brc_fail(err, BRC_DATA, "key '%s' stands twice in the metadata", key[again]);
	free(key);
	return rc;
}

static brc_rc take_pair(const msgpack_object_kv *kv, brc_map *m, brc_err *err)
{
	brc_pair *pair = &m->pairs[m->n];

	BRC_TRY(take_string(&kv->key, &pair->key, err));
	m->n++;
	return take_value(&kv->val, &pair->value, err);
}

static brc_rc take_map(const msgpack_object *o, brc_map **out, brc_err *err)
{
	brc_map *m;
	brc_rc rc;

	if (o->type != MSGPACK_OBJECT_MAP)
		return brc_fail(err, BRC_DATA, "metadata is not a map");
	m = brc_map_new();
	if (!m)
		return brc_fail(err, BRC_RESOURCE, "out of memory for metadata");
	rc = brc_grow(&m->pairs, &m->cap, o->via.map.size, sizeof(*m->pairs), err);
	if (rc == BRC_OK && m->cap > 0)
		memset(m->pairs, 0, m->cap * sizeof(*m->pairs));
	for (size_t i = 0; i < o->via.map.size && rc == BRC_OK; i++)
		rc = take_pair(&o->via.map.ptr[i], m, err);
	BRC_THEN(rc, check_keys(m, err));
	if (rc != BRC_OK)
		brc_map_free(m);
	else
		*out = m;
	return rc;
}

brc_rc brc_map_decode(const unsigned char *buf, size_t len, brc_map **m, brc_err *err)
{
	struct cursor c = {buf, buf + len};
	msgpack_unpacked u;
	size_t offset = 0;
	brc_rc rc;

	*m = NULL;
	if (len == 0 || len > BRC_MAP_MAX_BYTES)
		return brc_fail(err, BRC_DATA, "metadata is empty or too long");
	if (!scan_value(&c, 1) || c.p != c.end)
		return brc_fail(err, BRC_DATA, "metadata is malformed");
	msgpack_unpacked_init(&u);
	if (msgpack_unpack_next(&u, (const char *)buf, len, &offset) == MSGPACK_UNPACK_SUCCESS)
		rc = take_map(&u.data, m, err);
	else
		rc = brc_fail(err, BRC_DATA, "metadata is malformed");
	msgpack_unpacked_destroy(&u);
	return rc;
}

brc_map *brc_map_dup(const brc_map *m)
{
	unsigned char *buf;
	size_t len;
	brc_map *copy = NULL;

	if (brc_map_encode(m, &buf, &len, NULL) == BRC_OK) {
		if (brc_map_decode(buf, len, &copy, NULL) != BRC_OK)
			copy = NULL;
		free(buf);
	}
	return copy;
}
