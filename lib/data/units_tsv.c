#include "data/units_tsv.h"

#include <stdint.h>

#include "stream/layers.h"

typedef struct edges {
	const int32_t *from, *to;
	size_t n;
} edges;

static brc_rc read_edges(const brc_section *s, const brc_layers *layers, edges *e, brc_err *err)
{
	const brc_tensor *from, *to;
	char title[256];
	BRC_TRY(brc_section_need_column(s, "edge/from", "<i4", BRC_ANY, &from, err));
	BRC_TRY(brc_section_need_column(s, "edge/to", "<i4", from->shape[0], &to, err));
	*e = (edges){from->data, to->data, from->shape[0]};
	for (size_t i = 0; i < e->n; i++)
		if (e->from[i] < 0 || (size_t)e->from[i] >= layers->n || e->to[i] < 0 ||
		    (size_t)e->to[i] >= layers->n)
			return brc_fail(err, BRC_DATA,
					"%s: edge %zu joins layers %d and %d, but there are %zu",
					brc_section_title(s, title, sizeof(title)), i, e->from[i],
					e->to[i], layers->n);
	return BRC_OK;
}

static brc_rc add_field(brc_str *out, const char *text, brc_err *err)
{
	for (const char *c = text; *c != '\0'; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			return brc_fail(err, BRC_DATA,
					"'%s' holds a control character, which a table cannot",
					text);
	brc_str_add(out, text);
	return BRC_OK;
}

/* The other ends of the edges that have layer l at `near`. */
static brc_rc add_neighbours(brc_str *out, const int32_t *near, const int32_t *far, size_t n,
			     size_t l, const brc_layers *layers, brc_err *err)
{
	const char *comma = "\t";
	for (size_t i = 0; i < n; i++)
		if ((size_t)near[i] == l) {
			brc_str_add(out, comma);
			BRC_TRY(add_field(out, layers->name[far[i]], err));
			comma = ",";
		}
	brc_str_add(out, *comma == '\t' ? comma : "");
	return BRC_OK;
}

static brc_rc add_layers(const brc_section *s, const brc_layers *layers, brc_str *out, brc_err *err)
{
	const brc_tensor *role, *kind;
	edges e;
	char text[64];
	BRC_TRY(brc_section_need_column(s, "layer/role", "|S", layers->n, &role, err));
	BRC_TRY(brc_section_need_column(s, "layer/kind", "|S", layers->n, &kind, err));
	BRC_TRY(read_edges(s, layers, &e, err));
	brc_str_add(out, "layer\trole\tkind\tunits\tfeeds\tfed_by\n");
	for (size_t l = 0; l < layers->n; l++) {
		BRC_TRY(add_field(out, layers->name[l], err));
		brc_str_add(out, "\t");
		BRC_TRY(add_field(out, brc_tensor_text(role, l, text, sizeof(text)), err));
		brc_str_add(out, "\t");
		BRC_TRY(add_field(out, brc_tensor_text(kind, l, text, sizeof(text)), err));
		brc_str_addf(out, "\t%zu", layers->units[l]);
		BRC_TRY(add_neighbours(out, e.from, e.to, e.n, l, layers, err));
		BRC_TRY(add_neighbours(out, e.to, e.from, e.n, l, layers, err));
		brc_str_add(out, "\n");
	}
	return brc_str_check(out, err);
}

brc_rc brc_units_tsv_write(const brc_section *s, brc_str *out, brc_err *err)
{
	brc_layers layers;
	BRC_TRY(brc_layers_read(&layers, s, err));
	brc_rc rc = add_layers(s, &layers, out, err);
	brc_layers_clear(&layers);
	return rc;
}
