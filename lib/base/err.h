/*
 * Errors: a return code that is also the exit code of a filter, and a
 * structure that carries the message and the remedy to whoever prints it.
 * The library never prints and never exits.
 */
#ifndef BRC_BASE_ERR_H
#define BRC_BASE_ERR_H

/* Exit codes of every filter; see broca(1). */
typedef enum brc_rc {
	BRC_OK = 0,
	BRC_NO = 1,       /* a negative answer, e.g. `check` on different files */
	BRC_USAGE = 2,    /* wrong options or operands */
	BRC_DATA = 3,     /* wrong or invalid data */
	BRC_STREAM = 4,   /* truncated or corrupt stream, or an upstream abort */
	BRC_NUMERIC = 5,  /* numerical failure */
	BRC_RESOURCE = 6, /* out of memory or disk */
	BRC_PIPE = 141    /* the reader of our output has gone */
} brc_rc;

typedef struct brc_err {
	brc_rc code;
	char message[1024]; /* one line, no tool name, no trailing newline */
	char hint[512];     /* what to do next; empty when there is nothing to say */
} brc_err;

/*
 * Fill `err` (which may be NULL) and return `code`. Control characters,
 * those that reorder text, and bytes that are not UTF-8 are replaced by '?',
 * since messages quote hostile input. An earlier hint is cleared.
 */
brc_rc brc_fail(brc_err *err, brc_rc code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Add a hint to a failure; returns err->code so that it can be chained. */
brc_rc brc_hint(brc_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The same failure with a leading context: "PREFIX: old message". Returns err->code. */
brc_rc brc_err_prefix(brc_err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* BRC_RESOURCE for ENOMEM/ENOSPC/EDQUOT/EFBIG, BRC_PIPE for EPIPE, else BRC_DATA. */
brc_rc brc_rc_of_errno(int errnum);

/*
 * `rc = expr`, but only when all went well so far: steps in a function that cleans up at its end.
 *
 *     rc = brc_labels_read(&l, in, err);
 *     BRC_THEN(rc, use(&l, err));
 *     brc_labels_clear(&l);
 *     return rc;
 */
#define BRC_THEN(rc, expr)             \
	do {                           \
		if ((rc) == BRC_OK)    \
			(rc) = (expr); \
	} while (0)

/* Return from the calling function when `expr` fails. */
#define BRC_TRY(expr)                       \
	do {                                \
		brc_rc brc_try_rc = (expr); \
		if (brc_try_rc != BRC_OK)   \
			return brc_try_rc;  \
	} while (0)

#endif
