/*
 * Classes of tokens: which tokens are counted together where a network answers with a token out of
 * thousands. Either a table says it, or the tokens that the data ask for most have a class each.
 * All others make one class, "other tokens".
 *
 * The table is text, a line for each token under a line with the names of the columns, which tabs
 * separate: `token`, its number from 0, or `name`, its name among the classes of the data; and
 * `class`, the name of its class:
 *
 *     name    class
 *     red     colour
 *     two     number
 */
#ifndef BRC_STUDY_TOKEN_CLASSES_H
#define BRC_STUDY_TOKEN_CLASSES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "net/task.h"
#include "sections/dataset.h"

/* Above so many tokens the most frequent have a class each, unless the user says otherwise. */
enum { BRC_TOKENS_MANY = 1000, BRC_TOKENS_FREQUENT = 100 };

typedef struct brc_token_classes {
	size_t tokens, n;
	int32_t *cell; /* [tokens] the class of each */
	char **name;   /* [n] */
} brc_token_classes;

/*
 * How the user asks for them. `path` of a table, or NULL; `frequent` tokens with a class each, or
 * 0: neither.
 */
typedef struct brc_token_question {
	const char *path;
	size_t frequent;
} brc_token_question;

/*
 * What is asked for, or what BRC_TOKENS_MANY says of a data set of tokens; else `c` is left without
 * classes (n = 0). Then `s` counts by them; it borrows `c`. BRC_USAGE where both are asked for,
 * BRC_DATA where the answers are no choice between classes, or naming file and line.
 */
brc_rc brc_token_classes_make(brc_token_classes *c, const brc_token_question *ask, brc_scoring *s,
			      const brc_dataset *data, brc_err *err);
void brc_token_classes_clear(brc_token_classes *c); /* of a zeroed or a filled struct */

#endif
