/* How far a partition is reliable, and where its k comes from, in sentences. */
#include <math.h>

#include "graph/stability.h"
#include "render/notes/notes.h"
#include "render/words/format.h"

#define UNSTABLE 0.4 /* below it most groups depend on the seed */

/* What a stability means for a reader of the single groups. */
static const char *in_words(double stability)
{
	if (stability >= 0.95)
		return "chance has hardly a part in it";
	if (stability >= 0.75)
		return "most of it stays the same under another seed";
	if (stability >= UNSTABLE)
		return "part of it is chance: under another seed some groups are others";
	return "much of it is chance: under another seed most groups are others";
}

static void note_stability(brc_network *net, size_t labelling)
{
	const brc_labelling *l = &net->labelling[labelling];
	double range[2];
	size_t unstable = 0, n = brc_stability_range(l, range);
	brc_str *text;

	if (n == 0)
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_PARTITION, labelling);
	if (n == 1)
		brc_str_addf(text, "The partition has a stability of %.2f: %s.", range[0],
			     in_words(range[0]));
	else
		brc_str_addf(text,
			     "The partitions of %zu graphs have stabilities from %.2f to %.2f.", n,
			     range[0], range[1]);
	for (size_t i = 0; i < l->n_graphs; i++)
		unstable += l->graph[i].k > 1 && l->graph[i].stability < UNSTABLE;
	if (n > 1 && unstable > 0)
		brc_str_addf(text,
			     " In %zu of them it is below %.2f: there most groups are others under "
			     "another seed.",
			     unstable, UNSTABLE);
	brc_str_addf(text,
		     " Stability is the mean adjusted Rand index between %d partitions from other "
		     "starts: 1 when all are the same, about 0 when only chance decides.",
		     BRC_STABILITY_PARTITIONS);
}

static void add_choice(brc_str *text, const brc_graph_result *g)
{
	double best = -INFINITY;

	for (size_t i = 0; i < g->choices; i++)
		best = fmax(best, g->choice_stability[i]);
	brc_str_addf(text,
		     "Of the k from %d to %d whose stability is at most %.2f below the best one, "
		     "%.2f, k = %zu has the largest gap from eigenvalue k to k + 1",
		     g->choice_k[0], g->choice_k[g->choices - 1], BRC_K_CLOSE, best, g->k);
	for (size_t i = 0; i < g->choices; i++)
		if (g->choice_k[i] >= 0 && (size_t)g->choice_k[i] == g->k) {
			brc_str_addf(text, ", %s", brc_format_number(g->choice_gap[i], 2).s);
			break;
		}
	brc_str_add(text, ", and was chosen.");
}

static void note_choice(brc_network *net, size_t labelling)
{
	const brc_labelling *l = &net->labelling[labelling];
	const brc_graph_result *first = NULL;
	size_t n = 0, least = BRC_ANY, most = 0;
	brc_str *text;

	for (size_t i = 0; i < l->n_graphs; i++) {
		const brc_graph_result *g = &l->graph[i];

		if (g->choices == 0)
			continue;
		first = n++ ? first : g;
		least = g->k < least ? g->k : least;
		most = g->k > most ? g->k : most;
	}
	if (n == 0)
		return;
	text = brc_note_begin(&net->notes, BRC_NOTE_PARTITION, labelling);
	if (n == 1)
		add_choice(text, first);
	else
		brc_str_addf(text,
			     "k was chosen for each of %zu graphs (%zu to %zu): of the k whose "
			     "stability is at most %.2f below the best of the graph, the one with "
			     "the largest gap from eigenvalue k to k + 1.",
			     n, least, most, BRC_K_CLOSE);
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
		note_stability(net, i);
		note_whole_layers(net, i);
	}
}
