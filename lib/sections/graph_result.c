#include "sections/graph_result.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/texts.h"
#include "sections/fields.h"

#define KEY(member, kind, use) BRC_KEY(brc_graph_result, member, kind, use)

static const brc_key of_labels[] = {
	KEY(name, STRING, NEEDED),
	KEY(k, COUNT, NEEDED),
	KEY(ncut, NUMBER, USUAL),
	KEY(in_out, NUMBER, USUAL),
};

static const brc_key of_spectrum[] = {
	KEY(name, STRING, NEEDED),   KEY(k, COUNT, NEEDED),         KEY(units, COUNT, USUAL),
	KEY(isolated, COUNT, USUAL), KEY(components, COUNT, USUAL), KEY(edges, COUNT_OR_NAN, USUAL),
	KEY(ncut, NUMBER, USUAL),    KEY(in_out, NUMBER, USUAL),    KEY(lower_bound, NUMBER, USUAL),
	KEY(inertia, NUMBER, USUAL), KEY(starts, NUMBER, USUAL),    KEY(empty, COUNT, USUAL),
	KEY(moved, COUNT, USUAL),
};

/* Older streams have another name for the agreement of starts. */
static const brc_key of_older[] = {
	BRC_KEY_AS("stability", brc_graph_result, starts, NUMBER, USUAL, NULL)};

enum {
	OF_LABELS = sizeof(of_labels) / sizeof(*of_labels),
	OF_SPECTRUM = sizeof(of_spectrum) / sizeof(*of_spectrum)
};

#define COLUMN(member, name, dtype, count) \
	BRC_FIELD(brc_graph_result, member, name, dtype, "row", OWNED, count)
#define PAIRS BRC_COUNT(brc_graph_result, pairs)
#define RATED BRC_COUNT(brc_graph_result, rated)
#define CHOICES BRC_COUNT(brc_graph_result, choices)

static const brc_field pair_fields[] = {COLUMN(eigenvalue, "eigenvalue", "<f8", PAIRS),
					COLUMN(residual, "residual", "<f8", PAIRS)};
static const brc_field choice_fields[] = {COLUMN(choice_k, "choice/k", "<i4", CHOICES),
					  COLUMN(choice_gap, "choice/gap", "<f8", CHOICES),
					  COLUMN(choice_starts, "choice/starts", "<f8", CHOICES)};

/* The same tensors in older streams. */
static const brc_field older_fields[] = {COLUMN(choice_k, "choice/k", "<i4", CHOICES),
					 COLUMN(choice_gap, "choice/gap", "<f8", CHOICES),
					 COLUMN(choice_starts, "choice/stability", "<f8", CHOICES)};

static const brc_field connection_fields[] = {COLUMN(parts, "cluster/parts", "<i4", RATED),
					      COLUMN(inner_ncut, "cluster/inner", "<f8", RATED),
					      COLUMN(outer_ncut, "cluster/outer", "<f8", RATED)};

static const brc_content pairs = BRC_CONTENT_OF_FIELDS(brc_graph_result, pair_fields, 0);
static const brc_content choice = BRC_CONTENT_OF_FIELDS(brc_graph_result, choice_fields, 0);
static const brc_content older = BRC_CONTENT_OF_FIELDS(brc_graph_result, older_fields, 0);
static const brc_content connection = BRC_CONTENT_OF_FIELDS(brc_graph_result, connection_fields, 0);

brc_graph_result brc_graph_result_blank(void)
{
	return (brc_graph_result){.ncut = NAN,
				  .in_out = NAN,
				  .edges = NAN,
				  .lower_bound = NAN,
				  .inertia = NAN,
				  .starts = NAN};
}

void brc_graph_results_free(brc_graph_result *g, size_t n)
{
	for (size_t i = 0; g && i < n; i++) {
		free(g[i].name);
		brc_texts_free(g[i].warning, g[i].n_warnings);
		free(g[i].eigenvalue);
		free(g[i].residual);
		free(g[i].choice_k);
		free(g[i].choice_gap);
		free(g[i].choice_starts);
		free(g[i].parts);
		free(g[i].inner_ncut);
		free(g[i].outer_ncut);
	}
	free(g);
}

void brc_graph_result_put(const brc_graph_result *g, size_t index, bool spectrum, brc_map *m)
{
	brc_map_put_int(m, "graph", (int64_t)index);
	brc_keys_put(spectrum ? of_spectrum : of_labels, spectrum ? OF_SPECTRUM : OF_LABELS, g, m);
	if (spectrum)
		brc_map_put_strings(m, "warnings", (const char *const *)g->warning, g->n_warnings);
}

brc_rc brc_graph_result_write(const brc_graph_result *g, size_t index, brc_section *s, brc_err *err)
{
	char prefix[32];

	snprintf(prefix, sizeof(prefix), "graph/%zu", index);
	BRC_TRY(brc_fields_write(&pairs, g, prefix, s, err));
	if (g->rated)
		BRC_TRY(brc_fields_write(&connection, g, prefix, s, err));
	return g->choices ? brc_fields_write(&choice, g, prefix, s, err) : BRC_OK;
}

/* The columns of `c`, whose count is at `count`, if the first of them is there. */
static brc_rc read_columns(const brc_content *c, const char *first, size_t *count,
			   brc_graph_result *g, const char *prefix, const brc_section *s,
			   brc_err *err)
{
	char name[64];

	snprintf(name, sizeof(name), "%s/%s", prefix, first);
	if (!brc_section_tensor(s, name))
		return BRC_OK;
	*count = BRC_ANY;
	return brc_fields_read(c, g, prefix, s, err);
}

brc_rc brc_graph_result_read(brc_graph_result *g, size_t index, const brc_section *s, brc_err *err)
{
	char prefix[32], name[64];

	snprintf(prefix, sizeof(prefix), "graph/%zu", index);
	g->pairs = BRC_ANY;
	BRC_TRY(brc_fields_read(&pairs, g, prefix, s, err));
	BRC_TRY(read_columns(&connection, connection_fields[0].name, &g->rated, g, prefix, s, err));
	if (g->rated != 0 && g->rated != g->k)
		return brc_section_bad(s, err, "%s/cluster/parts has %zu rows for %zu clusters",
				       prefix, g->rated, g->k);
	snprintf(name, sizeof(name), "%s/%s", prefix, older_fields[2].name);
	return read_columns(brc_section_tensor(s, name) ? &older : &choice, choice_fields[0].name,
			    &g->choices, g, prefix, s, err);
}

bool brc_graph_result_weak(const brc_graph_result *g, size_t c)
{
	return c < g->rated && (g->parts[c] > 1 || g->inner_ncut[c] <= g->outer_ncut[c]);
}

static brc_rc read_warnings(brc_graph_result *g, const brc_section *s, const brc_map *m,
			    brc_err *err)
{
	const brc_value *v = brc_map_get(m, "warnings");

	if (!v)
		return BRC_OK;
	if (v->type != BRC_V_LIST)
		return brc_section_bad(s, err, "'warnings' is not a list of texts");
	BRC_NEW(g->warning, v->u.list.n, err);
	for (size_t i = 0; i < v->u.list.n; i++) {
		if (v->u.list.items[i].type != BRC_V_STRING)
			return brc_section_bad(s, err, "'warnings' is not a list of texts");
		g->warning[i] = brc_strdup(v->u.list.items[i].u.s, err);
		BRC_TRY(brc_made(g->warning[i]));
		g->n_warnings++;
	}
	return BRC_OK;
}

static brc_rc read_record(brc_graph_result *g, size_t index, const brc_section *s, bool spectrum,
			  brc_err *err)
{
	const brc_map *m = s->records[index];
	size_t number;

	if (!brc_map_size(m, "graph", &number) || number != index)
		return brc_section_bad(s, err, "record %zu is not that of graph %zu", index, index);
	BRC_TRY(brc_keys_get(spectrum ? of_spectrum : of_labels, spectrum ? OF_SPECTRUM : OF_LABELS,
			     g, s, m, err));
	if (!spectrum)
		return BRC_OK;
	if (!brc_map_get(m, "starts"))
		BRC_TRY(brc_keys_get(of_older, 1, g, s, m, err));
	return read_warnings(g, s, m, err);
}

brc_rc brc_graph_results_read(brc_graph_result **g, size_t *n, const brc_section *s, bool spectrum,
			      brc_err *err)
{
	brc_rc rc = BRC_OK;

	*n = 0;
	BRC_NEW(*g, s->n_records, err);
	for (size_t i = 0; rc == BRC_OK && i < s->n_records; i++) {
		(*g)[i] = brc_graph_result_blank();
		*n = i + 1;
		rc = read_record(&(*g)[i], i, s, spectrum, err);
	}
	if (rc != BRC_OK) {
		brc_graph_results_free(*g, *n);
		*g = NULL;
		*n = 0;
	}
	return rc;
}
