#include "exec/order.h"

#include <stdlib.h>

#include "base/memory.h"

/* Uses of nodes by nodes, as lists through arrays: those of node i from head[i] along next[]. */
typedef struct uses {
	const Brc__OnnxGraph *g;
	size_t **source; /* [nodes][inputs]: the node that computes it, or SIZE_MAX */
	size_t *sources, *head, *next, *user, n;
	size_t *missing; /* [nodes]: inputs not yet computed */
} uses;

static brc_rc allocate(uses *u, brc_err *err)
{
	size_t nodes = u->g->n_node;

	for (size_t i = 0; i < nodes; i++)
		u->n += u->g->node[i]->n_input;
	u->source = brc_alloc(nodes, sizeof(*u->source), err);
	u->sources = brc_alloc(u->n, sizeof(size_t), err);
	u->head = brc_alloc(nodes, sizeof(size_t), err);
	u->next = brc_alloc(u->n, sizeof(size_t), err);
	u->user = brc_alloc(u->n, sizeof(size_t), err);
	u->missing = brc_calloc(nodes, sizeof(size_t), err);
	return u->source && u->sources && u->head && u->next && u->user && u->missing
		       ? BRC_OK
		       : BRC_RESOURCE;
}

static void clear(uses *u)
{
	free((void *)u->source);
	free(u->sources);
	free(u->head);
	free(u->next);
	free(u->user);
	free(u->missing);
}

static size_t source_of(const brc_names *t, const char *input)
{
	const brc_name *at = *brc_text(input) ? brc_names_find(t, input) : NULL;

	return at ? at->node : SIZE_MAX;
}

/* Where does every input come from? Can the nodes run in the order of the file? */
static bool resolve(uses *u, const brc_names *t)
{
	size_t *at = u->sources;
	bool sorted = true;

	for (size_t i = 0; i < u->g->n_node; i++) {
		const Brc__OnnxNode *p = u->g->node[i];

		u->source[i] = at;
		for (size_t k = 0; k < p->n_input; k++) {
			*at = source_of(t, p->input[k]);
			sorted = sorted && (*at == SIZE_MAX || *at < i);
			at++;
		}
	}
	return sorted;
}

static void link_users(uses *u)
{
	size_t n = 0;

	for (size_t i = 0; i < u->g->n_node; i++)
		u->head[i] = SIZE_MAX;
	for (size_t i = u->g->n_node; i-- > 0;) {
		for (size_t k = 0; k < u->g->node[i]->n_input; k++) {
			size_t from = u->source[i][k];

			if (from == SIZE_MAX)
				continue;
			u->user[n] = i;
			u->next[n] = u->head[from];
			u->head[from] = n++;
			u->missing[i]++;
		}
	}
}

/*
 * A node that was left over too and computes an input of this one. There is one, because an input
 * is missing.
 */
static size_t left_before(const uses *u, size_t node)
{
	for (size_t k = 0; k < u->g->node[node]->n_input; k++) {
		size_t from = u->source[node][k];

		if (from != SIZE_MAX && u->missing[from] > 0)
			return from;
	}
	return node;
}

/* The way back from any node that was left over leads into a cycle. */
static brc_rc fail_cycle(uses *u, brc_err *err)
{
	size_t at = 0;

	while (u->missing[at] == 0)
		at++;
	while (u->missing[at] != SIZE_MAX) {
		u->missing[at] = SIZE_MAX; /* been here */
		at = left_before(u, at);
	}
	return brc_fail(err, BRC_DATA,
			"node '%.200s' (%.100s): its output feeds back into its input",
			brc_node_title(u->g->node[at]), brc_text(u->g->node[at]->op_type));
}

static brc_rc kahn(uses *u, size_t *order, brc_err *err)
{
	size_t done = 0, ready = 0, nodes = u->g->n_node;

	for (size_t i = 0; i < nodes; i++)
		if (u->missing[i] == 0)
			order[ready++] = i;
	while (done < ready)
		for (size_t k = u->head[order[done++]]; k != SIZE_MAX; k = u->next[k])
			if (--u->missing[u->user[k]] == 0)
				order[ready++] = u->user[k];
	return done == nodes ? BRC_OK : fail_cycle(u, err);
}

brc_rc brc_node_order(const Brc__OnnxGraph *g, const brc_names *t, size_t *order, brc_err *err)
{
	uses u = {.g = g};
	brc_rc rc = allocate(&u, err);

	for (size_t i = 0; rc == BRC_OK && i < g->n_node; i++)
		order[i] = i;
	if (rc == BRC_OK && !resolve(&u, t)) {
		link_users(&u);
		rc = kahn(&u, order, err);
	}
	clear(&u);
	return rc;
}
