/* How well a network classifies labelled images: right answers and cross-entropy, by class. */
#ifndef BRC_NET_SCORE_H
#define BRC_NET_SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Add n rows of logits[n][classes] with labels label[n] (0..classes-1) to
 * correct[classes] and loss[classes]. The answer is the largest logit, the
 * first among equals; the loss is logsumexp(logits) - logits[label] in double
 * (Goodfellow, Bengio, Courville: Deep Learning, 2016, section 4.1). A row
 * with a NaN is wrong and its loss NaN.
 */
void brc_score_add(const float *logits, size_t classes, const int32_t *label, size_t n,
		   int32_t *correct, double *loss);

/* Index of the first row with a NaN or infinity among n rows, or n. */
size_t brc_score_find_broken(const float *logits, size_t classes, size_t n);

#endif
