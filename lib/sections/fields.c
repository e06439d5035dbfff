#include "sections/fields.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"

static void *member(const void *of, size_t at)
{
	return (char *)(uintptr_t)of + at;
}

static brc_layers *layers_of(const brc_content *c, const void *of)
{
	return member(of, c->layers - 1);
}

static size_t extents_of(const brc_content *c, const brc_field *f, const void *of, size_t shape[3])
{
	size_t n = 0;

	for (; n < 3 && f->extent[n]; n++)
		shape[n] = f->extent[n] == BRC_ALL_UNITS
				   ? brc_layers_total(layers_of(c, of))
				   : *(const size_t *)member(of, f->extent[n] - 1);
	return n;
}

static const char *name_of(const brc_field *f, const char *prefix, char buf[BRC_NAME_MAX])
{
	if (!prefix)
		return f->name;
	snprintf(buf, BRC_NAME_MAX, "%s/%s", prefix, f->name);
	return buf;
}

static bool is_optional(const brc_field *f)
{
	return f->use == BRC_FIELD_OPTIONAL || f->use == BRC_FIELD_OPTIONAL_BORROWED;
}

static bool is_borrowed(const brc_field *f)
{
	return f->use == BRC_FIELD_BORROWED || f->use == BRC_FIELD_OPTIONAL_BORROWED;
}

/* ---- writing ---- */

static brc_rc write_words(const brc_field *f, const char *name, const unsigned *word, size_t n,
			  brc_section *s, brc_err *err)
{
	const char **text = brc_alloc(n, sizeof(*text), err);
	brc_rc rc;

	BRC_TRY(brc_made(text));
	for (size_t i = 0; i < n; i++)
		text[i] = f->words[word[i]];
	rc = brc_section_add_text(s, name, text, n, err);
	free(text);
	return rc;
}

static brc_rc write_field(const brc_content *c, const brc_field *f, const void *of,
			  const char *prefix, brc_section *s, brc_err *err)
{
	const void *data = *(void *const *)member(of, f->at);
	char buf[BRC_NAME_MAX];
	const char *name = name_of(f, prefix, buf);
	size_t shape[3], n = extents_of(c, f, of, shape);
	brc_tensor *t;

	if (!data && is_optional(f))
		return BRC_OK;
	if (f->words)
		return write_words(f, name, data, shape[0], s, err);
	if (strcmp(f->dtype, "|S") == 0)
		return brc_section_add_text(s, name, data, shape[0], err);
	if (is_borrowed(f))
		return brc_section_add(s, name, f->dtype, n, shape, f->axes, data, NULL, err);
	BRC_TRY(brc_section_add(s, name, f->dtype, n, shape, f->axes, NULL, &t, err));
	if (data)
		memcpy(t->data, data, brc_tensor_bytes(t));
	return BRC_OK;
}

brc_rc brc_fields_write(const brc_content *c, const void *of, const char *prefix, brc_section *s,
			brc_err *err)
{
	for (size_t i = 0; i < c->n_fields; i++)
		BRC_TRY(write_field(c, &c->field[i], of, prefix, s, err));
	return BRC_OK;
}

brc_rc brc_content_write(const brc_content *c, const void *of, brc_section *s, brc_err *err)
{
	brc_keys_put(c->key, c->n_keys, of, s->meta);
	if (c->layers)
		BRC_TRY(brc_layers_write(layers_of(c, of), s, err));
	return brc_fields_write(c, of, NULL, s, err);
}

/* ---- reading ---- */

static brc_rc read_words(const brc_field *f, const char *name, unsigned **out, size_t n,
			 const brc_section *s, brc_err *err)
{
	const brc_tensor *t;
	char text[64];

	BRC_TRY(brc_section_need_column(s, name, "|S", n, &t, err));
	BRC_NEW_RAW(*out, n, err);
	for (size_t i = 0; i < n; i++) {
		unsigned *w = &(*out)[i];

		brc_tensor_text(t, i, text, sizeof(text));
		for (*w = 0; f->words[*w] && strcmp(f->words[*w], text) != 0;)
			++*w;
		if (!f->words[*w])
			return brc_section_bad(s, err, "row %zu of '%s' is '%s'", i, name, text);
	}
	return BRC_OK;
}

static brc_rc read_field(const brc_content *c, const brc_field *f, void *of, const char *prefix,
			 const brc_section *s, brc_err *err)
{
	void **data = member(of, f->at);
	char buf[BRC_NAME_MAX];
	const char *name = name_of(f, prefix, buf);
	size_t shape[3], n = extents_of(c, f, of, shape);
	const brc_tensor *t;

	if (is_optional(f) && !brc_section_tensor(s, name))
		return BRC_OK;
	if (f->words)
		return read_words(f, name, (unsigned **)(void *)data, shape[0], s, err);
	BRC_TRY(brc_section_need(s, name, f->dtype, n, shape, &t, err));
	for (size_t i = 0; i < n; i++) {
		size_t *count =
			f->extent[i] == BRC_ALL_UNITS ? &shape[i] : member(of, f->extent[i] - 1);

		if (*count == BRC_ANY)
			*count = t->shape[i];
		if (*count != t->shape[i])
			return brc_section_bad(s, err,
					       "'%s' should have the extent %zu and has %zu", name,
					       *count, t->shape[i]);
	}
	if (strcmp(f->dtype, "|S") == 0)
		return brc_section_dup_texts(s, name, &shape[0], (char ***)(void *)data, err);
	if (!is_borrowed(f))
		return brc_section_dup(s, name, f->dtype, n, shape, data, err);
	*data = t->data;
	return BRC_OK;
}

brc_rc brc_fields_read(const brc_content *c, void *of, const char *prefix, const brc_section *s,
		       brc_err *err)
{
	for (size_t i = 0; i < c->n_fields; i++)
		BRC_TRY(read_field(c, &c->field[i], of, prefix, s, err));
	return BRC_OK;
}

brc_rc brc_content_read(const brc_content *c, void *of, const brc_section *s, brc_err *err)
{
	brc_rc rc = brc_keys_get(c->key, c->n_keys, of, s, s->meta, err);

	if (c->layers)
		BRC_THEN(rc, brc_layers_read(layers_of(c, of), s, err));
	BRC_THEN(rc, brc_fields_read(c, of, NULL, s, err));
	if (c->check)
		BRC_THEN(rc, c->check(of, s, err));
	if (rc != BRC_OK)
		brc_content_clear(c, of);
	return rc;
}

void brc_content_clear(const brc_content *c, void *of)
{
	for (size_t i = 0; i < c->n_fields; i++) {
		const brc_field *f = &c->field[i];
		void *data = *(void **)member(of, f->at);
		size_t shape[3] = {0};

		if (is_borrowed(f))
			continue;
		extents_of(c, f, of, shape);
		if (strcmp(f->dtype, "|S") == 0 && !f->words)
			brc_texts_free(data, shape[0]);
		else
			free(data);
	}
	if (c->layers)
		brc_layers_clear(layers_of(c, of));
	memset(of, 0, c->size);
}
