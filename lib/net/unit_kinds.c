#include "net/unit_kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

typedef struct word {
	const char *text;
	unsigned unit;
} word;

static const word words[] = {{"hidden", BRC_UNITS_HIDDEN},
			     {"all", BRC_UNITS_ALL},
			     {"mlp", BRC_UNITS_MLP},
			     {"heads", BRC_UNITS_HEADS},
			     {"published", BRC_UNITS_PUBLISHED}};

enum { WORDS = sizeof(words) / sizeof(*words) };

static brc_rc parse_word(const char *text, size_t n, unsigned *units, brc_err *err)
{
	for (size_t k = 0; k < WORDS; k++)
		if (strlen(words[k].text) == n && strncmp(words[k].text, text, n) == 0) {
			*units |= words[k].unit;
			return BRC_OK;
		}
	brc_fail(err, BRC_USAGE, "--units: '%.*s' is no kind of units", (int)(n < 64 ? n : 64),
		 text);
	return brc_hint(err, "hidden, all, mlp, heads, published, or several of them: mlp,heads");
}

brc_rc brc_units_parse(const char *text, unsigned *units, brc_err *err)
{
	*units = 0;
	for (const char *at = text;; at++) {
		size_t n = strcspn(at, ",");

		BRC_TRY(parse_word(at, n, units, err));
		at += n;
		if (*at == '\0')
			return BRC_OK;
	}
}

char *brc_units_text(unsigned units, char buf[64])
{
	size_t n = 0;

	for (size_t k = 0; k < WORDS; k++)
		if (units & words[k].unit)
			n += (size_t)snprintf(buf + n, 64 - n, "%s%s", n ? "," : "", words[k].text);
	return buf;
}

static bool is_convolution(const brc_net_layer *l)
{
	return strstr(l->kind, "Conv"); /* ConvTranspose, QLinearConv, ... */
}

static bool has_convolutions(const brc_layer_graph *c)
{
	for (size_t l = 0; l < c->layers->n; l++)
		if (is_convolution(&c->layer[l]))
			return true;
	return false;
}

static bool is_of(const brc_layer_graph *c, const brc_net_layer *l, unsigned unit)
{
	switch (unit) {
	case BRC_UNITS_HIDDEN:
		return l->role == BRC_ROLE_HIDDEN;
	case BRC_UNITS_MLP:
		return l->mlp;
	case BRC_UNITS_HEADS:
		return l->head;
	case BRC_UNITS_PUBLISHED:
		return is_convolution(l) || !has_convolutions(c);
	default:
		return true;
	}
}

/* How many hidden layers there are of each kind: "12 Conv, 2 MatMul". */
static char *list_kinds(const brc_layer_graph *c, char *buf, size_t cap)
{
	size_t n = 0;

	snprintf(buf, cap, "there is none");
	for (size_t l = 0; l < c->layers->n && n < cap; l++) {
		size_t same = 0, before = 0;

		for (size_t k = 0; k < c->layers->n; k++) {
			bool is = c->layer[k].role == BRC_ROLE_HIDDEN &&
				  strcmp(c->layer[k].kind, c->layer[l].kind) == 0;

			same += is;
			before += is && k < l;
		}
		if (c->layer[l].role == BRC_ROLE_HIDDEN && before == 0)
			n += (size_t)snprintf(buf + n, cap - n, "%s%zu %s", n ? ", " : "", same,
					      c->layer[l].kind);
	}
	return buf;
}

static brc_rc none_of(const brc_layer_graph *c, unsigned unit, brc_err *err)
{
	char kinds[128];

	if (unit == BRC_UNITS_HIDDEN) {
		brc_fail(err, BRC_DATA, "the network has no hidden layer");
		return brc_hint(err, "--units all takes inputs and outputs as well");
	}
	if (!c->parts) {
		brc_fail(err, BRC_DATA,
			 "weights alone do not tell which layers are part of an MLP or of "
			 "attention");
		return brc_hint(err, "export the network to ONNX, or take --units hidden");
	}
	list_kinds(c, kinds, sizeof(kinds));
	if (unit == BRC_UNITS_MLP)
		brc_fail(err, BRC_DATA,
			 "the network has no MLP: none of its hidden layers (%s) feeds its "
			 "features through an activation function into dense layers alone",
			 kinds);
	else
		brc_fail(err, BRC_DATA,
			 "the network has no attention heads: none of its hidden layers (%s) is "
			 "read as the values of attention alone",
			 kinds);
	return brc_hint(err, "--units hidden takes all hidden layers");
}

brc_rc brc_layer_graph_choose(const brc_layer_graph *c, unsigned units, bool *chosen, brc_err *err)
{
	memset(chosen, 0, c->layers->n * sizeof(*chosen));
	for (size_t k = 0; k < WORDS; k++) {
		bool any = false;

		for (size_t l = 0; (units & words[k].unit) && l < c->layers->n; l++) {
			if (!is_of(c, &c->layer[l], words[k].unit))
				continue;
			chosen[l] = true;
			any = true;
		}
		if ((units & words[k].unit) && !any)
			return none_of(c, words[k].unit, err);
	}
	return BRC_OK;
}

brc_rc brc_layer_graph_table(const brc_layer_graph *c, const bool *chosen, brc_layers *table,
			     brc_err *err)
{
	const char **name = brc_calloc(c->layers->n, sizeof(*name), err);
	size_t *units = brc_calloc(c->layers->n, sizeof(*units), err), n = 0;
	brc_rc rc = BRC_RESOURCE;

	for (size_t l = 0; name && units && l < c->layers->n; l++) {
		if (!chosen[l])
			continue;
		name[n] = c->layers->name[l];
		units[n++] = c->layers->units[l];
	}
	if (name && units)
		rc = brc_layers_init(table, n, name, units, err);
	free(name);
	free(units);
	return rc;
}
