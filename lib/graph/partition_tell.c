/* What is said of a partition on stderr. */
#include "base/cli.h"
#include "graph/partition.h"
#include "graph/stability.h"

/* Print the evidence for every k; if there are several graphs, only with -v. */
static void tell_choice(const brc_cli *cli, const char *name, bool only, const brc_clustering *c)
{
	void (*say)(const brc_cli *, const char *, ...) = only ? brc_cli_note : brc_cli_detail;

	for (size_t i = 0; i < c->n_evidence; i++) {
		const brc_k_evidence *e = &c->evidence[i];

		say(cli, "%s: %s k %zu: eigengap %.4g, starts agree to %.3f", name,
		    e->k == c->k ? "chosen:" : "       ", e->k, e->gap, e->starts);
	}
}

void brc_partition_tell(const brc_cli *cli, const brc_laplacian *l, const brc_clustering *c)
{
	for (size_t g = 0; g < l->n; g++) {
		const brc_graph *graph = &l->graph[g].graph;

		tell_choice(cli, l->graph[g].name, l->n == 1, &c[g]);
		if (c[g].k == 0) {
			brc_cli_note(cli, "%s: no clusters: %s", l->graph[g].name, c[g].warning[0]);
			continue;
		}
		brc_cli_note(cli,
			     "%s: k %zu, n-cut %.6g, starts agree to %.3f, %zu component%s, %zu "
			     "isolated "
			     "of %zu units",
			     l->graph[g].name, c[g].k, c[g].ncut, c[g].starts, graph->components,
			     graph->components == 1 ? "" : "s", graph->n - graph->connected,
			     graph->n);
		for (size_t w = 0; w < c[g].n_warnings; w++)
			brc_cli_note(cli, "%s: warning: %s", l->graph[g].name, c[g].warning[w]);
	}
}
