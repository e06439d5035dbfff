#include "study/lesion_study.h"

#include <stdlib.h>

#include "base/progress.h"
#include "base/threads.h"
#include "net/check_dataset.h"
#include "study/dead_units.h"
#include "study/match_lesions.h"
#include "study/unfit.h"

/* Does it fit together? */
static brc_rc settle_task(const brc_lesion_study *s, const brc_cli *cli, brc_scoring *scoring,
			  brc_token_classes *tokens, brc_err *err)
{
	char text[BRC_TASK_TEXT];

	BRC_TRY(brc_net_check_dataset(s->net, s->data, err));
	BRC_TRY(brc_task_decide(scoring, s->net, s->data, s->task, err));
	BRC_TRY(brc_loss_choose(scoring, s->loss, err));
	brc_cli_note(cli, "task: %s", brc_task_text(scoring, text));
	BRC_TRY(brc_token_classes_make(tokens, &s->tokens, scoring, s->data, err));
	if (tokens->n > 0)
		brc_cli_note(cli, "%zu tokens are counted in %zu classes%s", tokens->tokens,
			     tokens->n,
			     s->tokens.path ? ""
					    : ", the most frequent in one each, the others in "
					      "the last");
	BRC_TRY(brc_measure_check(scoring->task, &s->measure, err));
	return brc_warn_range(cli, s->net, s->data, err);
}

static brc_rc run(const brc_lesion_study *s, const brc_experiment *x, const brc_cli *cli,
		  brc_pool *pool, brc_lesions *l, brc_err *err)
{
	const brc_experiment_options *how = &x->options;
	brc_scoring each = *how->scoring; /* chance is that of single tokens */
	const brc_lesion_options whole = {
		.precision = how->precision, .mem = how->mem, .scoring = &each};
	brc_progress progress;
	brc_rc rc;

	each.cell = NULL;
	each.cells = each.choices;
	BRC_TRY(brc_warn_chance(cli, s->net, s->data, &whole, pool, err));
	brc_progress_start(&progress, cli, brc_dataset_items(s->data),
			   (uint64_t)brc_experiment_lesions(x) * s->data->n);
	rc = brc_experiment_run(x, s->net, s->data, s->name, pool, &progress, l, err);
	brc_progress_end(&progress);
	return rc;
}

/* The experiment was planned without knowing of dead units; if there are some, it is again. */
static brc_rc plan_again(const brc_lesion_study *s, const brc_experiment_options *how,
			 const bool *dead, brc_experiment *x, brc_err *err)
{
	brc_experiment_options again = *how;
	bool any = false;

	for (size_t i = 0; i < brc_layers_total(&s->labels->layers); i++)
		any = any || dead[i];
	if (!any || s->dead != BRC_DEAD_OUT)
		return BRC_OK;
	brc_experiment_clear(x);
	again.dead = dead;
	return brc_experiment_init(x, s->net, s->labels, &again, err);
}

/* The sets of all further kinds of controls. */
static brc_rc match(const brc_lesion_study *s, brc_experiment *x, const brc_cli *cli,
		    brc_pool *pool, brc_err *err)
{
	brc_matching by = {.data = s->data,
			   .graph = s->graph,
			   .precision = x->options.precision,
			   .mem = x->options.mem,
			   .pool = pool,
			   .cli = cli};

	return brc_experiment_match(x, s->net, s->match, &by, err);
}

/* Everything that runs the network. */
static brc_rc run_all(const brc_lesion_study *s, const brc_experiment_options *how,
		      brc_experiment *x, const brc_cli *cli, brc_lesions *l, brc_err *err)
{
	bool *dead = NULL;
	brc_pool *pool = NULL;
	brc_rc rc;

	rc = brc_pool_new(&pool, cli->c.threads, err);
	if (s->dead != BRC_DEAD_UNKNOWN) {
		BRC_THEN(rc, brc_dead_units_find(&dead, s->net, s->data, &s->labels->layers,
						 how->precision, how->mem, pool, err));
		BRC_THEN(rc, plan_again(s, how, dead, x, err));
	}
	BRC_THEN(rc, match(s, x, cli, pool, err));
	BRC_THEN(rc, run(s, x, cli, pool, l, err));
	if (rc == BRC_OK && dead) {
		l->dead = s->dead;
		rc = brc_dead_units_list(l, dead, err);
	}
	free(dead);
	brc_pool_free(pool);
	return rc;
}

brc_rc brc_lesion_study_run(const brc_lesion_study *s, const brc_cli *cli, brc_lesions *l,
			    brc_err *err)
{
	brc_experiment_options how = s->how;
	brc_token_classes tokens = {0};
	brc_scoring scoring;
	brc_experiment x = {0};
	brc_rc rc;

	how.scoring = &scoring;
	rc = brc_experiment_init(&x, s->net, s->labels, &how, err);
	BRC_THEN(rc, settle_task(s, cli, &scoring, &tokens, err));
	BRC_THEN(rc, run_all(s, &how, &x, cli, l, err));
	brc_token_classes_clear(&tokens);
	brc_experiment_clear(&x);
	return rc;
}
