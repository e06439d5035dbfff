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
	if (!t->at)
		return BRC_RESOURCE;
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
