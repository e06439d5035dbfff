#include "exec/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

const char *brc_text(const char *s)
{
	return s ? s : "";
}

const char *brc_node_title(const Brc__OnnxNode *p)
{
	const char *t = brc_text(p->name);

	return *t || !p->n_output ? t : brc_text(p->output[0]);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(((const brc_name *)a)->text, ((const brc_name *)b)->text);
}

/* Of equal names that of an input or initializer is last. */
static int by_text_and_node(const void *a, const void *b)
{
	const brc_name *x = a, *y = b;
	int c = by_text(a, b);

	return c ? c : (x->node > y->node) - (x->node < y->node);
}

static size_t count(const Brc__OnnxGraph *g)
{
	size_t n = g->n_initializer + g->n_input;

	for (size_t i = 0; i < g->n_node; i++)
		n += g->node[i]->n_output;
	return n;
}

static void list(brc_names *t, const Brc__OnnxGraph *g)
{
	for (size_t i = 0; i < g->n_initializer; i++)
		t->at[t->n++] = (brc_name){brc_text(g->initializer[i]->name), SIZE_MAX, SIZE_MAX};
	for (size_t i = 0; i < g->n_input; i++)
		t->at[t->n++] = (brc_name){brc_text(g->input[i]->name), SIZE_MAX, SIZE_MAX};
	for (size_t i = 0; i < g->n_node; i++)
		for (size_t k = 0; k < g->node[i]->n_output; k++)
			if (*brc_text(g->node[i]->output[k]))
				t->at[t->n++] = (brc_name){g->node[i]->output[k], i, SIZE_MAX};
}

brc_rc brc_names_collect(brc_names *t, const Brc__OnnxGraph *g, brc_err *err)
{
	size_t kept = 0;

	*t = (brc_names){.at = brc_calloc(count(g), sizeof(*t->at), err)};
	BRC_TRY(brc_made(t->at));
	list(t, g);
	qsort(t->at, t->n, sizeof(*t->at), by_text_and_node);
	for (size_t i = 0; i < t->n; i++) {
		bool again = kept > 0 && strcmp(t->at[kept - 1].text, t->at[i].text) == 0;

		if (again && t->at[kept - 1].node != SIZE_MAX)
			return brc_fail(err, BRC_DATA, "value '%.200s' is defined twice",
					t->at[i].text);
		if (!again)
			t->at[kept++] = t->at[i];
	}
	t->n = kept;
	return BRC_OK;
}

void brc_names_clear(brc_names *t)
{
	free(t->at);
	*t = (brc_names){0};
}

brc_name *brc_names_find(const brc_names *t, const char *text)
{
	const brc_name key = {.text = text};

	return bsearch(&key, t->at, t->n, sizeof(*t->at), by_text);
}

/* ---- the order of nodes ---- */

/* One input of a node: an entry in the list of those that the same node computes. */
typedef struct use {
	size_t user;   /* the node whose input it is */
	size_t source; /* the node that computes it; SIZE_MAX: none does */
	size_t next;   /* the next use in the list of `source`; SIZE_MAX: the last */
} use;

typedef struct state {
	size_t first;   /* its first input, among all uses; those of a node lie together */
	size_t users;   /* the first use in the list of its outputs; SIZE_MAX: none */
	size_t missing; /* inputs that are not computed yet */
} state;

typedef struct uses {
	const Brc__OnnxGraph *g;
	use *use;
	state *state; /* [nodes] */
} uses;

static brc_rc allocate_uses(uses *u, brc_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < u->g->n_node; i++)
		n += u->g->node[i]->n_input;
	u->use = brc_alloc(n, sizeof(*u->use), err);
	u->state = brc_calloc(u->g->n_node, sizeof(*u->state), err);
	return u->use && u->state ? BRC_OK : BRC_RESOURCE;
}

/* Where does every input come from? Can the nodes run in the order of the file? */
static bool resolve(uses *u, const brc_names *t)
{
	size_t n = 0;
	bool sorted = true;

	for (size_t i = 0; i < u->g->n_node; i++) {
		const Brc__OnnxNode *p = u->g->node[i];

		u->state[i] = (state){.first = n, .users = SIZE_MAX};
		for (size_t k = 0; k < p->n_input; k++, n++) {
			const brc_name *at =
				*brc_text(p->input[k]) ? brc_names_find(t, p->input[k]) : NULL;

			u->use[n] = (use){i, at ? at->node : SIZE_MAX, SIZE_MAX};
			sorted = sorted && (u->use[n].source == SIZE_MAX || u->use[n].source < i);
		}
	}
	return sorted;
}

static void link_users(uses *u)
{
	for (size_t i = u->g->n_node; i-- > 0;) {
		for (size_t k = 0; k < u->g->node[i]->n_input; k++) {
			size_t at = u->state[i].first + k, from = u->use[at].source;

			if (from == SIZE_MAX)
				continue;
			u->use[at].next = u->state[from].users;
			u->state[from].users = at;
			u->state[i].missing++;
		}
	}
}

/*
 * A node that was left over too and computes an input of this one. There is one, because an input
 * is missing.
 */
static size_t left_before(const uses *u, size_t node)
{
	const use *in = &u->use[u->state[node].first];

	for (size_t k = 0; k < u->g->node[node]->n_input; k++)
		if (in[k].source != SIZE_MAX && u->state[in[k].source].missing > 0)
			return in[k].source;
	return node;
}

/* The way back from any node that was left over leads into a cycle. */
static brc_rc fail_cycle(uses *u, brc_err *err)
{
	size_t at = 0;

	while (u->state[at].missing == 0)
		at++;
	while (u->state[at].missing != SIZE_MAX) {
		u->state[at].missing = SIZE_MAX; /* been here */
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
		if (u->state[i].missing == 0)
			order[ready++] = i;
	while (done < ready)
		for (size_t k = u->state[order[done++]].users; k != SIZE_MAX; k = u->use[k].next)
			if (--u->state[u->use[k].user].missing == 0)
				order[ready++] = u->use[k].user;
	return done == nodes ? BRC_OK : fail_cycle(u, err);
}

brc_rc brc_node_order(const Brc__OnnxGraph *g, const brc_names *t, size_t *order, brc_err *err)
{
	uses u = {.g = g};
	brc_rc rc = allocate_uses(&u, err);

	for (size_t i = 0; rc == BRC_OK && i < g->n_node; i++)
		order[i] = i;
	if (rc == BRC_OK && !resolve(&u, t)) {
		link_users(&u);
		rc = kahn(&u, order, err);
	}
	free(u.use);
	free(u.state);
	return rc;
}
