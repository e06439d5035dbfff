/* import: labels and graphs made elsewhere into a stream. */
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/memory.h"
#include "data/input.h"
#include "data/labels_tsv.h"
#include "data/layers_tsv.h"
#include "graph/exchange.h"
#include "graph/labels.h"
#include "stream/digest.h"
#include "stream/filter.h"

static const char *path, *graph, *layers_path;
static bool no_stream;

static const brc_opt options[] = {
	{BRC_OPT_PATH, "labels", 0, "FILE", &path,
	 "a table with the columns layer, unit (from 0) and cluster (-1: in none), separated by "
	 "tabs, under a line with their names",
	 NULL, 0, 0, 0},
	{BRC_OPT_PATH, "graph", 0, "FILE", &graph,
	 "an undirected graph: Matrix Market, a list of edges or a square matrix as NPY; no stream "
	 "is read then",
	 NULL, 0, 0, 0},
	{BRC_OPT_PATH, "layers", 0, "FILE", &layers_path,
	 "with --graph: its layers, a table with the columns layer and units, as 'export --units' "
	 "writes it (default: as the graph's comments say, else one layer)",
	 NULL, 0, 0, 0},
	{BRC_OPT_FLAG, "no-stream", 0, NULL, &no_stream,
	 "read no stream; the layers are those of the table", NULL, 0, 0, 0},
	{BRC_OPT_END, NULL, 0, NULL, NULL, NULL, NULL, 0, 0, 0}};

/* The table's text, with its digest recorded. */
static brc_rc read_text(const brc_cli *cli, brc_filter *f, char **text, size_t *n, brc_err *err)
{
	brc_input *in;
	char digest[33];
	void *data = NULL;
	BRC_TRY(brc_input_open(&in, path, err));
	brc_rc rc = brc_input_rest(in, BRC_LABELS_TSV_MAX, cli->c.mem, &data, n, err);
	brc_input_free(in);
	if (rc != BRC_OK)
		return rc;
	*text = data;
	brc_digest(data, *n, digest);
	return brc_filter_side_digest(f, "labels", digest, err);
}

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
	if (brc_filter_sections(f, &all) == 0 && cli->c.in == NULL) {
		brc_cli_note(cli,
			     "the stream has no units section: layers and units are taken from "
			     "the table alone");
		return BRC_OK;
	}
	BRC_TRY(brc_filter_section(f, "units", &s, err));
	BRC_TRY(brc_named_units_read(known, s, err));
	*found = true;
	return BRC_OK;
}

static int by_value(const void *pa, const void *pb)
{
	int32_t a = *(const int32_t *)pa, b = *(const int32_t *)pb;
	return a < b ? -1 : a > b;
}

/* Number of distinct clusters. */
static brc_rc count_clusters(const int32_t *label, size_t n, size_t *k, brc_err *err)
{
	int32_t *sorted = brc_alloc(n, sizeof(*sorted), err);
	if (sorted == NULL)
		return BRC_RESOURCE;
	memcpy(sorted, label, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_value);
	*k = 0;
	for (size_t i = 0; i < n; i++)
		*k += sorted[i] >= 0 && (i == 0 || sorted[i] != sorted[i - 1]);
	free(sorted);
	return BRC_OK;
}

static brc_rc write_labels(const brc_cli *cli, brc_filter *f, const brc_layers *layers,
			   const int32_t *label, brc_err *err)
{
	brc_labels l;
	brc_section *s = NULL;
	size_t n = brc_layers_total(layers);
	BRC_TRY(brc_labels_init(&l, layers, err));
	memcpy(l.label, label, n * sizeof(*label));
	brc_rc rc = count_clusters(label, n, &l.k, err);
	if (rc == BRC_OK)
		rc = brc_section_new(&s, "labels", 1, cli->c.name != NULL ? cli->c.name : "labels",
				     err);
	if (rc == BRC_OK)
		rc = brc_labels_write(&l, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_cli_detail(cli, "%zu layers, %zu units, %zu clusters", layers->n, n, l.k);
	brc_section_free(s);
	brc_labels_clear(&l);
	return rc;
}

static brc_rc import(const brc_cli *cli, brc_filter *f, brc_err *err)
{
	brc_named_units known = {0};
	brc_layers layers = {0};
	int32_t *label = NULL;
	char *text = NULL;
	size_t n;
	bool found = false;
	brc_rc rc = read_known(cli, f, &known, &found, err);
	if (rc == BRC_OK)
		rc = read_text(cli, f, &text, &n, err);
	if (rc == BRC_OK)
		rc = brc_labels_tsv_read(text, n, path, found ? &known : NULL, &layers, &label,
					 err);
	if (rc == BRC_OK)
		rc = write_labels(cli, f, &layers, label, err);
	free(text);
	free(label);
	brc_layers_clear(&layers);
	brc_named_units_clear(&known);
	return rc;
}

/* ---- graphs ---- */

/* Where the file names its units. */
static brc_rc write_names(const brc_cli *cli, brc_filter *f, const brc_edge_list *l,
			  const brc_blocks *b, brc_err *err)
{
	brc_section *s;
	if (l->names.n == 0)
		return BRC_OK;
	BRC_TRY(brc_section_new(&s, "units", 1, cli->c.name != NULL ? cli->c.name : "graph", err));
	brc_rc rc = brc_exchange_write_units(b, &l->names, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	brc_section_free(s);
	return rc;
}

static brc_rc write_graph(const brc_cli *cli, brc_filter *f, const brc_edge_list *l,
			  const brc_blocks *b, brc_err *err)
{
	brc_section *s;
	BRC_TRY(write_names(cli, f, l, b, err));
	BRC_TRY(brc_section_new(&s, "affinity", 1, cli->c.name != NULL ? cli->c.name : "graph",
				err));
	brc_map_put_string(s->meta, "method", "imported");
	brc_rc rc = brc_blocks_write(b, s, err);
	if (rc == BRC_OK)
		rc = brc_filter_write(f, s, err);
	if (l->loops > 0)
		brc_cli_note(cli, "%zu entries join a unit with itself: left out", l->loops);
	brc_cli_detail(cli, "%zu layers, %zu units, %zu edges", b->layers.n,
		       brc_layers_total(&b->layers), l->n);
	brc_section_free(s);
	return rc;
}

/* The table of layers, with its digest recorded. */
static brc_rc read_layers(brc_filter *f, brc_layers *given, brc_err *err)
{
	brc_str text = {0};
	char digest[33];
	if (layers_path == NULL)
		return BRC_OK;
	BRC_TRY(brc_layers_tsv_read(given, layers_path, err));
	for (size_t l = 0; l < given->n; l++)
		brc_str_addf(&text, "%s\t%zu\n", given->name[l], given->units[l]);
	brc_rc rc = brc_str_check(&text, err);
	if (rc == BRC_OK) {
		brc_digest(text.s, text.len, digest);
		rc = brc_filter_side_digest(f, "layers", digest, err);
	}
	brc_str_free(&text);
	return rc;
}

static brc_rc make_graph(const brc_cli *cli, brc_filter *f, const brc_edge_list *l, brc_err *err)
{
	brc_own_blocks b = {0};
	char digest[33];
	brc_digest(l->edge, l->n * sizeof(*l->edge), digest);
	brc_rc rc = brc_filter_side_digest(f, "graph", digest, err);
	if (rc == BRC_OK)
		rc = brc_exchange_blocks(&b, l, cli->c.mem, err);
	if (rc == BRC_OK)
		rc = write_graph(cli, f, l, &b.blocks, err);
	brc_own_blocks_clear(&b);
	return rc;
}

static brc_rc import_graph(const brc_cli *cli, brc_filter *f, brc_err *err)
{
	brc_edge_list l = {0};
	brc_layers given = {0};
	brc_rc rc = read_layers(f, &given, err);
	if (rc == BRC_OK)
		rc = brc_edge_list_read(&l, graph, layers_path != NULL ? &given : NULL, cli->c.mem,
					err);
	if (rc == BRC_OK)
		rc = make_graph(cli, f, &l, err);
	brc_edge_list_clear(&l);
	brc_layers_clear(&given);
	return rc;
}

static brc_rc check_options(brc_err *err)
{
	if (graph != NULL && path != NULL)
		return brc_fail(err, BRC_USAGE, "give --labels or --graph, not both");
	if (layers_path != NULL && graph == NULL)
		return brc_fail(err, BRC_USAGE, "--layers says what the layers of --graph are");
	if (graph != NULL)
		return BRC_OK;
	if (path == NULL) {
		brc_fail(err, BRC_USAGE, "--labels FILE or --graph FILE is needed");
		return brc_hint(err, "'broca export --labels' writes such a table");
	}
	if (!strcmp(path, "-") && !no_stream) {
		brc_fail(err, BRC_USAGE,
			 "the stream and the labels cannot both come from standard "
			 "input");
		return brc_hint(err, "give --no-stream, or the labels as a file");
	}
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "import",
		.usage = "",
		.purpose =
			"Bring labels or a graph made by another program into a stream. Where "
			"the stream holds a network's units, layers and units of labels are held "
			"against them. A graph begins a stream of its own.",
		.reads = "units (handed through), for labels",
		.writes = "labels, or affinity",
		.examples = "  extract-weights net.onnx | import --labels leiden.tsv --name leiden "
			    ">labels.brc\n"
			    "  import --graph graph.mtx | laplacian | spectral -k 8 >labels.brc",
		.options = options,
		.common = BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_STREAM,
	};
	brc_cli_parse(&cli, argc, argv);
	brc_err err = {0};
	brc_filter *f = NULL;
	if (check_options(&err) == BRC_OK && brc_filter_open(&f, &cli, &err) == BRC_OK)
		graph != NULL ? import_graph(&cli, f, &err) : import(&cli, f, &err);
	return brc_filter_close(f, &cli, &err);
}
