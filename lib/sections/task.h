/* What the answers of a network mean, and what is counted of them. */
#ifndef BRC_SECTIONS_TASK_H
#define BRC_SECTIONS_TASK_H

#include <stdbool.h>

typedef enum brc_task_kind {
	BRC_TASK_CLASSES,    /* each item is of one class; softmax cross-entropy */
	BRC_TASK_BINARY,     /* one score tells two classes apart; logistic loss */
	BRC_TASK_LABELS,     /* independent labels, a score for each; logistic loss */
	BRC_TASK_REGRESSION, /* outputs are numbers; squared error */
	BRC_TASK_PLACES,     /* each place, or token, of an item is of one class; cross-entropy */
	BRC_TASKS
} brc_task_kind;

/* What a lesion damages, besides right answers. */
typedef enum brc_loss_kind {
	BRC_LOSS_USUAL, /* the loss of the task */
	/* Minus the margin: the score of the true class less the best of the others; of one score
	 * its logit, negative where the truth is 0. Not of regression. */
	BRC_LOSS_MARGIN
} brc_loss_kind;

/* "classes", "binary", "labels", "regression", "places"; then NULL. */
extern const char *const brc_task_name[BRC_TASKS + 1];

/* What right answers are counted by: "class", or of labels "label"; of regression "output". */
const char *brc_task_cell(brc_task_kind t);
/* The same for several. */
const char *brc_task_cells(brc_task_kind t);
/* The share of these that is right: "recall", or of labels "accuracy". */
const char *brc_task_share(brc_task_kind t);
/* Are right answers counted? Of regression there are none. */
bool brc_task_counts(brc_task_kind t);
/* "cross-entropy", "logistic loss", "squared error", "minus the margin". */
const char *brc_task_loss(brc_task_kind t, brc_loss_kind loss);
/* The unit of that: "nats", of squared errors "squared units", of margins "score units". */
const char *brc_task_loss_unit(brc_task_kind t, brc_loss_kind loss);
/* What more of that means: "change of cross-entropy", "decrease of the margin". */
const char *brc_task_loss_change(brc_task_kind t, brc_loss_kind loss);

#endif
