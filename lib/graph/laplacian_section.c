/* The section laplacian. It is written as it is, and everything is checked when it is read. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "graph/laplacian.h"
#include "linalg/correlation.h"
#include "sections/edge_origin.h"

#define DEGREE_TOLERANCE 1e-6

static brc_rc put_indices(brc_map *record, const char *key, const size_t *v, size_t n, brc_err *err)
{
	int64_t *copy = brc_alloc(n, sizeof(*copy), err);

	BRC_TRY(brc_made(copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = (int64_t)v[i];
	brc_map_put_ints(record, key, copy, n);
	free(copy);
	return BRC_OK;
}

static brc_rc write_graph(const brc_laplacian_graph *l, size_t index, brc_section *s, brc_err *err)
{
	const brc_graph *g = &l->graph;
	brc_map *record = brc_section_add_record(s, err);
	char name[48];

	BRC_TRY(brc_made(record));
	brc_map_put_int(record, "graph", (int64_t)index);
	brc_map_put_string(record, "name", l->name);
	BRC_TRY(put_indices(record, "members", g->member, g->n_members, err));
	BRC_TRY(put_indices(record, "kept", l->kept, l->n_kept, err));
	BRC_TRY(put_indices(record, "blocks", g->block, g->n_edges, err));
	snprintf(name, sizeof(name), "graph/%zu/degree", index);
	BRC_TRY(brc_section_add_column(s, name, "<f8", g->n, g->degree, err));
	snprintf(name, sizeof(name), "graph/%zu/component", index);
	return brc_section_add_column(s, name, "<i4", g->n, g->component, err);
}

void brc_laplacian_correlations(brc_laplacian *l, const brc_edge_origin *origin)
{
	int method = brc_word_index(BRC_CORR_METHODS, origin->method);
	int edge = brc_word_index(BRC_CORR_EDGES, origin->edge);

	l->method = method > 0 ? method : 0;
	l->edge = edge > 0 ? edge : 0;
}

/* How the edges were made, where they are correlations; the usual way goes without saying. */
static void put_correlation(const brc_laplacian *l, brc_section *s)
{
	char word[16];

	if (l->method)
		brc_map_put_string(s->meta, "method",
				   brc_word_at(BRC_CORR_METHODS, l->method, word, sizeof(word)));
	if (l->edge)
		brc_map_put_string(s->meta, "edge",
				   brc_word_at(BRC_CORR_EDGES, l->edge, word, sizeof(word)));
}

brc_rc brc_laplacian_write(const brc_laplacian *l, brc_section *s, brc_err *err)
{
	BRC_TRY(brc_blocks_write(&l->blocks, s, err));
	for (size_t g = 0; g < l->n; g++)
		BRC_TRY(write_graph(&l->graph[g], g, s, err));
	brc_map_put_string(s->meta, "mode", l->local ? "local" : "global");
	brc_map_put_string(s->meta, "normalisation", "symmetric");
	brc_map_put_string(s->meta, "rows", l->unit_rows ? "unit" : "degree");
	brc_map_put_string(s->meta, "source", l->source);
	put_correlation(l, s);
	return BRC_OK;
}

/* ---- reading ---- */

/* A list of whole numbers >= 0 under `key`; free() *out. */
static brc_rc get_indices(const brc_map *record, const char *key, const char *what, size_t **out,
			  size_t *n, brc_err *err)
{
	const brc_value *v = brc_map_get(record, key);
	bool good = v && v->type == BRC_V_LIST;

	for (size_t i = 0; good && i < v->u.list.n; i++)
		good = v->u.list.items[i].type == BRC_V_INT && v->u.list.items[i].u.i >= 0;
	if (!good)
		return brc_fail(err, BRC_DATA, "%s: '%s' is not a list of indices", what, key);
	*n = v->u.list.n;
	BRC_TRY(BRC_ARRAY(*out, *n, err));
	for (size_t i = 0; i < *n; i++)
		(*out)[i] = (size_t)v->u.list.items[i].u.i;
	return BRC_OK;
}

static brc_rc read_edges(brc_laplacian_graph *l, const brc_blocks *blocks, const brc_map *record,
			 const char *what, brc_err *err)
{
	size_t *member = NULL, *block = NULL, n_members, n_blocks;
	brc_rc rc = get_indices(record, "members", what, &member, &n_members, err);

	BRC_THEN(rc, get_indices(record, "blocks", what, &block, &n_blocks, err));
	if (rc == BRC_OK) {
		rc = brc_graph_init(&l->graph, blocks, member, n_members, block, n_blocks, err);
		if (rc != BRC_OK)
			brc_err_prefix(err, "%s", what);
	}
	free(member);
	free(block);
	if (rc == BRC_OK && l->graph.connected == 0)
		return brc_fail(err, BRC_DATA, "%s has no edges", what);
	return rc;
}

/* Kept layers are members, ascending, and kept by no graph before. */
static brc_rc read_kept(brc_laplacian *l, brc_laplacian_graph *g, const brc_map *record,
			const char *what, brc_err *err)
{
	size_t m = 0;

	BRC_TRY(get_indices(record, "kept", what, &g->kept, &g->n_kept, err));
	for (size_t i = 0; i < g->n_kept; i++) {
		while (m < g->graph.n_members && g->graph.member[m] < g->kept[i])
			m++;
		if (m == g->graph.n_members || g->graph.member[m] != g->kept[i] ||
		    l->labelled[g->kept[i]])
			return brc_fail(err, BRC_DATA,
					"%s keeps layer %zu, which is not its own to keep", what,
					g->kept[i]);
		l->labelled[g->kept[i]] = true;
	}
	return BRC_OK;
}

static brc_rc check_degrees(const brc_graph *g, const brc_section *s, size_t index,
			    const char *what, brc_err *err)
{
	const brc_tensor *t;
	const double *stored;
	char name[48];

	snprintf(name, sizeof(name), "graph/%zu/degree", index);
	BRC_TRY(brc_section_need_column(s, name, "<f8", g->n, &t, err));
	stored = t->data;
	for (size_t u = 0; u < g->n; u++)
		if (!(fabs(stored[u] - g->degree[u]) <= DEGREE_TOLERANCE * g->degree[u]))
			return brc_fail(err, BRC_DATA,
					"%s: unit %zu has degree %g, but its edges sum to %g", what,
					u, stored[u], g->degree[u]);
	return BRC_OK;
}

/*
 * Fill number[c] with the stored number of each of our components c. False if the stored partition
 * of the units is different; *u is the unit at which it differs.
 */
static bool match_components(const brc_graph *g, const int32_t *stored, int32_t *number,
			     bool *taken, size_t *u)
{
	for (*u = 0; *u < g->n; (*u)++) {
		int32_t c = g->component[*u], t = stored[*u];

		if (c < 0 || t < 0) {
			if (c != t)
				return false;
			continue;
		}
		if ((size_t)t >= g->components)
			return false;
		if (number[c] < 0 && !taken[t]) {
			number[c] = t;
			taken[t] = true;
		}
		if (number[c] != t)
			return false;
	}
	return true;
}

/* Are the stored components the same as ours, apart from their numbers? */
static brc_rc check_components(const brc_graph *g, const brc_section *s, size_t index,
			       const char *what, brc_err *err)
{
	int32_t *number = brc_alloc(g->components, sizeof(*number), err);
	bool *taken = brc_calloc(g->components, sizeof(*taken), err);
	brc_rc rc = number && taken ? BRC_OK : BRC_RESOURCE;
	const brc_tensor *t;
	char name[48];
	size_t u;

	snprintf(name, sizeof(name), "graph/%zu/component", index);
	BRC_THEN(rc, brc_section_need_column(s, name, "<i4", g->n, &t, err));
	for (size_t c = 0; c < g->components && rc == BRC_OK; c++)
		number[c] = -1;
	if (rc == BRC_OK && !match_components(g, t->data, number, taken, &u))
		rc = brc_fail(err, BRC_DATA,
			      "%s: unit %zu is said to be in component %d: its edges say otherwise",
			      what, u, ((const int32_t *)t->data)[u]);
	free(number);
	free(taken);
	return rc;
}

static brc_rc read_graph(brc_laplacian *l, const brc_section *s, const char *title, size_t index,
			 brc_err *err)
{
	const brc_map *record = s->records[l->blocks.n + index];
	brc_laplacian_graph *g = &l->graph[index];
	char what[300];
	size_t number;

	snprintf(what, sizeof(what), "%s: graph %zu", title, index);
	if (!brc_map_size(record, "graph", &number) || number != index)
		return brc_fail(err, BRC_DATA, "%s: record %zu is not that of graph %zu", title,
				l->blocks.n + index, index);
	l->n++;
	g->name = brc_strdup(brc_map_string(record, "name", ""), err);
	BRC_TRY(brc_made(g->name));
	BRC_TRY(read_edges(g, &l->blocks, record, what, err));
	BRC_TRY(read_kept(l, g, record, what, err));
	BRC_TRY(check_degrees(&g->graph, s, index, what, err));
	return check_components(&g->graph, s, index, what, err);
}

static brc_rc read_meta(brc_laplacian *l, const brc_section *s, const char *title, brc_err *err)
{
	const char *rows = brc_map_string(s->meta, "rows", "degree");
	const char *mode = brc_map_string(s->meta, "mode", "");
	const char *source = brc_map_string(s->meta, "source", "");
	const char *normalisation = brc_map_string(s->meta, "normalisation", "");

	if ((strcmp(mode, "global") != 0 && strcmp(mode, "local") != 0) ||
	    !brc_edge_source_known(source) || strcmp(normalisation, "symmetric") != 0 ||
	    (strcmp(rows, "degree") != 0 && strcmp(rows, "unit") != 0))
		return brc_fail(
			err, BRC_DATA,
			"%s: mode '%s', source '%s', normalisation '%s', rows '%s' is not what we "
			"know",
			title, mode, source, normalisation, rows);
	l->unit_rows = strcmp(rows, "unit") == 0;
	l->local = strcmp(mode, "local") == 0;
	snprintf(l->source, sizeof(l->source), "%s", source);
	l->method = brc_word_index(BRC_CORR_METHODS, brc_map_string(s->meta, "method", "spearman"));
	l->edge = brc_word_index(BRC_CORR_EDGES, brc_map_string(s->meta, "edge", "square"));
	if (l->method < 0 || l->edge < 0)
		return brc_section_bad(s, err, "method '%s' and edge '%s' are not what we know",
				       brc_map_string(s->meta, "method", ""),
				       brc_map_string(s->meta, "edge", ""));
	return BRC_OK;
}

static brc_rc read_graphs(brc_laplacian *l, const brc_section *s, const char *title, brc_err *err)
{
	size_t graphs = s->n_records - l->blocks.n;

	if (graphs < 1 || graphs > l->blocks.layers.n || (!l->local && graphs != 1))
		return brc_fail(err, BRC_DATA,
				"%s: %zu graphs: one is wanted, or one a layer where it is local",
				title, graphs);
	BRC_TRY(BRC_ZEROED(l->graph, graphs, err));
	BRC_TRY(BRC_ZEROED(l->labelled, l->blocks.layers.n, err));
	for (size_t g = 0; g < graphs; g++)
		BRC_TRY(read_graph(l, s, title, g, err));
	return BRC_OK;
}

brc_rc brc_laplacian_read(brc_laplacian *l, const brc_section *s, brc_err *err)
{
	char title[256];
	brc_rc rc;

	memset(l, 0, sizeof(*l));
	brc_section_title(s, title, sizeof(title));
	rc = brc_blocks_read(&l->blocks, s, err);
	BRC_THEN(rc, read_meta(l, s, title, err));
	BRC_THEN(rc, read_graphs(l, s, title, err));
	if (rc != BRC_OK)
		brc_laplacian_clear(l);
	return rc;
}
