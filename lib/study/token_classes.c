#include "study/token_classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "base/utf8.h"
#include "data/tables/lines.h"
#include "net/score.h"

enum { FILE_MAX = 1 << 24, CLASSES_MAX = 1000, NAME_BYTES = 255 };

static const char others[] = "other tokens";

static brc_rc begin(brc_token_classes *c, size_t tokens, brc_err *err)
{
	c->tokens = tokens;
	BRC_NEW_RAW(c->cell, tokens, err);
	for (size_t t = 0; t < tokens; t++)
		c->cell[t] = -1;
	return BRC_OK;
}

/* The class called so, made if there is none. */
static brc_rc class_called(brc_token_classes *c, size_t *cap, const char *name, int32_t *found,
			   brc_err *err)
{
	for (size_t k = 0; k < c->n; k++)
		if (strcmp(c->name[k], name) == 0) {
			*found = (int32_t)k;
			return BRC_OK;
		}
	*found = (int32_t)c->n;
	return brc_texts_add(&c->name, &c->n, cap, name, err);
}

/* All tokens without a class are in this one. */
static void fill(brc_token_classes *c, int32_t class_)
{
	for (size_t t = 0; t < c->tokens; t++)
		if (c->cell[t] < 0)
			c->cell[t] = class_;
}

static bool all_have_one(const brc_token_classes *c)
{
	for (size_t t = 0; t < c->tokens; t++)
		if (c->cell[t] < 0)
			return false;
	return true;
}

/* ---- by a table ---- */

/* Tokens that the table lacks; it may name the class of the others itself. */
static brc_rc pool_missing(brc_token_classes *c, size_t *cap, brc_err *err)
{
	int32_t class_;

	if (all_have_one(c))
		return BRC_OK;
	BRC_TRY(class_called(c, cap, others, &class_, err));
	fill(c, class_);
	return BRC_OK;
}

enum { TOKEN, NAME, CLASS, COLUMNS };

/* A token. */
typedef struct named {
	const char *name;
	size_t token;
} named;

typedef struct table {
	brc_tsv tsv;
	size_t index[COLUMNS], rows, cap;
	const brc_dataset *data;
	named *by_name; /* tokens in the order of their names; NULL without names */
	brc_token_classes *to;
} table;

static int by_text(const void *a, const void *b)
{
	return strcmp(((const named *)a)->name, ((const named *)b)->name);
}

static brc_rc sort_names(table *t, brc_err *err)
{
	if (!t->data->class_name)
		return brc_lines_fail(&t->tsv.lines, err,
				      "tokens by name, but the data set has no names of classes");
	BRC_NEW_RAW(t->by_name, t->data->classes, err);
	for (size_t k = 0; k < t->data->classes; k++)
		t->by_name[k] = (named){t->data->class_name[k], k};
	qsort(t->by_name, t->data->classes, sizeof(*t->by_name), by_text);
	return BRC_OK;
}

static bool token_called(const table *t, const char *name, size_t *token)
{
	size_t lo = 0, hi = t->data->classes;

	while (lo < hi) {
		const size_t mid = lo + (hi - lo) / 2;
		const int order = strcmp(t->by_name[mid].name, name);

		if (order == 0) {
			*token = t->by_name[mid].token;
			return *token < t->to->tokens;
		}
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static brc_rc find_token(const table *t, size_t *token, brc_err *err)
{
	const brc_lines *at = &t->tsv.lines;
	const char *text;

	if (t->by_name) {
		text = t->tsv.field[t->index[NAME]];
		return token_called(t, text, token)
			       ? BRC_OK
			       : brc_lines_fail(at, err, "no token is called '%.60s'", text);
	}
	text = t->tsv.field[t->index[TOKEN]];
	return brc_line_whole(text, 0, t->to->tokens - 1, token)
		       ? BRC_OK
		       : brc_lines_fail(at, err, "'%.60s' is no token from 0 to %zu", text,
					t->to->tokens - 1);
}

static brc_rc read_row(table *t, brc_err *err)
{
	const char *name = t->tsv.field[t->index[CLASS]];
	const brc_lines *at = &t->tsv.lines;
	size_t token;

	BRC_TRY(find_token(t, &token, err));
	if (t->to->cell[token] >= 0)
		return brc_lines_fail(at, err, "token %zu stands a second time", token);
	if (!name[0] || strlen(name) > NAME_BYTES || !brc_utf8_valid(name) || brc_has_control(name))
		return brc_lines_fail(at, err,
				      "the name of a class is text of 1 to %d bytes in UTF-8 "
				      "without control characters",
				      NAME_BYTES);
	BRC_TRY(class_called(t->to, &t->cap, name, &t->to->cell[token], err));
	t->rows++;
	return t->to->n <= CLASSES_MAX
		       ? BRC_OK
		       : brc_lines_fail(at, err, "more than %d classes", CLASSES_MAX);
}

static brc_rc read_rows(table *t, brc_err *err)
{
	static const char *const column[COLUMNS] = {"token", "name", "class"};
	bool found = true;

	BRC_TRY(brc_tsv_head(&t->tsv, column, COLUMNS, t->index, err));
	if (t->index[CLASS] == BRC_ANY ||
	    (t->index[TOKEN] == BRC_ANY) == (t->index[NAME] == BRC_ANY)) {
		brc_lines_fail(&t->tsv.lines, err,
			       "the first line names the columns: class, and token or name");
		return brc_hint(err,
				"tabs separate columns; 'token' is a number from 0, 'name' the "
				"name of a class of the data");
	}
	if (t->index[NAME] != BRC_ANY)
		BRC_TRY(sort_names(t, err));
	while (found) {
		BRC_TRY(brc_tsv_next(&t->tsv, &found, err));
		if (found)
			BRC_TRY(read_row(t, err));
	}
	if (t->rows == 0)
		return brc_fail(err, BRC_DATA, "%s: the table has no lines below its first",
				t->tsv.lines.name);
	return pool_missing(t->to, &t->cap, err);
}

static brc_rc read_table(brc_token_classes *c, const char *path, const brc_dataset *data,
			 brc_err *err)
{
	table t = {.tsv = {.skip_empty = true}, .data = data, .to = c};
	char *text;
	size_t bytes;
	brc_rc rc;

	BRC_TRY(brc_text_read(path, FILE_MAX, 0, &text, &bytes, err));
	brc_lines_of_text(&t.tsv.lines, path, text, bytes);
	rc = read_rows(&t, err);
	free(t.by_name);
	free(text);
	return rc;
}

/* ---- by frequency ---- */

/* A token, and how many answers it is the label of. */
typedef struct counted {
	int64_t answers;
	size_t token;
} counted;

static int by_answers(const void *a, const void *b)
{
	const counted *x = a, *y = b;

	if (x->answers != y->answers)
		return x->answers > y->answers ? -1 : 1;
	return x->token < y->token ? -1 : x->token > y->token;
}

/* A class of its own, even where a token is called like it. */
static brc_rc pool_rest(brc_token_classes *c, size_t *cap, brc_err *err)
{
	if (all_have_one(c))
		return BRC_OK;
	fill(c, (int32_t)c->n);
	return brc_texts_add(&c->name, &c->n, cap, others, err);
}

static brc_rc name_frequent(brc_token_classes *c, const counted *order, size_t n,
			    const brc_dataset *data, brc_err *err)
{
	size_t cap = 0;

	for (size_t i = 0; i < n && order[i].answers > 0; i++) {
		const size_t token = order[i].token;
		char number[32];

		snprintf(number, sizeof(number), "token %zu", token);
		c->cell[token] = (int32_t)c->n;
		BRC_TRY(brc_texts_add(&c->name, &c->n, &cap,
				      data->class_name && token < data->classes
					      ? data->class_name[token]
					      : number,
				      err));
	}
	return pool_rest(c, &cap, err);
}

/* The `n` that are the label of most answers, the first among equals. */
static brc_rc most_frequent(brc_token_classes *c, size_t n, const brc_scoring *s,
			    const brc_dataset *data, brc_err *err)
{
	int64_t *images = brc_alloc(s->choices, sizeof(*images), err);
	counted *order = brc_alloc(s->choices, sizeof(*order), err);
	brc_rc rc = images && order ? BRC_OK : BRC_RESOURCE;

	if (rc == BRC_OK) {
		brc_score_answers(s, data, images);
		for (size_t t = 0; t < s->choices; t++)
			order[t] = (counted){images[t], t};
		qsort(order, s->choices, sizeof(*order), by_answers);
		rc = name_frequent(c, order, brc_least(n, s->choices), data, err);
	}
	free(images);
	free(order);
	return rc;
}

/* ---- */

static brc_rc check(const brc_token_question *ask, const brc_scoring *s, brc_err *err)
{
	if (ask->path && ask->frequent)
		return brc_fail(err, BRC_USAGE,
				"give --token-classes or --frequent-tokens, not both");
	if (!brc_score_softmax(s)) {
		brc_fail(err, BRC_DATA,
			 "%s: the network does not choose between three or more "
			 "classes",
			 ask->path ? "--token-classes" : "--frequent-tokens");
		return brc_hint(err, "leave the option out");
	}
	return BRC_OK;
}

brc_rc brc_token_classes_make(brc_token_classes *c, const brc_token_question *ask, brc_scoring *s,
			      const brc_dataset *data, brc_err *err)
{
	const bool many = data->pixel == BRC_PIXEL_I4 && s->choices > BRC_TOKENS_MANY;
	brc_rc rc;

	memset(c, 0, sizeof(*c));
	if (!ask->path && !ask->frequent && !(many && brc_score_softmax(s)))
		return BRC_OK;
	BRC_TRY(check(ask, s, err));
	rc = begin(c, s->choices, err);
	if (rc == BRC_OK)
		rc = ask->path
			     ? read_table(c, ask->path, data, err)
			     : most_frequent(c, ask->frequent ? ask->frequent : BRC_TOKENS_FREQUENT,
					     s, data, err);
	if (rc != BRC_OK) {
		brc_token_classes_clear(c);
		return rc;
	}
	s->cell = c->cell;
	s->cells = c->n;
	s->cell_name = c->name;
	return BRC_OK;
}

void brc_token_classes_clear(brc_token_classes *c)
{
	free(c->cell);
	brc_texts_free(c->name, c->n);
	memset(c, 0, sizeof(*c));
}
