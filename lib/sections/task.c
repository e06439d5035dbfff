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

const char *brc_task_loss(brc_task_kind t)
{
	if (t == BRC_TASK_REGRESSION)
		return "squared error";
	return t == BRC_TASK_BINARY || t == BRC_TASK_LABELS ? "logistic loss" : "cross-entropy";
}

const char *brc_task_loss_unit(brc_task_kind t)
{
	return t == BRC_TASK_REGRESSION ? "squared units" : "nats";
}
