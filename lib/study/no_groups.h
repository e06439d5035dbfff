/*
 * Labels without a group, as spectral --k-auto leaves them where no k stands out: the filters that
 * follow say so, and hand the stream through.
 */
#ifndef BRC_STUDY_NO_GROUPS_H
#define BRC_STUDY_NO_GROUPS_H

#include <stdbool.h>

#include "base/cli.h"
#include "base/err.h"
#include "sections/labels.h"
#include "stream/filter.h"

/* Has no unit a label? Then `what` is said on stderr not to be done. */
bool brc_no_groups(const brc_labels *l, const char *name, const char *what, const brc_cli *cli);

/*
 * *none: the filter took labels and no lesions, and no unit has a label in any of them, which is
 * said. BRC_DATA where labels are not valid.
 */
brc_rc brc_no_groups_in_stream(brc_filter *f, const char *what, const brc_cli *cli, bool *none,
			       brc_err *err);

#endif
