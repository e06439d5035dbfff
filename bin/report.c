/* report: report what streams hold, as text, TSV, JSON or an HTML page. */
#include <stdlib.h>
#include <string.h>

#include "base/cli.h"
#include "base/memory.h"
#include "render/report.h"
#include "stream/filter.h"

enum { AUTO }; /* the forms follow, in the order of brc_report_form */

static int format;
static int order, family;
static brc_report_options how = {.level = 0.05};

static const brc_opt options[] = {
	{BRC_CHOICE("format", 'f', "FORMAT", &format, "auto|text|html|json|tsv",
		    "form of the report. auto takes it from the suffix of -o FILE, and without a "
		    "suffix writes text")},
	{BRC_STRING("title", 0, "TEXT", &how.title, "title of the report")},
	{BRC_DOUBLE("level", 0, "ALPHA", &how.level, 1e-6, 0.5,
		    "level of significance for marks and counts")},
	{BRC_CHOICE("order", 0, "ORDER", &order, "layer|significance",
		    "order of the groups: by layer, or by significance")},
	{BRC_CHOICE("family", 0, "WHICH", &family, "partition|run",
		    "which tests q and max-T are adjusted for. partition: all groups of one "
		    "statistic of one partition. run: beside that, all groups of all statistics, "
		    "partitions and k of a network")},
	{BRC_FLAG("draws", 0, &how.draws, "in JSON, include every control draw")},
	{0}};

/* Sections that a report shows, with lesions; all others are skipped while reading. */
static const char types[] =
	"units|exemplars|clusterability|spectrum|labels|structure|repeats|importance|coherence";

typedef struct inputs {
	brc_report_input *item; /* titles borrowed from the operands */
	size_t n, cap;
} inputs;

static brc_rc add_file(inputs *in, brc_filter *f, const char *path, brc_err *err)
{
	const char *title = strcmp(path, "-") == 0 ? "standard input" : path;
	const brc_stream *streams;
	size_t n;

	BRC_TRY(brc_filter_streams(f, path, &streams, &n, err));
	BRC_TRY(brc_grow(&in->item, &in->cap, in->n + n, sizeof(*in->item), err));
	for (size_t i = 0; i < n; i++) {
		const brc_stream *s = &streams[i];

		in->item[in->n++] = (brc_report_input){title,
						       n > 1 ? i + 1 : 0,
						       (const brc_section *const *)s->sections.item,
						       s->sections.n,
						       (const brc_map *const *)s->history.entry,
						       s->history.n};
	}
	return BRC_OK;
}

static brc_rc report(brc_filter *f, const brc_cli *cli, inputs *in, brc_err *err)
{
	brc_report *r;
	brc_str out = {0};
	brc_report_form form = (brc_report_form)(format - 1);
	brc_rc rc;

	if (format == AUTO)
		BRC_TRY(brc_report_form_of(cli->c.output, &form, err));
	BRC_TRY(brc_filter_take(f, types, 1, BRC_CONSUME, err));
	BRC_TRY(brc_filter_take(f, "lesions", 2, BRC_CONSUME, err));
	for (size_t i = 0; i < cli->n_operands; i++)
		BRC_TRY(add_file(in, f, cli->operands[i], err));
	if (cli->n_operands == 0)
		BRC_TRY(add_file(in, f, "-", err));
	how.run = family == 1;
	how.order = order == 0 ? BRC_ORDER_LAYER : BRC_ORDER_SIGNIFICANCE;
	BRC_TRY(brc_report_new(&r, in->item, in->n, &how, err));
	rc = brc_report_render(r, form, &out, err);
	BRC_THEN(rc, brc_filter_text(f, out.s, out.len, err));
	brc_str_free(&out);
	brc_report_free(r);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "report",
		.usage = "[STREAM...]",
		.purpose =
			"Report what is known about the local specialization of networks: how "
			"clusterable they are, which groups of units are more important and more "
			"coherent than random ones, and which commands produced the results.",
		.reads = "any of units, exemplars, clusterability, spectrum, labels, structure, "
			 "repeats, lesions, importance, coherence, from one or several streams",
		.examples = "  lesion --model net.onnx --data test.brc <labels.brc | coherence | "
			    "report -o net.html\n"
			    "  report --format tsv run-1.brc run-2.brc > groups.tsv",
		.options = options,
		.max_operands = 10000,
	};
	brc_err err = {0};
	inputs in = {0};
	brc_filter *f;

	brc_cli_parse(&cli, argc, argv);
	if (brc_filter_open(&f, &cli, &err) == BRC_OK)
		report(f, &cli, &in, &err);
	free(in.item);
	return brc_filter_close(f, &cli, &err);
}
