#define _GNU_SOURCE
#include "base/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"

#define SECOND_NS 1000000000LL
#define INTERVAL_NS 250000000LL

static int64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

void brc_progress_start(brc_progress *p, const brc_cli *cli, const char *what, uint64_t total)
{
	const brc_common *c = &cli->c;

	p->tool = cli->tool;
	p->what = what;
	p->total = total;
	p->enabled = c->progress == 1 ||
		     (c->progress == 0 && c->verbosity >= 0 && isatty(STDERR_FILENO) == 1);
	p->start_ns = now_ns();
	atomic_store(&p->done, 0);
	atomic_store(&p->next_ns, p->start_ns + SECOND_NS);
	atomic_store(&p->shown, false);
}

static void show(brc_progress *p, uint64_t done, int64_t now)
{
	double seconds = (double)(now - p->start_ns) / (double)SECOND_NS;
	double rate = (double)done / seconds;
	char left[32] = "?";

	if (done > 0 && done <= p->total)
		brc_human_seconds((double)(p->total - done) / rate, left);
	fprintf(stderr, "\r%s: %llu/%llu %s, %.3g per second, %s left   ", p->tool,
		(unsigned long long)done, (unsigned long long)p->total, p->what, rate, left);
	atomic_store(&p->shown, true);
}

void brc_progress_add(brc_progress *p, uint64_t n)
{
	uint64_t done;
	int64_t now, next;

	if (!p || !p->enabled)
		return;
	done = atomic_fetch_add(&p->done, n) + n;
	now = now_ns();
	next = atomic_load(&p->next_ns);
	/* whoever moves the deadline prints: one line at a time, no lock */
	if (now >= next && atomic_compare_exchange_strong(&p->next_ns, &next, now + INTERVAL_NS))
		show(p, done, now);
}

void brc_progress_end(brc_progress *p)
{
	if (p && p->enabled && atomic_load(&p->shown)) {
		show(p, atomic_load(&p->done), now_ns());
		fputc('\n', stderr);
	}
}
