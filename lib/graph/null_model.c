#include "graph/null_model.h"

#include <string.h>

#include "base/str.h"
#include "graph/layout.h"

brc_null brc_null_for(const brc_edge_origin *origin)
{
	if (!origin->affinity)
		return BRC_NULL_RESIDUAL;
	if (strcmp(brc_edge_origin_source(origin), "imported") == 0 || !origin->edge[0])
		return BRC_NULL_RESIDUAL_NONZERO;
	return BRC_NULL_ROTATION;
}

bool brc_null_of_correlations(brc_null kind)
{
	return kind == BRC_NULL_ROTATION || kind == BRC_NULL_SAMPLES || kind == BRC_NULL_HQS;
}

static bool of_residuals(brc_null kind)
{
	return kind == BRC_NULL_RESIDUAL || kind == BRC_NULL_RESIDUAL_NONZERO;
}

/* ---- correlations ---- */

static brc_rc check_known(const brc_null_wanted *w, brc_err *err)
{
	bool samples = w->kind == BRC_NULL_SAMPLES, known = w->observed;

	for (size_t p = 0; known && p < w->observed->n; p++)
		known = samples ? !!w->observed->part[p].row : !!w->observed->part[p].value;
	if (known)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "--null %s needs the %s, and the graph does not have them",
		 brc_null_name(w->kind), samples ? "samples" : "eigenvalues of the correlations");
	return samples ? brc_hint(err, "give the stream of activations: --samples FILE")
		       : brc_hint(err, "corr --eigenvalues stores them; or give the stream of "
				       "activations: --samples FILE");
}

static brc_rc of_correlations(brc_null_model *m, brc_err *err)
{
	const brc_null_wanted *w = &m->of;
	int edge;

	if (!w->origin->affinity || brc_null_for(w->origin) != BRC_NULL_ROTATION) {
		brc_fail(err, BRC_USAGE,
			 "--null %s draws correlations, and the edges of this graph are none",
			 brc_null_name(w->kind));
		return brc_hint(err, "--null residual or --null residual-nonzero");
	}
	edge = brc_word_index(BRC_CORR_EDGES, w->origin->edge);
	if (edge < 0)
		return brc_fail(err, BRC_DATA,
				"the graph does not say how a correlation became an edge");
	BRC_TRY(check_known(w, err));
	m->correlations =
		(brc_correlation_null){.kind = w->kind == BRC_NULL_ROTATION  ? BRC_NULL_OF_ROTATION
					       : w->kind == BRC_NULL_SAMPLES ? BRC_NULL_OF_SAMPLES
									     : BRC_NULL_OF_HQS,
				       .like = w->blocks,
				       .observed = w->observed,
				       .edge = (brc_corr_edge)edge};
	return BRC_OK;
}

/* ---- all ---- */

static brc_rc of_matrices(brc_null_model *m, brc_err *err)
{
	const brc_null_wanted *w = &m->of;
	brc_zeroes zeroes = w->kind == BRC_NULL_RESIDUAL_NONZERO ? BRC_ZEROES_STAY
			    : w->chosen                          ? BRC_ZEROES_BY_BLOCK
								 : BRC_ZEROES_MOVE;

	if (!w->blocks->store->shuffles) {
		brc_fail(err, BRC_DATA,
			 "the edges are given by factors: there is no matrix whose entries could "
			 "be shuffled");
		return brc_hint(err, "corr --dense forms it");
	}
	return of_residuals(w->kind)
		       ? brc_residual_new(&m->residual, w->blocks, zeroes, m->pooled, err)
		       : BRC_OK;
}

/* Where every matrix keeps its zeroes, it is the model that is called so. */
static void set_name(brc_null_model *m)
{
	if (m->residual && m->of.kind == BRC_NULL_RESIDUAL && brc_residual_kept(m->residual) > 0 &&
	    brc_residual_kept(m->residual) == m->of.blocks->n)
		m->of.kind = BRC_NULL_RESIDUAL_NONZERO;
}

brc_rc brc_null_model_init(brc_null_model *m, const brc_null_wanted *wanted, brc_err *err)
{
	*m = (brc_null_model){.of = *wanted, .pooled = wanted->origin->affinity};
	if (wanted->kind == BRC_NULL_GIVEN)
		return BRC_OK;
	if (brc_null_of_correlations(wanted->kind))
		return of_correlations(m, err);
	BRC_TRY(of_matrices(m, err));
	set_name(m);
	return BRC_OK;
}

void brc_null_model_clear(brc_null_model *m)
{
	brc_residual_free(m->residual);
	memset(m, 0, sizeof(*m));
}

/* The given graph, whose edges stay where they are. */
static brc_rc borrow(const brc_blocks *given, brc_blocks *out, brc_err *err)
{
	brc_rc rc;

	memset(out, 0, sizeof(*out));
	rc = brc_blocks_init(out, &given->layers, err);
	BRC_THEN(rc, given->store->add_all(out, given, false, err));
	if (rc != BRC_OK)
		brc_blocks_clear(out);
	return rc;
}

brc_rc brc_null_model_draw(const brc_null_model *m, uint64_t seed, uint32_t draw, brc_blocks *out,
			   bool *defined, brc_err *err)
{
	const brc_null_wanted *w = &m->of;

	*defined = true;
	if (w->kind == BRC_NULL_GIVEN)
		return borrow(&w->given[draw], out, err);
	if (brc_null_of_correlations(w->kind))
		return brc_correlation_null_draw(&m->correlations, seed, draw, out, err);
	if (of_residuals(w->kind))
		return brc_residual_draw(m->residual, seed, draw, out, defined, err);
	return brc_null_draw(out, w->blocks, w->graph, w->kind, m->pooled, seed, draw, err);
}

size_t brc_null_model_bytes(const brc_null_model *m)
{
	if (m->of.kind == BRC_NULL_GIVEN)
		return 0;
	if (brc_null_of_correlations(m->of.kind))
		return brc_correlation_null_bytes(&m->correlations);
	return of_residuals(m->of.kind) ? brc_residual_bytes(m->residual)
					: brc_null_bytes(m->of.blocks);
}
