#include "graph/import.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "data/tables/labels_tsv.h"
#include "data/tables/layers_tsv.h"
#include "data/tables/lines.h"
#include "graph/exchange.h"
#include "sections/edge_origin.h"
#include "sections/labels.h"
#include "stream/digest.h"

static brc_rc record(brc_filter *f, const char *option, const void *data, size_t n, brc_err *err)
{
	char digest[33];

	brc_digest(data, n, digest);
	return brc_filter_side_digest(f, option, digest, err);
}

/* ---- graphs ---- */

/* NULL: nothing is read. */
static brc_rc read_layers(const char *path, brc_filter *f, brc_layers *given, brc_err *err)
{
	brc_str text = {0};
	brc_rc rc;

	if (!path)
		return BRC_OK;
	BRC_TRY(brc_layers_tsv_read(given, path, err));
	for (size_t l = 0; l < given->n; l++)
		brc_str_addf(&text, "%s\t%zu\n", given->name[l], given->units[l]);
	rc = brc_str_check(&text, err);
	BRC_THEN(rc, record(f, "layers", text.s, text.len, err));
	brc_str_free(&text);
	return rc;
}

static brc_rc write_units(const brc_blocks *b, const brc_name_table *names, const char *name,
			  brc_filter *f, brc_err *err)
{
	brc_section *s;

	if (names->n == 0)
		return BRC_OK;
	BRC_TRY(brc_section_new(&s, "units", 1, name, err));
	return brc_filter_put(f, s, brc_exchange_write_units(b, names, s, err), err);
}

static brc_rc write_graph(const brc_blocks *b, const char *name, brc_filter *f, brc_err *err)
{
	const brc_edge_origin origin = {.affinity = true, .method = "imported"};
	brc_section *s;

	BRC_TRY(brc_section_new(&s, "affinity", 1, name, err));
	brc_edge_origin_write(&origin, s);
	return brc_filter_put(f, s, brc_blocks_write(b, s, err), err);
}

static brc_rc make_graph(const brc_edge_list *l, const char *name, size_t mem, brc_filter *f,
			 brc_err *err)
{
	brc_blocks b = {0};
	brc_rc rc = record(f, "graph", l->edge, l->n * sizeof(*l->edge), err);

	BRC_THEN(rc, brc_exchange_blocks(&b, l, mem, err));
	BRC_THEN(rc, write_units(&b, &l->names, name, f, err));
	BRC_THEN(rc, write_graph(&b, name, f, err));
	brc_blocks_clear(&b);
	return rc;
}

brc_rc brc_import_graph(const char *path, const char *layers, const char *name, size_t mem,
			brc_filter *f, brc_imported *told, brc_err *err)
{
	brc_edge_list l = {0};
	brc_layers given = {0};
	brc_rc rc = read_layers(layers, f, &given, err);

	BRC_THEN(rc, brc_edge_list_read(&l, path, layers ? &given : NULL, mem, err));
	BRC_THEN(rc, make_graph(&l, name, mem, f, err));
	if (rc == BRC_OK)
		*told = (brc_imported){.layers = l.layers.n,
				       .units = brc_layers_total(&l.layers),
				       .edges = l.n,
				       .loops = l.loops};
	brc_edge_list_clear(&l);
	brc_layers_clear(&given);
	return rc;
}

/* ---- labels ---- */

static brc_rc read_text(const char *path, size_t mem, brc_filter *f, char **text, size_t *n,
			brc_err *err)
{
	BRC_TRY(brc_text_read(path, BRC_LABELS_TSV_MAX, mem, text, n, err));
	return record(f, "labels", *text, *n, err);
}

static brc_rc write_labels(const brc_layers *layers, const int32_t *label, const char *name,
			   brc_filter *f, brc_imported *told, brc_err *err)
{
	brc_labels l;
	size_t n = brc_layers_total(layers);
	brc_rc rc;

	BRC_TRY(brc_labels_init(&l, layers, err));
	memcpy(l.label, label, n * sizeof(*label));
	rc = brc_labels_distinct(label, n, &l.k, err);
	BRC_THEN(rc, brc_filter_make(f, "labels", name, brc_labels_write, &l, err));
	*told = (brc_imported){.layers = layers->n, .units = n, .clusters = l.k};
	brc_labels_clear(&l);
	return rc;
}

brc_rc brc_import_labels(const char *path, const brc_named_units *known, const char *name,
			 size_t mem, brc_filter *f, brc_imported *told, brc_err *err)
{
	brc_layers layers = {0};
	int32_t *label = NULL;
	char *text = NULL;
	size_t n;
	brc_rc rc = read_text(path, mem, f, &text, &n, err);

	BRC_THEN(rc, brc_labels_tsv_read(text, n, path, mem, known, &layers, &label, err));
	BRC_THEN(rc, write_labels(&layers, label, name, f, told, err));
	free(text);
	free(label);
	brc_layers_clear(&layers);
	return rc;
}
