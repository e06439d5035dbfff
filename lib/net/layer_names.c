/*
 * Names of layers, as readable as the model allows. Exporters differ: PyTorch
 * names weights "net.0.weight" and nodes "/net/net.0/Gemm", Keras nodes
 * "model/dense/MatMul", others leave nodes without a name.
 */
#include "net/layer_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/network.h"

static bool ends_with(const char *s, const char *end)
{
	size_t n = strlen(s), m = strlen(end);

	return n > m && strcmp(s + n - m, end) == 0;
}

bool brc_layer_name_take(char *buf, const char *s, size_t n)
{
	char raw[BRC_LAYER_NAME];

	n = brc_least(n, sizeof(raw) - 1);
	memcpy(raw, s, n);
	raw[n] = '\0';
	brc_printable(buf, BRC_LAYER_NAME, raw);
	return *buf != '\0';
}

/* Does the next part of a path begin with all of this one: "layer1.0" after "layer1"? */
static bool spells_out(const char *next, size_t next_len, const char *part, size_t part_len)
{
	return next_len > part_len && memcmp(next, part, part_len) == 0 && next[part_len] == '.';
}

/*
 * PyTorch's paths go from module to module, each with its whole name or a local
 * one: "/layer1/layer1.0/conv1" gives "layer1.0.conv1".
 */
static bool from_modules(char *buf, const char *path, size_t n)
{
	char joined[BRC_LAYER_NAME] = "";
	size_t len = 0, last = 0; /* where the last part starts */

	for (size_t at = 0, end; at < n; at = end + 1) {
		size_t part;

		for (end = at; end < n && path[end] != '/';)
			end++;
		part = end - at;
		if (part == 0)
			continue;
		if (len && !spells_out(path + at, part, joined + last, len - last)) {
			if (len + 1 < sizeof(joined))
				joined[len++] = '.';
			last = len;
		}
		len = last;
		part = brc_least(part, sizeof(joined) - 1 - len);
		memcpy(joined + len, path + at, part);
		len += part;
	}
	return brc_layer_name_take(buf, joined, len);
}

/* "/net/net.0/Gemm" gives "net.0", "model/dense/MatMul" "dense". */
static bool from_node(char *buf, const char *name, const char *type)
{
	size_t end = strlen(name), start, m = strlen(type);

	if (end > m + 1 && name[end - m - 1] == '/' && strcmp(name + end - m, type) == 0)
		end -= m + 1;
	if (*name == '/')
		return from_modules(buf, name, end);
	for (start = end; start > 0 && name[start - 1] != '/';)
		start--;
	return brc_layer_name_take(buf, name + start, end - start);
}

static void propose(const brc_net *net, size_t layer, char *buf)
{
	const brc_node *node = brc_exec_node(net->g, net->site[layer].node);
	const char *weight = brc_exec_value(net->g, net->site[layer].weights.value)->name;

	if (ends_with(weight, ".weight") &&
	    brc_layer_name_take(buf, weight, strlen(weight) - strlen(".weight")))
		return;
	if ((node->named && from_node(buf, node->name, brc_node_type(node))) ||
	    brc_layer_name_take(buf, weight, strlen(weight)))
		return;
	snprintf(buf, BRC_LAYER_NAME, "layer%zu", layer);
}

/* ---- names that differ ---- */

static int by_name(const void *a, const void *b)
{
	const brc_layer_name *x = *(brc_layer_name *const *)a, *y = *(brc_layer_name *const *)b;
	int c = strcmp(x->text, y->text);

	return c ? c : (x > y) - (x < y); /* both are of one array */
}

static bool any_equal(brc_layer_name **sorted, size_t n)
{
	bool equal = false;

	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < n; i++)
		equal = equal || strcmp(sorted[i]->text, sorted[i - 1]->text) == 0;
	return equal;
}

/* Equal names get the index of their layer as a suffix: all but the first of them, or all. */
static void number_equals(const brc_layer_name *p, brc_layer_name **sorted, size_t n, bool all)
{
	char first[sizeof(p->text)] = "";

	for (size_t i = 0; i < n; i++) {
		char *text = sorted[i]->text;
		size_t len = strlen(text);
		bool same = i > 0 && strcmp(text, first) == 0;

		if (!same)
			memcpy(first, text, len + 1);
		if (same || all)
			snprintf(text + len, sizeof(p->text) - len, "#%zu",
				 (size_t)(sorted[i] - p));
	}
}

static void make_different(brc_layer_name *p, brc_layer_name **sorted, size_t n)
{
	for (size_t l = 0; l < n; l++)
		sorted[l] = &p[l];
	if (any_equal(sorted, n))
		number_equals(p, sorted, n, false);
	if (any_equal(sorted, n)) /* one was already called like another with its suffix */
		number_equals(p, sorted, n, true);
}

brc_rc brc_layer_names_table(brc_layer_name *p, size_t n, brc_layers *table, brc_err *err)
{
	brc_layer_name **sorted = brc_alloc(n, sizeof(*sorted), err);
	const char **name = brc_alloc(n, sizeof(*name), err);
	size_t *units = brc_alloc(n, sizeof(*units), err);
	brc_rc rc = sorted && name && units ? BRC_OK : BRC_RESOURCE;

	if (rc == BRC_OK)
		make_different(p, sorted, n);
	for (size_t l = 0; rc == BRC_OK && l < n; l++) {
		name[l] = p[l].text;
		units[l] = p[l].units;
	}
	BRC_THEN(rc, brc_layers_init(table, n, name, units, err));
	free(sorted);
	free(name);
	free(units);
	return rc;
}

/* ---- those of a network ---- */

brc_rc brc_net_name_layers(brc_net *net, brc_err *err)
{
	const char *input = brc_exec_value(net->g, net->input)->name;
	brc_layer_name *p = brc_calloc(net->n_layers, sizeof(*p), err);
	brc_rc rc;

	BRC_TRY(brc_made(p));
	for (size_t l = 0; l < net->n_layers; l++) {
		p[l].units = net->layer[l].units;
		if (l > 0)
			propose(net, l, p[l].text);
		else if (!brc_layer_name_take(p[l].text, input, strlen(input)))
			snprintf(p[l].text, sizeof(p[l].text), "input");
	}
	rc = brc_layer_names_table(p, net->n_layers, &net->layers, err);
	for (size_t l = 0; rc == BRC_OK && l < net->n_layers; l++)
		net->layer[l].name = net->layers.name[l];
	free(p);
	return rc;
}
