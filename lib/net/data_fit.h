/*
 * Do data look like those that the network was trained on? A BatchNormalization behind a first
 * layer holds the mean and variance that its channels had then.
 */
#ifndef BRC_NET_DATA_FIT_H
#define BRC_NET_DATA_FIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "net/net.h"
#include "sections/dataset.h"

typedef struct brc_data_fit {
	const char *layer; /* NULL: no first layer has a BatchNormalization, and nothing is known */
	size_t images;     /* that were looked at */
	double shift;      /* how far means lie from those of training, in standard deviations; */
	double spread;     /* standard deviations divided by those of training; */
	double divergence; /* Kullback and Leibler's, of normal distributions; medians of channels
			    */
} brc_data_fit;

/*
 * Run the first such layer on at most 64 images, at even distances in the data set, which must fit
 * (brc_net_check_dataset). BRC_RESOURCE, and errors of running.
 */
brc_rc brc_net_data_fit(const brc_net *net, const brc_dataset *data, brc_data_fit *fit,
			brc_err *err);

/* Do the channels differ from those of training by more than other images would make them? */
bool brc_data_fit_bad(const brc_data_fit *fit);

/*
 * The probable cause, as a question: "were --mean and --std forgotten?", or of data that have
 * them, whether they are those of training. Static.
 */
const char *brc_data_fit_cause(const brc_dataset *data);

#endif
