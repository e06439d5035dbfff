#include "net/layer_chain.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/layer_names.h"

/* An array as kernels [out][in][h][w], where `in` counts units of the layer before. */
typedef struct link {
	size_t index; /* of the array in the list of weights */
	const brc_weight *array;
	bool dense;
	size_t inputs; /* extent of the array */
	size_t out, in, h, w;
} link;

struct brc_layer_chain {
	brc_weights *weights;
	bool transposed;
	link *link;
	size_t n, cap;
	brc_norm norm;
	brc_layers layers;    /* n + 1: the input first */
	brc_net_layer *layer; /* [n + 1] */
	brc_net_edge *edge;   /* [n] */
	char digest[33];
	brc_layer_graph graph;
};

/* ---- which arrays ---- */

static brc_rc add_link(brc_layer_chain *c, size_t index, brc_err *err)
{
	const char *path = brc_weights_path(c->weights);
	const brc_weight *a;
	bool dense, inputs_first;

	brc_weights_list(c->weights, &a);
	a += index;
	dense = a->ndim == 2;
	inputs_first = dense && c->transposed;
	if (!dense && a->ndim != 4)
		return brc_fail(err, BRC_DATA,
				"%s: '%s' has %zu extents; a dense layer has 2, a convolution 4",
				path, a->name, a->ndim);
	if (a->count == 0)
		return brc_fail(err, BRC_DATA, "%s: '%s' is empty", path, a->name);
	BRC_TRY(brc_grow(&c->link, &c->cap, c->n + 1, sizeof(*c->link), err));
	c->link[c->n++] = (link){.index = index,
				 .array = a,
				 .dense = dense,
				 .inputs = a->shape[inputs_first ? 0 : 1],
				 .out = a->shape[inputs_first ? 1 : 0],
				 .in = a->shape[inputs_first ? 0 : 1],
				 .h = dense ? 1 : a->shape[2],
				 .w = dense ? 1 : a->shape[3]};
	return BRC_OK;
}

static brc_rc add_named(brc_layer_chain *c, const char *name, brc_err *err)
{
	size_t at = brc_weights_find(c->weights, name), n;
	const brc_weight *list;
	brc_str names = {0};

	if (at != BRC_ANY)
		return add_link(c, at, err);
	n = brc_weights_list(c->weights, &list);
	for (size_t i = 0; i < n && names.len < 400; i++)
		brc_str_addf(&names, "%s%s", i ? ", " : "", list[i].name);
	brc_fail(err, BRC_DATA, "%s: no array is called '%s'", brc_weights_path(c->weights), name);
	brc_hint(err, "there are: %s", names.s ? names.s : "none");
	brc_str_free(&names);
	return BRC_DATA;
}

static brc_rc add_ordered(brc_layer_chain *c, const char *order, brc_err *err)
{
	for (const char *at = order;; at++) {
		size_t n = strcspn(at, ",");
		char *name = brc_strndup(at, n, err);
		brc_rc rc = name ? add_named(c, name, err) : BRC_RESOURCE;

		free(name);
		BRC_TRY(rc);
		at += n;
		if (*at == '\0')
			return BRC_OK;
	}
}

static brc_rc add_all(brc_layer_chain *c, brc_err *err)
{
	const brc_weight *list;
	size_t n = brc_weights_list(c->weights, &list);

	for (size_t i = 0; i < n; i++)
		if (list[i].ndim == 2 || list[i].ndim == 4)
			BRC_TRY(add_link(c, i, err));
	if (c->n > 0)
		return BRC_OK;
	return brc_fail(err, BRC_DATA, "%s: no array has two or four extents",
			brc_weights_path(c->weights));
}

/* ---- do they fit ---- */

/* A dense layer behind a convolution takes each channel as a kernel of 1 x inputs / channels. */
static brc_rc join(const brc_layer_chain *c, const link *from, link *to, brc_err *err)
{
	char x[192], y[192];

	if (from->out == to->inputs)
		return BRC_OK;
	if (!from->dense && to->dense && to->inputs % from->out == 0) {
		to->in = from->out;
		to->w = to->inputs / from->out;
		return BRC_OK;
	}
	brc_fail(err, BRC_DATA,
		 "%s: '%s' (%s) has %zu outputs, which do not fit the %zu inputs of '%s' (%s)",
		 brc_weights_path(c->weights), from->array->name,
		 brc_extents_text(from->array->shape, from->array->ndim, x), from->out, to->inputs,
		 to->array->name, brc_extents_text(to->array->shape, to->array->ndim, y));
	return brc_hint(err, "--chain gives the order of the layers, --transposed says that dense "
			     "ones are [in, out]; what is no plain chain, export to ONNX");
}

/* ---- names ---- */

/* The name of an array without the ending that says it is a weight. */
static void propose(const char *array, char *name)
{
	static const char *const ends[] = {".weight", ".kernel", "/kernel"};
	size_t n = strlen(array);

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t m = strlen(ends[i]);

		if (n > m && strcmp(array + n - m, ends[i]) == 0) {
			n -= m;
			break;
		}
	}
	brc_layer_name_take(name, array, n);
}

static brc_rc name_layers(brc_layer_chain *c, brc_err *err)
{
	brc_layer_name *p = brc_calloc(c->n + 1, sizeof(*p), err);
	brc_rc rc;

	BRC_TRY(brc_made(p));
	p[0] = (brc_layer_name){.text = "input", .units = c->link[0].in};
	for (size_t i = 0; i < c->n; i++) {
		propose(c->link[i].array->name, p[i + 1].text);
		p[i + 1].units = c->link[i].out;
	}
	rc = brc_layer_names_table(p, c->n + 1, &c->layers, err);
	free(p);
	return rc;
}

/* ---- weights ---- */

/* [in][out] as [out][in]. */
static void transpose(const float *in, size_t rows, size_t columns, float *out)
{
	for (size_t r = 0; r < rows; r++)
		for (size_t k = 0; k < columns; k++)
			out[k * rows + r] = in[r * columns + k];
}

static brc_rc check_shape(const brc_layer_chain *c, const link *l, brc_err *err)
{
	if (!l->dense || l->w == 1 || c->norm == BRC_NORM_L1 || c->norm == BRC_NORM_L2)
		return BRC_OK;
	brc_fail(err, BRC_DATA,
		 "%s: '%s' has %zu weights for each channel of the layer before: which are "
		 "rows and columns the file does not tell",
		 brc_weights_path(c->weights), l->array->name, l->w);
	return brc_hint(err, "take --kernel-norm l1 or l2");
}

static brc_rc weights_of(const void *of, size_t edge, float *w, brc_err *err)
{
	const brc_layer_chain *c = of;
	const link *l = &c->link[edge];
	size_t count = l->array->count;
	bool lies_across = l->dense && c->transposed;
	float *kernel, *copy;
	brc_rc rc;

	BRC_TRY(check_shape(c, l, err));
	kernel = brc_alloc(count, sizeof(*kernel), err);
	copy = brc_alloc(lies_across ? count : 0, sizeof(*copy), err);
	rc = kernel && copy ? brc_weights_read(c->weights, l->index, kernel, err) : BRC_RESOURCE;
	if (rc == BRC_OK && lies_across)
		transpose(kernel, l->inputs, l->out, copy);
	BRC_THEN(rc, brc_kernel_norms(c->norm, lies_across ? copy : kernel, l->out, l->in, l->h,
				      l->w, w, err));
	free(kernel);
	free(copy);
	for (size_t i = 0; rc == BRC_OK && i < l->in * l->out; i++)
		if (!isfinite(w[i]))
			rc = brc_fail(err, BRC_DATA, "%s: '%s': its weights add up to infinity",
				      brc_weights_path(c->weights), l->array->name);
	return rc;
}

/* ---- reading ---- */

/* Each layer feeds the next. The file does not tell what lies between them. */
static brc_rc join_layers(brc_layer_chain *c, brc_err *err)
{
	size_t largest = 0;

	c->layer = brc_calloc(c->n + 1, sizeof(*c->layer), err);
	c->edge = brc_calloc(c->n, sizeof(*c->edge), err);
	if (!c->layer || !c->edge)
		return BRC_RESOURCE;
	c->layer[0] = (brc_net_layer){.kind = "input", .role = BRC_ROLE_INPUT};
	for (size_t i = 0; i < c->n; i++) {
		const link *l = &c->link[i];

		c->layer[i + 1] =
			(brc_net_layer){.kind = l->dense ? "Gemm" : "Conv",
					.role = i + 1 < c->n ? BRC_ROLE_HIDDEN : BRC_ROLE_OUTPUT};
		c->edge[i] = (brc_net_edge){i, i + 1};
		largest = l->array->count > largest ? l->array->count : largest;
	}
	for (size_t l = 0; l <= c->n; l++) {
		c->layer[l].name = c->layers.name[l];
		c->layer[l].units = c->layers.units[l];
	}
	c->graph = (brc_layer_graph){.layers = &c->layers,
				     .layer = c->layer,
				     .edge = c->edge,
				     .n_edges = c->n,
				     .digest = c->digest,
				     .norm = c->norm,
				     .weights = weights_of,
				     .of = c,
				     .scratch = 2 * largest * sizeof(float)}; /* an array twice */
	return BRC_OK;
}

static brc_rc read_chain(brc_layer_chain *c, const char *path, const char *order, brc_err *err)
{
	BRC_TRY(brc_weights_open(&c->weights, path, err));
	BRC_TRY(order ? add_ordered(c, order, err) : add_all(c, err));
	for (size_t i = 1; i < c->n; i++)
		BRC_TRY(join(c, &c->link[i - 1], &c->link[i], err));
	BRC_TRY(name_layers(c, err));
	BRC_TRY(join_layers(c, err));
	return brc_weights_digest(c->weights, c->digest, err);
}

brc_rc brc_layer_chain_read(brc_layer_chain **out, const char *path, const char *order,
			    bool transposed, brc_norm norm, brc_err *err)
{
	brc_layer_chain *c = brc_calloc(1, sizeof(*c), err);
	brc_rc rc;

	*out = NULL;
	BRC_TRY(brc_made(c));
	c->transposed = transposed;
	c->norm = norm;
	rc = read_chain(c, path, order, err);
	if (rc == BRC_OK)
		*out = c;
	else
		brc_layer_chain_free(c);
	return rc;
}

void brc_layer_chain_free(brc_layer_chain *c)
{
	if (!c)
		return;
	free(c->layer);
	free(c->edge);
	brc_layers_clear(&c->layers);
	brc_weights_free(c->weights);
	free(c->link);
	free(c);
}

const brc_layer_graph *brc_layer_chain_graph(const brc_layer_chain *c)
{
	return &c->graph;
}
