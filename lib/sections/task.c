#include "sections/task.h"

#include <stddef.h>

const char *const brc_task_name[] = {"classes", "binary", "labels", "regression", "places", NULL};

const char *brc_task_cell(brc_task_kind t)
{
	return t == BRC_TASK_LABELS ? "label" : t == BRC_TASK_REGRESSION ? "output" : "class";
}

const char *brc_task_cells(brc_task_kind t)
{
	return t == BRC_TASK_LABELS ? "labels" : t == BRC_TASK_REGRESSION ? "outputs" : "classes";
}

const char *brc_task_share(brc_task_kind t)
{
	return t == BRC_TASK_LABELS ? "accuracy" : "recall";
}

bool brc_task_counts(brc_task_kind t)
{
	return t != BRC_TASK_REGRESSION;
}

/* A loss in the words of reports. */
typedef struct loss_words {
	const char *name, *unit, *change;
} loss_words;

static const loss_words *words_of(brc_task_kind t, brc_loss_kind loss)
{
	static const loss_words margin = {"minus the margin", "score units",
					  "decrease of the margin"},
				entropy = {"cross-entropy", "nats", "change of cross-entropy"},
				logistic = {"logistic loss", "nats", "change of logistic loss"},
				error = {"squared error", "squared units",
					 "change of squared error"};

	if (loss == BRC_LOSS_MARGIN)
		return &margin;
	if (t == BRC_TASK_REGRESSION)
		return &error;
	return t == BRC_TASK_BINARY || t == BRC_TASK_LABELS ? &logistic : &entropy;
}

const char *brc_task_loss(brc_task_kind t, brc_loss_kind loss)
{
	return words_of(t, loss)->name;
}

const char *brc_task_loss_unit(brc_task_kind t, brc_loss_kind loss)
{
	return words_of(t, loss)->unit;
}

const char *brc_task_loss_change(brc_task_kind t, brc_loss_kind loss)
{
	return words_of(t, loss)->change;
}
