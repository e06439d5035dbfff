/* How far a partition is reliable, and where its k comes from, in sentences. */
#include <math.h>

#include "graph/stability.h"
#include "render/notes/notes.h"
#include "render/words/format.h"

/* How far the starts of k-means agree. It says nothing of whether there are groups. */
static void note_starts(brc_network *net, size_t labelling)
{
	const brc_labelling *l = &net->labelling[labelling];
	double range[2];
	size_t n = brc_starts_range(l, range);
	brc_str *text;

	if (n == 0)
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_PARTITION, labelling);
	if (n == 1)
		brc_str_addf(text, "Partitions from %d other starts of k-means agree to %.2f",
			     BRC_STABILITY_PARTITIONS, range[0]);
	else
		brc_str_addf(text,
			     "Partitions of %zu graphs from %d other starts of k-means agree to "
			     "%.2f to %.2f",
			     n, BRC_STABILITY_PARTITIONS, range[0], range[1]);
	brc_str_add(text, " (mean adjusted Rand index: 1 when all are the same). This is about "
			  "k-means alone: noise can be partitioned alike from all starts, too.");
}

/* The smallest and the largest k that could be chosen, over all graphs. */
static size_t range_of_choice(const brc_labelling *l, int32_t range[2])
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_graphs; i++) {
		const brc_graph_result *g = &l->graph[i];

		if (g->choices == 0)
			continue;
		if (n == 0 || g->choice_k[0] < range[0])
			range[0] = g->choice_k[0];
		if (n++ == 0 || g->choice_k[g->choices - 1] > range[1])
			range[1] = g->choice_k[g->choices - 1];
	}
	return n;
}

static void note_choice(brc_network *net, size_t labelling)
{
	const brc_labelling *l = &net->labelling[labelling];
	size_t least = BRC_ANY, most = 0, without = 0;
	int32_t range[2] = {0, 0};
	size_t n = range_of_choice(l, range);
	brc_str *text;

	if (n == 0)
		return;
	for (size_t i = 0; i < l->n_graphs; i++) {
		without += l->graph[i].choices > 0 && l->graph[i].k == 0;
		if (l->graph[i].choices == 0 || l->graph[i].k == 0)
			continue;
		least = l->graph[i].k < least ? l->graph[i].k : least;
		most = l->graph[i].k > most ? l->graph[i].k : most;
	}
	text = brc_note_begin(&net->notes, BRC_NOTE_PARTITION, labelling);
	brc_str_addf(text, "k was to be chosen between %d and %d", range[0], range[1]);
	if (n == without)
		brc_str_addf(text, "%s: no k stands out, and no unit has a label.",
			     n == 1 ? "" : " for each graph");
	else if (n == 1)
		brc_str_addf(text, ": %zu was taken.", most);
	else
		brc_str_addf(text,
			     " for each of %zu graphs: %zu to %zu were taken, and in %zu "
			     "graphs no k stands out.",
			     n, least, most, without);
}

/* Clusters that are whole layers cannot be compared with random groups. This says what helps. */
static void note_whole_layers(brc_network *net, size_t labelling)
{
	const brc_labelling *l = &net->labelling[labelling];
	size_t whole = 0;

	for (size_t i = 0;
	     i < l->n_groups && l->labels_section && l->labels.mode == BRC_LABELS_GLOBAL; i++)
		whole += l->group[i].size == l->layers.units[l->group[i].layer];
	if (whole < 2 || 2 * whole < l->n_groups)
		return;
	brc_note_addf(&net->notes, BRC_NOTE_PARTITION, labelling,
		      "%zu of %zu groups are whole layers: the %s is cut between layers more "
		      "than within them, and whole layers cannot be compared with random groups. A "
		      "larger k divides layers, or a partition of each (laplacian --local).",
		      whole, l->n_groups, brc_subject(net));
}

void brc_note_partitions(brc_network *net)
{
	for (size_t i = 0; i < net->n_labellings; i++) {
		note_choice(net, i);
		note_starts(net, i);
		note_whole_layers(net, i);
	}
}
