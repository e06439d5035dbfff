/* import: bring labels and graphs of other programs into a stream. */
#include <string.h>

#include "base/cli.h"
#include "graph/import.h"
#include "stream/filter.h"

static const char *path, *graph, *layers;
static bool no_stream;

static const brc_opt options[] = {
	{BRC_PATH("labels", 0, "FILE", &path,
		  "read labels from a table. Its columns are layer, unit (from 0) and cluster (-1 "
		  "for none). They are separated by tabs, and the first line names them")},
	{BRC_PATH("graph", 0, "FILE", &graph,
		  "read an undirected graph: Matrix Market, GraphML, a list of edges, or a square "
		  "matrix in NPY. No stream is read then")},
	{BRC_PATH("layers", 0, "FILE", &layers,
		  "with --graph: a table of the graph's layers, with the columns layer and units, "
		  "as export --units writes it (default: the layers that the graph's comments "
		  "declare, otherwise one layer)")},
	{BRC_FLAG("no-stream", 0, &no_stream,
		  "read no stream; the table alone says which layers there are")},
	{0}};

/* The layers of the network in the stream; *found is false when it has no units. */
static brc_rc read_known(const brc_cli *cli, brc_filter *f, brc_named_units *known, bool *found,
			 brc_err *err)
{
	const brc_section *s;

	const brc_section *const *all;
	*found = false;
	if (no_stream)
		return BRC_OK;
	BRC_TRY(brc_filter_take(f, "units", 1, BRC_SHARE, err));
	if (brc_filter_read(f, err) != BRC_OK)
		return err->code == BRC_USAGE ? brc_hint(err, "pipe a stream in, or give "
							      "--no-stream to import labels alone")
					      : err->code;
	if (brc_filter_sections(f, &all) == 0 && !cli->c.in) {
		brc_cli_note(cli, "the stream has no units section: layers and units are taken "
				  "from the table alone");
		return BRC_OK;
	}
	BRC_TRY(brc_filter_section(f, "units", &s, err));
	BRC_TRY(brc_named_units_read(known, s, err));
	*found = true;
	return BRC_OK;
}

static brc_rc import_labels(const brc_cli *cli, brc_filter *f, brc_err *err)
{
	brc_named_units known = {0};
	brc_imported told;
	const char *name = brc_cli_name(cli, "labels");
	bool found = false;
	brc_rc rc = read_known(cli, f, &known, &found, err);

	BRC_THEN(rc,
		 brc_import_labels(path, found ? &known : NULL, name, cli->c.mem, f, &told, err));
	if (rc == BRC_OK)
		brc_cli_detail(cli, "%zu layers, %zu units, %zu clusters", told.layers, told.units,
			       told.clusters);
	brc_named_units_clear(&known);
	return rc;
}

static brc_rc import_graph(const brc_cli *cli, brc_filter *f, brc_err *err)
{
	brc_imported told;
	const char *name = brc_cli_name(cli, "graph");

	BRC_TRY(brc_import_graph(graph, layers, name, cli->c.mem, f, &told, err));
	if (told.loops > 0)
		brc_cli_note(cli, "%zu entries join a unit with itself and are left out",
			     told.loops);
	brc_cli_detail(cli, "%zu layers, %zu units, %zu edges", told.layers, told.units,
		       told.edges);
	return BRC_OK;
}

static brc_rc check_options(const brc_cli *cli, brc_err *err)
{
	(void)cli;
	if (graph && path)
		return brc_fail(err, BRC_USAGE, "give --labels or --graph, not both");
	if (layers && !graph)
		return brc_fail(err, BRC_USAGE,
				"--layers needs --graph: it gives the layers of that graph");
	if (graph)
		return BRC_OK;
	if (!path) {
		brc_fail(err, BRC_USAGE, "--labels FILE or --graph FILE is needed");
		return brc_hint(err, "'broca export --labels' writes such a table");
	}
	if (!strcmp(path, "-") && !no_stream) {
		brc_fail(err, BRC_USAGE,
			 "the stream and the labels cannot both come from standard input");
		return brc_hint(err, "give --no-stream, or the labels as a file");
	}
	return BRC_OK;
}

static brc_rc run(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	return graph ? import_graph(cli, f, err) : import_labels(cli, f, err);
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "import",
		.usage = "",
		.purpose = "Bring labels or a graph from another program into a stream. If the "
			   "stream holds a network's units, the labels must agree with its layers "
			   "and units. A graph starts a new stream.",
		.reads = "for labels: units, which are handed through",
		.writes = "labels, or affinity",
		.examples = "  extract-weights net.onnx | import --labels leiden.tsv --name leiden "
			    ">labels.brc\n"
			    "  import --graph graph.mtx | laplacian | spectral -k 8 >labels.brc",
		.options = options,
		.common = BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_STREAM,
	};

	return brc_filter_main(&cli, argc, argv, check_options, run);
}
