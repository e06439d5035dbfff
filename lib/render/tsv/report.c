/* One row a group and labelling, every column: for R, pandas, awk. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/words/escape.h"
#include "render/model/model.h"

/* Statistics that any labelling has, each once, in order of appearance. */
typedef struct {
	const char **id;
	size_t n, cap;
} names;

static brc_rc add_name(names *t, const char *id, brc_err *err)
{
	for (size_t i = 0; i < t->n; i++)
		if (strcmp(t->id[i], id) == 0)
			return BRC_OK;
	BRC_TRY(brc_grow(&t->id, &t->cap, t->n + 1, sizeof(*t->id), err));
	t->id[t->n++] = id;
	return BRC_OK;
}

static brc_rc collect_names(names *t, const brc_report *r, brc_err *err)
{
	for (brc_proxy p = 0; p < BRC_PROXIES; p++)
		for (size_t i = 0; i < r->n; i++)
			for (size_t j = 0; j < r->network[i].n_labellings; j++) {
				const brc_findings *f = &r->network[i].labelling[j].test[p];

				for (size_t s = 0; s < f->n_stats; s++)
					BRC_TRY(add_name(t, f->stat[s].statistic, err));
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

/* The columns of the statistic `id` of either proxy. */
static void add_statistic(brc_str *b, const brc_labelling *l, const brc_group *g, const char *id)
{
	const brc_inference *st = NULL;
	size_t row = BRC_ANY;

	for (brc_proxy p = 0; p < BRC_PROXIES && row == BRC_ANY; p++) {
		st = brc_statistic(&l->test[p], id);
		row = st ? g->row[p] : BRC_ANY;
	}
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		const double *v = row != BRC_ANY ? brc_column_values(c, st) : NULL;

		add_number(b, v ? v[row] : NAN);
	}
}

static void add_row(brc_str *b, const brc_network *net, const brc_labelling *l, const brc_group *g,
		    const names *t)
{
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
	for (size_t i = 0; i < t->n; i++)
		add_statistic(b, l, g, t->id[i]);
	add_text(b, g->worst_class == BRC_ANY ? "NA" : l->class_name[g->worst_class]);
	add_number(b, g->worst_change);
	add_number(b, g->worst_p);
	brc_str_add(b, "\n");
}

brc_rc brc_report_tsv(const brc_report *r, brc_str *out, brc_err *err)
{
	names t = {0};
	brc_rc rc = collect_names(&t, r, err);

	brc_str_add(out,
		    "network\tlabelling\tlayer\tcluster\tsize\ttested\tleft_out\tmodel\tk\tseed");
	for (size_t i = 0; i < t.n; i++)
		for (const brc_column *c = brc_statistic_columns; c->name; c++) {
			add_text(out, t.id[i]);
			brc_str_addf(out, "_%s", c->name);
		}
	brc_str_add(out, "\tworst_class\tworst_class_change\tworst_class_p_adjusted\n");
	for (size_t i = 0; rc == BRC_OK && i < r->n; i++)
		for (size_t j = 0; j < r->network[i].n_labellings; j++) {
			const brc_labelling *l = &r->network[i].labelling[j];

			for (size_t k = 0; k < l->n_groups; k++)
				add_row(out, &r->network[i], l, &l->group[l->order[k]], &t);
		}
	free(t.id);
	return rc == BRC_OK ? brc_str_check(out, err) : rc;
}
