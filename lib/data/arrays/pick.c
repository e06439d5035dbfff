#include "data/arrays/pick.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "stream/collect.h"

typedef struct search {
	brc_reader *reader;
	brc_collector *collector;
	const char *spec, *in;
	brc_section *section; /* the first that holds the tensor */
	const brc_tensor *tensor;
	bool by_name; /* it matches by its name, and not only by its type; with `in`, by both */
	size_t candidates; /* sections that could have held it */
	size_t found;      /* those that do, by name if there is one */
	brc_str sections;  /* titles of all */
	brc_str tensors;   /* "SECTION/TENSOR" of all candidates */
	brc_str matches;   /* titles of those that hold the tensor */
} search;

static void list(brc_str *s, const char *text)
{
	if (s->len < 400)
		brc_str_addf(s, "%s%s", s->len > 0 ? ", " : "", text);
}

/* What follows "prefix/" in the text, or NULL. */
static const char *after(const char *text, const char *prefix)
{
	size_t n = strlen(prefix);

	return !strncmp(text, prefix, n) && text[n] == '/' ? text + n + 1 : NULL;
}

/* The tensor that this section would have to hold; NULL if the section cannot be meant. */
static const char *wanted(const search *s, const char *type, const char *name, bool *by_name)
{
	const char *tensor;

	if (s->in) {
		const char *of_type = after(s->spec, type);

		*by_name = of_type;
		return strcmp(s->in, name) != 0 ? NULL : of_type ? of_type : s->spec;
	}
	tensor = after(s->spec, name);
	*by_name = tensor;
	return tensor ? tensor : after(s->spec, type);
}

/* A section that holds it. The first one is kept, but a match by name beats a match by type. */
static void hit(search *s, brc_section *section, const brc_tensor *t, bool by_name,
		const char *title)
{
	bool beaten;

	if (s->found > 0 && by_name && !s->by_name) {
		brc_section_free(s->section);
		brc_str_free(&s->matches);
		s->found = 0;
	}
	beaten = s->found > 0 && s->by_name && !by_name;
	if (!beaten)
		list(&s->matches, title);
	if (beaten || s->found++ > 0) {
		brc_section_free(section);
		return;
	}
	s->section = section;
	s->tensor = t;
	s->by_name = by_name;
}

/* Does this complete section hold it? Keeps or frees the section. */
static void examine(search *s, brc_section *section, const char *tensor, bool by_name,
		    const char *title)
{
	const brc_tensor *t = brc_section_tensor(section, tensor);
	char text[2 * BRC_NAME_MAX + 2];

	s->candidates++;
	for (size_t i = 0; i < section->n_tensors; i++) {
		snprintf(text, sizeof(text), "%s/%s", section->name, section->tensors[i]->name);
		list(&s->tensors, text);
	}
	if (t)
		hit(s, section, t, by_name, title);
	else
		brc_section_free(section);
}

/* One section, after its header frame. */
static brc_rc take_section(search *s, brc_err *err)
{
	char title[BRC_NAME_MAX + 80];
	const char *type = s->reader->type, *name = s->reader->name;
	bool by_name;
	const char *tensor = wanted(s, type, name, &by_name);
	brc_frame frame;

	snprintf(title, sizeof(title), "%s/%u %s", type, s->reader->version, name);
	list(&s->sections, title);
	if (tensor)
		BRC_TRY(brc_collector_begin(s->collector, s->reader, err));
	do {
		if (tensor)
			brc_collector_prepare(s->collector, s->reader);
		BRC_TRY(brc_reader_next(s->reader, &frame, err));
		if (tensor)
			BRC_TRY(brc_collector_add(s->collector, s->reader, &frame, err));
	} while (frame.kind != BRC_F_END);
	if (tensor)
		examine(s, brc_collector_take(s->collector), tensor, by_name, title);
	return BRC_OK;
}

static brc_rc walk(search *s, brc_err *err)
{
	brc_frame frame;

	do {
		BRC_TRY(brc_reader_next(s->reader, &frame, err));
		if (frame.kind == BRC_F_SECTION)
			BRC_TRY(take_section(s, err));
	} while (frame.kind != BRC_F_TRAILER);
	BRC_TRY(brc_reader_next(s->reader, &frame, err));
	if (frame.kind != BRC_F_EOF)
		return brc_fail(err, BRC_DATA, "%s: a second stream follows the first",
				brc_reader_name(s->reader));
	return BRC_OK;
}

static brc_rc verdict(const search *s, brc_err *err)
{
	if (s->found == 1)
		return BRC_OK;
	if (s->found > 1) {
		brc_fail(err, BRC_DATA, "%zu sections could be meant by '%s': %s", s->found,
			 s->spec, s->matches.s);
		return brc_hint(err,
				"choose one with --tensor NAME/TENSOR, or --tensor TYPE/TENSOR "
				"--in NAME");
	}
	if (s->candidates > 0) {
		brc_fail(err, BRC_DATA, "there is no tensor '%s'%s%s", s->spec,
			 s->in ? " in section " : "", s->in ? s->in : "");
		return brc_hint(err, "there are: %s", s->tensors.len > 0 ? s->tensors.s : "none");
	}
	brc_fail(err, BRC_DATA, "no section is called '%s'; the stream holds: %s",
		 s->in ? s->in : s->spec, s->sections.len > 0 ? s->sections.s : "nothing");
	return brc_hint(err,
			"write SECTION/TENSOR, with a section's name or type; 'peek' shows both");
}

brc_rc brc_pick_tensor(brc_reader *r, const char *spec, const char *in, size_t memory,
		       brc_section **section, const brc_tensor **tensor, brc_err *err)
{
	search s = {.reader = r, .spec = spec, .in = in};
	brc_rc rc;

	BRC_TRY(brc_collector_new(&s.collector, memory, err));
	rc = walk(&s, err);
	BRC_THEN(rc, verdict(&s, err));
	brc_collector_free(s.collector);
	brc_str_free(&s.sections);
	brc_str_free(&s.tensors);
	brc_str_free(&s.matches);
	if (rc != BRC_OK) {
		brc_section_free(s.section);
		return rc;
	}
	*section = s.section;
	*tensor = s.tensor;
	return BRC_OK;
}
