/* The inputs of a network: the extents that the model, the data and the user give them. */
#include "net/inputs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/input_images.h"
#include "net/input_shapes.h"
#include "sections/dataset_inputs.h"

typedef struct resolver {
	brc_net *net;
	const brc_dataset *data; /* NULL: none is known */
	brc_given_shapes given;
	bool *used; /* [given.n] */
} resolver;

/* ---- extents ---- */

static const brc_given_shape *given_for(resolver *r, const brc_net_input *in)
{
	for (size_t i = 0; i < r->given.n; i++) {
		const char *name = r->given.at[i].name;

		if (strcmp(name, in->name) != 0 && (*name || r->net->n_in > 1))
			continue;
		r->used[i] = true;
		return &r->given.at[i];
	}
	return NULL;
}

static brc_rc take_given(const brc_net_input *in, const brc_given_shape *s, size_t *dim,
			 brc_err *err)
{
	if (s->ndim != in->ndim)
		return brc_fail(err, BRC_USAGE,
				"--shape gives the input '%.200s' %zu extents, but it has %zu",
				in->name, s->ndim, in->ndim);
	for (size_t k = 0; k < s->ndim; k++) {
		if (s->dim[k] == BRC_OPEN)
			continue;
		if (dim[k] != BRC_OPEN && dim[k] != s->dim[k])
			return brc_fail(err, BRC_USAGE,
					"--shape gives dimension %zu of the input '%.200s' the "
					"extent %zu, but in the model it is %zu",
					k, in->name, s->dim[k], dim[k]);
		dim[k] = s->dim[k];
	}
	return BRC_OK;
}

/*
 * Extents from[n] of one image go to the last dimensions that hold one. Extents of 1 at the
 * beginning of either are left out if the other is shorter. All go to a single one, as into a
 * vector.
 */
static void take_extents(brc_net_input *in, const size_t *from, size_t n, size_t all)
{
	size_t of_one[BRC_MAX_DIMS], have = brc_net_item_dims(in, of_one), *at = of_one;

	if (have == 1 && n != 1) {
		if (in->dim[*at] == BRC_OPEN)
			in->dim[*at] = all;
		return;
	}
	for (; n > have && *from == 1; n--)
		from++;
	for (; have > n && in->dim[*at] == 1; have--)
		at++;
	for (size_t k = 0; have == n && k < n; k++)
		if (in->dim[at[k]] == BRC_OPEN)
			in->dim[at[k]] = from[k];
}

/* The extents of the user, of which that of the images says how many are run at a time. */
static brc_rc take_given_with_rows(brc_net *net, brc_net_input *in, const brc_given_shape *s,
				   brc_err *err)
{
	brc_given_shape rest = *s;
	size_t rows = in->images < s->ndim ? s->dim[in->images] : BRC_OPEN;

	if (rows == 0)
		return brc_fail(err, BRC_USAGE, "--shape: 0 images at a time");
	if (rows != BRC_OPEN && net->declared && rows != net->declared)
		return brc_fail(err, BRC_USAGE,
				"--shape gives %zu images at a time, but the model takes %zu", rows,
				net->declared);
	if (rows != BRC_OPEN && net->fixed && rows != net->rows)
		return brc_fail(err, BRC_USAGE,
				"--shape gives '%.200s' %zu images at a time, but there are %zu",
				in->name, rows, net->rows);
	if (rows != BRC_OPEN)
		brc_net_fix_rows(net, rows);
	if (in->images < s->ndim)
		rest.dim[in->images] = BRC_OPEN;
	return take_given(in, &rest, in->dim, err);
}

/* Shapes that are not declared are those of the data. */
static void declare(brc_net_input *in, size_t extents)
{
	in->ndim = extents;
	for (size_t k = 0; k < in->ndim; k++)
		in->dim[k] = BRC_OPEN;
}

static brc_rc resolve_main(resolver *r, brc_err *err)
{
	brc_net *net = r->net;
	brc_net_input *in = &net->in[net->main];
	const brc_given_shape *s = given_for(r, in);
	size_t at, ndim = s ? s->ndim : r->data ? r->data->ndim + 1 : 0;

	if (!in->shape && ndim <= BRC_MAX_DIMS)
		declare(in, ndim);
	if (in->elem == BRC_ELEM_BOOL)
		return brc_fail(err, BRC_DATA,
				"its elements are BOOL, neither floats nor integers");
	if (in->ndim == 0) {
		brc_fail(err, BRC_DATA, "the model does not say what dimensions it has");
		return brc_hint(err, "--shape %s=?,... says them", in->name);
	}
	at = brc_input_images(in, s, r->data, net->behind);
	net->tracked = at != BRC_NOWHERE;
	in->images = at;
	if (!net->tracked) {
		brc_net_fix_rows(net, 1);
	} else {
		net->declared = in->dim[at] == BRC_OPEN ? 0 : in->dim[at];
		/* what works for the declared number need not work for any other */
		if (net->declared == net->rows && !net->fixed)
			net->rows++;
	}
	if (s)
		BRC_TRY(take_given_with_rows(net, in, s, err));
	if (at != BRC_NOWHERE)
		in->dim[at] = net->declared ? net->declared : net->rows;
	if (r->data)
		take_extents(in, r->data->shape, r->data->ndim, r->data->pixels);
	return BRC_OK;
}

/* ---- the other inputs ---- */

/* The extent of another dimension that has this name, or BRC_OPEN. */
static size_t extent_called(const brc_net *net, const char *name)
{
	if (!*name)
		return BRC_OPEN;
	for (size_t i = 0; i < net->n_in; i++)
		for (size_t k = 0; k < net->in[i].ndim; k++)
			if (net->in[i].dim[k] != BRC_OPEN && k != net->in[i].images &&
			    strcmp(brc_net_dim_name(&net->in[i], k), name) == 0)
				return net->in[i].dim[k];
	return BRC_OPEN;
}

/*
 * Are its dimensions those of the main input? Masks of what is said to attention have the images
 * first all the same.
 */
static bool is_like_main(const brc_net *net, const brc_net_input *in)
{
	const brc_net_input *main = &net->in[net->main];

	return in->ndim == main->ndim && in->elem != BRC_ELEM_BOOL && in->fill != BRC_FILL_ONES &&
	       in->fill != BRC_FILL_STATE && in->fill != BRC_FILL_PAST;
}

/* The dimension that holds the images: of the same name as in the main input, or the usual one. */
static void find_images(const brc_net *net, brc_net_input *in)
{
	const brc_net_input *main = &net->in[net->main];
	const char *name;
	size_t usual = (in->fill == BRC_FILL_STATE && in->ndim == 3) ||
				       (in->fill == BRC_FILL_PAST && in->ndim == 5)
			       ? 1
			       : 0;

	if (main->images == BRC_NOWHERE)
		return;
	name = brc_net_dim_name(main, main->images);
	if (is_like_main(net, in))
		usual = main->images;
	for (size_t k = 0; *name && k < in->ndim; k++)
		if (in->dim[k] == BRC_OPEN && strcmp(brc_net_dim_name(in, k), name) == 0)
			in->images = k;
	if (in->images != BRC_NOWHERE || usual >= in->ndim)
		return;
	if (in->dim[usual] == (net->declared ? net->declared : BRC_OPEN))
		in->images = usual;
}

/* Places of a sequence: the first extent of one item of the main input. */
static size_t places(const brc_net *net)
{
	const brc_net_input *main = &net->in[net->main];
	size_t at[BRC_MAX_DIMS];

	return brc_net_item_dims(main, at) ? main->dim[at[0]] : BRC_OPEN;
}

/* An extent that is left open becomes what follows from the kind of the input. */
static size_t usual_extent(const brc_net *net, const brc_net_input *in, size_t k)
{
	size_t n = places(net), at[BRC_MAX_DIMS], dims = brc_net_item_dims(in, at);
	bool last = dims && k == at[dims - 1];

	switch (in->fill) {
	case BRC_FILL_ONES:
		return last && n != BRC_OPEN ? n + net->past : BRC_OPEN;
	case BRC_FILL_ZEROS:
	case BRC_FILL_COUNT:
		return last ? n : BRC_OPEN;
	case BRC_FILL_PAST:
		return k + 2 == in->ndim ? net->past : BRC_OPEN;
	default:
		return BRC_OPEN;
	}
}

/*
 * An array of the data set. The images are its first dimension; one for all of them goes anywhere.
 * Where the input has no images, each of them is a run of its own, unless the array is for all.
 */
static brc_rc place_array(brc_net *net, const brc_dataset_input *x, brc_net_input *in, brc_err *err)
{
	if (in->images == 0 || net->rows == 1)
		return BRC_OK;
	if (x->shared) {
		in->fill = in->images == BRC_NOWHERE ? in->fill : BRC_FILL_SHARED;
		return BRC_OK;
	}
	if (in->images != BRC_NOWHERE)
		return BRC_OK;
	if (net->fixed || net->declared > 1) {
		brc_fail(err, BRC_DATA,
			 "the data set has an array for each image, but the network takes one "
			 "array and %zu images at a time",
			 net->declared > 1 ? net->declared : net->rows);
		return brc_hint(err, "read-data --input %.100s=FILE takes one row for all images",
				in->name);
	}
	brc_net_fix_rows(net, 1);
	return BRC_OK;
}

static brc_rc take_array(brc_net *net, const brc_dataset_input *x, brc_net_input *in, brc_err *err)
{
	size_t at[BRC_MAX_DIMS], n;

	if (!in->shape)
		declare(in, x->ndim + (in->images != BRC_NOWHERE));
	BRC_TRY(place_array(net, x, in, err));
	n = brc_net_item_dims(in, at);
	for (size_t k = 0; n == x->ndim && k < n; k++)
		if (in->dim[at[k]] == BRC_OPEN)
			in->dim[at[k]] = x->shape[k];
	return BRC_OK;
}

static brc_rc resolve_other(resolver *r, brc_net_input *in, brc_err *err)
{
	brc_net *net = r->net;
	const brc_given_shape *s = given_for(r, in);
	const brc_dataset_input *x = brc_dataset_input_called(r->data, in->name);

	if (!in->shape && s)
		declare(in, s->ndim);
	find_images(net, in);
	if (s)
		BRC_TRY(take_given_with_rows(net, in, s, err));
	if (in->images != BRC_NOWHERE)
		in->dim[in->images] = net->rows;
	if (x)
		BRC_TRY(take_array(net, x, in, err));
	for (size_t k = 0; k < in->ndim; k++) {
		size_t same =
			in->dim[k] == BRC_OPEN ? extent_called(net, brc_net_dim_name(in, k)) : 0;

		if (in->dim[k] == BRC_OPEN)
			in->dim[k] = same != BRC_OPEN ? same : usual_extent(net, in, k);
	}
	return BRC_OK;
}

/* What is past has an extent of its own, which others count on. */
static void find_past(resolver *r)
{
	for (size_t i = 0; i < r->net->n_in; i++) {
		const brc_net_input *in = &r->net->in[i];
		const brc_dataset_input *x = brc_dataset_input_called(r->data, in->name);
		const brc_given_shape *s = given_for(r, in);
		size_t k = in->ndim - 2;

		if (brc_input_default(in->name, in->elem, in->ndim) != BRC_FILL_PAST)
			continue;
		if (in->dim[k] != BRC_OPEN)
			r->net->past = in->dim[k];
		else if (s && k < s->ndim && s->dim[k] != BRC_OPEN)
			r->net->past = s->dim[k];
		else if (x && x->ndim + 1 == in->ndim)
			r->net->past = x->shape[k - 1];
	}
}

/* ---- what is still wrong ---- */

static brc_rc fail_open(const brc_net *net, const brc_net_input *in, size_t k, brc_err *err)
{
	brc_str shape = {0}, remedy = {0};
	char name[96] = "";

	brc_net_input_text(net, in, &shape);
	for (size_t i = 0; i < in->ndim; i++)
		if (i == in->images)
			brc_str_add(&remedy, i ? ",?" : "?");
		else if (in->dim[i] != BRC_OPEN)
			brc_str_addf(&remedy, "%s%zu", i ? "," : "", in->dim[i]);
		else
			brc_str_add(&remedy, i ? ",N" : "N");
	if (*brc_net_dim_name(in, k))
		snprintf(name, sizeof(name), " ('%.64s')", brc_net_dim_name(in, k));
	brc_fail(err, BRC_DATA, "it is %s: dimension %zu%s has no fixed extent",
		 shape.failed ? "" : shape.s, k, name);
	brc_hint(err, "give it with --shape %.100s=%s, or with data: extract-weights --data FILE",
		 in->name, remedy.failed ? "" : remedy.s);
	brc_str_free(&shape);
	brc_str_free(&remedy);
	return BRC_DATA;
}

/* Extents are known, none is 0 but of what is past, and dimensions of one name have one extent. */
static brc_rc check_extents(const brc_net *net, const brc_net_input *in, brc_err *err)
{
	for (size_t k = 0; k < in->ndim; k++) {
		size_t same = extent_called(net, brc_net_dim_name(in, k));

		if (in->dim[k] == BRC_OPEN)
			return fail_open(net, in, k, err);
		if (in->dim[k] == 0 && in->fill != BRC_FILL_PAST)
			return brc_fail(err, BRC_DATA, "its dimension %zu is empty", k);
		if (k != in->images && same != BRC_OPEN && same != in->dim[k])
			return brc_fail(
				err, BRC_DATA,
				"its dimension '%.64s' is %zu, but in another input it is %zu",
				brc_net_dim_name(in, k), in->dim[k], same);
	}
	return BRC_OK;
}

static brc_rc check_given(const resolver *r, brc_err *err)
{
	for (size_t i = 0; i < r->given.n; i++) {
		const char *name = r->given.at[i].name;

		if (r->used[i])
			continue;
		if (!*name)
			return brc_fail(err, BRC_USAGE,
					"--shape names no input, and the network has %zu: give "
					"--shape %.100s=...",
					r->net->n_in, r->net->in[r->net->main].name);
		return brc_fail(err, BRC_USAGE,
				"--shape: no input that the network needs is called '%.100s'",
				name);
	}
	return BRC_OK;
}

/* ---- all of them ---- */

/* The elements for one image; they are repeated where the model has images. */
static brc_rc keep_shared(const resolver *r, brc_net_input *in, brc_err *err)
{
	const brc_dataset_input *x = brc_dataset_input_called(r->data, in->name);
	size_t dim[BRC_MAX_DIMS];

	memcpy(dim, in->dim, sizeof(dim));
	if (in->images != BRC_NOWHERE)
		dim[in->images] = 1;
	if (brc_extents_product(dim, in->ndim) != x->count)
		return brc_fail(err, BRC_DATA, "the array of the data set has %zu elements for it",
				x->count);
	in->shared = brc_alloc(x->count, sizeof(int64_t), err);
	BRC_TRY(brc_made(in->shared));
	if (in->elem == BRC_ELEM_FLOAT)
		brc_dataset_input_floats(x, 0, in->shared);
	else if (!x->real)
		brc_dataset_input_ints(x, 0, in->shared);
	else
		return brc_fail(err, BRC_DATA, "it takes integers, and the data set holds floats");
	return BRC_OK;
}

static brc_rc resolve(resolver *r, brc_err *err)
{
	brc_net *net = r->net;

	for (size_t i = 0; i < net->n_in; i++) {
		brc_net_input *in = &net->in[i == 0 ? net->main : i - (i <= net->main)];
		brc_rc rc = in == &net->in[net->main] ? resolve_main(r, err)
						      : resolve_other(r, in, err);

		BRC_THEN(rc, check_extents(net, in, err));
		if (rc == BRC_OK && in->fill == BRC_FILL_SHARED)
			rc = keep_shared(r, in, err);
		if (rc != BRC_OK)
			return rc == BRC_DATA ? brc_err_prefix(err, "the input '%.200s'", in->name)
					      : rc;
		if (i == 0)
			find_past(r);
	}
	return check_given(r, err);
}

brc_rc brc_net_find_inputs(brc_net *net, brc_err *err)
{
	resolver r = {.net = net, .data = net->options.data};
	brc_rc rc;

	net->rows = BRC_NET_ROWS;
	BRC_TRY(brc_net_list_inputs(net, err));
	rc = brc_given_shapes_parse(&r.given, net->options.shape, err);
	if (rc == BRC_OK) {
		r.used = brc_calloc(r.given.n, sizeof(*r.used), err);
		rc = r.used ? BRC_OK : BRC_RESOURCE;
	}
	if (rc == BRC_OK)
		brc_net_choose_main(net);
	BRC_THEN(rc, resolve(&r, err));
	free(r.used);
	brc_given_shapes_clear(&r.given);
	return rc;
}

void brc_net_fix_rows(brc_net *net, size_t rows)
{
	net->rows = rows;
	net->fixed = true;
	net->tracked = net->tracked && rows > 1;
}

void brc_net_forget_inputs(brc_net *net)
{
	for (size_t k = 0; k < net->n_in; k++)
		free(net->in[k].shared);
	free(net->in);
	net->in = NULL;
	net->n_in = net->main = net->declared = net->past = 0;
	net->fixed = net->tracked = false;
}
