#include "study/repeat_statistics.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* The statistic called name[0..n), or NULL. */
static const brc_inference *find(const brc_repeat *r, const char *name, size_t n)
{
	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++)
		for (size_t k = 0; r->found[i] && k < r->found[i]->n_stats; k++) {
			const brc_inference *stat = &r->found[i]->stat[k];

			if (strlen(stat->statistic) == n && strncmp(stat->statistic, name, n) == 0)
				return stat;
		}
	return NULL;
}

/* Is a word in a list with commas? */
static bool listed(const char *list, const char *word)
{
	const size_t n = strlen(word);

	for (const char *at = list;; at++) {
		const size_t length = strcspn(at, ",");

		if (length == n && strncmp(at, word, n) == 0)
			return true;
		at += length;
		if (*at == '\0')
			return false;
	}
}

bool brc_repeat_takes(const brc_repeat *r, const char *statistic)
{
	if (r->statistics)
		return strcmp(r->statistics, "all") == 0 || listed(r->statistics, statistic);
	return listed(find(r, "accuracy", 8) ? "accuracy,specificity" : "loss,specificity",
		      statistic);
}

bool brc_repeat_takes_any(const brc_repeat *r, const brc_findings *f)
{
	for (size_t k = 0; k < f->n_stats; k++)
		if (brc_repeat_takes(r, f->stat[k].statistic))
			return true;
	return false;
}

/* The names of all statistics of the findings, or of those that have some and are not repeated. */
static void list_statistics(const brc_repeat *r, bool others, brc_str *text)
{
	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++)
		for (size_t k = 0; r->found[i] && k < r->found[i]->n_stats; k++) {
			const brc_inference *stat = &r->found[i]->stat[k];
			bool any = false;

			for (size_t s = 0; s < stat->m; s++)
				any = any || brc_inference_finding(stat, s, r->found[i]->level);
			if (others && (!any || brc_repeat_takes(r, stat->statistic)))
				continue;
			brc_str_addf(text, "%s%s", text->len ? ", " : "", stat->statistic);
		}
}

static brc_rc unknown(const brc_repeat *r, const char *word, size_t n, brc_err *err)
{
	brc_str names = {0};

	list_statistics(r, false, &names);
	brc_fail(err, BRC_USAGE, "--statistics: the stream has no findings by '%.*s'",
		 (int)(n < 64 ? n : 64), word);
	if (!names.failed)
		brc_hint(err, "all, or of these, with commas between them: %s",
			 names.s ? names.s : "none");
	brc_str_free(&names);
	return BRC_USAGE;
}

brc_rc brc_repeat_statistics_check(const brc_repeat *r, brc_err *err)
{
	for (size_t i = 0; i < BRC_REPEAT_FINDINGS; i++)
		if (r->found[i] && r->found[i]->published) {
			brc_fail(err, BRC_DATA, "the findings are of --compat paper");
			return brc_hint(err, "published tests are not repeated: run lesion and "
					     "coherence without --compat paper");
		}
	if (!r->statistics || strcmp(r->statistics, "all") == 0)
		return BRC_OK;
	for (const char *at = r->statistics;; at++) {
		const size_t n = strcspn(at, ",");

		if (!find(r, at, n))
			return unknown(r, at, n, err);
		at += n;
		if (*at == '\0')
			return BRC_OK;
	}
}

void brc_repeat_tell_others(const brc_repeat *r, const brc_cli *cli)
{
	brc_str names = {0};

	list_statistics(r, true, &names);
	if (names.len && !names.failed)
		brc_cli_note(cli, "not repeated: findings by %s (--statistics)", names.s);
	brc_str_free(&names);
}
