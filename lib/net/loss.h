/* The loss that lesions are measured by, where the user says it. */
#ifndef BRC_NET_LOSS_H
#define BRC_NET_LOSS_H

#include "base/err.h"
#include "net/task.h"

/* As --loss has them. */
enum {
	BRC_ASK_CROSS_ENTROPY,
	BRC_ASK_LOGISTIC,
	BRC_ASK_SQUARED_ERROR,
	BRC_ASK_MARGIN,
	BRC_ASK_LOSS_AUTO
};

/*
 * Make *s, which brc_task_decide filled, count this loss. BRC_DATA for one that the task does not
 * have: the message names those that it has. Scores that are one for each place have the logistic
 * loss, which is their cross-entropy.
 */
brc_rc brc_loss_choose(brc_scoring *s, int asked, brc_err *err);

#endif
