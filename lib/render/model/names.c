/* What things are called to people. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/model.h"

enum { NAME_MAX_BYTES = 1024 }; /* longer names are cut */

const char *brc_proxy_name(brc_proxy p)
{
	return p == BRC_IMPORTANCE ? "importance" : "coherence";
}

const char *brc_proxy_adjective(brc_proxy p)
{
	return p == BRC_IMPORTANCE ? "more important" : "more coherent";
}

const char *brc_mode_title(brc_labels_mode mode)
{
	return mode == BRC_LABELS_IMPORTED ? "given" : brc_labels_mode_name(mode);
}

const char *brc_null_title(const char *null)
{
	static const char *const title[][2] = {
		{"rotation", "random correlations with the same eigenvalues"},
		{"samples", "correlations of its samples in random order"},
		{"hqs", "random correlations with the same mean and variance"},
		{"residual", "copies whose edges are permuted, each unit as strong as it was"},
		{"residual-nonzero",
		 "copies whose edges are permuted in their places, each unit as strong as it was"},
		{"against", "those that were given"}};

	for (size_t i = 0; i < sizeof(title) / sizeof(*title); i++)
		if (strcmp(null, title[i][0]) == 0)
			return title[i][1];
	return "its shuffled copies";
}

/* A name of digits alone reads badly in a sentence, so `what` is put before it. */
static char *title(const char *what, const char *name, char *buf, size_t cap)
{
	bool digits = name[0] && name[strspn(name, "0123456789")] == '\0';

	snprintf(buf, cap, "%s%s%s", digits ? what : "", digits ? " " : "", name);
	return buf;
}

static char *class_name(char *const *names, size_t n, size_t c, char *buf, size_t cap)
{
	if (names && c < n && names[c] && names[c][0])
		snprintf(buf, cap, "%s", names[c]);
	else
		snprintf(buf, cap, "%zu", c);
	return buf;
}

char *brc_class_title(char *const *names, size_t n, size_t c, char *buf, size_t cap)
{
	char name[NAME_MAX_BYTES];

	return title("class", class_name(names, n, c, name, sizeof(name)), buf, cap);
}

char *brc_layer_title(const char *name, char *buf, size_t cap)
{
	return title("layer", name, buf, cap);
}

/* "image" of "images". Returns buf. */
static char *item_name(const brc_network *net, char *buf, size_t cap)
{
	size_t n = strlen(net->items);

	snprintf(buf, cap, "%.*s", (int)(n && net->items[n - 1] == 's' ? n - 1 : n), net->items);
	return buf;
}

char *brc_loss_unit(const brc_network *net, const brc_labelling *l, char *buf, size_t cap)
{
	char name[32];
	const char *item = item_name(net, name, sizeof(name));

	snprintf(buf, cap, "%s %s %s", brc_task_loss_unit(l->lesions.task, l->lesions.loss_kind),
		 strchr("aeiou", item[0]) ? "an" : "a", item);
	return buf;
}

static brc_rc keep(char **to, const char *name, brc_err *err)
{
	*to = brc_strdup(name, err);
	return *to ? BRC_OK : BRC_RESOURCE;
}

brc_rc brc_labelling_name(brc_labelling *l, char *const *classes, brc_err *err)
{
	char buf[NAME_MAX_BYTES];

	l->layer_title = brc_calloc(l->layers.n, sizeof(*l->layer_title), err);
	l->class_name = brc_calloc(l->classes, sizeof(*l->class_name), err);
	l->class_title = brc_calloc(l->classes, sizeof(*l->class_title), err);
	if (!l->layer_title || !l->class_name || !l->class_title)
		return BRC_RESOURCE;
	for (size_t i = 0; i < l->layers.n; i++)
		BRC_TRY(keep(&l->layer_title[i],
			     brc_layer_title(l->layers.name[i], buf, sizeof(buf)), err));
	for (size_t c = 0; c < l->classes; c++) {
		BRC_TRY(keep(&l->class_name[c],
			     class_name(classes, l->classes, c, buf, sizeof(buf)), err));
		BRC_TRY(keep(&l->class_title[c],
			     brc_class_title(classes, l->classes, c, buf, sizeof(buf)), err));
	}
	return BRC_OK;
}
