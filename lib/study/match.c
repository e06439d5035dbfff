#include "study/match.h"

#include <stdlib.h>

#include "base/memory.h"
#include "study/binned_controls.h"
#include "study/cohesive_controls.h"
#include "study/match_values.h"

bool brc_match_needs_graph(const bool wanted[BRC_MATCHES])
{
	return wanted[BRC_MATCH_DEGREE] || wanted[BRC_MATCH_COHESION];
}

static brc_rc redraw(brc_control_sets *sets, const brc_redraw *how, const brc_matching *by,
		     brc_err *err)
{
	return brc_control_sets_redraw(sets, &by->units.joined->labels, by->all, by->keep, by->m,
				       by->n, how, by->seed, by->stream, by->mem, err);
}

/* ---- bins ---- */

static brc_rc fill(double *value, brc_match kind, const brc_matching *by, const bool *used,
		   brc_err *err)
{
	switch (kind) {
	case BRC_MATCH_IN_NORM:
		return brc_match_in_norm(&by->units, used, value, err);
	case BRC_MATCH_ACTIVATION:
		return brc_match_activation(&by->units, used, by->data, by->precision, by->mem,
					    by->pool, value, err);
	default:
		return brc_match_degree(&by->units, used, by->graph, value, err);
	}
}

static void tell_bins(const brc_binned_controls *c, brc_match kind, const brc_matching *by)
{
	for (size_t l = 0; by->cli && l < c->layers->n; l++)
		if (c->bins[l] > 0 && c->bins[l] < BRC_BINS)
			brc_cli_note(by->cli,
				     "layer %s: its units lie in %zu bin%s of %s, not in %d: they "
				     "are few, or have equal values",
				     c->layers->name[l], c->bins[l], c->bins[l] == 1 ? "" : "s",
				     brc_match_name(kind), BRC_BINS);
}

static brc_rc draw_binned(brc_control_sets *sets, brc_match kind, const brc_matching *by,
			  const double *value, brc_err *err)
{
	brc_binned_controls c;
	brc_redraw how;
	brc_rc rc;

	BRC_TRY(brc_binned_controls_init(&c, value, &by->units.joined->labels.layers, err));
	how = brc_binned_redraw(&c, kind);
	rc = redraw(sets, &how, by, err);
	if (rc == BRC_OK)
		tell_bins(&c, kind, by);
	brc_binned_controls_clear(&c);
	return rc;
}

static brc_rc binned(brc_control_sets *sets, brc_match kind, const brc_matching *by, brc_err *err)
{
	const brc_layers *t = &by->units.joined->labels.layers;
	double *value = brc_alloc(brc_layers_total(t), sizeof(*value), err);
	bool *used = brc_calloc(t->n, sizeof(*used), err);
	brc_rc rc = value && used ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < by->m; i++)
		used[by->all->item[by->keep[i]].layer] = true;
	BRC_THEN(rc, fill(value, kind, by, used, err));
	BRC_THEN(rc, draw_binned(sets, kind, by, value, err));
	free(value);
	free(used);
	return rc;
}

/* ---- cohesion ---- */

static brc_rc cohesive(brc_control_sets *sets, const brc_matching *by, brc_err *err)
{
	brc_cohesive_controls c = {
		.graph = by->graph, .units = &by->units, .pool = by->pool, .mem = by->mem};
	const brc_redraw how = brc_cohesive_redraw(&c);
	brc_rc rc = redraw(sets, &how, by, err);

	if (rc == BRC_OK && by->cli && c.through > 0)
		brc_cli_detail(by->cli,
			       "%zu of %zu layers have no edges of their own: cohesion is that of "
			       "edges through common neighbours",
			       c.through, c.layers);
	brc_cohesive_controls_clear(&c);
	return rc;
}

brc_rc brc_match_draw(brc_control_sets *sets, brc_match kind, const brc_matching *by, brc_err *err)
{
	return kind == BRC_MATCH_COHESION ? cohesive(sets, by, err) : binned(sets, kind, by, err);
}
