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

enum { PATH = 1024, NAME = 160, DETAIL = 64 };

typedef enum mode { LISTING, SUMMARY, TABLE } mode;

/* A case that did not pass, or is expected not to. */
typedef struct entry {
	char name[NAME];
	category why;
	char detail[DETAIL];
	bool seen;
} entry;

typedef struct entries {
	entry *at;
	size_t n, cap;
} entries;

typedef struct tally {
	size_t passed, ran, wrong; /* ran: of those passed, how many not only beforehand */
	size_t passed_in[CATEGORIES];
	entries expected, refused;
	mode mode;
} tally;

static entry *add(entries *e)
{
	if (brc_grow(&e->at, &e->cap, e->n + 1, sizeof(entry), NULL) != BRC_OK)
		exit(BRC_RESOURCE);
	e->at[e->n] = (entry){.why = REQUIRED};
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
	char line[512], name[NAME];

	if (!f)
		return BRC_DATA;
	while (fgets(line, sizeof(line), f))
		if (line[0] != '#' && sscanf(line, "%159s", name) == 1)
			memcpy(add(e)->name, name, sizeof(name));
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
	char detail[DETAIL];
	category why = classify(m, name + strcspn(name, "/") + 1, detail, sizeof(detail));
	bool ran;
	verdict v = run_case(folder, m, &ran, err);
	entry *expected = find(&t->expected, name), *refused;

	if (expected)
		expected->seen = true;
	if (v == FAILED)
		complain(t, name, "other values", err->message);
	if (v == PASSED) {
		t->passed++;
		t->passed_in[why]++;
		t->ran += ran;
		if (expected && t->mode != TABLE)
			complain(t, name, "it passes; take it off the table", "");
		return;
	}
	if (!expected && t->mode != TABLE)
		complain(t, name, "it does not pass", err->message);
	if (why == REQUIRED)
		complain(t, name, "it must pass", err->message);
	refused = add(&t->refused);
	refused->why = why;
	snprintf(refused->name, sizeof(refused->name), "%.150s", name);
	memcpy(refused->detail, detail, sizeof(detail));
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
	int c = x->why != y->why ? (int)x->why - (int)y->why : strcmp(x->detail, y->detail);

	return c ? c : strcmp(x->name, y->name);
}

static void print_table(const tally *t)
{
	printf("# The cases of ONNX's operator tests that do not pass, and why (make "
	       "conformance):\n"
	       "# operator      it has one that broca(1) does not run, outside its list\n"
	       "# operator-set  it is of one before 6\n"
	       "# training      what it computes is random, or changes weights\n"
	       "# elements      it computes on other elements, on sequences or on optional "
	       "values\n");
	for (size_t i = 0; i < t->refused.n; i++)
		printf("%-66s %-13s %s\n", t->refused.at[i].name,
		       category_name(t->refused.at[i].why), t->refused.at[i].detail);
}

/* Each reason with its number of cases. */
static void print_reasons(const tally *t)
{
	for (size_t i = 0, n; i < t->refused.n; i += n) {
		const entry *e = &t->refused.at[i];

		for (n = 1; i + n < t->refused.n && e[n].why == e->why &&
			    strcmp(e[n].detail, e->detail) == 0;)
			n++;
		printf("unsupported %4zu  %-12s  %s\n", n, category_name(e->why), e->detail);
	}
}

static void print_summary(const tally *t)
{
	size_t n[CATEGORIES] = {0};

	for (size_t i = 0; i < t->refused.n; i++)
		n[t->refused.at[i].why]++;
	printf("listed operators on floats: %zu passed, %zu not; older operator sets: %zu and %zu; "
	       "training: %zu and %zu; other elements: %zu and %zu; other operators: %zu and %zu\n",
	       t->passed_in[REQUIRED], n[REQUIRED], t->passed_in[OLDER], n[OLDER],
	       t->passed_in[TRAINING], n[TRAINING], t->passed_in[OTHER], n[OTHER],
	       t->passed_in[OUTSIDE], n[OUTSIDE]);
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
