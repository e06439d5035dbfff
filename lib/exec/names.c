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
	const brc_binding unbound = {.value = SIZE_MAX};

	for (size_t i = 0; i < g->n_initializer; i++)
		t->at[t->n++] = (brc_name){brc_text(g->initializer[i]->name), SIZE_MAX, unbound};
	for (size_t i = 0; i < g->n_input; i++)
		t->at[t->n++] = (brc_name){brc_text(g->input[i]->name), SIZE_MAX, unbound};
	for (size_t i = 0; i < g->n_node; i++)
		for (size_t k = 0; k < g->node[i]->n_output; k++)
			if (*brc_text(g->node[i]->output[k]))
				t->at[t->n++] = (brc_name){g->node[i]->output[k], i, unbound};
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

/* One name that a node reads: an entry in the list of those that the same node computes. */
typedef struct use {
	size_t user;   /* the node that reads it */
	size_t source; /* the node that computes it; SIZE_MAX: none does */
	size_t next;   /* the next use in the list of `source`; SIZE_MAX: the last */
} use;

typedef struct state {
	size_t first;   /* the first name it reads, among all uses; those of a node lie together */
	size_t users;   /* the first use in the list of its outputs; SIZE_MAX: none */
	size_t missing; /* names it reads that are not computed yet */
} state;

typedef struct uses {
	const Brc__OnnxGraph *g;
	const brc_names *names;
	use *use;
	size_t n, node; /* uses so far; the node that they are being listed for */
	state *state;   /* [nodes + 1] */
	bool sorted;    /* can the nodes run in the order of the file? */
} uses;

static void count_use(void *ctx, const char *name)
{
	(void)name;
	++*(size_t *)ctx;
}

static brc_rc allocate_uses(uses *u, brc_err *err)
{
	size_t n = 0;

	for (size_t i = 0; i < u->g->n_node; i++)
		brc_onnx_reads(u->g->node[i], count_use, &n);
	u->use = brc_alloc(n, sizeof(*u->use), err);
	u->state = brc_calloc(u->g->n_node + 1, sizeof(*u->state), err);
	return u->use && u->state ? BRC_OK : BRC_RESOURCE;
}

static bool holds_graph(const Brc__OnnxNode *p)
{
	for (size_t i = 0; i < p->n_attribute; i++)
		if (p->attribute[i]->g)
			return true;
	return false;
}

static void add_use(void *ctx, const char *name)
{
	uses *u = ctx;
	const brc_name *at = brc_names_find(u->names, name);
	size_t source = at ? at->node : SIZE_MAX;

	if (source == u->node && holds_graph(u->g->node[u->node]))
		source = SIZE_MAX; /* a graph inside may have a name like an output of its node */
	u->use[u->n++] = (use){u->node, source, SIZE_MAX};
	u->sorted = u->sorted && (source == SIZE_MAX || source < u->node);
}

/* Where does everything that a node reads come from? */
static void resolve(uses *u)
{
	u->sorted = true;
	for (u->node = 0; u->node < u->g->n_node; u->node++) {
		u->state[u->node] = (state){.first = u->n, .users = SIZE_MAX};
		brc_onnx_reads(u->g->node[u->node], add_use, u);
	}
	u->state[u->node].first = u->n;
}

static void link_users(uses *u)
{
	for (size_t at = u->n; at-- > 0;) {
		size_t from = u->use[at].source;

		if (from == SIZE_MAX)
			continue;
		u->use[at].next = u->state[from].users;
		u->state[from].users = at;
		u->state[u->use[at].user].missing++;
	}
}

/*
 * A node that was left over too and computes what this one reads. There is one, because something
 * is missing.
 */
static size_t left_before(const uses *u, size_t node)
{
	for (size_t k = u->state[node].first; k < u->state[node + 1].first; k++)
		if (u->use[k].source != SIZE_MAX && u->state[u->use[k].source].missing > 0)
			return u->use[k].source;
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
	uses u = {.g = g, .names = t};
	brc_rc rc = allocate_uses(&u, err);

	for (size_t i = 0; rc == BRC_OK && i < g->n_node; i++)
		order[i] = i;
	if (rc == BRC_OK)
		resolve(&u);
	if (rc == BRC_OK && !u.sorted) {
		link_users(&u);
		rc = kahn(&u, order, err);
	}
	free(u.use);
	free(u.state);
	return rc;
}
