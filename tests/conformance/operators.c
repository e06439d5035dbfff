/*
 * The official operator tests of ONNX: every folder below those given holds a
 * model with inputs and outputs (run_case.h). The table lists the cases that
 * need not pass, each with its reason.
 *
 *     operators [--table | --summary] TABLE FOLDER...
 *
 * Exit 1 when a case gives other values than it should, does not pass and is not
 * in the table, or passes and is in it. --table prints the table as it is now.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "classify.h"
#include "run_case.h"

enum { PATH = 1024, NAME = 160 };

typedef enum mode { LISTING, SUMMARY, TABLE } mode;

/* A case that did not pass, or is expected not to. */
typedef struct entry {
	char name[NAME], reason[REASON];
	bool seen;
} entry;

typedef struct entries {
	entry *at;
	size_t n, cap;
} entries;

typedef struct tally {
	size_t passed, ran, wrong; /* ran: of those passed, how many not only beforehand */
	entries expected, refused;
	mode mode;
} tally;

static entry *add(entries *e)
{
	if (brc_grow(&e->at, &e->cap, e->n + 1, sizeof(entry), NULL) != BRC_OK)
		exit(BRC_RESOURCE);
	e->at[e->n] = (entry){.seen = false};
	return &e->at[e->n++];
}

static entry *find(const entries *e, const char *name)
{
	for (size_t i = 0; i < e->n; i++)
		if (strcmp(e->at[i].name, name) == 0)
			return &e->at[i];
	return NULL;
}

static int read_table(const char *path, entries *e)
{
	FILE *f = fopen(path, "r");
	char line[512], name[NAME], reason[REASON];

	if (!f)
		return BRC_DATA;
	while (fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%159s %119[^\n]", name, reason) == 2) {
			entry *t = add(e);

			memcpy(t->name, name, sizeof(name));
			memcpy(t->reason, reason, sizeof(reason));
		}
	fclose(f);
	return 0;
}

static void complain(tally *t, const char *name, const char *what, const char *message)
{
	t->wrong++;
	fprintf(t->mode == TABLE ? stderr : stdout, "FAILED %s: %s%s%s\n", name, what,
		*message ? ": " : "", message);
}

static void judge(tally *t, const char *name, const char *folder, const brc_onnx *m, brc_err *err)
{
	char reason[REASON];
	bool ran;
	verdict v = run_case(folder, m, &ran, err);
	entry *expected = find(&t->expected, name), *refused;

	if (expected)
		expected->seen = true;
	if (v == FAILED)
		complain(t, name, "other values", err->message);
	if (v == PASSED) {
		t->passed++;
		t->ran += ran;
		if (expected && t->mode != TABLE)
			complain(t, name, "it passes; take it off the table", "");
		return;
	}
	if (!expected && t->mode != TABLE)
		complain(t, name, "it does not pass", err->message);
	if (!classify(m, err->message, reason))
		complain(t, name, "it must pass", err->message);
	if (expected && strcmp(expected->reason, reason) != 0 && t->mode != TABLE)
		complain(t, name, "it is refused for another reason", reason);
	refused = add(&t->refused);
	snprintf(refused->name, sizeof(refused->name), "%.150s", name);
	memcpy(refused->reason, reason, sizeof(reason));
}

static void one_case(tally *t, const char *root, const char *leaf)
{
	char path[PATH + 32], name[NAME];
	const char *group = strrchr(root, '/') ? strrchr(root, '/') + 1 : root;
	brc_err err = {0};
	brc_onnx m;

	snprintf(name, sizeof(name), "%.60s/%.90s", group, leaf);
	snprintf(path, sizeof(path), "%.500s/%.400s/model.onnx", root, leaf);
	if (brc_onnx_read(&m, path, &err) != BRC_OK) {
		complain(t, name, "it cannot be read", err.message);
		return;
	}
	*strrchr(path, '/') = '\0';
	judge(t, name, path, &m, &err);
	brc_onnx_clear(&m);
}

static int run_folder(const char *root, tally *t)
{
	struct dirent **found;
	int n = scandir(root, &found, NULL, alphasort);

	if (n < 0) {
		fprintf(stderr, "operators: cannot read %s\n", root);
		return BRC_DATA;
	}
	for (int i = 0; i < n; i++) {
		if (found[i]->d_name[0] != '.')
			one_case(t, root, found[i]->d_name);
		free(found[i]);
	}
	free(found);
	return 0;
}

/* ---- what is printed ---- */

static int by_reason(const void *a, const void *b)
{
	const entry *x = a, *y = b;
	int c = strcmp(x->reason, y->reason);

	return c ? c : strcmp(x->name, y->name);
}

static void print_table(const tally *t)
{
	printf("# The cases of ONNX's operator tests that do not pass, and why. make conformance\n"
	       "# shows where this is not so any more.\n");
	for (size_t i = 0; i < t->refused.n; i++)
		printf("%-66s %s\n", t->refused.at[i].name, t->refused.at[i].reason);
}

/* Each reason with its number of cases. */
static void print_reasons(const tally *t)
{
	for (size_t i = 0, n; i < t->refused.n; i += n) {
		const entry *e = &t->refused.at[i];

		for (n = 1; i + n < t->refused.n && strcmp(e[n].reason, e->reason) == 0;)
			n++;
		printf("unsupported %4zu  %s\n", n, e->reason);
	}
}

static void print_summary(const tally *t)
{
	printf("passed %zu (%zu of them also with inputs known only when run), unsupported %zu, "
	       "failed %zu\n",
	       t->passed, t->ran, t->refused.n, t->wrong);
}

static void check_table(tally *t)
{
	for (size_t i = 0; t->mode != TABLE && i < t->expected.n; i++)
		if (!t->expected.at[i].seen)
			complain(t, t->expected.at[i].name, "no such case; take it off the table",
				 "");
}

int main(int argc, char **argv)
{
	tally t = {0};
	int at = 1, rc = 0;

	if (argc > 1 && strncmp(argv[1], "--", 2) == 0)
		t.mode = strcmp(argv[at++], "--table") == 0 ? TABLE : SUMMARY;
	if (argc < at + 2)
		return BRC_USAGE;
	if (t.mode != TABLE)
		rc = read_table(argv[at], &t.expected);
	for (int i = at + 1; i < argc && rc == 0; i++)
		rc = run_folder(argv[i], &t);
	check_table(&t);
	if (t.refused.n)
		qsort(t.refused.at, t.refused.n, sizeof(entry), by_reason);
	if (t.mode == TABLE)
		print_table(&t);
	if (t.mode == LISTING)
		print_reasons(&t);
	if (t.mode != TABLE)
		print_summary(&t);
	free(t.expected.at);
	free(t.refused.at);
	if (t.passed == 0 && rc == 0)
		return BRC_DATA; /* nothing was tested */
	return rc ? rc : t.wrong > 0;
}
