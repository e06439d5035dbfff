#define _GNU_SOURCE
#include "base/cli.h"

#include <argp.h>
#include <errno.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/descriptors.h"
#include "base/memory.h"
#include "base/str.h"

enum { MAX_THREADS = 64, USAGE_KEY = 0xfff, FIRST_LONG_KEY = 0x1000 };

static const char progress_choices[] = "auto|always|never";

/* ---- the table of common options ---- */

struct common_opt {
	unsigned need; /* BRC_COMMON_* bit, 0: every filter */
	brc_opt opt;
};

enum { COMMON_COUNT = 11, EXTRA_COUNT = 4 };

/* `compress` and `verbose`/`quiet` are flags here and folded into brc_common after parsing. */
struct common_flags {
	bool compress, verbose, quiet;
};

static void common_table(brc_common *c, struct common_flags *f,
			 struct common_opt table[COMMON_COUNT])
{
	const unsigned off = BRC_OPT_UNRECORDED;
	const struct common_opt all[COMMON_COUNT] = {
		{BRC_COMMON_IN,
		 {BRC_STRING("in", 0, "NAME", &c->in, "read the section called NAME")}},
		{BRC_COMMON_NAME,
		 {BRC_STRING("name", 0, "NAME", &c->name,
			     "write the section under the name NAME")}},
		{BRC_COMMON_SEED,
		 {BRC_U64("seed", 0, "N", &c->seed, "seed of all random numbers")}},
		{BRC_COMMON_KEEP,
		 {BRC_FLAG("keep", 0, &c->keep, "pass on the sections that were consumed, too"),
		  .flags = off}},
		{0,
		 {BRC_PATH("output", 'o', "FILE", &c->output,
			   "write to FILE, which appears only once it is complete"),
		  .flags = off}},
		{BRC_COMMON_STREAM,
		 {BRC_FLAG("compress", 'z', &f->compress, "compress the new sections with zstd"),
		  .flags = off}},
		{BRC_COMMON_STREAM,
		 {BRC_FLAG("stamp", 0, &c->stamp, "record time and host in the history"),
		  .flags = off}},
		{0,
		 {BRC_SIZE("threads", 0, "N", &c->threads, 1, MAX_THREADS,
			   "number of threads; results do not depend on it"),
		  .flags = off}},
		{0,
		 {BRC_BYTES("mem", 0, "SIZE", &c->mem,
			    "memory to use at most, such as 4G (default: what the machine has)"),
		  .flags = off}},
		{0,
		 {BRC_CHOICE("progress", 0, "WHEN", &c->progress, progress_choices,
			     "show progress"),
		  .flags = off}},
		{0, {BRC_FLAG("verbose", 'v', &f->verbose, "print more messages"), .flags = off}},
	};

	memcpy(table, all, sizeof(all));
}

/* ---- parsing state ---- */

struct parse {
	brc_cli *cli;
	struct common_flags flags;
	const brc_opt **opts; /* every option, own first */
	size_t n;
	struct argp_option *table;
	size_t cap_operands;
};

static void out_of_memory(const char *tool)
{
	fprintf(stderr, "%s: out of memory\n", tool);
	exit(BRC_RESOURCE);
}

static brc_rc store_again(brc_opt_list *list, const char *arg, const char *what, brc_err *err)
{
	const size_t most = sizeof(list->at) / sizeof(*list->at);

	if (arg[0] == '\0')
		return brc_fail(err, BRC_USAGE, "%s: is empty", what);
	if (list->n == most)
		return brc_fail(err, BRC_USAGE, "%s: is given more than %zu times", what, most);
	list->at[list->n++] = arg;
	return BRC_OK;
}

static brc_rc store_text(const brc_opt *o, const char *arg, const char *what, brc_err *err)
{
	const char **text = o->value;

	if (arg[0] == '\0')
		return brc_fail(err, BRC_USAGE, "%s: is empty", what);
	if ((o->flags & BRC_OPT_ONCE) && *text)
		return brc_fail(err, BRC_USAGE,
				"%s is given twice; all of it goes into one, after commas", what);
	*text = arg;
	return BRC_OK;
}

static brc_rc store(const brc_opt *o, const char *arg, brc_err *err)
{
	char what[64];
	bool bounded;
	uint64_t u;

	snprintf(what, sizeof(what), "--%s", o->name);
	bounded = o->min != 0 || o->max != 0;
	switch (o->type) {
	case BRC_OPT_FLAG:
		*(bool *)o->value = true;
		return BRC_OK;
	case BRC_OPT_SIZE:
		BRC_TRY(brc_parse_u64(arg, bounded ? (uint64_t)o->min : 0,
				      bounded ? (uint64_t)o->max : (uint64_t)INT32_MAX, what, &u,
				      err));
		*(size_t *)o->value = (size_t)u;
		return BRC_OK;
	case BRC_OPT_U64:
		/* the history holds integers of 64 bits with a sign */
		return brc_parse_u64(arg, 0, INT64_MAX, what, o->value, err);
	case BRC_OPT_DOUBLE:
		return brc_parse_double(arg, bounded ? o->min : -1e300, bounded ? o->max : 1e300,
					what, o->value, err);
	case BRC_OPT_BYTES:
		return brc_parse_bytes(arg, what, o->value, err);
	case BRC_OPT_STRING:
	case BRC_OPT_PATH:
		return store_text(o, arg, what, err);
	case BRC_OPT_LIST:
		return store_again(o->value, arg, what, err);
	case BRC_OPT_CHOICE: {
		int i = brc_word_index(o->choices, arg);

		if (i < 0)
			return brc_fail(err, BRC_USAGE, "%s: '%s' is not one of %s", what, arg,
					o->choices);
		*(int *)o->value = i;
		return BRC_OK;
	}
	case BRC_OPT_END:
		break;
	}
	return brc_fail(err, BRC_USAGE, "%s: unknown kind of option", what);
}

static void usage_error(const brc_cli *cli, const char *message)
{
	fprintf(stderr, "%s: %s\nhint: '%s --help' lists the options\n", cli->tool, message,
		cli->tool);
	exit(BRC_USAGE);
}

/* ---- --help ---- */

/* "a|b|c", or "a, b, c" where that is too long for one line of the help. */
static void add_choices(brc_str *s, const char *choices)
{
	enum { WIDEST = 60 };
	const char *between = strlen(choices) > WIDEST ? ", " : "|";

	for (size_t n; (n = strcspn(choices, "|")) > 0; choices += n + (choices[n] == '|'))
		brc_str_addf(s, "%.*s%s", (int)n, choices, choices[n] ? between : "");
}

/* " (default: X)" after the sentence, from the value before parsing. */
static void add_default(brc_str *s, const brc_opt *o)
{
	char word[64];

	switch (o->type) {
	case BRC_OPT_SIZE:
		brc_str_addf(s, " (default: %zu)", *(const size_t *)o->value);
		break;
	case BRC_OPT_U64:
		brc_str_addf(s, " (default: %llu)",
			     (unsigned long long)*(const uint64_t *)o->value);
		break;
	case BRC_OPT_DOUBLE:
		brc_str_addf(s, " (default: %g)", *(const double *)o->value);
		break;
	case BRC_OPT_STRING:
		if (*(const char *const *)o->value)
			brc_str_addf(s, " (default: %s)", *(const char *const *)o->value);
		break;
	case BRC_OPT_CHOICE:
		brc_str_add(s, ": ");
		add_choices(s, o->choices);
		brc_str_addf(s, " (default: %s)",
			     brc_word_at(o->choices, *(const int *)o->value, word, sizeof(word)));
		break;
	default:
		break;
	}
}

static char *help_text(const brc_cli *cli, const brc_opt *o)
{
	brc_str s = {0};

	brc_str_add(&s, o->help);
	/* if a default is resolved later, the help text itself says so */
	if (!strstr(o->help, "default"))
		add_default(&s, o);
	if (s.failed)
		out_of_memory(cli->tool);
	return s.s;
}

/* The part of the help that argp fills to the width of a page. */
static char *doc_text(const brc_cli *cli)
{
	brc_str s = {0};

	brc_str_addf(&s, "%s\n\nReads:  %s\nWrites: %s", cli->purpose,
		     cli->reads ? cli->reads : "no stream",
		     cli->writes ? cli->writes : "no stream");
	if (s.failed)
		out_of_memory(cli->tool);
	return s.s;
}

/* And the part that it must not fill, because examples are there to be copied. */
static void print_help(const brc_cli *cli, struct argp_state *state)
{
	/* without argp's note that short options take the arguments of long ones */
	setenv("ARGP_HELP_FMT", "no-dup-args-note", 0);
	argp_state_help(state, stdout, ARGP_HELP_SHORT_USAGE | ARGP_HELP_PRE_DOC | ARGP_HELP_LONG);
	printf("\nExamples:\n%s\n", cli->examples);
	puts("\nExit codes: 0 done, 1 negative answer, 2 usage, 3 wrong or invalid data,\n"
	     "4 truncated or corrupt stream or an upstream failure, 5 numerical failure,\n"
	     "6 out of memory or disk, 141 the reader has gone.");
}

/* Was everything written? A full disk is not a success. */
static void exit_after_print(const brc_cli *cli)
{
	int errnum;

	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		exit(BRC_OK);
	errnum = errno;
	fprintf(stderr, "%s: <stdout>: cannot write: %s\n", cli->tool, strerror(errnum));
	exit(errnum == EBADF ? BRC_USAGE : BRC_RESOURCE);
}

/* ---- parsing ---- */

/* Options that only print. */
static bool information(int key, const brc_cli *cli, struct argp_state *state)
{
	switch (key) {
	case '?':
		print_help(cli, state);
		return true;
	case USAGE_KEY:
		argp_state_help(state, stdout, ARGP_HELP_USAGE);
		return true;
	case 'V':
		printf("%s (broca) %s\n", cli->tool, BRC_VERSION);
		return true;
	default:
		return false;
	}
}

static error_t parse_one(int key, char *arg, struct argp_state *state)
{
	struct parse *p = state->input;
	brc_err err = {0};

	if (key == ARGP_KEY_ARG) {
		brc_cli *cli = p->cli;

		if (cli->n_operands == cli->max_operands) {
			brc_fail(&err, BRC_USAGE, "unexpected operand '%s'", arg);
			usage_error(cli, err.message);
		}
		cli->operands[cli->n_operands++] = arg;
		return 0;
	}
	if (information(key, p->cli, state))
		exit_after_print(p->cli);
	if (key == 'q') {
		p->flags.quiet = true;
		return 0;
	}
	if (key == ARGP_KEY_INIT)
		state->err_stream =
			NULL; /* getopt says what is wrong, and we say what to do about it */
	for (size_t i = 0; i < p->n; i++)
		if (p->table[i].key == key) {
			if (store(p->opts[i], arg, &err) != BRC_OK)
				usage_error(p->cli, err.message);
			return 0;
		}
	return ARGP_ERR_UNKNOWN;
}

static size_t default_threads(void)
{
	cpu_set_t set;

	if (sched_getaffinity(0, sizeof(set), &set) == 0) {
		int n = CPU_COUNT(&set);

		return n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : (size_t)n;
	}
	return 1;
}

/* The options of this filter, own first, as argp wants them. */
static void build_table(struct parse *p, const struct common_opt *common)
{
	static const struct argp_option extra[EXTRA_COUNT] = {
		{"quiet", 'q', NULL, 0, "print only errors", 2},
		{"help", '?', NULL, 0, "print this help", 3},
		{"usage", USAGE_KEY, NULL, 0, "print only the options", 3},
		{"version", 'V', NULL, 0, "print the version", 3},
	};
	brc_cli *cli = p->cli;
	size_t own = 0;

	while (cli->options && cli->options[own].type != BRC_OPT_END)
		own++;
	p->opts = calloc(own + COMMON_COUNT, sizeof(*p->opts));
	p->table = calloc(own + COMMON_COUNT + EXTRA_COUNT + 1, sizeof(*p->table));
	cli->operands = calloc(cli->max_operands + 1, sizeof(*cli->operands));
	if (!p->opts || !p->table || !cli->operands)
		out_of_memory(cli->tool);
	for (size_t i = 0; i < own; i++)
		p->opts[p->n++] = &cli->options[i];
	for (size_t i = 0; i < COMMON_COUNT; i++)
		if (common[i].need == 0 || (cli->common & common[i].need) != 0)
			p->opts[p->n++] = &common[i].opt;
	for (size_t i = 0; i < p->n; i++) {
		const brc_opt *o = p->opts[i];

		p->table[i] =
			(struct argp_option){.name = o->name,
					     .key = o->key != 0 ? o->key : FIRST_LONG_KEY + (int)i,
					     .arg = o->arg,
					     .doc = help_text(cli, o),
					     .group = i < own ? 1 : 2};
	}
	memcpy(&p->table[p->n], extra, sizeof(extra));
}

void brc_cli_parse(brc_cli *cli, int argc, char **argv)
{
	struct parse p = {.cli = cli};
	struct common_opt common[COMMON_COUNT];
	char *doc;
	struct argp argp;
	char *old = argc > 0 ? argv[0] : NULL;
	error_t rc;

	brc_descriptors_hold();
	cli->c = (brc_common){.threads = default_threads(), .seed = 42};
	common_table(&cli->c, &p.flags, common);
	build_table(&p, common);
	doc = doc_text(cli);
	argp = (struct argp){.options = p.table,
			     .parser = parse_one,
			     .args_doc = cli->usage[0] != '\0' ? cli->usage : NULL,
			     .doc = doc};
	if (argc > 0)
		argv[0] =
			(char *)(uintptr_t)cli
				->tool; /* messages name the tool, not the path it was started by */
	setvbuf(stderr, NULL, _IOLBF, 0);
	rc = argp_parse(&argp, argc, argv, ARGP_NO_HELP, NULL, &p);
	if (argc > 0)
		argv[0] = old;
	if (rc != 0) {
		fprintf(stderr, "hint: '%s --help' lists the options\n", cli->tool);
		exit(BRC_USAGE);
	}
	cli->c.zstd_level = p.flags.compress ? 3 : 0;
	cli->c.verbosity = p.flags.quiet ? -1 : p.flags.verbose ? 1 : 0;
	for (size_t i = 0; i < p.n; i++)
		free((char *)(uintptr_t)p.table[i].doc);
	free(p.table);
	free(p.opts);
	free(doc);
}

brc_rc brc_cli_list(const char *s, const char *what, size_t min, size_t max, size_t **list,
		    size_t *n, brc_err *err)
{
	size_t count = 1, *out;
	char *copy, *rest;
	brc_rc rc;

	for (const char *c = s; *c != '\0'; c++)
		count += *c == ',';
	out = brc_alloc(count, sizeof(*out), err);
	copy = brc_strdup(s, err);
	rc = !out || !copy ? BRC_RESOURCE : BRC_OK;
	rest = copy;
	for (size_t i = 0; i < count && rc == BRC_OK; i++) {
		uint64_t v;

		rc = brc_parse_u64(strsep(&rest, ","), min, max, what, &v, err);
		if (rc == BRC_OK)
			out[i] = (size_t)v;
	}
	free(copy);
	if (rc != BRC_OK) {
		free(out);
		return rc;
	}
	*list = out;
	*n = count;
	return BRC_OK;
}

brc_rc brc_cli_range(const char *s, const char *option, size_t *least, size_t *most, brc_err *err)
{
	unsigned long low, high;
	int end = 0;

	if (sscanf(s, "%9lu-%9lu%n", &low, &high, &end) != 2 || s[end] != '\0' || low < 1 ||
	    low > high) {
		brc_fail(err, BRC_USAGE, "'%s' is no range of cluster numbers", s);
		return brc_hint(err, "%s 2-24", option);
	}
	*least = low;
	*most = high;
	return BRC_OK;
}

int brc_cli_report(const brc_cli *cli, const brc_err *err)
{
	fprintf(stderr, "%s: %s\n", cli->tool, err->message);
	if (err->hint[0] != '\0')
		fprintf(stderr, "hint: %s\n", err->hint);
	return (int)err->code;
}

/* A message for those who asked for this much or more. */
static void say(const brc_cli *cli, int verbosity, const char *fmt, va_list args)
{
	char raw[1024], text[1024];

	if (cli->c.verbosity < verbosity)
		return;
	vsnprintf(raw, sizeof(raw), fmt, args);
	brc_printable(text, sizeof(text), raw);
	fprintf(stderr, "%s: %s\n", cli->tool, text);
}

void brc_cli_note(const brc_cli *cli, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(cli, 0, fmt, args);
	va_end(args);
}

void brc_cli_detail(const brc_cli *cli, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(cli, 1, fmt, args);
	va_end(args);
}

const char *brc_cli_name(const brc_cli *cli, const char *otherwise)
{
	return cli->c.name ? cli->c.name : otherwise;
}
