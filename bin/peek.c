/* peek: show what a stream holds, for people or as JSON. */
#include "base/cli.h"
#include "data/tables/units_table.h"
#include "stream/filter.h"
#include "stream/summary.h"

static bool json;

static const brc_opt options[] = {{BRC_FLAG("json", 0, &json, "print JSON")}, {0}};

static brc_rc show_layers(const brc_section *s, brc_summary_format format, brc_str *out,
			  brc_err *err)
{
	brc_units units;
	brc_rc rc;

	BRC_TRY(brc_units_read(&units, s, err));
	rc = brc_units_table_show(&units, format, out, err);
	brc_units_clear(&units);
	return rc;
}

static brc_rc peek(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	brc_reader *reader;
	brc_str text = {0};
	brc_summary_counts counts;
	const brc_summary_detail layers = {"units", 1, show_layers};
	brc_rc rc;

	BRC_TRY(brc_reader_open(&reader, cli->n_operands > 0 ? cli->operands[0] : "-", err));
	rc = brc_summarise(reader, json ? BRC_SUMMARY_JSON : BRC_SUMMARY_TEXT, false, &layers,
			   &text, &counts, err);
	BRC_THEN(rc, brc_filter_text(f, text.s, text.len, err));
	brc_str_free(&text);
	brc_reader_free(reader);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "peek",
		.usage = "[FILE]",
		.purpose = "Show what a stream holds: its sections with their metadata and the "
			   "shapes of their tensors, the layers of a network and which feeds "
			   "which, and the history of how it was made. A stream that is not intact "
			   "is not shown at all.",
		.reads = "any stream, from FILE or standard input",
		.examples = "  peek analysis.brc\n"
			    "  extract-weights net.onnx | peek --json",
		.options = options,
		.max_operands = 1,
	};

	return brc_filter_main(&cli, argc, argv, NULL, peek);
}
