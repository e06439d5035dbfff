#define _GNU_SOURCE
#include "stream/history.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "stream/digest.h"

void brc_history_clear(brc_history *h)
{
	for (size_t i = 0; i < h->n; i++)
		brc_map_free(h->entry[i]);
	free(h->entry);
	*h = (brc_history){0};
}

brc_rc brc_history_add(brc_history *h, const brc_map *entry, brc_err *err)
{
	const char *id = brc_map_string(entry, "id", NULL);
	brc_map *copy;

	if (!id)
		return brc_fail(err, BRC_DATA, "an entry of the history has no id");
	for (size_t i = 0; i < h->n; i++)
		if (strcmp(brc_map_string(h->entry[i], "id", ""), id) == 0)
			return BRC_OK;
	BRC_TRY(brc_grow(&h->entry, &h->cap, h->n + 1, sizeof(*h->entry), err));
	copy = brc_map_dup(entry);
	if (!copy)
		return brc_fail(err, BRC_RESOURCE, "out of memory for the history");
	h->entry[h->n++] = copy;
	return BRC_OK;
}

/* The word of a choice. */
static void put_choice(brc_map *m, const brc_opt *o)
{
	char word[128];

	brc_map_put_string(m, o->name,
			   brc_word_at(o->choices, *(const int *)o->value, word, sizeof(word)));
}

/* A count below its bound means that none was given. */
static bool not_given(const brc_opt *o)
{
	return o->type == BRC_OPT_SIZE && (double)*(const size_t *)o->value < o->min;
}

static void put_option(brc_map *m, const brc_opt *o)
{
	if (not_given(o))
		return;
	switch (o->type) {
	case BRC_OPT_FLAG:
		if (*(const bool *)o->value)
			brc_map_put_bool(m, o->name, true);
		break;
	case BRC_OPT_SIZE:
	case BRC_OPT_BYTES:
		brc_map_put_int(m, o->name, (int64_t) * (const size_t *)o->value);
		break;
	case BRC_OPT_U64:
		brc_map_put_int(m, o->name, (int64_t) * (const uint64_t *)o->value);
		break;
	case BRC_OPT_DOUBLE:
		brc_map_put_double(m, o->name, *(const double *)o->value);
		break;
	case BRC_OPT_STRING:
		if (*(const char *const *)o->value)
			brc_map_put_string(m, o->name, *(const char *const *)o->value);
		break;
	case BRC_OPT_CHOICE:
		put_choice(m, o);
		break;
	case BRC_OPT_PATH:
	case BRC_OPT_LIST:
	case BRC_OPT_END:
		break;
	}
}

brc_map *brc_history_entry(const brc_cli *cli)
{
	brc_map *entry = brc_map_new(), *options = brc_map_new();

	if (!entry || !options) {
		brc_map_free(entry);
		brc_map_free(options);
		return NULL;
	}
	for (const brc_opt *o = cli->options; o && o->type != BRC_OPT_END; o++)
		if ((o->flags & BRC_OPT_UNRECORDED) == 0)
			put_option(options, o);
	if ((cli->common & BRC_COMMON_SEED) != 0)
		brc_map_put_int(options, "seed", (int64_t)cli->c.seed);
	if (cli->c.in)
		brc_map_put_string(options, "in", cli->c.in);
	if (cli->c.name)
		brc_map_put_string(options, "name", cli->c.name);
	brc_map_put_string(entry, "tool", cli->tool);
	brc_map_put_string(entry, "version", BRC_VERSION);
	brc_map_put_map(entry, "options", options);
	return entry;
}

void brc_history_note(brc_map *entry, const char *list, const char *key, const char *value,
		      const char *digest)
{
	brc_map *m = brc_map_new();

	brc_map_put_string(m, key, value);
	brc_map_put_string(m, "digest", digest);
	brc_map_add_map(entry, list, m);
}

brc_rc brc_history_seal(brc_map *entry, bool stamp, brc_err *err)
{
	unsigned char *buf;
	size_t n;
	char id[33];

	BRC_TRY(brc_map_encode(entry, &buf, &n, err));
	brc_digest(buf, n, id);
	free(buf);
	brc_map_put_string(entry, "id", id);
	if (stamp) {
		char host[256] = "", when[64];
		time_t now = time(NULL);
		struct tm utc;

		gethostname(host, sizeof(host) - 1);
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
		brc_map_put_string(entry, "time", when);
		brc_map_put_string(entry, "host", host);
	}
	return entry->failed ? brc_fail(err, BRC_RESOURCE, "out of memory for the history")
			     : BRC_OK;
}
