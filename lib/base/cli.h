/*
 * The command line of every filter, from one table: parsing (glibc argp),
 * --help, and the options that the history records.
 */
#ifndef BRC_BASE_CLI_H
#define BRC_BASE_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

typedef enum brc_opt_type {
	BRC_OPT_END = 0,
	BRC_OPT_FLAG,   /* bool *: no argument */
	BRC_OPT_SIZE,   /* size_t *: a count within [min, max] */
	BRC_OPT_U64,    /* uint64_t *: at most INT64_MAX */
	BRC_OPT_DOUBLE, /* double *: within [min, max] */
	BRC_OPT_BYTES,  /* size_t *: "512M" */
	BRC_OPT_STRING, /* const char ** */
	BRC_OPT_PATH,   /* const char **: a file, '-' or /dev/fd/N; kept out of the history */
	BRC_OPT_LIST,   /* brc_opt_list *: any number of times; kept out of the history */
	BRC_OPT_CHOICE  /* int *: index into `choices`, words separated by '|' */
} brc_opt_type;

/* What an option was given, time after time. */
typedef struct brc_opt_list {
	const char *at[32];
	size_t n;
} brc_opt_list;

/* An option that cannot change the result is kept out of the history. */
#define BRC_OPT_UNRECORDED 1u
/* A text of which a second one is refused, where the last would not be all that is meant. */
#define BRC_OPT_ONCE 2u

typedef struct brc_opt {
	brc_opt_type type;
	const char *name; /* long name without dashes */
	int key;          /* short option, or 0 */
	const char *arg;  /* metavariable shown in --help, NULL for flags */
	void *value;      /* where it goes; holds the default before parsing */
	const char *help; /* one sentence; the default is appended to it */
	const char *choices;
	double min, max; /* for SIZE and DOUBLE; both 0: no bound */
	unsigned flags;
} brc_opt;

/*
 * The fields of a row in a table of options, which ends with {0}:
 *
 *     static const brc_opt options[] = {
 *             {BRC_FLAG("local", 0, &local, "make one graph a layer")},
 *             {BRC_SIZE("clusters", 'k', "K", &k, 1, INT32_MAX, "number of clusters")},
 *             {0},
 *     };
 */
#define BRC_OPT_FIELDS(TYPE, NAME, KEY, ARG, VALUE, HELP) \
	.type = (TYPE), .name = (NAME), .key = (KEY), .arg = (ARG), .value = (VALUE), .help = (HELP)
#define BRC_FLAG(NAME, KEY, VALUE, HELP) BRC_OPT_FIELDS(BRC_OPT_FLAG, NAME, KEY, NULL, VALUE, HELP)
#define BRC_SIZE(NAME, KEY, ARG, VALUE, MIN, MAX, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_SIZE, NAME, KEY, ARG, VALUE, HELP), .min = (MIN), .max = (MAX)
#define BRC_DOUBLE(NAME, KEY, ARG, VALUE, MIN, MAX, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_DOUBLE, NAME, KEY, ARG, VALUE, HELP), .min = (MIN), .max = (MAX)
#define BRC_U64(NAME, KEY, ARG, VALUE, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_U64, NAME, KEY, ARG, VALUE, HELP)
#define BRC_BYTES(NAME, KEY, ARG, VALUE, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_BYTES, NAME, KEY, ARG, VALUE, HELP)
#define BRC_STRING(NAME, KEY, ARG, VALUE, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_STRING, NAME, KEY, ARG, VALUE, HELP)
#define BRC_PATH(NAME, KEY, ARG, VALUE, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_PATH, NAME, KEY, ARG, VALUE, HELP)
#define BRC_LIST(NAME, KEY, ARG, VALUE, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_LIST, NAME, KEY, ARG, VALUE, HELP)
#define BRC_CHOICE(NAME, KEY, ARG, VALUE, CHOICES, HELP) \
	BRC_OPT_FIELDS(BRC_OPT_CHOICE, NAME, KEY, ARG, VALUE, HELP), .choices = (CHOICES)

/* What every filter has. The defaults are set by brc_cli_parse. */
typedef struct brc_common {
	const char *output;  /* -o FILE; NULL: stdout */
	size_t threads;      /* --threads, default: processors we may use, at most 64 */
	uint64_t seed;       /* --seed, default 42 */
	size_t mem;          /* --mem BYTES, 0: what the machine has */
	unsigned zstd_level; /* -z: 3, else 0 */
	int verbosity;       /* -v +1, -q -1 */
	int progress;        /* --progress=auto|always|never: 0, 1, 2 */
	bool keep;           /* --keep */
	bool stamp;          /* --stamp */
	const char *in;      /* --in NAME: which section to take; NULL: the only one */
	const char *name;    /* --name NAME: of the section written; NULL: the default */
} brc_common;

/* Which of the common options a filter has (it must honour each one it shows). */
enum {
	BRC_COMMON_SEED = 1,   /* draws random numbers */
	BRC_COMMON_IN = 2,     /* --in */
	BRC_COMMON_NAME = 4,   /* --name */
	BRC_COMMON_KEEP = 8,   /* consumes sections */
	BRC_COMMON_STREAM = 16 /* writes a stream: -z and --stamp */
};

typedef struct brc_cli {
	const char *tool;       /* "spectral" */
	const char *usage;      /* operands, e.g. "[MODEL.onnx]"; "" for none */
	const char *purpose;    /* a paragraph: what it does */
	const char *reads;      /* "laplacian"; NULL: reads no stream */
	const char *writes;     /* "spectrum, labels" */
	const char *examples;   /* two examples, a line each, indented by two blanks */
	const brc_opt *options; /* ends with {0} */
	unsigned common;        /* BRC_COMMON_* */
	size_t max_operands;
	brc_common c;
	const char **operands;
	size_t n_operands;
} brc_cli;

/*
 * Parse argv. --help and --version print and exit(0); a wrong option prints
 * to stderr and exits with 2, as argp does: this is the one place where the
 * library ends the process, and only ever on behalf of main().
 */
void brc_cli_parse(brc_cli *cli, int argc, char **argv);

/* A list of counts, "8,12,16", each within [min, max]; free() *list. */
brc_rc brc_cli_list(const char *s, const char *what, size_t min, size_t max, size_t **list,
		    size_t *n, brc_err *err);

/*
 * A range of numbers of clusters, "MIN-MAX", from 1 on. BRC_USAGE, naming `option`, when it is no
 * such range.
 */
brc_rc brc_cli_range(const char *s, const char *option, size_t *least, size_t *most, brc_err *err);

/* "tool: message\nhint: ...\n" on stderr. Returns err->code. */
int brc_cli_report(const brc_cli *cli, const brc_err *err);
/* A remark on stderr unless -q ("tool: ..."); a detail only with -v. */
void brc_cli_note(const brc_cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void brc_cli_detail(const brc_cli *cli, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* --name, or else this. */
const char *brc_cli_name(const brc_cli *cli, const char *otherwise);

#define BRC_VERSION "0.1.0"

#endif
