/*
 * GraphML (graphml.graphdrawing.org), read by expat as it comes: nodes, edges, and of their data
 * the edges' "weight" and the nodes' "layer", "unit" and "name". Nodes stand before their edges, as
 * igraph, networkx and Gephi write them. Graphs within nodes, ports and hyperedges are refused, as
 * are document types, which could define entities.
 *
 * Without layers the units are the nodes in their order; with them those of a layer follow one
 * another, by "unit" or as they come. Nodes without "name" are called as their id, unless all ids
 * are n0, n1, n2..., which is what programs write for nodes without names.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <expat.h>

#include "base/memory.h"
#include "data/graphs/graph_formats.h"

enum {
	DEPTH_MAX = 64,
	PIECE = 1 << 16,
	TOKEN_MAX = 1 << 20, /* bytes of a tag, comment or the like */
	KEY_MAX = 256        /* bytes of the id of a key */
};

/* What data is looked at. */
typedef enum role { WEIGHT, LAYER, UNIT, NAME, ROLES, NO_ROLE = ROLES } role;

static const struct {
	const char *of, *name;
} roles[ROLES] = {{"edge", "weight"}, {"node", "layer"}, {"node", "unit"}, {"node", "name"}};

typedef enum place { ELSEWHERE, IN_KEY, IN_NODE, IN_EDGE } place;

typedef struct reader {
	XML_Parser xml;
	brc_edge_list *l;
	brc_input *in;
	brc_err *err;
	brc_rc rc;
	size_t depth, graphs, quiet; /* quiet: bytes since something was seen */
	place place;
	role key;                /* of the key that is open */
	role data;               /* of the text that is open */
	char id[ROLES][KEY_MAX]; /* of the keys; "": none */
	char *fallback[ROLES];   /* their defaults */
	char text[BRC_TEXT_MAX + 1];
	size_t length;
	brc_nodes nodes;
	brc_node node; /* that is open; texts in the buffers below */
	char layer[BRC_TEXT_MAX + 1], name[BRC_TEXT_MAX + 1];
	size_t from, to; /* of the edge that is open */
	double weight;
} reader;

static unsigned long line_of(const reader *r)
{
	return (unsigned long)XML_GetCurrentLineNumber(r->xml);
}

static void stop(reader *r, brc_rc rc)
{
	if (r->rc == BRC_OK)
		r->rc = rc;
	XML_StopParser(r->xml, XML_FALSE);
}

static void refuse(reader *r, const char *fmt, ...)
{
	char text[700];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (r->rc == BRC_OK)
		brc_fail(r->err, BRC_DATA, "%s: line %lu: %s", brc_input_name(r->in), line_of(r),
			 text);
	stop(r, BRC_DATA);
}

/* The result of a call below, with this line. */
static void check(reader *r, brc_rc rc)
{
	if (rc == BRC_OK || r->rc != BRC_OK)
		return;
	if (rc == BRC_DATA)
		brc_err_prefix(r->err, "%s: line %lu", brc_input_name(r->in), line_of(r));
	stop(r, rc);
}

static const char *attribute(const XML_Char **a, const char *name)
{
	for (; *a; a += 2)
		if (strcmp(a[0], name) == 0)
			return a[1];
	return NULL;
}

/* ---- elements ---- */

static void open_key(reader *r, const XML_Char **a)
{
	const char *id = attribute(a, "id"), *of = attribute(a, "for"),
		   *name = attribute(a, "attr.name");

	r->place = IN_KEY;
	r->key = NO_ROLE;
	if (!id || *id == '\0' || strlen(id) >= KEY_MAX) {
		refuse(r, "a key has no id, or one of %d bytes or more", KEY_MAX);
		return;
	}
	for (int k = 0; name && k < ROLES; k++)
		if (strcmp(name, roles[k].name) == 0 &&
		    (!of || strcmp(of, "all") == 0 || strcmp(of, roles[k].of) == 0)) {
			if (r->id[k][0] != '\0')
				refuse(r, "two keys have the id '%s'", name);
			r->key = (role)k;
			snprintf(r->id[k], KEY_MAX, "%s", id);
		}
}

static void open_node(reader *r, const XML_Char **a)
{
	const char *id = attribute(a, "id");
	size_t number, before = r->nodes.ids.n;

	if (r->place != ELSEWHERE || !id) {
		refuse(r, !id ? "a node without an id" : "a node within a node or an edge");
		return;
	}
	check(r, brc_name_table_add(&r->nodes.ids, id, &number, r->err));
	if (r->rc == BRC_OK && number != before)
		refuse(r, "two nodes have the id '%.200s'", id);
	r->place = IN_NODE;
	r->node = (brc_node){.unit = BRC_ANY};
	r->layer[0] = r->name[0] = '\0';
}

static bool find_node(reader *r, const char *which, const char *id, size_t *out)
{
	if (!id) {
		refuse(r, "an edge has no %s", which);
		return false;
	}
	*out = brc_name_table_find(&r->nodes.ids, id);
	if (*out == BRC_ANY)
		refuse(r, "the edge's %s '%.200s' is no node above", which, id);
	return *out != BRC_ANY;
}

static void open_edge(reader *r, const XML_Char **a)
{
	if (r->place != ELSEWHERE) {
		refuse(r, "an edge stands within a node or an edge");
		return;
	}
	r->place = IN_EDGE;
	r->weight = 1;
	if (find_node(r, "source", attribute(a, "source"), &r->from))
		find_node(r, "target", attribute(a, "target"), &r->to);
}

static void open_data(reader *r, const XML_Char **a)
{
	const char *key = attribute(a, "key");

	for (int k = 0; key && k < ROLES; k++)
		if (strcmp(key, r->id[k]) == 0 &&
		    r->place == (strcmp(roles[k].of, "edge") == 0 ? IN_EDGE : IN_NODE))
			r->data = (role)k;
}

static void on_start(void *ctx, const XML_Char *element, const XML_Char **a)
{
	reader *r = ctx;

	r->quiet = 0;
	r->length = 0;
	r->data = NO_ROLE;
	if (++r->depth > DEPTH_MAX)
		refuse(r, "elements stand within one another more than %d deep", DEPTH_MAX);
	else if (r->depth == 1 && strcmp(element, "graphml") != 0)
		refuse(r, "the document is '%.200s', not graphml", element);
	else if (strcmp(element, "key") == 0)
		open_key(r, a);
	else if (strcmp(element, "default") == 0 && r->place == IN_KEY)
		r->data = r->key;
	else if (strcmp(element, "node") == 0)
		open_node(r, a);
	else if (strcmp(element, "edge") == 0)
		open_edge(r, a);
	else if (strcmp(element, "data") == 0)
		open_data(r, a);
	else if (strcmp(element, "graph") == 0 && (r->graphs++ > 0 || r->place != ELSEWHERE))
		refuse(r,
		       "a second graph follows, or stands within a node: only one graph is read");
	else if (strcmp(element, "hyperedge") == 0 || strcmp(element, "port") == 0)
		refuse(r, "a %s, which no undirected graph of units has", element);
}

static void on_text(void *ctx, const XML_Char *text, int n)
{
	reader *r = ctx;

	r->quiet = 0;
	if (r->data == NO_ROLE)
		return;
	if ((size_t)n > BRC_TEXT_MAX - r->length) {
		refuse(r, "a text of more than %d bytes", BRC_TEXT_MAX);
		return;
	}
	memcpy(r->text + r->length, text, (size_t)n);
	r->length += (size_t)n;
}

/* ---- what stands in them ---- */

static char *trimmed(char *s)
{
	static const char blank[] = " \t\r\n";

	s += strspn(s, blank);
	for (size_t n = strlen(s); n > 0 && strchr(blank, s[n - 1]); n--)
		s[n - 1] = '\0';
	return s;
}

static void take_value(reader *r, role k, char *text)
{
	if (k == WEIGHT || k == UNIT) /* names are as they are */
		text = trimmed(text);
	if (k == WEIGHT && !brc_line_number(text, &r->weight))
		refuse(r, "the weight '%.200s' is not a finite number", text);
	else if (k == UNIT && !brc_line_whole(text, 0, BRC_UNITS_MAX - 1, &r->node.unit))
		refuse(r, "the unit '%.200s' is not a whole number from 0", text);
	else if (k == LAYER || k == NAME)
		snprintf(k == LAYER ? r->layer : r->name, BRC_TEXT_MAX + 1, "%s", text);
}

static void close_data(reader *r)
{
	r->text[r->length] = '\0';
	if (r->place == IN_KEY) {
		free(r->fallback[r->data]);
		r->fallback[r->data] = brc_strdup(r->text, r->err);
		if (!r->fallback[r->data])
			stop(r, BRC_RESOURCE);
	} else {
		take_value(r, r->data, r->text);
	}
}

/* A default is taken before the data of the element, which then replace it. */
static void take_defaults(reader *r, const char *of)
{
	for (int k = 0; k < ROLES; k++)
		if (r->fallback[k] && strcmp(roles[k].of, of) == 0) {
			snprintf(r->text, sizeof(r->text), "%s", r->fallback[k]);
			take_value(r, (role)k, r->text);
		}
}

static void on_end(void *ctx, const XML_Char *element)
{
	reader *r = ctx;

	r->quiet = 0;
	r->depth--;
	if (r->data != NO_ROLE)
		close_data(r);
	r->data = NO_ROLE;
	if (strcmp(element, "node") == 0 && r->rc == BRC_OK) {
		r->node.layer = r->layer[0] != '\0' ? r->layer : NULL;
		r->node.name = r->name[0] != '\0' ? r->name : NULL;
		check(r, brc_nodes_add(&r->nodes, &r->node, r->err));
	} else if (strcmp(element, "edge") == 0 && r->rc == BRC_OK) {
		check(r, brc_edge_list_add(r->l, r->from, r->to, r->weight, line_of(r), r->err));
	} else if (strcmp(element, "key") != 0) {
		return;
	}
	r->place = ELSEWHERE;
}

static void on_start_with_defaults(void *ctx, const XML_Char *element, const XML_Char **a)
{
	reader *r = ctx;

	on_start(ctx, element, a);
	if (r->rc == BRC_OK && (strcmp(element, "node") == 0 || strcmp(element, "edge") == 0))
		take_defaults(r, element);
	r->length = 0;
}

static void on_other(void *ctx, const XML_Char *text, int n)
{
	(void)text;
	(void)n;
	((reader *)ctx)->quiet = 0;
}

static void on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
		       const XML_Char *public_id, int internal)
{
	(void)name;
	(void)system;
	(void)public_id;
	(void)internal;
	refuse(ctx,
	       "a document type is declared, which GraphML does not need and which is never read");
}

/* ---- the document ---- */

static brc_rc parse_piece(reader *r, bool *end)
{
	size_t got;
	void *buffer = XML_GetBuffer(r->xml, PIECE);
	enum XML_Status status;

	if (!buffer)
		return brc_fail(r->err, BRC_RESOURCE, "%s: out of memory in expat",
				brc_input_name(r->in));
	BRC_TRY(brc_input_read(r->in, buffer, PIECE, &got, r->err));
	*end = got == 0;
	r->quiet += got;
	status = XML_ParseBuffer(r->xml, (int)got, *end);
	if (r->rc != BRC_OK)
		return r->rc;
	if (status != XML_STATUS_OK) {
		enum XML_Error e = XML_GetErrorCode(r->xml);

		return brc_fail(r->err, e == XML_ERROR_NO_MEMORY ? BRC_RESOURCE : BRC_DATA,
				"%s: line %lu: %s", brc_input_name(r->in), line_of(r),
				XML_ErrorString(e));
	}
	if (r->quiet > TOKEN_MAX)
		return brc_fail(r->err, BRC_DATA,
				"%s: line %lu: a tag or text of more than %d bytes",
				brc_input_name(r->in), line_of(r), TOKEN_MAX);
	return BRC_OK;
}

static brc_rc parse(reader *r)
{
	bool end = false;

	XML_SetUserData(r->xml, r);
	XML_SetElementHandler(r->xml, on_start_with_defaults, on_end);
	XML_SetCharacterDataHandler(r->xml, on_text);
	XML_SetDefaultHandler(r->xml, on_other);
	XML_SetStartDoctypeDeclHandler(r->xml, on_doctype);
	while (!end)
		BRC_TRY(parse_piece(r, &end));
	return brc_nodes_finish(&r->nodes, r->l, r->in, r->err);
}

brc_rc brc_edges_graphml(brc_edge_list *l, brc_input *in, brc_err *err)
{
	brc_err own = {0}; /* handlers look into it */
	reader *r = brc_calloc(1, sizeof(*r), err);
	brc_rc rc;

	BRC_TRY(brc_made(r));
	*r = (reader){.l = l, .in = in, .err = err ? err : &own, .data = NO_ROLE};
	r->nodes.ids.mem = r->nodes.layers.mem = r->nodes.names.mem = l->mem;
	r->xml = XML_ParserCreate(NULL);
	rc = r->xml ? parse(r)
		    : brc_fail(err, BRC_RESOURCE, "%s: expat cannot start", brc_input_name(in));
	if (r->xml)
		XML_ParserFree(r->xml);
	for (int k = 0; k < ROLES; k++)
		free(r->fallback[k]);
	brc_nodes_clear(&r->nodes);
	free(r);
	return rc;
}
