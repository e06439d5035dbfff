/* One row a group and labelling, every column: for R, pandas, awk. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/words/escape.h"
#include "render/model/model.h"

enum { COLUMNS_MOST = 64 };

/* A statistic of any labelling, and which columns it has in any of them. */
typedef struct {
	const char *id;
	bool has[COLUMNS_MOST];
} statistic;

/* Each once, in order of appearance. */
typedef struct {
	statistic *item;
	size_t n, cap;
} names;

/* Columns that only some statistics have are left out where no labelling has them. */
static void add_columns(statistic *t, const brc_inference *st)
{
	const brc_column *c = brc_statistic_columns;

	for (size_t i = 0; i < COLUMNS_MOST && c[i].name; i++)
		t->has[i] |= c[i].holder != BRC_HELD_BY_SOME || brc_column_there(&c[i], st);
}

static brc_rc add_name(names *t, const brc_inference *st, brc_err *err)
{
	size_t i = 0;

	while (i < t->n && strcmp(t->item[i].id, st->statistic) != 0)
		i++;
	if (i == t->n) {
		BRC_TRY(brc_grow(&t->item, &t->cap, t->n + 1, sizeof(*t->item), err));
		t->item[t->n++] = (statistic){.id = st->statistic};
	}
	add_columns(&t->item[i], st);
	return BRC_OK;
}

static brc_rc collect_names(names *t, const brc_report *r, brc_err *err)
{
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; i < r->n; i++)
			for (size_t j = 0; j < r->network[i].n_labellings; j++) {
				const brc_findings *f = &r->network[i].labelling[j].test[p];

				for (size_t s = 0; s < f->n_stats; s++)
					BRC_TRY(add_name(t, &f->stat[s], err));
			}
	return BRC_OK;
}

static void add_number(brc_str *b, double v)
{
	if (isfinite(v))
		brc_str_addf(b, "\t%.10g", v);
	else
		brc_str_add(b, "\tNA");
}

static void add_text(brc_str *b, const char *s)
{
	brc_str_add(b, "\t");
	brc_escape_tsv(b, s);
}

/* The columns of a statistic of either proxy. */
static void add_statistic(brc_str *b, const brc_labelling *l, const brc_group *g,
			  const statistic *t)
{
	const brc_inference *st = NULL;
	size_t row = BRC_ANY;

	for (brc_proxy p = 0; p < BRC_PROXIES && row == BRC_ANY; p++) {
		st = brc_statistic(&l->test[p], t->id);
		row = st ? g->row[p] : BRC_ANY;
	}
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		const double *v;

		if (!t->has[c - brc_statistic_columns])
			continue;
		v = row != BRC_ANY ? brc_column_values(c, st) : NULL;

		add_number(b, v ? v[row] : NAN);
	}
}

static void add_row(brc_str *b, const brc_network *net, const brc_labelling *l, const brc_group *g,
		    const names *t)
{
	const char *verdict;
	char digest[9];

	brc_escape_tsv(b, net->title);
	add_text(b, l->name);
	add_text(b, l->layers.name[g->layer]);
	brc_str_addf(b, "\t%d\t%zu\t%s", g->cluster, g->size, brc_group_tested(g) ? "yes" : "no");
	add_text(b, g->left_out ? g->left_out : "NA");
	/* what tells runs apart: the model, and how its units were partitioned */
	snprintf(digest, sizeof(digest), "%.8s", net->model ? net->model : "NA");
	add_text(b, digest);
	add_number(b, l->k > 0 ? (double)l->k : NAN);
	if (l->has_seed)
		brc_str_addf(b, "\t%" PRId64, l->seed);
	else
		brc_str_add(b, "\tNA");
	verdict = l->structure.graphs ? brc_structure_verdict(&l->structure)
				      : brc_verdict_words[BRC_VERDICT_UNTESTED];
	add_text(b, verdict ? verdict : "differs");
	for (size_t i = 0; i < t->n; i++)
		add_statistic(b, l, g, &t->item[i]);
	add_text(b, g->worst_class == BRC_ANY ? "NA" : l->class_name[g->worst_class]);
	add_number(b, g->worst_change);
	add_number(b, g->worst_p);
	add_number(b, g->worst_u);
	brc_str_add(b, "\n");
}

/* "in-norm/p" as "_in-norm_p". */
static void add_column_name(brc_str *out, const char *name)
{
	brc_str_add(out, "_");
	for (; *name; name++)
		brc_str_addf(out, "%c", *name == '/' ? '_' : *name);
}

brc_rc brc_report_tsv(const brc_report *r, brc_str *out, brc_err *err)
{
	names t = {0};
	brc_rc rc = collect_names(&t, r, err);

	brc_str_add(out,
		    "network\tlabelling\tlayer\tcluster\tsize\ttested\tleft_out\tmodel\tk\tseed\t"
		    "structure");
	for (size_t i = 0; i < t.n; i++)
		for (const brc_column *c = brc_statistic_columns; c->name; c++) {
			if (!t.item[i].has[c - brc_statistic_columns])
				continue;
			add_text(out, t.item[i].id);
			add_column_name(out, c->name);
		}
	brc_str_add(out,
		    "\tworst_class\tworst_class_change\tworst_class_p_adjusted\tworst_class_u\n");
	for (size_t i = 0; rc == BRC_OK && i < r->n; i++)
		for (size_t j = 0; j < r->network[i].n_labellings; j++) {
			const brc_labelling *l = &r->network[i].labelling[j];

			for (size_t k = 0; k < l->n_groups; k++)
				add_row(out, &r->network[i], l, &l->group[l->order[k]], &t);
		}
	free(t.item);
	return rc == BRC_OK ? brc_str_check(out, err) : rc;
}
