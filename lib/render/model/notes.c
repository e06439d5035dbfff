/* What a report says of a network in sentences: kept, and asked for by kind. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "render/model/model.h"

brc_str *brc_note_begin(brc_notes *notes, brc_note_kind kind, size_t labelling)
{
	brc_err err;

	if (brc_grow(&notes->item, &notes->cap, notes->n + 1, sizeof(*notes->item), &err) !=
	    BRC_OK) {
		notes->lost.failed = true;
		return &notes->lost;
	}
	notes->item[notes->n] = (brc_note){.kind = kind, .labelling = labelling};
	brc_str_add(&notes->item[notes->n].text, "");
	return &notes->item[notes->n++].text;
}

void brc_note_addf(brc_notes *notes, brc_note_kind kind, size_t labelling, const char *fmt, ...)
{
	char line[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	brc_str_add(brc_note_begin(notes, kind, labelling), line);
}

const brc_note *brc_note_next(const brc_notes *notes, const brc_note *after, brc_note_kind kind,
			      size_t labelling)
{
	for (size_t i = after ? (size_t)(after - notes->item) + 1 : 0; i < notes->n; i++) {
		const brc_note *note = &notes->item[i];
		bool detail = kind == BRC_NOTE_FINDING && note->kind == BRC_NOTE_DETAIL;

		if ((labelling == BRC_EVERY || note->labelling == labelling) &&
		    (note->kind == kind || detail))
			return note;
	}
	return NULL;
}

brc_rc brc_notes_check(const brc_notes *notes, brc_err *err)
{
	brc_rc rc = brc_str_check(&notes->lost, err);

	for (size_t i = 0; i < notes->n && rc == BRC_OK; i++)
		rc = brc_str_check(&notes->item[i].text, err);
	return rc;
}

void brc_notes_clear(brc_notes *notes)
{
	for (size_t i = 0; i < notes->n; i++)
		brc_str_free(&notes->item[i].text);
	free(notes->item);
	brc_str_free(&notes->lost);
}
