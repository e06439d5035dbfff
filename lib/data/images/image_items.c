#include "data/images/image_items.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/images/image_file.h"

typedef struct image_state {
	brc_image_list list;
	brc_image_shape shape;
	size_t w, h, channels; /* of every image, once the first is known */
} image_state;

/* The file's bytes, which are added to the digest. */
static brc_rc read_file(brc_items *it, const char *path, size_t mem, void **bytes, size_t *n,
			brc_err *err)
{
	brc_input *in;
	const unsigned char *magic;
	brc_rc rc;

	BRC_TRY(brc_input_open(&in, path, err));
	rc = brc_input_peek(in, 8, &magic, n, err);
	if (rc == BRC_OK && (brc_input_compressed(in) || !brc_image_magic(magic, *n)))
		rc = brc_image_refuse(path, err);
	BRC_THEN(rc, brc_input_rest(in, BRC_IMAGE_BYTES_MAX, mem, bytes, n, err));
	brc_input_free(in);
	if (rc == BRC_OK && it)
		brc_section_digest_bytes(it->digest, *bytes, *n);
	return rc;
}

static brc_rc fit(const brc_image_shape *s, const char *path, brc_image *m, brc_err *err)
{
	brc_rc rc = BRC_OK;

	if (s->resize_w != 0)
		rc = s->resize_h != 0 ? brc_image_resize(m, s->resize_w, s->resize_h, err)
				      : brc_image_resize_short(m, s->resize_w, err);
	if (rc != BRC_OK)
		return brc_err_prefix(err, "%s", path);
	return s->crop_w != 0 ? brc_image_crop(m, s->crop_w, s->crop_h, path, err) : BRC_OK;
}

/* One image, finished but for its layout; `it` NULL: not for the digest. */
static brc_rc prepare(image_state *s, brc_items *it, const char *path, brc_image *m, brc_err *err)
{
	void *bytes = NULL;
	size_t n = 0;
	brc_rc rc;

	memset(m, 0, sizeof(*m));
	BRC_TRY(read_file(it, path, s->shape.mem, &bytes, &n, err));
	rc = brc_image_decode(bytes, n, path, s->shape.channels, s->shape.mem, m, err);
	free(bytes);
	if (rc == BRC_OK && m->channels < s->channels)
		rc = brc_image_channels(m, s->channels, err); /* grey among colour */
	BRC_THEN(rc, fit(&s->shape, path, m, err));
	if (rc != BRC_OK)
		brc_image_clear(m);
	return rc;
}

static brc_rc check_like_first(const image_state *s, const char *path, const brc_image *m,
			       brc_err *err)
{
	if (m->channels != s->channels) {
		brc_fail(err, BRC_DATA, "%s is in colour, but %s is grey", path, s->list.path[0]);
		return brc_hint(err, "--grey or --rgb makes them all alike");
	}
	if (m->w == s->w && m->h == s->h)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s has %zu x %zu pixels, but %s has %zu x %zu", path, m->w, m->h,
		 s->list.path[0], s->w, s->h);
	return brc_hint(err, "--resize WxH makes them all alike (--resize N --crop N keeps their "
			     "proportions)");
}

static void to_planes(const brc_image *m, uint8_t *out)
{
	size_t plane = m->w * m->h;

	for (size_t c = 0; c < m->channels; c++)
		for (size_t i = 0; i < plane; i++)
			out[c * plane + i] = m->pixel[i * m->channels + c];
}

static brc_rc next(brc_items *it, size_t number, void *out, brc_err *err)
{
	image_state *s = it->state;
	const char *path = s->list.path[number];
	brc_image m;
	brc_rc rc;

	BRC_TRY(prepare(s, it, path, &m, err));
	rc = check_like_first(s, path, &m, err);
	if (rc == BRC_OK && out)
		to_planes(&m, out);
	brc_image_clear(&m);
	return rc;
}

static void clear(void *state)
{
	brc_image_list_clear(&((image_state *)state)->list);
}

static const brc_items_ops ops = {next, NULL, clear, true};

/* The list's labels and classes go over to the items. */
static void move_labels(brc_items *it, brc_image_list *l)
{
	brc_array label = {.dtype = "<i4",
			   .itemsize = sizeof(int32_t),
			   .ndim = 1,
			   .shape = {l->n},
			   .count = l->n,
			   .data = l->label};

	l->label = NULL;
	brc_items_label(it, &label);
	it->class_name = l->class_name;
	it->classes = l->classes;
	l->class_name = NULL;
	l->classes = 0;
}

static brc_rc set_shape(brc_items *it, image_state *s, brc_err *err)
{
	brc_image first;
	brc_array head;
	const size_t *shape;
	bool swap;

	BRC_TRY(prepare(s, NULL, s->list.path[0], &first, err));
	s->w = first.w;
	s->h = first.h;
	s->channels = first.channels;
	brc_image_clear(&first);
	shape = s->channels == 1 ? (const size_t[]){s->list.n, s->h, s->w}
				 : (const size_t[]){s->list.n, s->channels, s->h, s->w};
	BRC_TRY(brc_array_declare(&head, "|u1", s->channels == 1 ? 3 : 4, shape, it->name, &swap,
				  err));
	it->layout = s->channels == 1 ? BRC_LAYOUT_UNKNOWN : BRC_LAYOUT_NCHW;
	return brc_items_shape(it, &head, err);
}

brc_rc brc_items_of_images(brc_items **it, brc_image_list *list, const brc_image_shape *shape,
			   const char *name, brc_err *err)
{
	image_state *s;
	brc_rc rc = brc_items_new(it, name, &ops, sizeof(*s), err);

	if (rc != BRC_OK) {
		brc_image_list_clear(list);
		return rc;
	}
	s = (*it)->state;
	*s = (image_state){.list = *list, .shape = *shape};
	memset(list, 0, sizeof(*list));
	move_labels(*it, &s->list);
	return set_shape(*it, s, err);
}
