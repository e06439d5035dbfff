#include "graph/links.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/order.h"
#include "graph/layout.h"
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
	BRC_TRY(BRC_ARRAY(p->of_unit, n, err));
	BRC_TRY(BRC_ZEROED(p->first, layers->n + 1, err));
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

static brc_rc add_link(void *ctx, size_t from, size_t to, double weight, brc_err *err)
{
	sum_list *list = ctx;

	BRC_TRY(brc_grow(&list->item, &list->cap, list->n + 1, sizeof(*list->item), err));
	list->item[list->n++] = (group_link){(int32_t)from, (int32_t)to, weight};
	return BRC_OK;
}

static int by_groups(const void *pa, const void *pb)
{
	const group_link *a = pa, *b = pb;

	return BRC_ORDER(a->from, b->from) ?: BRC_ORDER(a->to, b->to);
}

static brc_rc copy_links(const sum_list *list, brc_spectrum *out, brc_err *err)
{
	size_t n = list->n;

	BRC_TRY(BRC_ARRAY(out->link_from, n, err));
	BRC_TRY(BRC_ARRAY(out->link_to, n, err));
	BRC_TRY(BRC_ARRAY(out->link_weight, n, err));
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

	BRC_THEN(rc, brc_subclusters_table(p.groups, &out->group, err));
	BRC_THEN(rc, blocks->store->group_sums(blocks, p.of_unit, p.first, add_link, &list, err));
	if (rc == BRC_OK && list.n)
		qsort(list.item, list.n, sizeof(*list.item), by_groups);
	BRC_THEN(rc, copy_links(&list, out, err));
	free(list.item);
	grouping_clear(&p);
	return rc;
}
