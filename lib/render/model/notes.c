/* What a report says of a network in sentences: kept, and asked for by kind. */
#include "base/memory.h"
#include "render/model/model.h"

brc_rc brc_note_add(brc_network *net, brc_note_kind kind, size_t labelling, brc_str *text,
		    brc_err *err)
{
	BRC_TRY(brc_str_check(text, err));
	BRC_TRY(brc_grow(&net->note, &net->cap_notes, net->n_notes + 1, sizeof *net->note, err));
	net->note[net->n_notes++] =
		(brc_note){.kind = kind, .labelling = labelling, .text = text->s};
	*text = (brc_str){0};
	return BRC_OK;
}

bool brc_note_is(const brc_note *note, brc_note_kind kind, size_t labelling)
{
	bool detail = kind == BRC_NOTE_FINDING && note->kind == BRC_NOTE_DETAIL;

	return note->labelling == labelling && (note->kind == kind || detail);
}
