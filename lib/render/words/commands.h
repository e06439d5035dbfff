/* The commands that made a stream, rebuilt from the entries of its history. Internal to lib/render.
 */
#ifndef BRC_RENDER_COMMANDS_H
#define BRC_RENDER_COMMANDS_H

#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "stream/map.h"

/*
 * Append shell text: one pipe for each chain of entries, in the order of the
 * history. The history holds no file names, so files stand as <option:DIGEST>,
 * with the first eight digits of what they held. Everything that comes from
 * the stream is quoted for the shell. Nothing for n == 0.
 */
brc_rc brc_commands(const brc_map *const *history, size_t n, brc_str *out, brc_err *err);

/* Did this entry write a section with the digest? */
bool brc_history_wrote(const brc_map *entry, const char *digest);

#endif
