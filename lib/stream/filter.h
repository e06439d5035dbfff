/*
 * The life of a filter: read the incoming stream to its trailer, hand
 * sections through, keep what it takes, append its own, close with history
 * and trailer - or with an abort record and no trailer.
 *
 *     static brc_rc spectral(brc_filter *f, const brc_cli *cli, brc_err *err)
 *     {
 *             BRC_TRY(brc_filter_take(f, "laplacian", 1, BRC_CONSUME, err));
 *             BRC_TRY(brc_filter_read(f, err));
 *             BRC_TRY(brc_filter_section(f, "laplacian", &in, err));
 *             return work(f, in, err);
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *             brc_cli cli = {.tool = "spectral", ...};
 *
 *             return brc_filter_main(&cli, argc, argv, NULL, spectral);
 *     }
 */
#ifndef BRC_STREAM_FILTER_H
#define BRC_STREAM_FILTER_H

#include "base/cli.h"
#include "base/err.h"
#include "stream/history.h"
#include "stream/section.h"

typedef struct brc_filter brc_filter;

/*
 * How a section is taken, a sum of these. Without BRC_SHARE it is consumed: taken out of the
 * stream, unless --keep is given. BRC_ANY_NAME is for a second type that a filter needs, such as
 * lesion's units: --in does not choose among its sections.
 */
enum { BRC_CONSUME = 0, BRC_SHARE = 1, BRC_ANY_NAME = 2 };

/*
 * All of main: parse the command line, open, run, close. `resolve`, which may be NULL, comes
 * before the output is opened: it checks how options go together, and fills in defaults that
 * depend on other options, so that the history records what was used. Returns the exit code.
 */
typedef brc_rc (*brc_filter_resolve)(const brc_cli *cli, brc_err *err);
typedef brc_rc (*brc_filter_run)(brc_filter *f, const brc_cli *cli, brc_err *err);
int brc_filter_main(brc_cli *cli, int argc, char **argv, brc_filter_resolve resolve,
		    brc_filter_run run);

/* Opens the output (stdout or -o); a terminal is refused with BRC_USAGE. */
brc_rc brc_filter_open(brc_filter **f, const brc_cli *cli, brc_err *err);

/*
 * Take sections of each type in `types` (separated by '|'), of versions up to this; with --in NAME
 * only those of that name are taken. Before reading.
 */
brc_rc brc_filter_take(brc_filter *f, const char *types, unsigned version, unsigned how,
		       brc_err *err);

/*
 * If several sections of this type (or types, separated by '|') come, the one called `usual` is
 * given out, and no other. With `only` (not NULL) it is the one of this name; `option` names it in
 * messages. Whether the others are consumed, too, is as brc_filter_take says. Texts are borrowed.
 * Before reading; it holds for side inputs, too.
 */
void brc_filter_prefer(brc_filter *f, const char *type, const char *usual, const char *only,
		       const char *option);

/*
 * Hold at most so many bytes of taken sections in memory, the rest in a spool file; without
 * it, as many as --mem says. Before reading.
 */
void brc_filter_memory(brc_filter *f, size_t bytes);

/*
 * Read standard input to its trailer, handing sections through as they come.
 * A terminal on stdin is refused. A filter that is a source does not call it.
 */
brc_rc brc_filter_read(brc_filter *f, brc_err *err);

/* All three at once, for a filter with one input: take, read, and choose the section. */
brc_rc brc_filter_input(brc_filter *f, const char *types, unsigned version, unsigned how,
			const brc_section **s, brc_err *err);

/*
 * The section of one of the types in `types` (separated by '|') that was
 * taken: none or several are BRC_DATA errors that list what there is and
 * name --in. Borrowed until close.
 */
brc_rc brc_filter_section(brc_filter *f, const char *types, const brc_section **s, brc_err *err);
/* All taken sections, in stream order. Borrowed. */
size_t brc_filter_sections(const brc_filter *f, const brc_section *const **sections);

/*
 * A section from another stream (a side input: PATH, '-' or /dev/fd/N) by
 * type, or one of several types separated by '|'; its history joins ours. `option` names it in
 * messages and history
 * ("data"). Borrowed until close.
 */
brc_rc brc_filter_side(brc_filter *f, const char *option, const char *path, const char *type,
		       unsigned version, const brc_section **s, brc_err *err);
/* Record a side file that is not a stream (a model) by the digest of its content. */
brc_rc brc_filter_side_digest(brc_filter *f, const char *option, const char *digest, brc_err *err);

typedef struct brc_section_list {
	brc_section **item;
	size_t n, cap;
} brc_section_list;

/*
 * For report: every stream of PATH ('-': standard input), which may hold
 * several. Sections of types that were taken are kept, all others dropped.
 * Borrowed until close; may be called once per operand.
 */
typedef struct brc_stream {
	const char *name; /* the path, "<stdin>" */
	brc_section_list sections;
	brc_history history;
} brc_stream;
brc_rc brc_filter_streams(brc_filter *f, const char *path, const brc_stream **streams, size_t *n,
			  brc_err *err);

/* What is known of how the sections that were read were made. Borrowed until close. */
const brc_history *brc_filter_history(const brc_filter *f);
/* Record the images that were used (sections/image_set.h); takes ownership. */
void brc_filter_images(brc_filter *f, brc_map *images);
/* Record a resolved value that no option shows (e.g. k taken from another section). */
void brc_filter_record(brc_filter *f, const char *key, const char *value);

/*
 * Write a section and free it. It was filled with the outcome `filled`: if that is an error, it is
 * returned, and nothing is written.
 */
brc_rc brc_filter_put(brc_filter *f, brc_section *s, brc_rc filled, brc_err *err);

/*
 * Makes a section of version 1, fills it and writes it. `write` is the function of the section's
 * struct, `of` the struct:
 *
 *     BRC_TRY(brc_filter_make(f, "labels", name, brc_labels_write, &labels, err));
 */
#define brc_filter_make(f, type, name, write, of, err)                               \
	__extension__({                                                              \
		brc_section *brc_new_ = NULL;                                        \
		brc_rc brc_new_rc_ = brc_section_new(&brc_new_, type, 1, name, err); \
                                                                                     \
		BRC_THEN(brc_new_rc_, write(of, brc_new_, err));                     \
		brc_filter_put(f, brc_new_, brc_new_rc_, err);                       \
	})

/* A section whose large tensors are written in pieces: begin (writes metadata, records and
 * the tensors that `s` holds), then any number of tensors, each followed by its rows, then end. */
brc_rc brc_filter_begin(brc_filter *f, brc_section *s, brc_err *err);
brc_rc brc_filter_tensor(brc_filter *f, const char *name, const char *dtype, size_t ndim,
			 const size_t *shape, const char *axes, brc_err *err);
brc_rc brc_filter_rows(brc_filter *f, const void *rows, size_t n, brc_err *err);
brc_rc brc_filter_end(brc_filter *f, brc_err *err);

/* A text output (report, export, peek) instead of a stream: bytes to stdout or -o, atomically. */
brc_rc brc_filter_text(brc_filter *f, const char *bytes, size_t n, brc_err *err);

/*
 * End: on success history and trailer, flush, close, rename; on failure (err->code set)
 * the abort record. Prints the message. Returns the exit code. f may be NULL.
 */
int brc_filter_close(brc_filter *f, const brc_cli *cli, brc_err *err);

#endif
