/*
 * Progress of long work on stderr: done/total, rate, time left. Silent for
 * the first second, and altogether where --progress says so.
 */
#ifndef BRC_BASE_PROGRESS_H
#define BRC_BASE_PROGRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cli.h"

typedef struct brc_progress {
	const char *tool, *what; /* borrowed; `what` is a plural: "lesions" */
	uint64_t total;
	bool enabled;
	_Atomic uint64_t done;
	_Atomic int64_t next_ns; /* monotonic time of the next line */
	int64_t start_ns;
	_Atomic bool shown;
} brc_progress;

void brc_progress_start(brc_progress *p, const brc_cli *cli, const char *what, uint64_t total);
/* A NULL progress is legal here and does nothing. */
void brc_progress_add(brc_progress *p, uint64_t n); /* from any thread */
void brc_progress_end(brc_progress *p);

#endif
