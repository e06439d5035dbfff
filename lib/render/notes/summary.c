/* The order of all sentences about a network. */
#include "render/notes/notes.h"

brc_rc brc_notes_collect(brc_network *net, const brc_report_options *options, brc_err *err)
{
	brc_note_structure(net);
	brc_note_findings(net, options->level);
	brc_note_repeats(net);
	brc_note_family(net, options->level);
	brc_note_partitions(net);
	brc_note_untested(net);
	brc_note_warnings(net);
	brc_note_missing(net);
	return brc_notes_check(&net->notes, err);
}
