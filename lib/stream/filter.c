#define _GNU_SOURCE
#include "stream/filter_state.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* ---- opening ---- */

brc_rc brc_filter_open(brc_filter **out, const brc_cli *cli, brc_err *err)
{
	brc_filter *f;
	bool stream;
	brc_rc rc;

	*out = NULL;
	signal(SIGPIPE, SIG_IGN); /* a write then fails with EPIPE, and the run ends properly */
	signal(SIGXFSZ, SIG_IGN); /* and a write beyond the limit of file sizes fails with EFBIG */
	BRC_NEW(f, 1, err);
	stream = (cli->common & BRC_COMMON_STREAM) != 0;
	f->cli = cli;
	f->entry = brc_history_entry(cli);
	rc = f->entry ? BRC_OK : brc_fail(err, BRC_RESOURCE, "out of memory");
	BRC_THEN(rc, brc_sink_open(&f->sink, cli->c.output, stream, err));
	if (rc == BRC_OK && stream)
		rc = brc_writer_new(&f->writer, f->sink, cli->c.zstd_level, err);
	*out = f;
	return rc;
}

brc_rc brc_filter_take(brc_filter *f, const char *types, unsigned version, unsigned how,
		       brc_err *err)
{
	if (f->n_takes == BRC_MAX_TAKES)
		return brc_fail(err, BRC_USAGE, "too many kinds of sections are taken");
	f->takes[f->n_takes++] = (struct brc_wanted){types, version, how};
	return BRC_OK;
}

void brc_filter_prefer(brc_filter *f, const char *type, const char *usual, const char *only,
		       const char *option)
{
	f->prefer = (struct brc_preference){type, usual, only, option};
}

void brc_filter_memory(brc_filter *f, size_t bytes)
{
	f->memory = bytes;
}

/* ---- what came by ---- */

brc_rc brc_filter_note_seen(brc_filter *f, const char *type, const char *title, bool forwarded,
			    brc_err *err)
{
	struct brc_seen *s;

	BRC_TRY(brc_grow(&f->seen, &f->cap_seen, f->n_seen + 1, sizeof(*f->seen), err));
	s = &f->seen[f->n_seen++];
	snprintf(s->type, sizeof(s->type), "%s", type);
	snprintf(s->title, sizeof(s->title), "%s", title);
	s->forwarded = forwarded;
	return BRC_OK;
}

brc_rc brc_filter_side_digest(brc_filter *f, const char *option, const char *digest, brc_err *err)
{
	brc_history_note(f->entry, "files", "option", option, digest);
	return f->entry->failed ? brc_fail(err, BRC_RESOURCE, "out of memory for the history")
				: BRC_OK;
}

const brc_history *brc_filter_history(const brc_filter *f)
{
	return &f->history;
}

void brc_filter_images(brc_filter *f, brc_map *images)
{
	brc_map_put_map(f->entry, "images", images);
}

void brc_filter_record(brc_filter *f, const char *key, const char *value)
{
	const brc_value *options = brc_map_get(f->entry, "options");

	if (options && options->type == BRC_V_MAP)
		brc_map_put_string(options->u.map, key, value);
}

static void sections_clear(brc_section_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		brc_section_free(l->item[i]);
	free(l->item);
}

static void batch_clear(struct brc_batch *b)
{
	for (size_t i = 0; i < b->n; i++) {
		sections_clear(&b->streams[i].sections);
		brc_history_clear(&b->streams[i].history);
	}
	free(b->streams);
	free(b->name);
}

/* ---- writing ---- */

brc_rc brc_filter_begin(brc_filter *f, brc_section *s, brc_err *err)
{
	char title[BRC_NAME_MAX + 80];

	brc_section_title(s, title, sizeof(title));
	for (size_t i = 0; i < f->n_seen; i++)
		if (f->seen[i].forwarded && strcmp(f->seen[i].title, title) == 0) {
			brc_fail(err, BRC_DATA, "the stream already holds a section %s", title);
			return brc_hint(err, "give the new one another name with --name");
		}
	f->open = s;
	BRC_TRY(brc_filter_note_seen(f, s->type, title, true, err));
	return brc_writer_begin(f->writer, s, err);
}

brc_rc brc_filter_tensor(brc_filter *f, const char *name, const char *dtype, size_t ndim,
			 const size_t *shape, const char *axes, brc_err *err)
{
	return brc_writer_tensor(f->writer, name, dtype, ndim, shape, axes, err);
}

brc_rc brc_filter_rows(brc_filter *f, const void *rows, size_t n, brc_err *err)
{
	return brc_writer_rows(f->writer, rows, n, err);
}

brc_rc brc_filter_end(brc_filter *f, brc_err *err)
{
	brc_section *s = f->open;
	char title[BRC_NAME_MAX + 80];

	f->open = NULL;
	BRC_TRY(brc_writer_end(f->writer, s, err));
	brc_history_note(f->entry, "writes", "section", brc_section_title(s, title, sizeof(title)),
			 s->digest);
	return BRC_OK;
}

brc_rc brc_filter_put(brc_filter *f, brc_section *s, brc_rc filled, brc_err *err)
{
	brc_rc rc = filled;

	BRC_THEN(rc, brc_filter_begin(f, s, err));
	BRC_THEN(rc, brc_filter_end(f, err));
	brc_section_free(s);
	return rc;
}

brc_rc brc_filter_text(brc_filter *f, const char *bytes, size_t n, brc_err *err)
{
	return brc_sink_write(f->sink, bytes, n, err);
}

/* ---- closing ---- */

static brc_rc end_stream(brc_filter *f, brc_err *err)
{
	BRC_TRY(brc_history_seal(f->entry, f->cli->c.stamp, err));
	BRC_TRY(brc_history_add(&f->history, f->entry, err));
	for (size_t i = 0; i < f->history.n; i++)
		BRC_TRY(brc_writer_history(f->writer, f->history.entry[i], err));
	return brc_writer_trailer(f->writer, err);
}

static void write_abort(brc_filter *f, const brc_err *err)
{
	brc_map *m = f->abort;

	if (!m) {
		m = brc_map_new();
		brc_map_put_string(m, "tool", f->cli->tool);
		brc_map_put_int(m, "code", err->code);
		brc_map_put_string(m, "message", err->message);
		brc_map_put_string(m, "hint", err->hint);
	}
	brc_writer_abort(f->writer, m);
	if (m != f->abort)
		brc_map_free(m);
}

static void filter_free(brc_filter *f)
{
	sections_clear(&f->sections);
	sections_clear(&f->sides);
	for (size_t i = 0; i < f->n_batches; i++)
		batch_clear(&f->batches[i]);
	free(f->batches);
	free(f->seen);
	brc_history_clear(&f->history);
	brc_map_free(f->entry);
	brc_map_free(f->abort);
	brc_writer_free(f->writer);
	free(f);
}

/* A writer whose reader has gone ends honestly: it dies by SIGPIPE, with status 141. */
static int die_of_sigpipe(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
	return BRC_PIPE;
}

/*
 * The first filter of a pipe reports its failure, and so does the last. Those between pass it on
 * and say nothing, unless -v is given.
 */
static bool passed_on(const brc_filter *f, const brc_cli *cli)
{
	struct stat st;

	return f->abort && f->writer && !cli->c.output && cli->c.verbosity < 1 &&
	       fstat(STDOUT_FILENO, &st) == 0 && S_ISFIFO(st.st_mode);
}

int brc_filter_close(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	bool silent = f && passed_on(f, cli);

	if (f) {
		brc_err late = {0};
		bool commit;

		if (err->code == BRC_OK && f->writer)
			end_stream(f, err);
		if (err->code != BRC_OK && err->code != BRC_NO && err->code != BRC_PIPE &&
		    f->writer && f->sink)
			write_abort(f, err);
		commit = err->code == BRC_OK || err->code == BRC_NO;
		if (brc_sink_close(f->sink, commit, &late) != BRC_OK && commit)
			*err = late;
		filter_free(f);
	}
	free(cli->operands);
	if (err->code == BRC_PIPE)
		return die_of_sigpipe();
	if (err->code != BRC_OK && err->message[0] != '\0' && !silent)
		brc_cli_report(cli, err);
	return (int)err->code;
}

int brc_filter_main(brc_cli *cli, int argc, char **argv, brc_filter_resolve resolve,
		    brc_filter_run run)
{
	brc_filter *f = NULL;
	brc_err err = {0};

	brc_cli_parse(cli, argc, argv);
	if ((!resolve || resolve(cli, &err) == BRC_OK) && brc_filter_open(&f, cli, &err) == BRC_OK)
		run(f, cli, &err);
	return brc_filter_close(f, cli, &err);
}
