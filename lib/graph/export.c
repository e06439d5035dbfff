#include "graph/export.h"

#include "base/str.h"
#include "data/tables/labels_tsv.h"
#include "data/tables/units_table.h"
#include "graph/exchange.h"
#include "sections/edge_origin.h"
#include "sections/labels.h"

static brc_rc find_names(const brc_filter *f, const brc_layers *layers, brc_named_units *names,
			 brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all);

	return brc_named_units_find(names, all, n, layers, err);
}

/* The text, unless it is incomplete; it is released. */
static brc_rc write_text(brc_filter *f, brc_str *text, brc_rc rc, brc_err *err)
{
	BRC_THEN(rc, brc_filter_text(f, text->s, text->len, err));
	brc_str_free(text);
	return rc;
}

brc_rc brc_export_labels(brc_filter *f, brc_err *err)
{
	const brc_section *s;
	brc_labels l;
	brc_named_units names;
	brc_str text = {0};
	brc_rc rc;

	BRC_TRY(brc_filter_take(f, "labels", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_take(f, "units", 1, BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "labels", &s, err));
	BRC_TRY(brc_labels_read(&l, s, err));
	rc = find_names(f, &l.layers, &names, err);
	BRC_THEN(rc, brc_labels_tsv_write(&l.layers, l.label, &names, &text, err));
	brc_named_units_clear(&names);
	brc_labels_clear(&l);
	return write_text(f, &text, rc, err);
}

brc_rc brc_export_units(brc_filter *f, brc_err *err)
{
	const brc_section *s;
	brc_units u;
	brc_str text = {0};
	brc_rc rc;

	BRC_TRY(brc_filter_take(f, "units", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "units", &s, err));
	BRC_TRY(brc_units_read(&u, s, err));
	rc = brc_units_tsv_write(&u, &text, err);
	brc_units_clear(&u);
	return write_text(f, &text, rc, err);
}

static brc_rc to_output(void *ctx, const char *bytes, size_t n, brc_err *err)
{
	return brc_filter_text(ctx, bytes, n, err);
}

brc_rc brc_export_graph(brc_filter *f, brc_graph_format format, size_t mem, brc_err *err)
{
	const brc_section *s;
	brc_edge_origin origin;
	brc_blocks b;
	brc_named_units names;
	brc_rc rc;

	BRC_TRY(brc_filter_take(f, "units", 1, BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_take(f, "weights", BRC_BLOCKS_VERSION, BRC_CONSUME, err));
	BRC_TRY(brc_filter_take(f, "affinity", BRC_BLOCKS_VERSION, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "weights|affinity", &s, err));
	BRC_TRY(brc_edge_origin_read(&origin, s, err));
	BRC_TRY(brc_blocks_read(&b, s, err));
	rc = find_names(f, &b.layers, &names, err);
	if (rc == BRC_OK) {
		const brc_edge_source edges = brc_exchange_edges(&b, &names);

		rc = brc_graph_write(&edges, format, mem, to_output, f, err);
	}
	brc_named_units_clear(&names);
	brc_blocks_clear(&b);
	return rc;
}
