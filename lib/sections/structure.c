#include "sections/structure.h"

#include <math.h>
#include <string.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sections/fields.h"

#define KEY(member, kind, use) BRC_KEY(brc_structure, member, kind, use)
#define FIELD(member, name, dtype, axes, use, ...) \
	BRC_FIELD(brc_structure, member, name, dtype, axes, use, __VA_ARGS__)
#define COUNT(member) BRC_COUNT(brc_structure, member)

const char *const brc_verdict_words[] = {"no evidence", "above chance, not repeatable",
					 "structured", "not tested", NULL};

static const brc_key keys[] = {
	BRC_KEY_AS("perturbed", brc_structure, perturbed, WORD, NEEDED, brc_perturbed_words),
	KEY(noise, NUMBER, OPTIONAL),
	KEY(null, TEXT, OPTIONAL),
	KEY(source, TEXT, OPTIONAL),
	KEY(seed, TEXT, OPTIONAL),
	KEY(core, NUMBER, OPTIONAL),
};

static const brc_field fields[] = {
	FIELD(graph, "graph/name", "|S", "row", OWNED, COUNT(graphs)),
	FIELD(chosen, "graph/k", "<i4", "row", OWNED, COUNT(graphs)),
	FIELD(of, "row/graph", "<i4", "row", OWNED, COUNT(n)),
	FIELD(k, "row/k", "<i4", "row", OWNED, COUNT(n)),
	FIELD(index, "row/index", "<f8", "row", OWNED, COUNT(n)),
	FIELD(p, "row/clusterability_p", "<f8", "row", OWNED, COUNT(n)),
	{"row/verdict",
	 "|S",
	 "row",
	 BRC_FIELD_OWNED,
	 offsetof(brc_structure, verdict),
	 {COUNT(n)},
	 brc_verdict_words},
	FIELD(copy, "copy/index", "<f8", "row,copy", OWNED, COUNT(n), COUNT(copies)),
	FIELD(drawn, "null/index", "<f8", "row,draw", OWNED, COUNT(n), COUNT(nulls)),
	FIELD(membership, "membership", "<f8", "unit", OPTIONAL, COUNT(units)),
};

static brc_rc check_rows(const brc_structure *t, const brc_section *s, brc_err *err)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->of[i] < 0 || (size_t)t->of[i] >= t->graphs || t->k[i] < 1 ||
		    t->index[i] > 1 || t->p[i] < 0 || t->p[i] > 1)
			return brc_section_bad(s, err,
					       "row %zu is of graph %d of %zu, has k %d, index %g "
					       "and p %g",
					       i, t->of[i], t->graphs, t->k[i], t->index[i],
					       t->p[i]);
	return BRC_OK;
}

static brc_rc check(const void *of, const brc_section *s, brc_err *err)
{
	const brc_structure *t = of;

	for (size_t g = 0; g < t->graphs; g++)
		if (t->chosen[g] < 0)
			return brc_section_bad(s, err, "graph %zu has k %d", g, t->chosen[g]);
	for (size_t u = 0; t->membership && u < t->units; u++)
		if (t->membership[u] < 0 || t->membership[u] > 1)
			return brc_section_bad(s, err, "unit %zu has the membership %g", u,
					       t->membership[u]);
	return check_rows(t, s, err);
}

static const brc_content content = BRC_CONTENT(brc_structure, keys, fields, 0, check);

void brc_structure_clear(brc_structure *t)
{
	brc_content_clear(&content, t);
}

brc_rc brc_structure_read(brc_structure *t, const brc_section *s, brc_err *err)
{
	const brc_tensor *names;

	*t = (brc_structure){.n = BRC_ANY,
			     .copies = BRC_ANY,
			     .nulls = BRC_ANY,
			     .units = BRC_ANY,
			     .noise = NAN,
			     .core = NAN};
	snprintf(t->name, sizeof(t->name), "%s", s->name);
	BRC_TRY(brc_section_need_column(s, "graph/name", "|S", BRC_ANY, &names, err));
	t->graphs = names->shape[0];
	BRC_TRY(brc_content_read(&content, t, s, err));
	t->units = t->membership ? t->units : 0;
	return BRC_OK;
}

brc_rc brc_structure_write(const brc_structure *t, brc_section *s, brc_err *err)
{
	return brc_content_write(&content, t, s, err);
}

size_t brc_structure_row(const brc_structure *t, size_t g, size_t k)
{
	size_t best = BRC_ANY;

	if (k == 0)
		k = (size_t)t->chosen[g];
	for (size_t i = 0; i < t->n; i++) {
		if ((size_t)t->of[i] != g)
			continue;
		if (k != 0 && (size_t)t->k[i] == k)
			return i;
		if (k == 0 && (best == BRC_ANY || t->index[i] > t->index[best]))
			best = i;
	}
	return best;
}

const char *brc_structure_verdict(const brc_structure *t)
{
	const char *all = NULL;

	for (size_t g = 0; g < t->graphs; g++) {
		const size_t row = brc_structure_row(t, g, 0);
		const char *one = t->chosen[g] == 0 ? "no k stands out"
				  : row == BRC_ANY  ? brc_verdict_words[BRC_VERDICT_UNTESTED]
						    : brc_verdict_words[t->verdict[row]];

		if (all && strcmp(all, one) != 0)
			return NULL;
		all = one;
	}
	return all;
}

double brc_structure_largest(const brc_structure *t, size_t row)
{
	double largest = -INFINITY;

	for (size_t i = 0; i < t->nulls; i++) {
		double x = t->drawn[row * t->nulls + i];

		if (isnan(x))
			return NAN;
		largest = fmax(largest, x);
	}
	return t->nulls ? largest : NAN;
}

brc_verdict brc_structure_judge(const brc_structure *t, size_t row)
{
	double largest = brc_structure_largest(t, row);

	if (!(t->index[row] > largest) || t->p[row] > BRC_STRUCTURE_LEVEL)
		return BRC_VERDICT_NONE;
	return t->index[row] >= BRC_STRUCTURE_REPEATS ? BRC_VERDICT_STRUCTURED : BRC_VERDICT_ABOVE;
}

const char *brc_structure_remark(const brc_structure *t, size_t row)
{
	if (t->verdict[row] != BRC_VERDICT_NONE || strcmp(t->null, "residual-nonzero") != 0)
		return NULL;
	return "Null graphs keep the places of edges, so groups that show only in which units are "
	       "joined are in them, too, and do not count as evidence";
}
