/*
 * The family of all tests of a network: every partition, every k, every statistic. What holds in it
 * holds although many were tried (docs/method.md, "The family of a run").
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/model.h"
#include "render/words/commands.h"
#include "stats/fdr.h"
#include "stats/maxt.h"

/* A statistic of the family. */
typedef struct test {
	brc_inference *st;
	const brc_labelling *of;
	size_t set; /* statistics of one set share their draws */
} test;

typedef struct family {
	test *item;
	size_t n, cap, sets;
	size_t columns; /* of all statistics */
	brc_fdr fdr;
} family;

/* ---- which partitions share their draws ---- */

/* The options of the lesion that made the section; NULL: they are not known. */
static const brc_map *options_of(const brc_report_input *in, const brc_section *s)
{
	for (size_t i = 0; s && s->digest[0] && i < in->n_history; i++) {
		const brc_value *options = brc_map_get(in->history[i], "options");

		if (options && options->type == BRC_V_MAP &&
		    brc_history_wrote(in->history[i], s->digest))
			return options->u.map;
	}
	return NULL;
}

static bool same_seed(const brc_report_input *in, const brc_labelling *a, const brc_labelling *b)
{
	const brc_map *x = options_of(in, a->lesions_section);
	const brc_map *y = options_of(in, b->lesions_section);
	int64_t seed[2];

	return x && y && brc_map_int(x, "seed", &seed[0]) && brc_map_int(y, "seed", &seed[1]) &&
	       seed[0] == seed[1];
}

/* Are the same units permuted: those that are in a cluster, and not left out as dead? */
static bool same_units(const brc_labelling *a, const brc_labelling *b)
{
	const brc_lesions *x = &a->lesions, *y = &b->lesions;
	size_t n = brc_layers_total(&a->layers);

	if (!a->labels_section || !b->labels_section || !brc_layers_equal(&a->layers, &b->layers) ||
	    x->dead != y->dead || x->n_dead != y->n_dead)
		return false;
	for (size_t i = 0; i < x->n_dead; i++)
		if (x->dead_unit[i] != y->dead_unit[i])
			return false;
	for (size_t u = 0; u < n; u++)
		if ((a->labels.label[u] < 0) != (b->labels.label[u] < 0))
			return false;
	return true;
}

/*
 * Draw b is the same permutation of the same units for both: they were drawn with one seed, from
 * as many draws, of one model.
 */
static bool share_draws(const brc_report_input *in, const brc_labelling *a, const brc_labelling *b)
{
	if (a == b)
		return true;
	return a->lesions_section && b->lesions_section && a->lesions.draws == b->lesions.draws &&
	       a->lesions.controls == BRC_CONTROLS_PERMUTATION &&
	       b->lesions.controls == BRC_CONTROLS_PERMUTATION &&
	       strcmp(a->lesions.model, b->lesions.model) == 0 && same_seed(in, a, b) &&
	       same_units(a, b);
}

/* ---- the family ---- */

static brc_rc add_test(family *f, const brc_report_input *in, brc_inference *st,
		       const brc_labelling *l, brc_err *err)
{
	size_t set = 0;

	while (set < f->sets) {
		size_t i = 0;

		while (f->item[i].set != set) /* each set has a first statistic */
			i++;
		if (f->item[i].st->n == st->n && share_draws(in, f->item[i].of, l))
			break;
		set++;
	}
	BRC_TRY(brc_grow(&f->item, &f->cap, f->n + 1, sizeof(*f->item), err));
	f->item[f->n++] = (test){st, l, set};
	f->sets += set == f->sets;
	f->columns += st->m;
	return BRC_OK;
}

static brc_rc list_tests(family *f, brc_network *net, brc_err *err)
{
	for (size_t i = 0; i < net->n_labellings; i++)
		for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
			brc_findings *of = &net->labelling[i].test[p];

			if (of->fdr == BRC_FDR_BY)
				f->fdr = BRC_FDR_BY;
			for (size_t k = 0; k < of->n_stats; k++)
				if (of->stat[k].q)
					BRC_TRY(add_test(f, net->input, &of->stat[k],
							 &net->labelling[i], err));
		}
	return BRC_OK;
}

/* q over all columns of all statistics. */
static brc_rc adjust_q(const family *f, brc_err *err)
{
	double *p = brc_alloc(2 * f->columns, sizeof(*p), err), *q = p + f->columns;
	brc_rc rc = brc_made(p);
	size_t at = 0;

	for (size_t i = 0; rc == BRC_OK && i < f->n; at += f->item[i++].st->m)
		memcpy(p + at, f->item[i].st->p, f->item[i].st->m * sizeof(*p));
	BRC_THEN(rc, brc_fdr_q(p, f->columns, f->fdr, q, err));
	at = 0;
	for (size_t i = 0; rc == BRC_OK && i < f->n; at += f->item[i++].st->m)
		memcpy(f->item[i].st->run_q, q + at, f->item[i].st->m * sizeof(*q));
	free(p);
	return rc;
}

/* The columns of statistic `st` into those of its set, [n + 1, m], from column `at` on. */
static brc_rc put_columns(const brc_inference *st, double *u, size_t m, size_t at, brc_err *err)
{
	double *own = brc_alloc(st->n + 1, st->m * sizeof(*own), err);

	BRC_TRY(brc_made(own));
	brc_extremes_orient(st->draw, st->n, st->m, st->tail, own);
	for (size_t b = 0; b <= st->n; b++)
		memcpy(u + b * m + at, own + b * st->m, st->m * sizeof(*own));
	free(own);
	return BRC_OK;
}

/* max-T over a set jointly; several sets share the level by Bonferroni's rule. */
static brc_rc adjust_maxt(const family *f, size_t set, brc_err *err)
{
	size_t m = 0, n = 0, at = 0;
	double *u, *p = NULL;
	brc_rc rc;

	for (size_t i = 0; i < f->n; i++)
		if (f->item[i].set == set) {
			m += f->item[i].st->m;
			n = f->item[i].st->n;
		}
	rc = BRC_ARRAY(u, brc_times(n + 1, m), err);
	BRC_THEN(rc, BRC_ARRAY(p, m, err));
	for (size_t i = 0; rc == BRC_OK && i < f->n; i++)
		if (f->item[i].set == set) {
			rc = put_columns(f->item[i].st, u, m, at, err);
			at += f->item[i].st->m;
		}
	BRC_THEN(rc, brc_maxt(u, n, m, p, err));
	at = 0;
	for (size_t i = 0; rc == BRC_OK && i < f->n; i++)
		for (size_t s = 0; f->item[i].set == set && s < f->item[i].st->m; s++)
			f->item[i].st->run_p_maxt[s] = fmin(1, (double)f->sets * p[at++]);
	free(u);
	free(p);
	return rc;
}

static brc_rc adjust(const family *f, brc_err *err)
{
	for (size_t i = 0; i < f->n; i++) {
		brc_inference *st = f->item[i].st;

		BRC_TRY(BRC_ARRAY(st->run_q, st->m, err));
		BRC_TRY(BRC_ARRAY(st->run_p_maxt, st->m, err));
	}
	BRC_TRY(adjust_q(f, err));
	for (size_t set = 0; set < f->sets; set++)
		BRC_TRY(adjust_maxt(f, set, err));
	return BRC_OK;
}

brc_rc brc_network_find_family(brc_network *net, brc_err *err)
{
	family f = {.fdr = BRC_FDR_BH};
	brc_rc rc = list_tests(&f, net, err);

	if (rc == BRC_OK && f.columns > 0)
		rc = adjust(&f, err);
	net->family = (brc_family){f.columns, f.n, f.sets, 0, f.fdr};
	for (size_t i = 0; i < f.n; i++)
		if (i == 0 || f.item[i].st->n < net->family.draws)
			net->family.draws = f.item[i].st->n;
	free(f.item);
	return rc;
}
