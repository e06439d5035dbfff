#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/network_titles.h"

typedef struct {
	const char *path, *end; /* `end`: what is shown of it, a pointer into path */
	size_t input;
} named;

static int by_end(const void *a, const void *b)
{
	const named *x = a, *y = b;
	int order = strcmp(x->end, y->end);

	return order ? order : strcmp(x->path, y->path);
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

/* Add one directory more; true if there was one. */
static bool lengthen(named *p)
{
	const char *s = p->end;

	if (s == p->path)
		return false;
	while (s > p->path && s[-1] == '/')
		s--;
	while (s > p->path && s[-1] != '/')
		s--;
	if (s == p->path && *s == '/')
		s = p->path; /* the root */
	p->end = s;
	return true;
}

/* Lengthen all of [from, to), which have the same end, unless they are the same path. */
static bool part(named *p, size_t from, size_t to)
{
	bool changed = false;

	if (strcmp(p[from].path, p[to - 1].path) == 0)
		return false;
	for (size_t i = from; i < to; i++)
		changed |= lengthen(&p[i]);
	return changed;
}

static void shorten(named *p, size_t n)
{
	for (bool changed = n > 1; changed;) {
		changed = false;
		qsort(p, n, sizeof(*p), by_end);
		for (size_t from = 0, to; from < n; from = to) {
			for (to = from + 1; to < n && strcmp(p[from].end, p[to].end) == 0;)
				to++;
			changed |= part(p, from, to);
		}
	}
}

brc_rc brc_titles_shorten(const char **brief, const brc_report_input *inputs, size_t n,
			  brc_err *err)
{
	named *p = brc_calloc(n, sizeof(*p), err);

	if (!p)
		return BRC_RESOURCE;
	for (size_t i = 0; i < n; i++) {
		const char *path = inputs[i].title ? inputs[i].title : "";

		while (path[0] == '.' && path[1] == '/' && path[2])
			path += 2;
		p[i] = (named){path, last_component(path), i};
	}
	shorten(p, n);
	for (size_t i = 0; i < n; i++)
		brief[p[i].input] = p[i].end;
	free(p);
	return BRC_OK;
}

/* Bytes of the directory that a and the first n bytes of b have in common, its slash included. */
static size_t common_directory(const char *a, const char *b, size_t n)
{
	size_t common = 0;

	for (size_t i = 0; i < n && a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			common = i + 1;
	return common;
}

/* Is an earlier stream of the network of this path (and, with `stream`, of this number)? */
static bool said(const char *const *brief, const brc_report_input *inputs, const size_t *of,
		 size_t i, bool stream)
{
	for (size_t j = 0; j < i; j++)
		if (of[j] == of[i] && strcmp(brief[j], brief[i]) == 0 &&
		    (!stream || inputs[j].stream == inputs[i].stream))
			return true;
	return false;
}

/* " (stream 2)", " (streams 1, 3)": those of the path of stream i; nothing when it has one. */
static void add_streams(brc_str *title, const char *const *brief, const brc_report_input *inputs,
			const size_t *of, size_t n, size_t i)
{
	brc_str list = {0};
	size_t count = 0;

	for (size_t j = i; j < n && inputs[i].stream > 0; j++)
		if (of[j] == of[i] && strcmp(brief[j], brief[i]) == 0 &&
		    !said(brief, inputs, of, j, true))
			brc_str_addf(&list, "%s%zu", count++ ? ", " : "", inputs[j].stream);
	if (count > 0 && !list.failed)
		brc_str_addf(title, " (stream%s %s)", count > 1 ? "s" : "", list.s);
	title->failed |= list.failed;
	brc_str_free(&list);
}

void brc_titles_join(brc_str *title, const char *const *brief, const brc_report_input *inputs,
		     const size_t *of, size_t n, size_t which)
{
	const char *first = NULL;
	size_t common = 0, paths = 0;

	for (size_t i = 0; i < n; i++) {
		if (of[i] != which || !brief[i][0] || said(brief, inputs, of, i, false))
			continue;
		if (paths++ == 0) {
			first = brief[i];
			common = strlen(first);
		} else {
			common = common_directory(brief[i], first, common);
		}
	}
	if (paths < 2)
		common = 0;
	if (common > 1)
		brc_str_addf(title, "%.*s: ", (int)common - 1, first);
	for (size_t i = 0, k = 0; i < n && paths > 0; i++) {
		if (of[i] != which || !brief[i][0] || said(brief, inputs, of, i, false))
			continue;
		brc_str_addf(title, "%s%s", k++ ? ", " : "", brief[i] + common);
		add_streams(title, brief, inputs, of, n, i);
	}
}
