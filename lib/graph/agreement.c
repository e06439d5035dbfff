#include "graph/agreement.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/invariant.h"
#include "base/memory.h"
#include "stream/map.h"

void brc_labels_agreement_clear(brc_labels_agreement *t)
{
	free(t->layer);
	memset(t, 0, sizeof(*t));
}

/* Agreement of n units; NaN, and not an error, if none can be compared. */
static brc_rc agree(const int32_t *a, const int32_t *b, size_t n, brc_agreement *out, brc_err *err)
{
	size_t units = 0;

	for (size_t u = 0; u < n; u++)
		units += a[u] >= 0 && b[u] >= 0;
	if (units > 0)
		return brc_compare_partitions(a, b, n, out, err);
	*out = (brc_agreement){
		.rand_index = NAN, .mutual_information = NAN, .normalised = NAN, .ignored = n};
	return BRC_OK;
}

/* The labels of the shared layers one after the other: x from a, y from b. */
typedef struct pairing {
	int32_t *x, *y;
	size_t n;
} pairing;

static brc_rc add_layer(brc_labels_agreement *t, pairing *p, const brc_labels *a,
			const brc_labels *b, size_t i, size_t j, brc_err *err)
{
	size_t units = a->layers.units[i];
	const int32_t *x = a->label + a->layers.first[i], *y = b->label + b->layers.first[j];

	if (b->layers.units[j] != units)
		return brc_fail(err, BRC_DATA,
				"layer %s has %zu units in one labelling and %zu in the other",
				a->layers.name[i], units, b->layers.units[j]);
	t->layer[t->n].name = a->layers.name[i];
	BRC_TRY(agree(x, y, units, &t->layer[t->n++].agreement, err));
	memcpy(p->x + p->n, x, units * sizeof(*x));
	memcpy(p->y + p->n, y, units * sizeof(*y));
	p->n += units;
	return BRC_OK;
}

static void set_means(brc_labels_agreement *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->layer[i].agreement.units > 0) {
			t->mean_rand += t->layer[i].agreement.rand_index;
			t->mean_normalised += t->layer[i].agreement.normalised;
			n++;
		}
	t->mean_rand /= (double)n;
	t->mean_normalised /= (double)n;
}

static brc_rc compare_layers(brc_labels_agreement *t, pairing *p, const brc_labels *a,
			     const brc_labels *b, brc_err *err)
{
	size_t compared = 0;

	for (size_t i = 0; i < a->layers.n; i++) {
		size_t j = brc_layers_find(&b->layers, a->layers.name[i]);

		if (j != BRC_ANY)
			BRC_TRY(add_layer(t, p, a, b, i, j, err));
	}
	if (t->n == 0)
		return brc_fail(err, BRC_DATA, "the two labellings have no layer in common");
	for (size_t i = 0; i < t->n; i++)
		compared += t->layer[i].agreement.units;
	if (compared == 0)
		return brc_fail(err, BRC_DATA, "no unit has a label in both labellings");
	set_means(t);
	t->whole = a->mode != BRC_LABELS_LOCAL && b->mode != BRC_LABELS_LOCAL;
	return t->whole ? agree(p->x, p->y, p->n, &t->all, err) : BRC_OK;
}

brc_rc brc_labels_compare(brc_labels_agreement *t, const brc_labels *a, const brc_labels *b,
			  brc_err *err)
{
	size_t n = brc_layers_total(&a->layers);
	pairing p = {brc_alloc(n, sizeof(*p.x), err), brc_alloc(n, sizeof(*p.y), err), 0};
	brc_rc rc = BRC_RESOURCE;

	BRC_ASSERT_VALID(brc_labels_valid(a) && brc_labels_valid(b));
	memset(t, 0, sizeof(*t));
	t->layer = brc_alloc(a->layers.n, sizeof(*t->layer), err);
	if (p.x && p.y && t->layer)
		rc = compare_layers(t, &p, a, b, err);
	free(p.x);
	free(p.y);
	if (rc != BRC_OK)
		brc_labels_agreement_clear(t);
	return rc;
}

/* ---- for people and programs ---- */

static void text_row(const char *name, const brc_agreement *a, brc_str *out)
{
	char shown[25];

	brc_printable(shown, sizeof(shown), name);
	if (a->units > 0)
		brc_str_addf(out, "%-24s %7zu %10zu %10zu %8.4f %8.4f\n", shown, a->units,
			     a->clusters_a, a->clusters_b, a->rand_index, a->normalised);
	else
		brc_str_addf(out, "%-24s %7d %10s %10s %8s %8s\n", shown, 0, "-", "-", "-", "-");
}

void brc_labels_agreement_text(const brc_labels_agreement *t, const char *a_name,
			       const char *b_name, brc_str *out)
{
	char a[BRC_NAME_MAX], b[BRC_NAME_MAX];

	brc_printable(a, sizeof(a), a_name);
	brc_printable(b, sizeof(b), b_name);
	brc_str_addf(out, "A: %s\nB: %s\n\n", a, b);
	brc_str_addf(out, "%-24s %7s %10s %10s %8s %8s\n", "layer", "units", "clusters A",
		     "clusters B", "Rand", "mutual");
	for (size_t i = 0; i < t->n; i++)
		text_row(t->layer[i].name, &t->layer[i].agreement, out);
	brc_str_addf(out, "%-54s %8.4f %8.4f\n", "mean over layers", t->mean_rand,
		     t->mean_normalised);
	if (t->whole)
		text_row("all layers", &t->all, out);
}

static void put_agreement(brc_map *m, const brc_agreement *a)
{
	brc_map_put_int(m, "units", (int64_t)a->units);
	brc_map_put_int(m, "ignored", (int64_t)a->ignored);
	brc_map_put_int(m, "clusters_a", (int64_t)a->clusters_a);
	brc_map_put_int(m, "clusters_b", (int64_t)a->clusters_b);
	brc_map_put_double(m, "adjusted_rand", a->rand_index);
	brc_map_put_double(m, "normalised_mutual_information", a->normalised);
	brc_map_put_double(m, "mutual_information", a->mutual_information);
}

void brc_labels_agreement_json(const brc_labels_agreement *t, const char *a_name,
			       const char *b_name, brc_str *out)
{
	brc_map *m = brc_map_new(), *all = t->whole ? brc_map_new() : NULL;

	brc_map_put_string(m, "a", a_name);
	brc_map_put_string(m, "b", b_name);
	for (size_t i = 0; i < t->n; i++) {
		brc_map *layer = brc_map_new();

		brc_map_put_string(layer, "layer", t->layer[i].name);
		put_agreement(layer, &t->layer[i].agreement);
		brc_map_add_map(m, "layers", layer);
	}
	brc_map_put_double(m, "mean_adjusted_rand", t->mean_rand);
	brc_map_put_double(m, "mean_normalised_mutual_information", t->mean_normalised);
	if (t->whole) {
		put_agreement(all, &t->all);
		brc_map_put_map(m, "all", all);
	} else {
		brc_map_put_nil(m, "all");
	}
	if (!m || m->failed)
		out->failed = true;
	else
		brc_map_json(m, out);
	brc_str_add(out, "\n");
	brc_map_free(m);
}
