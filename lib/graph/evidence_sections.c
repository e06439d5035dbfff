/* What comes of the evidence: the sections structure and partitions. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "graph/evidence.h"
#include "sections/clusterability.h"

/* The set from which graph g has its labels; BRC_ANY: from none. */
static size_t set_of(size_t set, const size_t *chosen, size_t g)
{
	return set == BRC_ANY ? chosen[g] : set;
}

static brc_rc add_graphs(const brc_evidence *e, const brc_laplacian *l, size_t set,
			 const size_t *chosen, brc_structure *t, brc_err *err)
{
	BRC_TRY(BRC_ZEROED(t->graph, e->graphs, err));
	t->graphs = e->graphs;
	BRC_TRY(BRC_ZEROED(t->chosen, e->graphs, err));
	for (size_t g = 0; g < e->graphs; g++) {
		size_t from = set_of(set, chosen, g);

		t->chosen[g] = from == BRC_ANY ? 0 : (int32_t)e->k[from * e->graphs + g];
		t->graph[g] = brc_strdup(l->graph[g].name, err);
		BRC_TRY(brc_made(t->graph[g]));
	}
	return BRC_OK;
}

static void add_row(const brc_evidence *e, size_t set, size_t g, double p, brc_structure *t)
{
	size_t from = set * e->graphs + g, to = t->n++;

	t->of[to] = (int32_t)g;
	t->k[to] = (int32_t)e->k[from];
	t->index[to] = e->mean[from];
	t->p[to] = p;
	memcpy(t->copy + to * t->copies, e->index + from * e->indices,
	       e->indices * sizeof(*t->copy));
	memcpy(t->drawn + to * t->nulls, e->drawn + from * e->nulls, e->nulls * sizeof(*t->drawn));
	t->verdict[to] = e->tested[from] ? brc_structure_judge(t, to) : BRC_VERDICT_UNTESTED;
}

static brc_rc add_rows(const brc_evidence *e, size_t set, const double *p, brc_structure *t,
		       brc_err *err)
{
	size_t most = e->sets * e->graphs;

	t->copies = e->indices;
	t->nulls = e->nulls;
	BRC_TRY(BRC_ZEROED(t->of, most, err));
	BRC_TRY(BRC_ZEROED(t->k, most, err));
	BRC_TRY(BRC_ZEROED(t->index, most, err));
	BRC_TRY(BRC_ZEROED(t->p, most, err));
	BRC_TRY(BRC_ZEROED(t->verdict, most, err));
	BRC_TRY(BRC_ZEROED(t->copy, brc_times(most, t->copies), err));
	BRC_TRY(BRC_ZEROED(t->drawn, brc_times(most, t->nulls), err));
	for (size_t g = 0; g < e->graphs; g++)
		for (size_t s = 0; s < e->sets; s++)
			if ((set == BRC_ANY || s == set) && e->k[s * e->graphs + g] > 0)
				add_row(e, s, g, p[s], t);
	return BRC_OK;
}

brc_rc brc_evidence_structure(const brc_evidence *e, const brc_laplacian *l, size_t set,
			      const size_t *chosen, const double *p, brc_structure *out,
			      brc_err *err)
{
	brc_rc rc;

	*out = (brc_structure){.perturbed = e->perturbed,
			       .noise = e->perturbed == BRC_PERTURBED_EDGES ? BRC_PERTURB_NOISE
									    : NAN,
			       .core = NAN};
	memcpy(out->null, e->null, sizeof(out->null));
	memcpy(out->source, e->source, sizeof(out->source));
	memcpy(out->seed, e->seed, sizeof(out->seed));
	rc = add_graphs(e, l, set, chosen, out, err);
	BRC_THEN(rc, add_rows(e, set, p, out, err));
	if (rc != BRC_OK)
		brc_structure_clear(out);
	return rc;
}

brc_rc brc_evidence_partitions(const brc_evidence *e, const brc_laplacian *l, size_t set,
			       const size_t *chosen, brc_partitions *out, brc_err *err)
{
	const brc_layers *t = &l->blocks.layers;
	brc_rc rc;

	*out = (brc_partitions){.copies = e->copies,
				.mode = l->local ? BRC_LABELS_LOCAL : BRC_LABELS_GLOBAL,
				.perturbed = e->perturbed,
				.noise = e->perturbed == BRC_PERTURBED_EDGES ? BRC_PERTURB_NOISE
									     : NAN};
	memcpy(out->seed, e->seed, sizeof(out->seed));
	rc = brc_layers_dup(&out->layers, t, err);
	BRC_THEN(rc, BRC_ARRAY(out->label, brc_times(e->copies, e->units), err));
	if (rc != BRC_OK) {
		brc_partitions_clear(out);
		return rc;
	}
	memset(out->label, 0xff, e->copies * e->units * sizeof(*out->label));
	for (size_t g = 0; g < e->graphs; g++)
		for (size_t i = 0; i < l->graph[g].n_kept; i++)
			for (size_t c = 0; c < e->copies; c++) {
				size_t first = t->first[l->graph[g].kept[i]];
				size_t from = set_of(set, chosen, g);

				if (from != BRC_ANY)
					memcpy(out->label + c * e->units + first,
					       e->copy + (from * e->copies + c) * e->units + first,
					       t->units[l->graph[g].kept[i]] * sizeof(*out->label));
			}
	return BRC_OK;
}

brc_rc brc_evidence_p(const brc_evidence *e, const brc_laplacian *l, const brc_section *const *all,
		      size_t n, double *p, brc_err *err)
{
	for (size_t s = 0; s < e->sets; s++)
		p[s] = NAN;
	for (size_t i = 0; i < n && !l->local; i++) {
		brc_clusterability c;

		if (strcmp(all[i]->type, "clusterability") != 0)
			continue;
		BRC_TRY(brc_clusterability_read(&c, all[i], err));
		for (size_t s = 0; s < e->sets; s++)
			if (c.k == e->k[s] && strcmp(c.source, l->source) == 0)
				p[s] = isnan(p[s]) ? c.p : fmax(p[s], c.p);
		brc_clusterability_clear(&c);
	}
	return BRC_OK;
}

brc_rc brc_evidence_choose(const brc_evidence *e, const brc_laplacian *l, const double *p,
			   size_t *set, brc_err *err)
{
	brc_structure t;

	for (size_t g = 0; g < e->graphs; g++)
		set[g] = BRC_ANY;
	BRC_TRY(brc_evidence_structure(e, l, BRC_ANY, set, p, &t, err));
	for (size_t i = 0; i < t.n; i++) {
		size_t g = (size_t)t.of[i], best = set[g];

		if (t.verdict[i] != BRC_VERDICT_STRUCTURED)
			continue;
		for (size_t s = 0; s < e->sets; s++)
			if (e->k[s * e->graphs + g] == (size_t)t.k[i] &&
			    (best == BRC_ANY ||
			     e->k[s * e->graphs + g] > e->k[best * e->graphs + g]))
				set[g] = s;
	}
	brc_structure_clear(&t);
	return BRC_OK;
}

static void tell_row(const brc_cli *cli, const brc_structure *t, size_t row)
{
	const char *name = t->graph[t->of[row]];
	double largest = brc_structure_largest(t, row);
	char p[40] = "";

	if (!isnan(t->p[row]))
		snprintf(p, sizeof(p), "; p of clusterability %.3g", t->p[row]);
	if (t->verdict[row] == BRC_VERDICT_UNTESTED)
		brc_cli_detail(cli, "%s, k %d: partitions of copies agree to %.2f, below %.2f",
			       name, t->k[row], t->index[row], BRC_STRUCTURE_REPEATS);
	else
		brc_cli_note(cli,
			     "%s, k %d: %s (partitions of copies agree to %.2f, of null graphs to "
			     "at most %.2f%s)",
			     name, t->k[row], brc_verdict_words[t->verdict[row]], t->index[row],
			     largest, p);
	if (brc_structure_remark(t, row) && t->graphs == 1)
		brc_cli_note(cli, "%s", brc_structure_remark(t, row));
	if (t->verdict[row] != BRC_VERDICT_UNTESTED && isnan(t->p[row]) && t->graphs == 1)
		brc_cli_detail(cli, "%s, k %d: clusterability is not known", name, t->k[row]);
}

void brc_evidence_tell(const brc_cli *cli, const brc_structure *t)
{
	for (size_t i = 0; i < t->n; i++)
		tell_row(cli, t, i);
	for (size_t g = 0; g < t->graphs; g++)
		if (t->chosen[g] == 0)
			brc_cli_note(cli, "%s: no k stands out: its units get no cluster",
				     t->graph[g]);
}
