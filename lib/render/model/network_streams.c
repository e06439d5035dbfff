/* Joins the streams of one network, and finds titles for the networks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "render/model/network_streams.h"

/* ---- titles ---- */

/* The beginning of the component before `end`; the path itself where there is none before. */
static const char *one_more(const char *path, const char *end)
{
	while (end > path && end[-1] == '/')
		end--;
	while (end > path && end[-1] != '/')
		end--;
	return end;
}

/* Does `path` end in the whole components `end`? */
static bool ends_in(const char *path, const char *end)
{
	size_t n = strlen(path), m = strlen(end);

	return n >= m && strcmp(path + n - m, end) == 0 && (n == m || path[n - m - 1] == '/');
}

static const char *path_of(const brc_report_input *in)
{
	const char *path = in->title ? in->title : "";

	while (path[0] == '.' && path[1] == '/' && path[2])
		path += 2;
	return path;
}

/*
 * The shortest ends of the paths, in whole components, that differ wherever
 * the paths do: brief[i] points into inputs[i].title, or is "" without one.
 */
static void shorten(const char **brief, const brc_report_input *inputs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *path = path_of(&inputs[i]), *slash = strrchr(path, '/');

		brief[i] = slash && slash[1] ? slash + 1 : path;
		for (size_t j = 0; j < n && brief[i] > path; j++) {
			const char *other = path_of(&inputs[j]);

			while (brief[i] > path && strcmp(other, path) != 0 &&
			       ends_in(other, brief[i]))
				brief[i] = one_more(path, brief[i]);
		}
	}
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

/*
 * Append the title of the network `which`: the streams i with of[i] == which,
 * each once, as "weights.brc", "run-1: weights.brc, activations.brc" or
 * "standard input (streams 1, 3)".
 */
static void join_titles(brc_str *title, const char *const *brief, const brc_report_input *inputs,
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

/* ---- streams of one network ---- */

const char *brc_input_model(const brc_report_input *in)
{
	const char *model = NULL;

	for (size_t i = 0; i < in->n && !model; i++)
		model = brc_map_string(in->sections[i]->meta, "model", NULL);
	return model;
}

/* Has the input a section of this type and name, with the same content or with another one? */
static bool holds(const brc_report_input *in, const brc_section *s, bool same)
{
	for (size_t i = 0; i < in->n; i++) {
		const brc_section *own = in->sections[i];
		bool equal = s->digest[0] && own->version == s->version &&
			     strcmp(own->digest, s->digest) == 0;

		if (strcmp(own->type, s->type) == 0 && strcmp(own->name, s->name) == 0 &&
		    equal == same)
			return true;
	}
	return false;
}

/* Do two inputs come from one model, without sections that clash? */
static bool belongs(const brc_report_input *a, const brc_report_input *b)
{
	const char *x = brc_input_model(a), *y = brc_input_model(b);
	bool together = x && y && strcmp(x, y) == 0;

	for (size_t i = 0; together && i < a->n; i++)
		together = !holds(b, a->sections[i], false);
	return together;
}

static bool has_entry(const brc_report_input *in, const brc_map *entry)
{
	const char *id = brc_map_string(entry, "id", NULL);

	for (size_t i = 0; id && i < in->n_history; i++)
		if (strcmp(brc_map_string(in->history[i], "id", ""), id) == 0)
			return true;
	return false;
}

/* Append the sections and the history of `from` to `to`, which owns its arrays. */
static brc_rc append(brc_report_input *to, const brc_report_input *from, brc_err *err)
{
	const brc_section **sections = (const brc_section **)(uintptr_t)to->sections;
	const brc_map **history = (const brc_map **)(uintptr_t)to->history;
	size_t cap_sections = to->n, cap_history = to->n_history;

	BRC_TRY(brc_grow(&sections, &cap_sections, to->n + from->n + 1, sizeof(*sections), err));
	to->sections = sections;
	BRC_TRY(brc_grow(&history, &cap_history, to->n_history + from->n_history + 1,
			 sizeof(*history), err));
	to->history = history;
	for (size_t i = 0; i < from->n; i++)
		if (!holds(to, from->sections[i], true))
			sections[to->n++] = from->sections[i];
	for (size_t i = 0; i < from->n_history; i++)
		if (!has_entry(to, from->history[i]))
			history[to->n_history++] = from->history[i];
	return BRC_OK;
}

/* Sections and history of each network; of [n] receives the network of each input. */
static brc_rc join(brc_network_inputs *j, const brc_report_input *inputs, size_t n, size_t *of,
		   brc_err *err)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < j->n && !belongs(&j->item[k], &inputs[i]))
			k++;
		if (k == j->n)
			j->n++;
		of[i] = k;
		BRC_TRY(append(&j->item[k], &inputs[i], err));
	}
	return BRC_OK;
}

static brc_rc add_titles(brc_network_inputs *j, const brc_report_input *inputs, size_t n,
			 const size_t *of, const char **brief, brc_err *err)
{
	shorten(brief, inputs, n);
	for (size_t k = 0; k < j->n; k++) {
		brc_str title = {0};

		brc_str_add(&title, "");
		join_titles(&title, brief, inputs, of, n, k);
		j->item[k].title = title.s;
		BRC_TRY(brc_str_check(&title, err));
	}
	return BRC_OK;
}

brc_rc brc_network_inputs_join(brc_network_inputs *j, const brc_report_input *inputs, size_t n,
			       brc_err *err)
{
	size_t *of = brc_calloc(n, sizeof(*of), err);
	const char **brief = brc_calloc(n, sizeof(*brief), err);
	brc_rc rc = BRC_RESOURCE;

	*j = (brc_network_inputs){.item = brc_calloc(n, sizeof(*j->item), err)};
	if (j->item && of && brief)
		rc = join(j, inputs, n, of, err);
	BRC_THEN(rc, add_titles(j, inputs, n, of, brief, err));
	free(of);
	free(brief);
	return rc;
}

void brc_network_inputs_clear(brc_network_inputs *j)
{
	for (size_t i = 0; i < j->n; i++) {
		free((void *)(uintptr_t)j->item[i].sections);
		free((void *)(uintptr_t)j->item[i].history);
		free((char *)(uintptr_t)j->item[i].title);
	}
	free(j->item);
	*j = (brc_network_inputs){0};
}
