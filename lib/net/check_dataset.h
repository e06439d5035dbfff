/* Does a data set fit a network? */
#ifndef BRC_NET_CHECK_DATASET_H
#define BRC_NET_CHECK_DATASET_H

#include "sections/dataset.h"
#include "net/net.h"

/* Do images fit its input? BRC_DATA with both shapes in the message. See also brc_task_decide. */
brc_rc brc_net_check_dataset(const brc_net *net, const brc_dataset *data, brc_err *err);

#endif
