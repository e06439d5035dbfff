/*
 * Entries are linked by the digests of the sections that they write and read.
 * An entry joins the chain (the pipe) of the entry that wrote what it reads;
 * a data set is read beside the pipe when something else comes through it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/words/commands.h"
#include "render/words/escape.h"

#define WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
#define NOWHERE SIZE_MAX
#define MAX_LINKED 256 /* entries of a history that are joined to pipes; beyond: one a line */

/* Item i of the list of maps `key`; NULL beyond its end. */
static const brc_map *item(const brc_map *entry, const char *key, size_t i)
{
	const brc_value *v = brc_map_get(entry, key);

	if (!v || v->type != BRC_V_LIST || i >= v->u.list.n || v->u.list.items[i].type != BRC_V_MAP)
		return NULL;
	return v->u.list.items[i].u.map;
}

/* Does the list `key`, of what was read or written, hold the digest? */
static bool lists(const brc_map *entry, const char *key, const char *digest)
{
	const brc_map *x;

	for (size_t i = 0; (x = item(entry, key, i)); i++)
		if (strcmp(brc_map_string(x, "digest", ""), digest) == 0)
			return true;
	return false;
}

bool brc_history_wrote(const brc_map *entry, const char *digest)
{
	return lists(entry, "writes", digest);
}

typedef struct place {
	size_t up;        /* the entry that feeds it; NOWHERE for a source */
	size_t chain;     /* the pipe that it belongs to: the index of the first entry */
	const char *left; /* the data set that it writes and another reads from beside, or NULL */
} place;

typedef struct links {
	const brc_map *const *history;
	size_t n;
	place *at; /* [n] */
} links;

/* The entry other than `reader` that wrote `digest`; side inputs may stand after it. */
static size_t producer(const links *l, size_t reader, const char *digest)
{
	for (size_t i = 0; l->n <= MAX_LINKED && i < l->n; i++)
		if (i != reader && digest[0] && brc_history_wrote(l->history[i], digest))
			return i;
	return NOWHERE;
}

/*
 * How likely it is that a section came through the pipe. A data set or units may also be a side
 * input.
 */
static int strength(const brc_map *read)
{
	const char *title = brc_map_string(read, "section", "");

	if (strncmp(title, "dataset/", 8) == 0)
		return 0;
	return strncmp(title, "units/", 6) == 0 ? 1 : 2;
}

/* Which entry feeds `e` through its standard input; NOWHERE for a source. */
static size_t upstream(const links *l, size_t e)
{
	size_t best = NOWHERE;
	int strongest = -1;
	const brc_map *read;

	if (strcmp(brc_map_string(l->history[e], "tool", ""), "extract-weights") == 0)
		return NOWHERE; /* it begins a pipe, and reads data beside */
	for (size_t i = 0; (read = item(l->history[e], "reads", i)); i++) {
		size_t p = producer(l, e, brc_map_string(read, "digest", ""));

		if (p != NOWHERE && strength(read) > strongest) {
			best = p;
			strongest = strength(read);
		}
	}
	return best;
}

/* Marks the entries that wrote a data set which entry e reads from beside. */
static void mark_left(links *l, size_t e)
{
	const brc_map *read;

	for (size_t i = 0; (read = item(l->history[e], "reads", i)); i++) {
		const char *digest = brc_map_string(read, "digest", "");
		size_t p = producer(l, e, digest);

		if (strength(read) == 0 && p != NOWHERE && l->at[e].up != p && !l->at[p].left)
			l->at[p].left = digest;
	}
}

/*
 * Follow the pipe upstream to the first entry. An entry that leads into a cycle (which is hostile)
 * counts by itself.
 */
static size_t head(const links *l, size_t e)
{
	size_t at = e;

	for (size_t steps = 0; steps <= l->n && l->at[at].up != NOWHERE; steps++)
		at = l->at[at].up;
	return l->at[at].up == NOWHERE ? at : e;
}

static void add_value(brc_str *b, const brc_value *v)
{
	char number[64];

	if (v->type == BRC_V_STRING) {
		brc_escape_shell(b, v->u.s);
	} else if (v->type == BRC_V_INT) {
		brc_str_addf(b, "%lld", (long long)v->u.i);
	} else if (v->type == BRC_V_DOUBLE) {
		snprintf(number, sizeof(number), "%.15g", v->u.d);
		if (strtod(number, NULL) != v->u.d)
			snprintf(number, sizeof(number), "%.17g", v->u.d);
		brc_str_add(b, number);
	} else if (v->type == BRC_V_LIST) {
		for (size_t i = 0; i < v->u.list.n; i++) {
			brc_str_add(b, i ? "," : "");
			add_value(b, &v->u.list.items[i]);
		}
	}
}

static void add_options(brc_str *b, const brc_map *entry)
{
	const brc_value *v = brc_map_get(entry, "options");
	const brc_map *options = v && v->type == BRC_V_MAP ? v->u.map : NULL;

	for (size_t i = 0; options && i < options->n; i++) {
		const brc_value *value = &options->pairs[i].value;

		if (value->type == BRC_V_NIL || (value->type == BRC_V_BOOL && !value->u.b))
			continue;
		brc_str_add(b, " --");
		brc_escape_shell(b, options->pairs[i].key);
		if (value->type != BRC_V_BOOL) {
			brc_str_add(b, " ");
			add_value(b, value);
		}
	}
}

/* Only digits, so that a hostile digest cannot write anything else. */
static void add_placeholder(brc_str *b, const char *what, const char *digest)
{
	char word[64];

	snprintf(word, sizeof(word), "%.40s", what);
	for (char *c = word; *c; c++)
		if (!strchr(WORD, *c))
			*c = '?';
	brc_str_addf(b, "<%s:", word);
	for (size_t i = 0; i < 8 && digest[i] && strchr("0123456789abcdef", digest[i]); i++)
		brc_str_addn(b, &digest[i], 1);
	brc_str_add(b, ">");
}

static void add_files(brc_str *b, const brc_map *entry)
{
	const brc_map *file;

	for (size_t i = 0; (file = item(entry, "files", i)); i++) {
		const char *option = brc_map_string(file, "option", "file");

		/* an operand is called in capitals, as in the usage; all else is an option */
		if (option[0] < 'A' || option[0] > 'Z') {
			brc_str_add(b, " --");
			brc_escape_shell(b, option);
		}
		brc_str_add(b, " ");
		add_placeholder(b, option, brc_map_string(file, "digest", ""));
	}
}

/* Data sets that do not come through the pipe. */
static void add_sides(brc_str *b, const links *l, size_t e)
{
	const brc_map *read;

	for (size_t i = 0; (read = item(l->history[e], "reads", i)); i++) {
		const char *digest = brc_map_string(read, "digest", "");
		size_t p = producer(l, e, digest);

		if (strength(read) != 0 || (p != NOWHERE && p == l->at[e].up))
			continue;
		brc_str_add(b, " --data ");
		add_placeholder(b, "data", digest);
	}
}

static size_t next_of(const links *l, size_t e)
{
	for (size_t i = e + 1; i < l->n; i++)
		if (l->at[i].chain == l->at[e].chain)
			return i;
	return NOWHERE;
}

/* Does the tool take a section of this title out of the pipe? */
static bool consumes(const char *tool, const char *title)
{
	static const char *const taken[][2] = {{"corr", "activations/"},
					       {"laplacian", "weights/"},
					       {"laplacian", "affinity/"},
					       {"spectral", "laplacian/"}};

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++)
		if (strcmp(tool, taken[i][0]) == 0 &&
		    strncmp(title, taken[i][1], strlen(taken[i][1])) == 0)
			return true;
	return false;
}

/*
 * If a section is consumed and still read further down, it was kept. The history does not record
 * --keep.
 */
static void add_keep(brc_str *b, const links *l, size_t e)
{
	const char *tool = brc_map_string(l->history[e], "tool", "");
	const brc_map *read;

	for (size_t i = 0; (read = item(l->history[e], "reads", i)); i++) {
		const char *digest = brc_map_string(read, "digest", "");

		if (!consumes(tool, brc_map_string(read, "section", "")))
			continue;
		for (size_t later = next_of(l, e); later != NOWHERE; later = next_of(l, later))
			if (lists(l->history[later], "reads", digest)) {
				brc_str_add(b, " --keep");
				return;
			}
	}
}

static void add_pipe(brc_str *b, const links *l, size_t e)
{
	while (e != NOWHERE) {
		size_t next = next_of(l, e);
		const char *left = l->at[e].left;

		brc_escape_shell(b, brc_map_string(l->history[e], "tool", "unknown"));
		add_options(b, l->history[e]);
		add_keep(b, l, e);
		add_files(b, l->history[e]);
		add_sides(b, l, e);
		if (left) {
			brc_str_add(b, next == NOWHERE ? " > " : " \\\n  | tee ");
			add_placeholder(b, "data", left);
		}
		brc_str_add(b, next == NOWHERE ? "\n" : " \\\n  | ");
		e = next;
	}
}

brc_rc brc_commands(const brc_map *const *history, size_t n, brc_str *out, brc_err *err)
{
	links l = {history, n, brc_calloc(n, sizeof(*l.at), err)};

	BRC_TRY(brc_made(l.at));
	for (size_t e = 0; e < n; e++)
		l.at[e].up = upstream(&l, e);
	for (size_t e = 0; e < n; e++) {
		l.at[e].chain = head(&l, e);
		mark_left(&l, e);
	}
	/* pipes that leave a data set come first: the others read it */
	for (int side = 1; side >= 0; side--)
		for (size_t e = 0; e < n; e++)
			if (l.at[e].chain == e && !l.at[e].left == (side == 0))
				add_pipe(out, &l, e);
	free(l.at);
	return brc_str_check(out, err);
}
