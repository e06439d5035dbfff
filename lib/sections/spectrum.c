#include "sections/spectrum.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void brc_spectrum_clear(brc_spectrum *p)
{
	brc_graph_results_free(p->graph, p->n);
	free(p->image);
	free(p->boundary);
	brc_subcluster_table_clear(&p->group);
	free(p->link_from);
	free(p->link_to);
	free(p->link_weight);
	*p = (brc_spectrum){0};
}

/* "graph/2/eigenvalue". Returns buf. */
static char *column_of(char buf[BRC_NAME_MAX], size_t graph, const char *column)
{
	snprintf(buf, BRC_NAME_MAX, "graph/%zu/%s", graph, column);
	return buf;
}

static const char eigenvalue[] = "eigenvalue", residual[] = "residual", choice_k[] = "choice/k",
		  choice_gap[] = "choice/gap", choice_stability[] = "choice/stability";

/* ---- writing ---- */

/* Columns of no rows need no memory behind them. */
static brc_rc add(brc_section *s, const char *name, const char *dtype, size_t n, const void *data,
		  brc_err *err)
{
	return brc_section_add_column(s, name, dtype, n, data, err);
}

static brc_rc write_graph(const brc_graph_result *g, size_t i, brc_section *s, brc_err *err)
{
	brc_map *record = brc_section_add_record(s, err);
	char name[BRC_NAME_MAX];
	size_t n = g->choices;

	if (!record)
		return BRC_RESOURCE;
	brc_graph_result_put(g, i, true, record);
	BRC_TRY(add(s, column_of(name, i, eigenvalue), "<f8", g->pairs, g->eigenvalue, err));
	BRC_TRY(add(s, column_of(name, i, residual), "<f8", g->pairs, g->residual, err));
	if (n == 0)
		return BRC_OK;
	BRC_TRY(add(s, column_of(name, i, choice_k), "<i4", n, g->choice_k, err));
	BRC_TRY(add(s, column_of(name, i, choice_gap), "<f8", n, g->choice_gap, err));
	return add(s, column_of(name, i, choice_stability), "<f8", n, g->choice_stability, err);
}

static brc_rc write_image(const brc_spectrum *p, brc_section *s, brc_err *err)
{
	const size_t shape[2] = {p->bins, p->bins};
	brc_tensor *t;

	if (p->bins == 0)
		return BRC_OK;
	BRC_TRY(brc_section_add(s, "picture", "<f4", 2, shape, "bin,bin", NULL, &t, err));
	memcpy(t->data, p->image, brc_tensor_bytes(t));
	return add(s, "picture/boundary", "<i4", p->graph[0].k, p->boundary, err);
}

brc_rc brc_spectrum_write(const brc_spectrum *p, brc_section *s, brc_err *err)
{
	for (size_t g = 0; g < p->n; g++)
		BRC_TRY(write_graph(&p->graph[g], g, s, err));
	BRC_TRY(write_image(p, s, err));
	BRC_TRY(brc_subcluster_table_write(&p->group, "group", s, err));
	BRC_TRY(add(s, "link/from", "<i4", p->links, p->link_from, err));
	BRC_TRY(add(s, "link/to", "<i4", p->links, p->link_to, err));
	return add(s, "link/weight", "<f8", p->links, p->link_weight, err);
}

/* ---- reading ---- */

static brc_rc read_columns(brc_graph_result *g, size_t i, const brc_section *s, brc_err *err)
{
	char name[BRC_NAME_MAX];

	g->pairs = g->choices = BRC_ANY;
	BRC_TRY(brc_section_dup_column(s, column_of(name, i, eigenvalue), "<f8", &g->pairs,
				       &g->eigenvalue, err));
	BRC_TRY(brc_section_dup_column(s, column_of(name, i, residual), "<f8", &g->pairs,
				       &g->residual, err));
	if (!brc_section_tensor(s, column_of(name, i, choice_k))) {
		g->choices = 0;
		return BRC_OK;
	}
	BRC_TRY(brc_section_dup_column(s, name, "<i4", &g->choices, &g->choice_k, err));
	BRC_TRY(brc_section_dup_column(s, column_of(name, i, choice_gap), "<f8", &g->choices,
				       &g->choice_gap, err));
	return brc_section_dup_column(s, column_of(name, i, choice_stability), "<f8", &g->choices,
				      &g->choice_stability, err);
}

static brc_rc read_image(brc_spectrum *p, const brc_section *s, brc_err *err)
{
	size_t shape[2] = {BRC_ANY, BRC_ANY}, k;
	const brc_tensor *t;

	if (!brc_section_tensor(s, "picture"))
		return BRC_OK;
	BRC_TRY(brc_section_need(s, "picture", "<f4", 2, shape, &t, err));
	if (t->shape[0] != t->shape[1] || t->shape[0] > BRC_AFFINITY_BINS || t->shape[0] == 0 ||
	    p->n == 0)
		return brc_section_bad(s, err, "picture is %zu x %zu, not square up to %d",
				       t->shape[0], t->shape[1], BRC_AFFINITY_BINS);
	BRC_TRY(brc_section_dup(s, "picture", "<f4", 2, shape, &p->image, err));
	p->bins = shape[0];
	k = p->graph[0].k;
	BRC_TRY(brc_section_dup_column(s, "picture/boundary", "<i4", &k, &p->boundary, err));
	for (size_t c = 0; c < k; c++)
		if (p->boundary[c] < (c ? p->boundary[c - 1] : 0) ||
		    (size_t)p->boundary[c] > p->bins)
			return brc_section_bad(s, err,
					       "cluster %zu begins at bin %d of %zu: they ascend",
					       c, p->boundary[c], p->bins);
	return BRC_OK;
}

static brc_rc read_links(brc_spectrum *p, const brc_section *s, brc_err *err)
{
	p->links = BRC_ANY;
	BRC_TRY(brc_section_dup_column(s, "link/from", "<i4", &p->links, &p->link_from, err));
	BRC_TRY(brc_section_dup_column(s, "link/to", "<i4", &p->links, &p->link_to, err));
	BRC_TRY(brc_section_dup_column(s, "link/weight", "<f8", &p->links, &p->link_weight, err));
	for (size_t i = 0; i < p->links; i++) {
		int32_t from = p->link_from[i], to = p->link_to[i];

		if (from < 0 || from >= to || (size_t)to >= p->group.m || !(p->link_weight[i] > 0))
			return brc_section_bad(s, err,
					       "link %zu joins sub-clusters %d and %d of %zu by %g",
					       i, from, to, p->group.m, p->link_weight[i]);
	}
	return BRC_OK;
}

static brc_rc read_all(brc_spectrum *p, const brc_section *s, brc_err *err)
{
	BRC_TRY(brc_graph_results_read(&p->graph, &p->n, s, true, err));
	for (size_t g = 0; g < p->n; g++)
		BRC_TRY(read_columns(&p->graph[g], g, s, err));
	BRC_TRY(read_image(p, s, err));
	BRC_TRY(brc_subcluster_table_read(&p->group, s, "group", NULL, err));
	return read_links(p, s, err);
}

brc_rc brc_spectrum_read(brc_spectrum *p, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*p = (brc_spectrum){0};
	rc = read_all(p, s, err);
	if (rc != BRC_OK)
		brc_spectrum_clear(p);
	return rc;
}
