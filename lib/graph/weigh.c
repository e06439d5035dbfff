#include "graph/weigh.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"

void brc_weighed_clear(brc_weighed *w)
{
	brc_evidence_clear(&w->evidence);
	free(w->p);
	free(w->chosen);
	free(w->membership);
	memset(w, 0, sizeof(*w));
}

/* Print what the work will cost: always for large graphs, which are tested on request only. */
static void tell_cost(const void *of, size_t graphs, double seconds, size_t workers)
{
	const brc_cli *cli = of;
	char time[32];

	(seconds > 2 ? brc_cli_note : brc_cli_detail)(
		cli, "%zu copies and null graphs will be partitioned, in about %s", graphs,
		brc_human_seconds(seconds * (double)graphs / (double)workers, time));
}

static brc_rc no_samples(brc_err *err)
{
	brc_fail(err, BRC_USAGE,
		 "the edges are correlations: copies of the graph are made from the samples again");
	return brc_hint(err, "--samples FILE, the stream of activations that corr read");
}

static bool are_correlations(const brc_laplacian *l)
{
	return strcmp(l->source, "affinity") == 0 || strcmp(l->source, "series") == 0;
}

static brc_rc read_samples(brc_filter *f, const brc_laplacian *l, const char *path, brc_recorded *r,
			   brc_err *err)
{
	const brc_section *s;

	BRC_TRY(brc_filter_side(f, "samples", path, "activations", 1, &s, err));
	return brc_recorded_read(r, s, l, err);
}

static brc_rc find_evidence(brc_filter *f, const brc_cli *cli, const brc_laplacian *l,
			    const brc_partition_plan *plan, const brc_evidence_options *o,
			    brc_weighed *w, brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all);
	brc_progress progress;
	brc_rc rc;

	brc_progress_start(&progress, cli, "partitions", brc_evidence_work(o));
	rc = brc_evidence_run(&w->evidence, plan, l, o, &progress, err);
	brc_progress_end(&progress);
	BRC_THEN(rc, BRC_ARRAY(w->p, plan->sets, err));
	BRC_THEN(rc, brc_evidence_p(&w->evidence, l, all, n, w->p, err));
	return rc;
}

static brc_rc choose(const brc_laplacian *l, brc_partition_plan *plan, brc_weighed *w, brc_err *err)
{
	BRC_TRY(BRC_ARRAY(w->chosen, l->n, err));
	BRC_TRY(brc_evidence_choose(&w->evidence, l, w->p, w->chosen, err));
	for (size_t g = 0; g < l->n; g++)
		plan->k[g] = w->chosen[g] == BRC_ANY ? 0 : w->evidence.k[w->chosen[g] * l->n + g];
	return BRC_OK;
}

brc_rc brc_weigh(brc_filter *f, const brc_cli *cli, const brc_laplacian *l,
		 brc_partition_plan *plan, size_t copies, bool nulls, const char *samples,
		 brc_weighed *w, brc_err *err)
{
	brc_evidence_options o = {.copies = copies,
				  .nulls = nulls,
				  .only_repeatable = plan->most > 0,
				  .threads = cli->c.threads,
				  .mem = cli->c.mem,
				  .tell = tell_cost,
				  .told = cli};
	brc_partition_plan each = {0};
	brc_recorded recorded = {0};
	brc_rc rc = BRC_OK;

	if (are_correlations(l)) {
		if (!samples)
			return no_samples(err);
		rc = read_samples(f, l, samples, &recorded, err);
		o.recorded = &recorded;
		o.copies += copies % 2;
	} else if (samples) {
		return brc_fail(err, BRC_USAGE, "--samples: the edges are no correlations");
	}
	if (plan->most > 0)
		BRC_THEN(rc, brc_partition_plan_candidates(&each, l, plan, err));
	BRC_THEN(rc, find_evidence(f, cli, l, plan->most > 0 ? &each : plan, &o, w, err));
	if (plan->most > 0)
		BRC_THEN(rc, choose(l, plan, w, err));
	brc_partition_plan_clear(&each);
	brc_recorded_clear(&recorded);
	return rc;
}

brc_rc brc_weigh_consensus(brc_weighed *w, const brc_partition_plan *plan, const brc_laplacian *l,
			   const brc_consensus_options *o, brc_clustering *c, brc_err *err)
{
	size_t units = w->evidence.units;

	BRC_TRY(BRC_ARRAY(w->membership, brc_times(plan->sets, units), err));
	w->core = o->core;
	for (size_t i = 0; i < plan->sets * units; i++)
		w->membership[i] = NAN;
	for (size_t set = 0; set < plan->sets; set++)
		for (size_t g = 0; g < l->n; g++) {
			size_t from = w->chosen ? w->chosen[g] : set;

			if (from == BRC_ANY || w->evidence.k[from * l->n + g] == 0)
				continue;
			BRC_TRY(brc_consensus_make(&w->evidence, l, from, g, o, &c[set * l->n + g],
						   w->membership + set * units, err));
		}
	return BRC_OK;
}

static brc_rc write_set(brc_filter *f, const brc_cli *cli, const char *name, const brc_laplacian *l,
			const brc_weighed *w, size_t set, brc_err *err)
{
	brc_partitions partitions = {0};
	brc_structure structure = {0};
	brc_rc rc = brc_evidence_structure(&w->evidence, l, set, w->chosen, w->p, &structure, err);

	if (rc == BRC_OK && w->membership) {
		structure.units = w->evidence.units;
		structure.core = w->core;
		structure.membership =
			brc_memdup(w->membership + (w->chosen ? 0 : set) * structure.units,
				   structure.units, sizeof(double), err);
		rc = brc_made(structure.membership);
	}
	BRC_THEN(rc, brc_evidence_partitions(&w->evidence, l, set, w->chosen, &partitions, err));
	BRC_THEN(rc, brc_filter_make(f, "structure", name, brc_structure_write, &structure, err));
	BRC_THEN(rc,
		 brc_filter_make(f, "partitions", name, brc_partitions_write, &partitions, err));
	if (rc == BRC_OK)
		brc_evidence_tell(cli, &structure);
	brc_structure_clear(&structure);
	brc_partitions_clear(&partitions);
	return rc;
}

brc_rc brc_weigh_write(brc_filter *f, const brc_cli *cli, const char *name,
		       const brc_partition_plan *plan, const brc_laplacian *l, const brc_weighed *w,
		       brc_err *err)
{
	char numbered[BRC_NAME_MAX];

	if (w->evidence.copies == 0)
		return BRC_OK;
	for (size_t set = 0; set < plan->sets; set++)
		BRC_TRY(write_set(f, cli, brc_partition_name(numbered, name, plan, l, set), l, w,
				  w->chosen ? BRC_ANY : set, err));
	return BRC_OK;
}
