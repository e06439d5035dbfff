/* The order of all that is said of a network. */
#include "render/notes/notes.h"

brc_rc brc_notes_collect(brc_network *net, const brc_report_options *options, brc_err *err)
{
	BRC_TRY(brc_sentences_collect(net, options, err));
	BRC_TRY(brc_cuts_collect(net, err));
	BRC_TRY(brc_untested_collect(net, err));
	BRC_TRY(brc_warnings_collect(net, err));
	return brc_missing_collect(net, err);
}
