/*
 * How well a network answers: right answers, losses and changes of probabilities, by class, label
 * or output.
 */
#ifndef BRC_NET_SCORE_H
#define BRC_NET_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/task.h"

/* Does a softmax over three or more classes make the answers? Only then changes are summed. */
bool brc_score_softmax(const brc_scoring *s);

/*
 * p[n][s->places][s->cells]: the softmax of each answer, as brc_score_items takes it. Places
 * without a label are left as they are. saturated[cells] gains the answers of each cell for which
 * the largest p is above .999; NULL: not counted. Only where brc_score_softmax().
 */
void brc_score_softmaxes(const brc_scoring *s, const brc_dataset *data, size_t first, size_t n,
			 const float *scores, double *p, int32_t *saturated);

/*
 * To each of own, squares and all [cells] the changes delta = p - p0 are added: that of an answer's
 * own class, its square, and those of all classes. p0 is of the same n items (brc_score_softmaxes).
 */
typedef struct brc_softmax_changes {
	double *p0; /* [n][places][cells] */
	double *p;  /* [cells] to work in */
	double *own, *squares, *all;
} brc_softmax_changes;

/*
 * Add n items, the first of which is number `first` of the data set, to correct[cells] and
 * loss[cells]: scores[n][s->scores], laid out as `s` says. Of classes the answer is the largest
 * score, the first among equals; the loss is logsumexp(scores) - score of the label, in double
 * (Goodfellow, Bengio, Courville: Deep Learning, 2016, section 4.1). A logistic score x above 0
 * says 1, and its loss is log(1 + exp(-x)) where the truth is 1, log(1 + exp(x)) where it is 0,
 * counted with the class or label. The loss of a number is the squared difference from its target,
 * and nothing is correct. Probabilities (s->shares) below the smallest normal float count as this.
 * With s->loss MARGIN the loss is minus the margin: the score of the label less the largest of the
 * others, or of a logistic score x, and -x where the truth is 0. Of probabilities it is the margin
 * of their logarithms, which is that of the scores before the Softmax, or of the log-odds.
 * A score that is NaN is wrong and its loss NaN. Places without a label are not counted.
 * `changes` are summed, too, where they are not NULL: only where brc_score_softmax(). All of them
 * are NaN after an answer with a NaN.
 */
void brc_score_items(const brc_scoring *s, const brc_dataset *data, size_t first, size_t n,
		     const float *scores, int32_t *correct, double *loss,
		     const brc_softmax_changes *changes);

/*
 * images[cells]: how many answers there are of each class, label or output. Returns how many in
 * all.
 */
size_t brc_score_answers(const brc_scoring *s, const brc_dataset *data, int64_t *images);

/* Index of the first row with a NaN or infinity among n rows, or n. */
size_t brc_score_find_broken(const float *logits, size_t classes, size_t n);

#endif
