/* export: write labels, layers and graphs of a stream as text, or any of its tensors as NPY. */
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "base/memory.h"
#include "data/arrays/npy.h"
#include "data/arrays/pick.h"
#include "graph/export.h"
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
	brc_reader *reader;
	brc_section *s;
	const brc_tensor *t;
	size_t memory = cli->c.mem != 0 ? cli->c.mem : brc_mem_available() / 2;
	brc_rc rc;

	BRC_TRY(brc_reader_open(&reader, "-", err));
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

static brc_rc run(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	return tensor   ? export_tensor(cli, f, err)
	       : units  ? brc_export_units(f, err)
	       : labels ? brc_export_labels(f, err)
			: brc_export_graph(f, (brc_graph_format)(graph - 1), cli->c.mem, err);
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

	return brc_filter_main(&cli, argc, argv, check_options, run);
}
