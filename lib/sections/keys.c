#include "sections/keys.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

/* ---- writing ---- */

static void put_number(const brc_key *k, double v, brc_map *m)
{
	if (isnan(v) && k->use == BRC_KEY_OPTIONAL)
		return;
	if (k->kind == BRC_KEY_COUNT_OR_NAN && !isnan(v))
		brc_map_put_int(m, k->key, (int64_t)v);
	else
		brc_map_put_double(m, k->key, v);
}

static void put_count(const brc_key *k, size_t v, brc_map *m)
{
	if (k->use != BRC_KEY_OPTIONAL || v)
		brc_map_put_int(m, k->key, (int64_t)v);
}

static void put_text(const brc_key *k, const char *v, brc_map *m)
{
	if (k->use != BRC_KEY_OPTIONAL || v[0])
		brc_map_put_string(m, k->key, v);
}

static size_t word_number(const brc_key *k, const void *member)
{
	return k->size == sizeof(bool) ? *(const bool *)member : *(const unsigned *)member;
}

void brc_keys_put(const brc_key *keys, size_t n, const void *from, brc_map *m)
{
	for (const brc_key *k = keys; k < keys + n; k++) {
		const void *member = (const char *)from + k->offset;

		switch (k->kind) {
		case BRC_KEY_COUNT:
			put_count(k, *(const size_t *)member, m);
			break;
		case BRC_KEY_COUNT_OR_NAN:
		case BRC_KEY_NUMBER:
			put_number(k, *(const double *)member, m);
			break;
		case BRC_KEY_BOOL:
			brc_map_put_bool(m, k->key, *(const bool *)member);
			break;
		case BRC_KEY_TEXT:
			put_text(k, member, m);
			break;
		case BRC_KEY_STRING:
			put_text(k, *(char *const *)member, m);
			break;
		case BRC_KEY_WORD:
			put_text(k, k->words[word_number(k, member)], m);
			break;
		}
	}
}

/* ---- reading ---- */

static brc_rc refuse(const brc_key *k, const brc_section *s, const brc_map *m, const char *what,
		     brc_err *err)
{
	size_t i = 0;

	if (m == s->meta)
		return brc_section_bad(s, err, "metadata '%s' is not %s", k->key, what);
	while (i < s->n_records && s->records[i] != m)
		i++;
	return brc_section_bad(s, err, "record %zu: '%s' is not %s", i, k->key, what);
}

static brc_rc get_word(const brc_key *k, void *member, const char *text, const brc_section *s,
		       brc_err *err)
{
	brc_str words = {0};
	unsigned w = 0;

	for (; k->words[w] && strcmp(k->words[w], text) != 0; w++)
		brc_str_addf(&words, "%s%s", w ? ", " : "", k->words[w]);
	if (!k->words[w])
		brc_section_bad(s, err, "%s is '%s'; it must be one of %s", k->key, text,
				words.s ? words.s : "");
	else if (k->size == sizeof(bool))
		*(bool *)member = w != 0;
	else
		*(unsigned *)member = w;
	brc_str_free(&words);
	return k->words[w] ? BRC_OK : BRC_DATA;
}

static brc_rc get_text(const brc_key *k, void *member, const brc_section *s, const brc_map *m,
		       brc_err *err)
{
	const char *text = brc_map_string(m, k->key, NULL);

	if (!text)
		return refuse(k, s, m, "a text", err);
	if (k->kind == BRC_KEY_WORD)
		return get_word(k, member, text, s, err);
	if (k->kind == BRC_KEY_STRING) {
		*(char **)member = brc_strdup(text, err);
		return *(char **)member ? BRC_OK : BRC_RESOURCE;
	}
	if (strlen(text) >= k->size)
		return brc_section_bad(s, err, "'%s' has %zu bytes; at most %zu are expected",
				       k->key, strlen(text), k->size - 1);
	memcpy(member, text, strlen(text) + 1);
	return BRC_OK;
}

static brc_rc get(const brc_key *k, void *member, const brc_section *s, const brc_map *m,
		  brc_err *err)
{
	const brc_value *v = brc_map_get(m, k->key);

	switch (k->kind) {
	case BRC_KEY_BOOL:
		if (!v || v->type != BRC_V_BOOL)
			return refuse(k, s, m, "true or false", err);
		*(bool *)member = v->u.b;
		return BRC_OK;
	case BRC_KEY_COUNT:
		return brc_map_size(m, k->key, member) ? BRC_OK : refuse(k, s, m, "a count", err);
	case BRC_KEY_COUNT_OR_NAN:
	case BRC_KEY_NUMBER:
		return brc_map_double(m, k->key, member) ? BRC_OK
							 : refuse(k, s, m, "a number", err);
	default:
		return get_text(k, member, s, m, err);
	}
}

brc_rc brc_keys_get(const brc_key *keys, size_t n, void *to, const brc_section *s, const brc_map *m,
		    brc_err *err)
{
	for (const brc_key *k = keys; k < keys + n; k++) {
		const brc_value *v = brc_map_get(m, k->key);

		if (k->use != BRC_KEY_NEEDED && (!v || v->type == BRC_V_NIL))
			continue;
		BRC_TRY(get(k, (char *)to + k->offset, s, m, err));
	}
	return BRC_OK;
}
