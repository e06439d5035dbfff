/* What was not run, and the command that adds it. */
#include <string.h>

#include "render/notes/notes.h"

static void note_tests(brc_network *net, size_t i)
{
	const brc_labelling *l = &net->labelling[i];
	bool importance = brc_primary(&l->test[BRC_IMPORTANCE]);
	bool coherence = brc_primary(&l->test[BRC_COHERENCE]);

	if (!l->lesions_section && !importance && !coherence) {
		brc_note_addf(&net->notes, BRC_NOTE_MISSING, i,
			      "No group was lesioned, so importance and coherence are unknown. "
			      "Add:  | lesion --in %s --model NET.onnx --data TEST.brc | coherence",
			      l->name);
		return;
	}
	if (!importance)
		brc_note_addf(
			&net->notes, BRC_NOTE_MISSING, i,
			"There is no importance section; `lesion` writes it with the lesions.");
	if (!coherence && l->lesions_section && !brc_task_counts(l->lesions.task))
		brc_note_addf(
			&net->notes, BRC_NOTE_MISSING, i,
			"Regression counts no right answers: importance is measured by the squared "
			"error alone, and accuracy, recall and coherence are not defined.");
	else if (!coherence)
		brc_note_addf(
			&net->notes, BRC_NOTE_MISSING, i,
			"The lesions were not tested for coherence. Add:  | coherence --in %s",
			l->name);
}

void brc_note_missing(brc_network *net)
{
	brc_notes *notes = &net->notes;
	const size_t k =
		net->n_labellings > 0 && net->labelling[0].k > 1 ? net->labelling[0].k : 16;

	if (net->n_clusterability == 0)
		brc_note_addf(notes, BRC_NOTE_MISSING, BRC_ANY,
			      "The %s was not compared with a null model. Add, "
			      "before laplacian:  | clusterability -k %zu -n 50",
			      brc_subject(net), k);
	if (net->n_labellings == 0)
		brc_note_addf(notes, BRC_NOTE_MISSING, BRC_ANY,
			      "The %s was not partitioned. Add:  | laplacian | spectral -k 16",
			      brc_subject(net));
	for (size_t i = 0; i < net->n_labellings; i++) {
		const brc_labelling *l = &net->labelling[i];

		if (!l->spectrum_section && l->labels_section &&
		    l->labels.mode != BRC_LABELS_IMPORTED)
			brc_note_addf(notes, BRC_NOTE_MISSING, i,
				      "No spectrum came with the labels; `spectral` writes it.");
		if (!brc_is_graph(net))
			note_tests(net, i);
	}
	if (!net->has_exemplars && !brc_is_graph(net) && strcmp(net->items, "images") == 0)
		brc_note_addf(notes, BRC_NOTE_MISSING, BRC_ANY,
			      "There are no example images of what units respond to: "
			      "`activations` writes them (exemplars).");
}
