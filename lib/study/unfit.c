#include "study/unfit.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/data_fit.h"
#include "net/score.h"
#include "sections/lesions.h"

brc_rc brc_warn_range(const brc_cli *cli, const brc_net *net, const brc_dataset *data, brc_err *err)
{
	brc_data_fit fit;

	BRC_TRY(brc_net_data_fit(net, data, &fit, err));
	if (brc_data_fit_bad(&fit))
		brc_cli_note(
			cli,
			"warning: layer %s gets other values than in training: by its "
			"BatchNormalization, the median channel's mean is off by %.2f standard "
			"deviations, and its standard deviation is %.2f times that of "
			"training: %s",
			fit.layer, fit.shift, fit.spread, brc_data_fit_cause(data));
	return BRC_OK;
}

/* The sum over outputs of squared distances from the mean: the least error of constant answers. */
static double constant_error(const brc_lesions *l, const brc_dataset *data)
{
	double error = 0;

	for (size_t k = 0; k < l->classes; k++) {
		double sum = 0, squares = 0;

		for (size_t i = 0; i < data->n; i++) {
			const double y = brc_dataset_target(data, i, k);

			sum += y;
			squares += y * y;
		}
		error += squares - sum * sum / (double)data->n;
	}
	return error;
}

/* A probability that no Sigmoid was seen to make says yes to everything, as it is above 0. */
static bool may_be_probability(const brc_lesions *l, const brc_scoring *s)
{
	return s->logistic && !s->shares && l->task != BRC_TASK_LABELS &&
	       l->baseline_correct[0] == 0 && l->baseline_correct[1] == l->class_images[1];
}

static void warn(const brc_cli *cli, const brc_lesions *l, const brc_scoring *s,
		 const brc_dataset *data)
{
	const char *cause = may_be_probability(l, s)
				    ? "every score is above 0: if it is a probability, --output "
				      "should name the score that it is made of"
				    : brc_data_fit_cause(data);
	double chance;

	if (brc_lesions_at_chance(l, &chance)) {
		brc_cli_note(
			cli,
			"warning: accuracy %.4f unlesioned, not clearly more than chance (%.4f "
			"for always naming the largest class): %s",
			brc_lesions_baseline_plain(l), chance, cause);
	} else if (l->task == BRC_TASK_REGRESSION) {
		chance = constant_error(l, data) / (double)l->images;
		if (!(brc_lesions_baseline_loss(l) < chance))
			brc_cli_note(
				cli,
				"warning: mean squared error %.6g unlesioned, no less than that "
				"of always giving the mean target (%.6g): %s",
				brc_lesions_baseline_loss(l), chance, cause);
	}
}

brc_rc brc_warn_chance(const brc_cli *cli, const brc_net *net, const brc_dataset *data,
		       const brc_lesion_options *how, brc_pool *pool, brc_err *err)
{
	const brc_lesion whole = {.n = 0};
	const size_t cells = how->scoring->cells;
	int32_t *correct = brc_alloc(cells, sizeof(*correct), err);
	int64_t *counts = brc_calloc(2 * cells, sizeof(*counts), err);
	double *loss = brc_alloc(cells, sizeof(*loss), err);
	brc_lesions l = {.task = how->scoring->task,
			 .loss_kind = how->scoring->loss,
			 .classes = cells,
			 .class_images = counts,
			 .baseline_loss = loss};
	brc_rc rc = correct && counts && loss ? BRC_OK : BRC_RESOURCE;

	BRC_THEN(rc,
		 brc_net_lesions(net, data, &whole, 1, how, pool, NULL, correct, loss, NULL, err));
	if (rc == BRC_OK) {
		l.images = brc_score_answers(how->scoring, data, counts);
		l.baseline_correct = counts + cells;
		l.correct = brc_task_counts(l.task) ? correct : NULL;
		for (size_t k = 0; k < cells; k++)
			l.baseline_correct[k] = correct[k];
		warn(cli, &l, how->scoring, data);
	}
	free(correct);
	free(counts);
	free(loss);
	return rc;
}

static bool other_model(const brc_net *net, const brc_section *const *section, size_t n)
{
	bool other = false;

	for (size_t i = 0; i < n; i++) {
		if (strcmp(section[i]->type, "units") != 0)
			continue;
		if (strcmp(brc_map_string(section[i]->meta, "model", ""), brc_net_digest(net)) == 0)
			return false;
		other = true;
	}
	return other;
}

void brc_warn_other_model(const brc_cli *cli, const brc_net *net, const brc_filter *f)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all);

	if (other_model(net, all, n))
		brc_cli_note(cli, "warning: the stream's units come from another model file than "
				  "--model");
}
