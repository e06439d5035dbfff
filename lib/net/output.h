/* The output of a network, as the graph shows it. Internal to lib/net. */
#ifndef BRC_NET_OUTPUT_H
#define BRC_NET_OUTPUT_H

#include "net/network.h"

/*
 * From net->g and the value net->output, which may be BRC_NOWHERE: what of net->io concerns the
 * output, and net->closing.
 * BRC_DATA when the output does not depend on the input.
 */
brc_rc brc_net_note_output(brc_net *net, brc_err *err);
/* BRC_DATA saying why the output cannot be scored; only where net->io.scored is false. */
brc_rc brc_net_no_scores(const brc_net *net, brc_err *err);

#endif
