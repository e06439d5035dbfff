/*
 * What the output of a network means: the task. The output and the data set decide together, and
 * the user may overrule them (docs/method.md, section 5).
 */
#ifndef BRC_NET_TASK_H
#define BRC_NET_TASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "sections/task.h"

/* As --task has them: the tasks in their order, then these. */
enum { BRC_TASK_NONE = BRC_TASKS, BRC_TASK_AUTO };

/* How the scores of an item lie, and what is counted of them. */
typedef struct brc_scoring {
	brc_task_kind task;
	size_t cells;   /* that are counted apart: classes, groups of them, labels, or outputs */
	size_t choices; /* the classes that have a score each; labels, or outputs */
	/* [choices] the cell of each class; NULL: classes and cells are the same. Borrowed. */
	const int32_t *cell;
	char *const *cell_name; /* [cells], where `cell` is; borrowed */
	size_t answers;         /* of one item: places; labels or outputs; else 1 */
	size_t scores;          /* floats of one item */
	/* The score of class c at place p is number c * class_step + p * place_step. */
	size_t places, class_step, place_step;
	brc_loss_kind loss;
	bool logistic; /* one score, above 0 for the second of two classes, or for a label */
	bool output; /* scores are the output itself, not what its closing Softmax or Sigmoid takes
		      */
	bool shares; /* and these are the probabilities of a Softmax or Sigmoid */
} brc_scoring;

/*
 * What is counted when the network runs on these data. `asked` is a brc_task_kind, BRC_TASK_NONE or
 * BRC_TASK_AUTO. BRC_DATA when the output, the data and the task do not fit together: the message
 * has what each of them is, and a remedy.
 */
brc_rc brc_task_decide(brc_scoring *s, const brc_net *net, const brc_dataset *data, int asked,
		       brc_err *err);

enum { BRC_TASK_TEXT = 128 };
/* "10 classes, cross-entropy on the logits". Returns buf. */
char *brc_task_text(const brc_scoring *s, char buf[BRC_TASK_TEXT]);

#endif
