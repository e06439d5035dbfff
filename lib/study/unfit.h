/*
 * Warnings of data that do not fit a network: before long work, from the values of a first layer
 * and from the answers of the unharmed network.
 */
#ifndef BRC_STUDY_UNFIT_H
#define BRC_STUDY_UNFIT_H

#include "base/cli.h"
#include "base/err.h"
#include "base/threads.h"
#include "net/lesion.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "stream/filter.h"

/* If brc_net_data_fit says so: a warning on stderr. Errors are those of running. */
brc_rc brc_warn_range(const brc_cli *cli, const brc_net *net, const brc_dataset *data,
		      brc_err *err);
/*
 * Run the unharmed network. Where it is no better than chance (brc_lesions_at_chance), or in
 * regression than the mean of the targets, it is a warning on stderr. Errors are those of
 * brc_net_lesions; how->scoring says what is counted.
 */
brc_rc brc_warn_chance(const brc_cli *cli, const brc_net *net, const brc_dataset *data,
		       const brc_lesion_options *how, brc_pool *pool, brc_err *err);

/*
 * If all sections `units` that the filter took are of another model file than `net`: a warning on
 * stderr. It is no error, because the layers decide.
 */
void brc_warn_other_model(const brc_cli *cli, const brc_net *net, const brc_filter *f);

#endif
