/* export: labels, layers and graphs of a stream as text, any of its tensors as NPY. */
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/memory.h"
#include "data/tables/labels_tsv.h"
#include "data/arrays/npy.h"
#include "data/arrays/pick.h"
#include "data/tables/units_table.h"
#include "graph/exchange.h"
#include "sections/labels.h"
#include "stream/filter.h"

static bool labels, units;
static const char *tensor;
static int graph; /* 0: none, else 1 + brc_graph_format */

static const brc_opt options[] = {
	{BRC_FLAG("labels", 0, &labels,
		  "write the labels as a table with the columns layer, unit and cluster, separated "
		  "by tabs")},
	{BRC_FLAG("units", 0, &units,
		  "write the network's layers as a table with the columns layer, role, kind, "
		  "units, feeds and fed_by")},
	{BRC_STRING("tensor", 0, "SECTION/TENSOR", &tensor,
		    "write a tensor as an NPY file. SECTION is the name or the type of a section; "
		    "with --in it can be left out")},
	{BRC_CHOICE("graph", 0, "FORMAT", &graph, "none|mtx|tsv|graphml|npy",
		    "write weights or affinities in Matrix Market's format (mtx), as a list of "
		    "edges (tsv), in GraphML (graphml), or as a whole matrix (npy)")},
	{0}};

/* The first section of units with names for a layer of these. */
static brc_rc find_names(const brc_filter *f, const brc_layers *layers, brc_named_units *names,
			 brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all), found = 0;

	for (size_t i = 0; i < n && found == 0; i++) {
		if (strcmp(all[i]->type, "units") != 0)
			continue;
		brc_named_units_clear(names);
		BRC_TRY(brc_named_units_read(names, all[i], err));
		for (size_t l = 0; l < layers->n; l++)
			found += brc_named_units_layer(names, layers->name[l], layers->units[l]) !=
				 BRC_ANY;
	}
	if (found == 0)
		brc_named_units_clear(names);
	return BRC_OK;
}

static brc_rc labels_table(const brc_filter *f, const brc_section *s, brc_str *text, brc_err *err)
{
	brc_labels l;
	brc_named_units names = {0};
	brc_rc rc;

	BRC_TRY(brc_labels_read(&l, s, err));
	rc = find_names(f, &l.layers, &names, err);
	BRC_THEN(rc, brc_labels_tsv_write(&l.layers, l.label, &names, text, err));
	brc_named_units_clear(&names);
	brc_labels_clear(&l);
	return rc;
}

static brc_rc units_table(const brc_section *s, brc_str *text, brc_err *err)
{
	brc_units u;
	brc_rc rc;

	BRC_TRY(brc_units_read(&u, s, err));
	rc = brc_units_tsv_write(&u, text, err);
	brc_units_clear(&u);
	return rc;
}

static brc_rc export_table(brc_filter *f, brc_err *err)
{
	const char *type = labels ? "labels" : "units";
	const brc_section *s;
	brc_str text = {0};
	brc_rc rc;

	BRC_TRY(brc_filter_take(f, type, 1, BRC_CONSUME, err));
	if (labels) /* for names */
		BRC_TRY(brc_filter_take_any(f, "units", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, type, &s, err));
	rc = labels ? labels_table(f, s, &text, err) : units_table(s, &text, err);
	BRC_THEN(rc, brc_filter_text(f, text.s, text.len, err));
	brc_str_free(&text);
	return rc;
}

static brc_rc to_output(void *ctx, const char *bytes, size_t n, brc_err *err)
{
	return brc_filter_text(ctx, bytes, n, err);
}

static brc_rc export_graph(const brc_cli *cli, brc_filter *f, brc_err *err)
{
	const brc_section *s;
	brc_blocks b;
	brc_named_units names = {0};
	const brc_edge_source edges = brc_exchange_edges(&b, &names);
	brc_rc rc;

	BRC_TRY(brc_filter_take_any(f, "units", 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_take(f, "weights", BRC_BLOCKS_VERSION, BRC_CONSUME, err));
	BRC_TRY(brc_filter_take(f, "affinity", BRC_BLOCKS_VERSION, BRC_CONSUME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_filter_section(f, "weights|affinity", &s, err));
	BRC_TRY(brc_blocks_read(&b, s, err));
	rc = find_names(f, &b.layers, &names, err);
	BRC_THEN(rc, brc_graph_write(&edges, (brc_graph_format)(graph - 1), cli->c.mem, to_output,
				     f, err));
	brc_named_units_clear(&names);
	brc_blocks_clear(&b);
	return rc;
}

static brc_rc write_npy(brc_filter *f, const brc_tensor *t, brc_err *err)
{
	brc_str head = {0};
	brc_rc rc = brc_npy_header(&head, t->dtype, t->ndim, t->shape, err);

	BRC_THEN(rc, brc_filter_text(f, head.s, head.len, err));
	BRC_THEN(rc, brc_filter_text(f, t->data, brc_tensor_bytes(t), err));
	brc_str_free(&head);
	return rc;
}

static brc_rc export_tensor(const brc_cli *cli, brc_filter *f, brc_err *err)
{
	brc_source *source;
	brc_reader *reader;
	brc_section *s;
	const brc_tensor *t;
	size_t memory = cli->c.mem != 0 ? cli->c.mem : brc_mem_available() / 2;
	brc_rc rc;

	BRC_TRY(brc_source_open(&source, "-", err));
	BRC_TRY(brc_reader_new(&reader, source, err));
	rc = brc_pick_tensor(reader, tensor, cli->c.in, memory, &s, &t, err);
	brc_reader_free(reader);
	if (rc != BRC_OK)
		return rc;
	rc = write_npy(f, t, err);
	brc_section_free(s);
	return rc;
}

static brc_rc check_options(const brc_cli *cli, brc_err *err)
{
	const char *output = cli->c.output;

	if (labels + units + !!tensor + (graph != 0) != 1) {
		brc_fail(err, BRC_USAGE,
			 "one of --labels, --units, --graph and --tensor is needed");
		return brc_hint(err, "'peek' shows what a stream holds");
	}
	if ((tensor || graph == 1 + BRC_GRAPH_NPY) && (!output || !strcmp(output, "-")) &&
	    isatty(STDOUT_FILENO)) {
		brc_fail(err, BRC_USAGE, "NPY is not written to a terminal");
		return brc_hint(err, "redirect the output, or give -o FILE");
	}
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "export",
		.usage = "",
		.purpose =
			"Write something that a stream holds in a form that other programs read: "
			"labels and layers as text, graphs as text or NPY, any tensor as NPY.",
		.reads = "any stream",
		.writes = "text or NPY, no stream",
		.examples = "  broca export --labels < analysis.brc > labels.tsv\n"
			    "  extract-weights net.onnx | broca export --graph mtx >net.mtx\n"
			    "  broca export --tensor importance/accuracy/p -o p.npy < analysis.brc",
		.options = options,
		.common = BRC_COMMON_IN,
	};
	brc_err err = {0};
	brc_filter *f = NULL;

	brc_cli_parse(&cli, argc, argv);
	if (check_options(&cli, &err) == BRC_OK && brc_filter_open(&f, &cli, &err) == BRC_OK) {
		if (tensor)
			export_tensor(&cli, f, &err);
		else if (graph != 0)
			export_graph(&cli, f, &err);
		else
			export_table(f, &err);
	}
	return brc_filter_close(f, &cli, &err);
}
