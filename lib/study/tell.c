#include "study/tell.h"

#include "base/str.h"
#include "study/match_words.h"
#include "study/dead_units.h"

void brc_tell_output(const brc_cli *cli, const brc_net *net)
{
	const char *taken = brc_net_output_taken(net);

	if (taken)
		brc_cli_note(cli, "of the network's outputs, '%s' is taken; --output names another",
			     taken);
}

void brc_tell_inputs(const brc_cli *cli, const brc_net *net)
{
	brc_str s = {0};

	if (brc_net_defaults_text(net, &s))
		brc_cli_note(cli, "the data set has nothing for some inputs, which are filled: %s",
			     s.s);
	brc_str_free(&s);
}

static void tell_dead(const brc_cli *cli, const brc_lesions *l)
{
	char layers[256];

	if (l->n_dead == 0)
		return;
	brc_dead_units_text(l, 8, layers, sizeof(layers));
	brc_cli_note(cli, "%zu dead unit%s, whose output is the same for all %s, %s (%s)",
		     l->n_dead, l->n_dead == 1 ? "" : "s", l->items ? l->items : "images",
		     l->dead == BRC_DEAD_OUT ? "are in no group and no control; --dead keep has "
					       "them in both"
					     : "count as others",
		     layers);
}

void brc_tell_lesions(const brc_cli *cli, const brc_lesions *l)
{
	if (l->correct)
		brc_cli_note(cli, "%s: accuracy unharmed %.4f (%.4f over %s), %zu %s", l->labels,
			     brc_lesions_baseline_plain(l), brc_lesions_baseline_balanced(l),
			     brc_task_cells(l->task), l->images, l->items);
	else
		brc_cli_note(cli, "%s: mean %s unharmed %.6g, %zu %s", l->labels,
			     brc_task_loss(l->task, l->loss_kind), brc_lesions_baseline_loss(l),
			     l->images, l->items);
	brc_cli_note(cli,
		     "%zu sub-cluster%s lesioned, %zu left out, %zu controls of each, seed %llu",
		     l->m, l->m == 1 ? "" : "s", l->n_left_out, l->draws,
		     (unsigned long long)cli->c.seed);
	tell_dead(cli, l);
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		if (l->matched[k])
			brc_cli_note(cli, "as many controls matched by %s%s", brc_match_name(k),
				     brc_match_exact(k) ? "" : ", a reference");
	for (size_t i = 0; i < l->n_left_out; i++) {
		const brc_left_out *o = &l->left_out[i];

		brc_cli_detail(cli, "left out: layer %s, cluster %d (%zu units): %s",
			       l->layers.name[o->layer], o->cluster, o->size, o->reason);
	}
}

/* How many of the findings pass other controls. */
static void tell_matched(const brc_cli *cli, const brc_inference *stat, double level)
{
	brc_str text = {0};

	if (brc_match_summary(stat, level, &text) && text.s)
		brc_cli_note(cli, "%s: %s", stat->statistic, text.s);
	brc_str_free(&text);
}

void brc_tell_findings(const brc_cli *cli, const brc_findings *f)
{
	if (f->warning[0])
		brc_cli_note(cli, "warning: %s", f->warning);
	for (size_t k = 0; k < f->n_stats; k++) {
		const brc_inference *stat = &f->stat[k];
		char line[256];

		brc_cli_note(cli, "%s", brc_inference_line(stat, f->level, line, sizeof(line)));
		tell_matched(cli, stat, f->level);
		if (stat->warning[0])
			brc_cli_note(cli, "%s: warning: %s", stat->statistic, stat->warning);
	}
}

/* "12 of 512 units are in a group that stands out in all partitions" */
void brc_tell_repeats(const brc_cli *cli, const brc_repeats *r)
{
	if (r->n == 0)
		brc_cli_note(cli, "there are no findings, so there is nothing to repeat");
	for (size_t t = 0; t < r->n_stats; t++) {
		const brc_repeats_of of = brc_repeats_sum(r, t);

		if (of.findings)
			brc_cli_note(cli,
				     "%s: %zu of %zu findings return in at least half of %zu "
				     "perturbed partitions; on average a finding returns in %.2f "
				     "of them",
				     r->statistic[t], of.half, of.findings, r->copies, of.mean);
		if (r->frequency)
			brc_cli_note(cli,
				     "%s: of %zu units %zu are in a group that stands out in all "
				     "%zu partitions, %zu in some",
				     r->statistic[t], of.units, of.always, r->copies,
				     of.ever - of.always);
	}
}
