/* How a filter reads: its standard input, side inputs, many streams; and how it chooses. */
#define _GNU_SOURCE
#include "stream/filter_state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "stream/collect.h"

/* ---- reading ---- */

/* The request to take that matches a section, or NULL. *rc is an error for an unknown version. */
static const struct brc_wanted *wanted(const brc_filter *f, const brc_reader *r, bool all_names,
				       brc_rc *rc, brc_err *err)
{
	*rc = BRC_OK;
	for (size_t i = 0; i < f->n_takes; i++) {
		const struct brc_wanted *t = &f->takes[i];

		if (brc_word_index(t->types, r->type) < 0)
			continue;
		if (!all_names && (t->how & BRC_ANY_NAME) == 0 && f->cli->c.in &&
		    strcmp(f->cli->c.in, r->name) != 0)
			continue;
		if (t->version < r->version) {
			*rc = brc_fail(err, BRC_DATA, "%s: section %s/%u %s: only %s/%u%s is known",
				       brc_reader_name(r), r->type, r->version, r->name, r->type,
				       t->version, t->version > 1 ? " or an earlier one" : "");
			return NULL;
		}
		return t;
	}
	return NULL;
}

static brc_rc keep_section(brc_section_list *l, brc_section *s, brc_err *err)
{
	brc_rc rc = brc_grow(&l->item, &l->cap, l->n + 1, sizeof(*l->item), err);

	if (rc == BRC_OK)
		l->item[l->n++] = s;
	else
		brc_section_free(s);
	return rc;
}

/* The sections of a list from number `from` on have been read. */
static void note_read(brc_filter *f, const brc_section_list *l, size_t from)
{
	char title[BRC_NAME_MAX + 80];

	for (size_t i = from; i < l->n; i++)
		brc_history_note(f->entry, "reads", "section",
				 brc_section_title(l->item[i], title, sizeof(title)),
				 l->item[i]->digest);
}

/* How one input is read: which sections are handed on, which are kept, and where they go. */
struct intake {
	brc_filter *f;
	brc_reader *reader;
	brc_collector *collector;
	bool forward;                  /* hand sections through */
	const struct brc_wanted *side; /* a side input wants this type only */
	bool all_names;                /* --in does not choose here */
	brc_section_list *list;
	size_t from; /* sections of the list that other inputs gave */
	brc_history *history;
};

/* One section, after its header frame `head`. */
static brc_rc take_section(struct intake *in, const brc_frame *head, brc_err *err)
{
	brc_filter *f = in->f;
	brc_rc rc = BRC_OK;
	const struct brc_wanted *t = in->side;
	bool forward, taken;
	char title[BRC_NAME_MAX + 80];
	brc_frame frame;
	brc_section *s;

	if (!t)
		t = wanted(f, in->reader, in->all_names, &rc, err);
	else if (brc_word_index(t->types, in->reader->type) < 0)
		t = NULL;
	BRC_TRY(rc);
	taken = t && !brc_preference_passes_over(&f->prefer, in->reader, in->list, in->from);
	forward = in->forward && (!t || (t->how & BRC_SHARE) != 0 || f->cli->c.keep);
	snprintf(title, sizeof(title), "%s/%u %s", in->reader->type, in->reader->version,
		 in->reader->name);
	if (!in->side)
		BRC_TRY(brc_filter_note_seen(f, in->reader->type, title, forward, err));
	if (taken)
		BRC_TRY(brc_collector_begin(in->collector, in->reader, err));
	frame = *head;
	for (;;) {
		if (forward)
			BRC_TRY(brc_writer_frame(f->writer, &frame, err));
		if (taken && frame.kind != BRC_F_SECTION)
			BRC_TRY(brc_collector_add(in->collector, in->reader, &frame, err));
		if (frame.kind == BRC_F_END)
			break;
		if (taken)
			brc_collector_prepare(in->collector, in->reader);
		BRC_TRY(brc_reader_next(in->reader, &frame, err));
	}
	if (!taken)
		return BRC_OK;
	s = brc_collector_take(in->collector);
	BRC_TRY(keep_section(in->list, s, err));
	brc_preference_drop_others(&f->prefer, in->list, in->from);
	return BRC_OK;
}

/* One stream, to its trailer. *end: the input held no further stream. */
static brc_rc take_stream(struct intake *in, bool *end, brc_err *err)
{
	brc_frame frame;

	*end = false;
	for (;;) {
		BRC_TRY(brc_reader_next(in->reader, &frame, err));
		switch (frame.kind) {
		case BRC_F_SECTION:
			BRC_TRY(take_section(in, &frame, err));
			break;
		case BRC_F_HISTORY:
			BRC_TRY(brc_history_add(in->history, frame.map, err));
			break;
		case BRC_F_EOF:
			*end = true;
			return BRC_OK;
		default: /* the trailer: the reader gives out nothing else here */
			note_read(in->f, in->list, in->from);
			return BRC_OK;
		}
	}
}

static size_t memory_budget(const brc_filter *f)
{
	if (f->memory != 0)
		return f->memory;
	return f->cli->c.mem != 0 ? f->cli->c.mem : brc_mem_available() / 2;
}

static brc_rc open_intake(struct intake *in, const char *path, brc_err *err)
{
	BRC_TRY(brc_reader_open(&in->reader, path, err));
	return brc_collector_new(&in->collector, memory_budget(in->f), err);
}

static void close_intake(struct intake *in)
{
	if (in->reader && in->reader->abort && !in->f->abort)
		in->f->abort = brc_map_dup(in->reader->abort);
	brc_reader_free(in->reader);
	brc_collector_free(in->collector);
}

/* One stream and nothing after it. */
static brc_rc take_single(struct intake *in, const char *path, brc_err *err)
{
	bool end;
	brc_frame frame;

	BRC_TRY(open_intake(in, path, err));
	BRC_TRY(take_stream(in, &end, err));
	BRC_TRY(brc_reader_next(in->reader, &frame, err));
	if (frame.kind == BRC_F_EOF)
		return BRC_OK;
	brc_fail(err, BRC_DATA, "%s: a second stream follows the first",
		 brc_reader_name(in->reader));
	return brc_hint(err, "report, peek and check take concatenated streams");
}

brc_rc brc_filter_read(brc_filter *f, brc_err *err)
{
	struct intake in = {
		.f = f, .forward = f->writer, .list = &f->sections, .history = &f->history};
	brc_rc rc = take_single(&in, "-", err);

	close_intake(&in);
	return rc;
}

/* ---- choosing ---- */

/* " the stream holds: a, b" */
static void list_seen(const brc_filter *f, const char *types, char *buf, size_t cap)
{
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < f->n_seen && n < cap; i++)
		if (!types || brc_word_index(types, f->seen[i].type) >= 0)
			n += (size_t)snprintf(buf + n, cap - n, "%s%s", n > 0 ? ", " : "",
					      f->seen[i].title);
	if (n == 0)
		snprintf(buf, cap, "nothing");
}

/* The filters that make a section of one of these types, for hints. */
static void list_makers(const char *types, char *buf, size_t cap)
{
	static const struct {
		const char *type, *makers;
	} made_by[] = {
		{"dataset", "read-data"},
		{"units", "extract-weights or activations"},
		{"weights", "extract-weights"},
		{"activations", "activations"},
		{"affinity", "corr"},
		{"laplacian", "laplacian"},
		{"labels", "spectral or import"},
		{"lesions", "lesion"},
	};
	size_t n = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(made_by) / sizeof(made_by[0]) && n < cap; i++)
		if (brc_word_index(types, made_by[i].type) >= 0)
			n += (size_t)snprintf(buf + n, cap - n, "%s%s", n > 0 ? " or " : "",
					      made_by[i].makers);
	if (n == 0)
		snprintf(buf, cap, "an earlier stage");
}

/* "a or b" of "a|b". */
static void alternatives(const char *types, char *buf, size_t cap)
{
	size_t n = 0;

	for (const char *p = types; *p != '\0' && n + 5 < cap; p++)
		n += (size_t)(*p == '|' ? snprintf(buf + n, cap - n, " or ")
					: snprintf(buf + n, cap - n, "%c", *p));
}

/* Is it the type of which one section is preferred? */
static bool is_preference(const brc_filter *f, const char *types)
{
	return f->prefer.type && strcmp(f->prefer.type, types) == 0;
}

static brc_rc none_found(const brc_filter *f, const char *types, brc_err *err)
{
	char list[700], wanted_types[128], makers[128];
	const char *name =
		is_preference(f, types) && f->prefer.only ? f->prefer.only : f->cli->c.in;

	list_seen(f, NULL, list, sizeof(list));
	alternatives(types, wanted_types, sizeof(wanted_types));
	list_makers(types, makers, sizeof(makers));
	if (name)
		brc_fail(err, BRC_DATA, "no %s section is called '%s'; the stream holds: %s",
			 wanted_types, name, list);
	else
		brc_fail(err, BRC_DATA, "the stream has no %s section; it holds: %s", wanted_types,
			 list);
	return brc_hint(err, "%s makes it; a stage that consumed it passes it on with --keep",
			makers);
}

brc_rc brc_filter_section(brc_filter *f, const char *types, const brc_section **out, brc_err *err)
{
	size_t found = 0;
	char list[700];

	*out = NULL;
	for (size_t i = 0; i < f->sections.n; i++)
		if (brc_word_index(types, f->sections.item[i]->type) >= 0) {
			*out = f->sections.item[i];
			found++;
		}
	if (found == 1)
		return BRC_OK;
	if (found == 0)
		return none_found(f, types, err);
	list_seen(f, types, list, sizeof(list));
	brc_fail(err, BRC_DATA, "%zu sections could be meant: %s", found, list);
	return brc_hint(err, "choose one with --%s NAME",
			is_preference(f, types) ? f->prefer.option : "in");
}

brc_rc brc_filter_input(brc_filter *f, const char *types, unsigned version, unsigned how,
			const brc_section **s, brc_err *err)
{
	BRC_TRY(brc_filter_take(f, types, version, how, err));
	BRC_TRY(brc_filter_read(f, err));
	return brc_filter_section(f, types, s, err);
}

size_t brc_filter_sections(const brc_filter *f, const brc_section *const **sections)
{
	*sections = (const brc_section *const *)f->sections.item;
	return f->sections.n;
}

/* ---- side inputs ---- */

static brc_rc side_section(brc_filter *f, struct intake *in, const char *path, brc_err *err)
{
	const struct brc_preference *p = &f->prefer;
	bool preferred = is_preference(f, in->side->types);
	char types[128];

	in->from = f->sides.n;
	BRC_TRY(take_single(in, path, err));
	if (f->sides.n == in->from + 1)
		return BRC_OK;
	alternatives(in->side->types, types, sizeof(types));
	if (preferred && p->only)
		brc_fail(err, BRC_DATA, "%s: there is no %s section called '%s'",
			 brc_reader_name(in->reader), types, p->only);
	else
		brc_fail(err, BRC_DATA, "%s: %s %s section", brc_reader_name(in->reader),
			 f->sides.n == in->from ? "there is no" : "there is more than one", types);
	if (preferred && f->sides.n > in->from)
		return brc_hint(err, "choose one with --%s NAME; 'peek' shows what a stream holds",
				p->option);
	return brc_hint(err, "'peek' shows what a stream holds");
}

brc_rc brc_filter_side(brc_filter *f, const char *option, const char *path, const char *type,
		       unsigned version, const brc_section **s, brc_err *err)
{
	const struct brc_wanted side = {type, version, BRC_ANY_NAME};
	struct intake in = {.f = f, .side = &side, .list = &f->sides, .history = &f->history};
	brc_rc rc = side_section(f, &in, path, err);

	close_intake(&in);
	if (rc != BRC_OK)
		return brc_err_prefix(err, "--%s", option);
	*s = f->sides.item[f->sides.n - 1];
	if ((*s)->version > version)
		return brc_fail(err, BRC_DATA, "--%s: %s/%u is not known", option, type,
				(*s)->version);
	return BRC_OK;
}

/* ---- many streams ---- */

/* The next stream of the input into the batch; *end when there is none. */
static brc_rc take_one_of_many(struct intake *in, struct brc_batch *b, bool *end, brc_err *err)
{
	brc_stream *s;
	brc_rc rc;

	BRC_TRY(brc_grow(&b->streams, &b->cap, b->n + 1, sizeof(*b->streams), err));
	s = &b->streams[b->n++];
	*s = (brc_stream){.name = b->name};
	in->list = &s->sections;
	in->history = &s->history;
	rc = take_stream(in, end, err);
	b->n -= *end; /* nothing came */
	return rc;
}

brc_rc brc_filter_streams(brc_filter *f, const char *path, const brc_stream **streams, size_t *n,
			  brc_err *err)
{
	struct brc_batch *b;
	struct intake in;
	brc_rc rc;
	bool end = false;

	BRC_TRY(brc_grow(&f->batches, &f->cap_batches, f->n_batches + 1, sizeof(*f->batches), err));
	b = &f->batches[f->n_batches++];
	*b = (struct brc_batch){.name = brc_strdup(strcmp(path, "-") == 0 ? "<stdin>" : path, err)};
	in = (struct intake){.f = f, .all_names = !f->cli->c.in};
	rc = b->name ? open_intake(&in, path, err) : BRC_RESOURCE;
	while (rc == BRC_OK && !end)
		rc = take_one_of_many(&in, b, &end, err);
	close_intake(&in);
	*streams = b->streams;
	*n = b->n;
	return rc;
}
