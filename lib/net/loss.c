#include "net/loss.h"

static int usual(const brc_scoring *s)
{
	if (s->task == BRC_TASK_REGRESSION)
		return BRC_ASK_SQUARED_ERROR;
	return s->logistic ? BRC_ASK_LOGISTIC : BRC_ASK_CROSS_ENTROPY;
}

brc_rc brc_loss_choose(brc_scoring *s, int asked, brc_err *err)
{
	static const char *const name[] = {"cross-entropy", "logistic", "squared-error", "margin"};
	const int own = usual(s);
	const bool margins = s->task != BRC_TASK_REGRESSION;

	s->loss = asked == BRC_ASK_MARGIN && margins ? BRC_LOSS_MARGIN : BRC_LOSS_USUAL;
	if (asked == BRC_ASK_LOSS_AUTO || asked == own || s->loss == BRC_LOSS_MARGIN)
		return BRC_OK;
	if (asked == BRC_ASK_CROSS_ENTROPY && s->task == BRC_TASK_PLACES)
		return BRC_OK; /* of two classes told apart by one score */
	brc_fail(err, BRC_DATA, "--loss %s: the task is '%s', whose loss is %s%s", name[asked],
		 brc_task_name[s->task], name[own], margins ? ", or margin" : "");
	return brc_hint(err,
			"leave out --loss for the loss of the task; --task names another task");
}
