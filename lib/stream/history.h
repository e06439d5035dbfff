/*
 * The history says what made a stream. An entry is a map
 *   {tool, version, options, reads: [{section, digest}], files: [{option, digest}],
 *    writes: [{section, digest}], id}
 * where `id` is the digest of the entry without id, time and host. Entries of all inputs are kept,
 * each id once; the digests of sections link them into a graph. It never has argv, time and host
 * (except with --stamp), user, directory, file names, or options that cannot change the result.
 */
#ifndef BRC_STREAM_HISTORY_H
#define BRC_STREAM_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cli.h"
#include "stream/map.h"

typedef struct brc_history {
	brc_map **entry;
	size_t n, cap;
} brc_history;

void brc_history_clear(brc_history *h);
/* Add a copy of an entry, unless its id is there; BRC_DATA if it has none. */
brc_rc brc_history_add(brc_history *h, const brc_map *entry, brc_err *err);

/* An entry for this run: tool, version, and the resolved options of `cli`. NULL: out of memory. */
brc_map *brc_history_entry(const brc_cli *cli);
/* Append {key: value, digest} to the list `list` of the entry ("reads", "files", "writes"). */
void brc_history_note(brc_map *entry, const char *list, const char *key, const char *value,
		      const char *digest);
/* Set the id; then, with `stamp`, time and host. */
brc_rc brc_history_seal(brc_map *entry, bool stamp, brc_err *err);

#endif
