/* The report for a terminal. */
#include <string.h>

#include "render/words/commands.h"
#include "render/words/escape.h"
#include "render/words/format.h"
#include "render/text/text.h"

/* As brc_text_line, for a string that somebody else owns. */
static void paragraph(brc_str *b, const char *first, const char *s)
{
	brc_str clean = {0};
	size_t indent = brc_escape_columns(first), used = indent;

	brc_escape_terminal(&clean, s);
	brc_str_add(b, first);
	for (const char *word = clean.s ? clean.s : ""; *word;) {
		size_t n = strcspn(word, " "), gap = strspn(word + n, " "), columns;
		char one[1024];

		n = n < sizeof(one) ? n : sizeof(one) - 1;
		memcpy(one, word, n);
		one[n] = '\0';
		columns = brc_escape_columns(one);
		if (used > indent && used + 1 + columns > BRC_TEXT_WIDTH) {
			brc_str_addf(b, "\n%*s", (int)indent, "");
			used = indent;
		} else if (used > indent) {
			brc_str_add(b, " ");
			used++;
		}
		brc_str_addn(b, one, n);
		used += columns;
		word += n;
		word += *word == ' ' ? gap : 0;
	}
	brc_str_add(b, "\n");
	b->failed |= clean.failed;
	brc_str_free(&clean);
}

void brc_text_line(brc_str *b, const char *first, brc_str *line)
{
	paragraph(b, first, line->s ? line->s : "");
	b->failed |= line->failed;
	brc_str_free(line);
}

static void heading(brc_str *b, const char *s, char underline)
{
	size_t columns = brc_escape_columns(s);

	brc_escape_terminal(b, s);
	brc_str_add(b, "\n");
	for (size_t i = 0; i < columns && i < BRC_TEXT_WIDTH; i++)
		brc_str_addn(b, &underline, 1);
	brc_str_add(b, "\n");
}

/* "image (784), fc1 (256), out (10)": the layers with their units. */
static void add_layers(brc_str *b, const brc_network *net)
{
	const brc_layers *t = brc_network_layers(net);
	brc_str line = {0};

	if (!t)
		return;
	for (size_t i = 0; i < t->n; i++)
		brc_str_addf(&line, "%s%s (%zu)", i ? ", " : "", t->name[i], t->units[i]);
	brc_text_line(b, "Layers (units)  ", &line);
}

static void add_accuracy(brc_str *b, const brc_network *net)
{
	const brc_labelling *l = brc_network_lesioned(net);
	char unit[64];
	brc_task_kind task;
	brc_loss_kind loss;

	if (!l)
		return;
	task = l->lesions.task;
	loss = l->lesions.loss_kind;
	brc_loss_unit(net, l, unit, sizeof(unit));
	if (task != BRC_TASK_CLASSES)
		brc_str_addf(b, "Task            %s\n", brc_task_name[task]);
	if (brc_task_counts(task))
		brc_str_addf(b, "Accuracy        %s of %zu %s (%s-balanced %s), loss %s %s%s\n",
			     brc_format_percent(brc_lesions_baseline_plain(&l->lesions)).s,
			     l->lesions.images, net->items, brc_task_cell(task),
			     brc_format_percent(brc_lesions_baseline_balanced(&l->lesions)).s,
			     brc_format_number(l->loss, 3).s, unit,
			     loss == BRC_LOSS_MARGIN ? ": minus the margin" : "");
	else
		brc_str_addf(b, "Loss            %s %s, %s of %zu %s\n",
			     brc_format_number(l->loss, 3).s, unit, brc_task_loss(task, loss),
			     l->lesions.images, net->items);
}

/* The notes of one kind that belong to `labelling`, each as a paragraph after a bullet. */
static void add_notes(brc_str *b, const brc_network *net, brc_note_kind kind, size_t labelling,
		      const char *title)
{
	const brc_note *note = brc_note_next(&net->notes, NULL, kind, labelling);

	if (!note)
		return;
	if (title[0])
		brc_str_addf(b, "%s\n", title);
	for (; note; note = brc_note_next(&net->notes, note, kind, labelling))
		paragraph(b, note->kind == BRC_NOTE_DETAIL ? "      " : "  - ", note->text.s);
	brc_str_add(b, "\n");
}

static brc_rc add_network(brc_str *b, const brc_network *net, double level, brc_err *err)
{
	heading(b, net->title, '=');
	add_layers(b, net);
	if (net->model)
		brc_str_addf(b, "Model           %.8s\n", net->model);
	add_accuracy(b, net);
	for (size_t i = 0; i < net->n_clusterability; i++) {
		const brc_clusterability *c = &net->clusterability[i];
		brc_str line = {0};

		brc_str_addf(&line,
			     "%s, k %zu: n-cut %s; by chance %s (sd %s, %zu draws, %s); p %s, z %s",
			     c->source[0] ? brc_source_title(c->source) : "network", c->k,
			     brc_format_number(c->observed, 5).s, brc_format_number(c->mean, 5).s,
			     brc_format_number(c->sd, 2).s, c->shuffles, c->null,
			     brc_format_p(c->p).s, brc_format_number(c->z, 3).s);
		brc_text_line(b, "Clusterability  ", &line);
	}
	brc_str_add(b, "\n");
	for (size_t i = 0; i < net->n_labellings; i++) {
		heading(b, net->labelling[i].name, '-');
		add_notes(b, net, BRC_NOTE_STRUCTURE, i, "");
		BRC_TRY(brc_text_verdicts(b, &net->labelling[i], level, err));
		brc_text_partition(b, &net->labelling[i]);
		add_notes(b, net, BRC_NOTE_PARTITION, i, "");
		brc_text_tests(b, &net->labelling[i], level);
		add_notes(b, net, BRC_NOTE_UNTESTED, i, "");
		add_notes(b, net, BRC_NOTE_FINDING, i, "");
		add_notes(b, net, BRC_NOTE_WARNING, i, "Careful:");
		add_notes(b, net, BRC_NOTE_MISSING, i, "Not run:");
	}
	add_notes(b, net, BRC_NOTE_FINDING, BRC_ANY,
		  brc_is_graph(net) ? "The graph as a whole:" : "The network as a whole:");
	add_notes(b, net, BRC_NOTE_WARNING, BRC_ANY, "Careful:");
	add_notes(b, net, BRC_NOTE_MISSING, BRC_ANY, "Not run:");
	if (net->input->n_history > 0) {
		brc_str_add(b, "Made by\n");
		BRC_TRY(brc_commands(net->input->history, net->input->n_history, b, err));
		brc_str_add(b, "\n");
	}
	return BRC_OK;
}

static void add_combined(brc_str *b, const brc_report *r)
{
	if (r->n_combined == 0 && !r->combined_remark)
		return;
	heading(b, "Over all networks", '=');
	for (size_t i = 0; i < r->n_combined; i++) {
		const brc_combined *c = &r->combined[i];

		brc_str_add(b, "  ");
		brc_escape_cell(b, c->labelling, 24);
		brc_str_addf(b, " %-10s  %zu networks, mean omnibus p %s, combined p %s\n",
			     brc_proxy_name(c->proxy), c->networks, brc_format_p(c->mean).s,
			     brc_format_p(c->p).s);
	}
	if (r->combined_remark)
		paragraph(b, "  ", r->combined_remark);
	if (r->n_combined > 0)
		paragraph(b, "  ",
			  "Combined: the chance that as many independent uniform numbers have so "
			  "small a mean (Irwin and Hall); it holds for networks trained apart.");
	brc_str_add(b, "\n");
}

brc_rc brc_report_text(const brc_report *r, brc_str *out, brc_err *err)
{
	if (r->options.title) {
		heading(out, r->options.title, '#');
		brc_str_add(out, "\n");
	}
	for (size_t i = 0; i < r->n; i++)
		BRC_TRY(add_network(out, &r->network[i], r->options.level, err));
	add_combined(out, r);
	return brc_str_check(out, err);
}
