/* What filters say on stderr of an experiment and of what was found. */
#ifndef BRC_STUDY_TELL_H
#define BRC_STUDY_TELL_H

#include "base/cli.h"
#include "net/net.h"
#include "sections/findings.h"
#include "sections/lesions.h"
#include "sections/repeats.h"

/* Which inputs are filled without data, and with what. */
void brc_tell_inputs(const brc_cli *cli, const brc_net *net);
/* Which of several outputs was taken, if there are several. */
void brc_tell_output(const brc_cli *cli, const brc_net *net);
/* The unharmed network, and how many sub-clusters were lesioned or left out, and why. */
void brc_tell_lesions(const brc_cli *cli, const brc_lesions *l);
/* A line for each statistic, and its warning. */
void brc_tell_findings(const brc_cli *cli, const brc_findings *f);
/* How many findings return, statistic by statistic, and which units always are in one. */
void brc_tell_repeats(const brc_cli *cli, const brc_repeats *r);

#endif
