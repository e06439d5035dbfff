#include "data/tables/units_table.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"

enum { NAME_WIDTH = 32, LIST_WIDTH = 20, SHORT = 64 /* bytes of a kind, a part, a node */ };

/* The far ends of a layer's edges: other[start[l]] .. other[start[l + 1] - 1], in their order. */
typedef struct ends {
	size_t *start; /* [layers + 1] */
	int64_t *other;
} ends;

typedef struct table {
	const brc_units *units;
	ends feeds, fed;
} table;

static void clear(table *t)
{
	free(t->feeds.start);
	free(t->feeds.other);
	free(t->fed.start);
	free(t->fed.other);
}

/* Edges by the layer at their near end. */
static brc_rc collect(ends *e, const int32_t *near, const int32_t *far, size_t n, size_t layers,
		      brc_err *err)
{
	BRC_TRY(BRC_ZEROED(e->start, layers + 2, err));
	BRC_TRY(BRC_ARRAY(e->other, n, err));
	for (size_t i = 0; i < n; i++)
		e->start[near[i] + 2]++;
	for (size_t l = 0; l < layers; l++)
		e->start[l + 2] += e->start[l + 1];
	for (size_t i = 0; i < n; i++)
		e->other[e->start[near[i] + 1]++] = far[i];
	return BRC_OK;
}

static brc_rc init(table *t, const brc_units *u, brc_err *err)
{
	*t = (table){.units = u};
	BRC_TRY(collect(&t->feeds, u->from, u->to, u->n_edges, u->layers.n, err));
	return collect(&t->fed, u->to, u->from, u->n_edges, u->layers.n, err);
}

/* ---- as tab-separated text ---- */

static brc_rc add_field(brc_str *out, const char *text, brc_err *err)
{
	if (brc_has_control(text))
		return brc_fail(err, BRC_DATA,
				"'%s' holds a control character, which a table cannot", text);
	brc_str_add(out, text);
	return BRC_OK;
}

static brc_rc add_names(const table *t, const ends *e, size_t l, brc_str *out, brc_err *err)
{
	brc_str_add(out, "\t");
	for (size_t i = e->start[l]; i < e->start[l + 1]; i++) {
		brc_str_add(out, i > e->start[l] ? "," : "");
		BRC_TRY(add_field(out, t->units->layers.name[e->other[i]], err));
	}
	return BRC_OK;
}

static brc_rc add_lines(const table *t, brc_str *out, brc_err *err)
{
	const brc_units *u = t->units;

	brc_str_add(out, "layer\trole\tkind\tunits\tfeeds\tfed_by\n");
	for (size_t l = 0; l < u->layers.n; l++) {
		BRC_TRY(add_field(out, u->layers.name[l], err));
		brc_str_addf(out, "\t%s\t", brc_role_name(u->role[l]));
		BRC_TRY(add_field(out, u->kind[l], err));
		brc_str_addf(out, "\t%zu", u->layers.units[l]);
		BRC_TRY(add_names(t, &t->feeds, l, out, err));
		BRC_TRY(add_names(t, &t->fed, l, out, err));
		brc_str_add(out, "\n");
	}
	return brc_str_check(out, err);
}

brc_rc brc_units_tsv_write(const brc_units *u, brc_str *out, brc_err *err)
{
	table t;
	brc_rc rc = init(&t, u, err);

	BRC_THEN(rc, add_lines(&t, out, err));
	clear(&t);
	return rc;
}

/* ---- at a terminal ---- */

static size_t width_of(const char *s)
{
	size_t n = 0;

	for (; *s; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80; /* first bytes of characters */
	return n;
}

/* Where the n-th character of s begins. */
static const char *character(const char *s, size_t n)
{
	for (; *s && (n > 0 || ((unsigned char)*s & 0xc0) == 0x80); s++)
		n -= ((unsigned char)s[1] & 0xc0) != 0x80;
	return s;
}

/*
 * A printable name of at most NAME_WIDTH characters. It is cut in the middle, because names differ
 * at their ends.
 */
static void short_name(const char *name, char buf[4 * NAME_WIDTH + 1])
{
	char whole[BRC_TEXT_MAX + 1];
	size_t n, head, tail, kept;
	const char *rest;

	brc_printable(whole, sizeof(whole), name);
	n = width_of(whole);
	head = (NAME_WIDTH - 3) / 3;
	tail = NAME_WIDTH - 3 - head;
	rest = n > NAME_WIDTH ? character(whole, n - tail) : whole;
	kept = n > NAME_WIDTH ? (size_t)(character(whole, head) - whole) : 0;
	memcpy(buf, whole, kept);
	memcpy(buf + kept, "...", kept ? 3 : 0);
	memcpy(buf + kept + (kept ? 3 : 0), rest, strlen(rest) + 1);
}

/* "0, 3-7, 9": numbers of layers, runs together, as far as they fit; " +12" says what is left. */
static void number_list(const ends *e, size_t l, char *buf, size_t cap)
{
	size_t len = 0, end = e->start[l + 1];

	buf[0] = '\0';
	for (size_t i = e->start[l], next; i < end; i = next) {
		char run[64];
		size_t n;

		for (next = i + 1; next < end && e->other[next] == e->other[next - 1] + 1;)
			next++;
		n = (size_t)snprintf(run, sizeof(run), "%s%lld", len ? ", " : "",
				     (long long)e->other[i]);
		if (next > i + 1)
			n += (size_t)snprintf(run + n, sizeof(run) - n, "%s%lld",
					      next > i + 2 ? "-" : ", ",
					      (long long)e->other[next - 1]);
		if (len && len + n + 7 > LIST_WIDTH && next < end) {
			snprintf(buf + len, cap - len, " +%zu", end - i);
			return;
		}
		snprintf(buf + len, cap - len, "%s", run);
		len += n;
	}
}

/* Numbers of layers. "-" stands for an end of the network, where there can be none. */
static void list_ends(const table *t, const ends *e, size_t l, brc_role end, char *buf, size_t cap)
{
	if (e->start[l] < e->start[l + 1])
		number_list(e, l, buf, cap);
	else
		snprintf(buf, cap, "%s", t->units->role[l] == end ? "-" : "nothing");
}

static void list_fed(const table *t, size_t l, char *buf, size_t cap)
{
	const char *node = brc_units_text_of(t->units->untraced, l);
	char printable[SHORT];

	if (!*node) {
		list_ends(t, &t->fed, l, BRC_ROLE_INPUT, buf, cap);
		return;
	}
	brc_printable(printable, sizeof(printable), node);
	snprintf(buf, cap, "untraced: %s", printable);
}

enum { NUMBER, NAME, PART, KIND, UNITS, FED, FEEDS, COLUMNS, CELL = 4 * NAME_WIDTH + 1 };

typedef char row[COLUMNS][CELL];

static void make_row(const table *t, size_t l, row r)
{
	const brc_units *u = t->units;
	const char *of = brc_units_text_of(u->part, l);

	snprintf(r[NUMBER], CELL, "%zu", l);
	short_name(u->layers.name[l], r[NAME]);
	brc_printable(r[PART], SHORT, *of ? of : brc_role_name(u->role[l]));
	brc_printable(r[KIND], SHORT, u->kind[l]);
	snprintf(r[UNITS], CELL, "%zu", u->layers.units[l]);
	list_fed(t, l, r[FED], CELL);
	list_ends(t, &t->feeds, l, BRC_ROLE_OUTPUT, r[FEEDS], CELL);
}

/* The last column needs no width, and in the one before it a long entry stands out. */
static void widen(size_t width[COLUMNS], const row r)
{
	for (int c = 0; c < FEEDS; c++)
		if (width_of(r[c]) > width[c] && (c != FED || width_of(r[c]) <= LIST_WIDTH))
			width[c] = width_of(r[c]);
}

static void add_row(const size_t width[COLUMNS], const row r, brc_str *out)
{
	for (int c = 0; c < COLUMNS; c++) {
		size_t used = width_of(r[c]);
		int blank = used < width[c] ? (int)(width[c] - used) : 0;
		bool right = c == NUMBER || c == UNITS;

		brc_str_addf(out, "  %*s%s%*s", right ? blank : 0, "", r[c], right ? 0 : blank, "");
	}
	brc_str_add(out, "\n");
}

static void show_text(const table *t, brc_str *out)
{
	static const row head = {"", "layer", "role", "kind", "units", "fed by", "feeds"};
	size_t width[COLUMNS] = {[NUMBER] = 1, [UNITS] = 7};
	row r;

	widen(width, head);
	for (size_t l = 0; l < t->units->layers.n; l++) {
		make_row(t, l, r);
		widen(width, r);
	}
	add_row(width, head, out);
	for (size_t l = 0; l < t->units->layers.n; l++) {
		make_row(t, l, r);
		add_row(width, r, out);
	}
}

/* ---- as JSON ---- */

static void put_numbers(brc_map *m, const char *key, const ends *e, size_t l)
{
	brc_map_put_ints(m, key, e->other + e->start[l], e->start[l + 1] - e->start[l]);
}

static void show_json(const table *t, brc_str *out)
{
	const brc_units *u = t->units;

	brc_str_add(out, "\"layers\": [");
	for (size_t l = 0; l < u->layers.n; l++) {
		brc_map *m = brc_map_new();

		brc_map_put_string(m, "name", u->layers.name[l]);
		brc_map_put_string(m, "role", brc_role_name(u->role[l]));
		brc_map_put_string(m, "part", brc_units_text_of(u->part, l));
		brc_map_put_string(m, "kind", u->kind[l]);
		brc_map_put_int(m, "units", (int64_t)u->layers.units[l]);
		brc_map_put_string(m, "untraced", brc_units_text_of(u->untraced, l));
		put_numbers(m, "fed_by", &t->fed, l);
		put_numbers(m, "feeds", &t->feeds, l);
		brc_str_add(out, l ? ",\n     " : "\n     ");
		brc_map_json(m, out);
		brc_map_free(m);
	}
	brc_str_add(out, "]");
}

brc_rc brc_units_table_show(const brc_units *u, brc_summary_format format, brc_str *out,
			    brc_err *err)
{
	table t;
	brc_rc rc = init(&t, u, err);

	if (rc == BRC_OK && format == BRC_SUMMARY_TEXT)
		show_text(&t, out);
	if (rc == BRC_OK && format == BRC_SUMMARY_JSON)
		show_json(&t, out);
	clear(&t);
	return rc;
}
