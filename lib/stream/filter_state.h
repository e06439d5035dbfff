/* The state of a filter, shared by filter.c and filter_read.c. */
#ifndef BRC_STREAM_FILTER_STATE_H
#define BRC_STREAM_FILTER_STATE_H

#include "stream/filter.h"
#include "stream/reader.h"
#include "stream/sink.h"
#include "stream/writer.h"

enum { BRC_MAX_TAKES = 24 };

struct brc_wanted {
	const char *types; /* separated by '|' */
	unsigned version;
	unsigned how; /* BRC_SHARE and others */
};

/* Which of several sections of a type is taken: brc_filter_prefer. */
struct brc_preference {
	const char *type, *usual, *only, *option; /* type NULL: there is none */
};

/* A section that came by, for messages and to refuse a second one of the same title. */
struct brc_seen {
	char type[64];
	char title[BRC_NAME_MAX + 80];
	bool forwarded;
};

/* What one call of brc_filter_streams gave out. */
struct brc_batch {
	brc_stream *streams;
	size_t n, cap;
	char *name;
};

struct brc_filter {
	const brc_cli *cli;
	brc_sink *sink;
	brc_writer *writer; /* NULL: text output */
	struct brc_wanted takes[BRC_MAX_TAKES];
	size_t n_takes;
	struct brc_preference prefer;
	size_t memory;             /* for what is read; 0: as --mem says */
	brc_section_list sections; /* taken from standard input */
	brc_section_list sides;    /* from other inputs */
	struct brc_seen *seen;
	size_t n_seen, cap_seen;
	brc_history history;
	brc_map *entry;    /* our own */
	brc_map *abort;    /* the upstream's, to be passed on */
	brc_section *open; /* between begin and end */
	struct brc_batch *batches;
	size_t n_batches, cap_batches;
};

/* Remember a section that came by or was written. */
brc_rc brc_filter_note_seen(brc_filter *f, const char *type, const char *title, bool forwarded,
			    brc_err *err);

/* Is a section that comes now not to be taken, though its type is? l->item[from..]: those before.
 */
bool brc_preference_passes_over(const struct brc_preference *p, const brc_reader *r,
				const brc_section_list *l, size_t from);
/* Once the preferred one is there, those that came before it go. */
void brc_preference_drop_others(const struct brc_preference *p, brc_section_list *l, size_t from);

#endif
