/* The graph of sub-clusters: summed edges between them. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "graph/factors.h"
#include "graph/picture.h"
#include "graph/subcluster.h"

typedef struct group_link {
	int32_t from, to;
	double weight;
} group_link;

typedef struct sum_list {
	group_link *item;
	size_t n, cap;
} sum_list;

/* Groups of every layer: layer l has groups first[l] .. first[l + 1] - 1. */
typedef struct grouping {
	brc_subclusters *groups;
	int32_t *of_unit; /* [N] group of a unit, -1 for none */
	size_t *first;    /* [layers + 1] */
} grouping;

static void grouping_clear(grouping *p)
{
	brc_subclusters_free(p->groups);
	free(p->of_unit);
	free(p->first);
}

static brc_rc grouping_init(grouping *p, const brc_labels *labels, brc_err *err)
{
	const brc_layers *layers = &labels->layers;
	size_t n = brc_layers_total(layers);

	BRC_TRY(brc_subclusters_new(&p->groups, labels, err));
	p->of_unit = brc_alloc(n, sizeof(*p->of_unit), err);
	p->first = brc_calloc(layers->n + 1, sizeof(*p->first), err);
	if (!p->of_unit || !p->first)
		return BRC_RESOURCE;
	for (size_t u = 0; u < n; u++)
		p->of_unit[u] = -1;
	for (size_t i = 0; i < p->groups->n; i++) {
		const brc_subcluster *c = &p->groups->item[i];

		p->first[c->layer + 1]++;
		for (size_t u = 0; u < c->size; u++)
			p->of_unit[layers->first[c->layer] + c->unit[u]] = (int32_t)i;
	}
	for (size_t l = 0; l < layers->n; l++)
		p->first[l + 1] += p->first[l];
	return BRC_OK;
}

/* sum[groups of from, groups of to]: every edge once. */
static void sum_block(const brc_blocks *blocks, const brc_block *b, const grouping *p, double *sum)
{
	size_t rows = blocks->layers.units[b->from], cols = blocks->layers.units[b->to];
	size_t width = p->first[b->to + 1] - p->first[b->to];
	const int32_t *to = p->of_unit + blocks->layers.first[b->to];

	for (size_t i = 0; i < rows; i++) {
		int32_t from = p->of_unit[blocks->layers.first[b->from] + i];
		brc_row row = brc_block_row(b, cols, i);
		double *of_group;

		if (from < 0)
			continue;
		of_group = sum + ((size_t)from - p->first[b->from]) * width;
		for (size_t j = 0; j < row.n; j++) {
			int32_t at = to[brc_row_column(&row, j)];

			if (at >= 0)
				of_group[(size_t)at - p->first[b->to]] += (double)row.w[j];
		}
	}
}

static brc_rc add_link(sum_list *list, size_t from, size_t to, double weight, brc_err *err)
{
	if (!(weight > 0))
		return BRC_OK;
	BRC_TRY(brc_grow(&list->item, &list->cap, list->n + 1, sizeof(*list->item), err));
	list->item[list->n++] = (group_link){(int32_t)from, (int32_t)to, weight};
	return BRC_OK;
}

static brc_rc add_block(sum_list *list, const brc_blocks *blocks, const brc_block *b,
			const grouping *p, brc_err *err)
{
	size_t height = p->first[b->from + 1] - p->first[b->from];
	size_t width = p->first[b->to + 1] - p->first[b->to];
	double *sum = brc_calloc(height, width * sizeof(*sum), err);
	brc_rc rc = sum ? BRC_OK : BRC_RESOURCE;

	if (sum)
		sum_block(blocks, b, p, sum);
	for (size_t i = 0; i < height && rc == BRC_OK; i++)
		for (size_t j = b->from == b->to ? i + 1 : 0; j < width && rc == BRC_OK; j++)
			rc = add_link(list, p->first[b->from] + i, p->first[b->to] + j,
				      sum[i * width + j], err);
	free(sum);
	return rc;
}

/* The same of all blocks, given by factors. */
static brc_rc add_factors(sum_list *list, const brc_factors *f, const grouping *p, brc_err *err)
{
	size_t n = p->groups->n, bytes;
	double *sum;
	brc_rc rc;

	if (!brc_mul(n, n, &bytes) || !brc_mul(bytes, sizeof(*sum), &bytes))
		bytes = SIZE_MAX;
	BRC_TRY(brc_mem_need(bytes, 0, "links between sub-clusters", err));
	sum = brc_alloc(n, n * sizeof(*sum), err);
	rc = sum ? brc_factors_sums(f, p->of_unit, n, sum, err) : BRC_RESOURCE;
	for (size_t i = 0; i < n && rc == BRC_OK; i++)
		for (size_t j = i + 1; j < n && rc == BRC_OK; j++)
			rc = add_link(list, i, j, sum[i * n + j], err);
	free(sum);
	return rc;
}

static brc_rc add_all(sum_list *list, const brc_blocks *blocks, const grouping *p, brc_err *err)
{
	size_t layers = blocks->layers.n, *member;
	brc_factors *f = NULL;
	brc_rc rc = BRC_OK;

	if (!brc_blocks_factored(blocks)) {
		for (size_t b = 0; b < blocks->n && rc == BRC_OK; b++)
			rc = add_block(list, blocks, &blocks->block[b], p, err);
		return rc;
	}
	member = brc_alloc(layers, sizeof(*member), err);
	if (!member)
		return BRC_RESOURCE;
	for (size_t l = 0; l < layers; l++)
		member[l] = l;
	rc = brc_factors_new(&f, blocks, member, layers, blocks->n > layers, err);
	if (rc == BRC_OK)
		rc = add_factors(list, f, p, err);
	brc_factors_free(f);
	free(member);
	return rc;
}

static int by_groups(const void *pa, const void *pb)
{
	const group_link *a = pa, *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return a->to < b->to ? -1 : a->to > b->to;
}

static brc_rc copy_links(const sum_list *list, brc_spectrum *out, brc_err *err)
{
	size_t n = list->n;

	out->link_from = brc_alloc(n, sizeof(*out->link_from), err);
	out->link_to = brc_alloc(n, sizeof(*out->link_to), err);
	out->link_weight = brc_alloc(n, sizeof(*out->link_weight), err);
	if (!out->link_from || !out->link_to || !out->link_weight)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		out->link_from[i] = list->item[i].from;
		out->link_to[i] = list->item[i].to;
		out->link_weight[i] = list->item[i].weight;
	}
	out->links = n;
	return BRC_OK;
}

brc_rc brc_links_make(const brc_blocks *blocks, const brc_labels *labels, brc_spectrum *out,
		      brc_err *err)
{
	grouping p = {0};
	sum_list list = {0};
	brc_rc rc = grouping_init(&p, labels, err);

	if (rc == BRC_OK)
		rc = brc_subclusters_table(p.groups, &out->group, err);
	if (rc == BRC_OK)
		rc = add_all(&list, blocks, &p, err);
	if (rc == BRC_OK && list.n)
		qsort(list.item, list.n, sizeof(*list.item), by_groups);
	if (rc == BRC_OK)
		rc = copy_links(&list, out, err);
	free(list.item);
	grouping_clear(&p);
	return rc;
}
