/* laplacian: make the graph that spectral clusters, of the whole network or of each layer. */

#include "base/cli.h"
#include "graph/laplacian.h"
#include "sections/edge_origin.h"
#include "stream/filter.h"

static bool local;
static int normalisation;

static const brc_opt options[] = {
	{BRC_FLAG("local", 0, &local,
		  "make one graph for each layer; layers with the same graph share it. From "
		  "weights, the graph holds the layer, the "
		  "layers that feed it and the layers that it feeds. From correlations, it holds "
		  "the layer alone")},
	{BRC_CHOICE("normalisation", 0, "KIND", &normalisation, "random-walk|symmetric",
		    "how spectral will place the units. random-walk: divide a unit's entries in "
		    "the eigenvectors by the square root of its degree. symmetric: scale these "
		    "entries to a vector of length 1")},
	{0},
};

static void tell(const brc_cli *cli, const brc_laplacian *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const brc_graph *g = &l->graph[i].graph;

		brc_cli_detail(cli, "graph %s: %zu units, %zu isolated, %zu edges, %zu component%s",
			       l->graph[i].name, g->n, g->n - g->connected, g->links, g->components,
			       g->components == 1 ? "" : "s");
	}
	for (size_t i = 0; i < l->blocks.layers.n; i++)
		if (!l->labelled[i])
			brc_cli_note(cli, "layer %s has no edges: its units will get no cluster",
				     l->blocks.layers.name[i]);
}

static brc_rc write_graphs(brc_filter *f, const brc_cli *cli, const brc_section *in,
			   const brc_edge_origin *origin, const brc_blocks *blocks, brc_err *err)
{
	const char *source = brc_edge_origin_source(origin);
	char title[256], name[BRC_NAME_MAX];
	brc_laplacian l = {0};
	brc_rc rc;

	brc_section_title(in, title, sizeof(title));
	if (local)
		BRC_TRY(brc_laplacian_local(&l, blocks, source, title, err));
	else
		BRC_TRY(brc_laplacian_global(&l, blocks, source, title, err));
	l.unit_rows = normalisation == 1;
	brc_laplacian_correlations(&l, origin);
	brc_laplacian_name(in->name, local, name);
	rc = brc_filter_make(f, "laplacian", brc_cli_name(cli, name), brc_laplacian_write, &l, err);
	if (rc == BRC_OK)
		tell(cli, &l);
	brc_laplacian_clear(&l);
	return rc;
}

static brc_rc laplacian(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *in;
	brc_edge_origin origin;
	brc_blocks blocks;
	brc_rc rc;

	BRC_TRY(brc_filter_input(f, "weights|affinity", BRC_BLOCKS_VERSION, BRC_CONSUME, &in, err));
	BRC_TRY(brc_edge_origin_read(&origin, in, err));
	BRC_TRY(brc_blocks_read(&blocks, in, err));
	rc = write_graphs(f, cli, in, &origin, &blocks, err);
	brc_blocks_clear(&blocks);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "laplacian",
		.usage = "",
		.purpose = "Make the graph that spectral clusters, from a network's weights or "
			   "from correlations of activations or of series. The graph holds the "
			   "edges of "
			   "the normalised Laplacian, the degree of each unit, the connected "
			   "components and the isolated units.",
		.reads = "weights or affinity",
		.writes = "laplacian, called SOURCE.global or SOURCE.local",
		.examples =
			"  extract-weights net.onnx | laplacian | spectral -k 16 >labels.brc\n"
			"  corr <activations.brc | laplacian --local | spectral -k 8 >labels.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_KEEP,
	};

	return brc_filter_main(&cli, argc, argv, NULL, laplacian);
}
