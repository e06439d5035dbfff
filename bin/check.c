/* check: is a stream intact? */
#include "base/cli.h"
#include "stream/filter.h"
#include "stream/summary.h"

static const brc_opt options[] = {{0}};

static brc_rc check(brc_filter *f, const brc_cli *cli, const char *path, brc_err *err)
{
	brc_reader *reader;
	brc_str text = {0};
	brc_summary_counts n;
	char size[32];
	brc_rc rc;

	BRC_TRY(brc_reader_open(&reader, path, err));
	rc = brc_summarise(reader, BRC_SUMMARY_NONE, true, NULL, &text, &n, err);
	if (rc == BRC_OK && cli->c.verbosity >= 0) {
		char name[4096];

		brc_printable(name, sizeof(name), brc_reader_name(reader));
		brc_str_addf(
			&text,
			"%s: intact: %zu stream%s, %zu sections, %zu tensors, %llu frames, %s\n",
			name, n.streams, n.streams == 1 ? "" : "s", n.sections, n.tensors,
			(unsigned long long)n.frames, brc_human_bytes((double)n.bytes, size));
		rc = brc_str_check(&text, err);
		BRC_THEN(rc, brc_filter_text(f, text.s, text.len, err));
	}
	brc_str_free(&text);
	brc_reader_free(reader);
	return rc;
}

static brc_rc check_all(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	if (cli->n_operands == 0)
		return check(f, cli, "-", err);
	for (size_t i = 0; i < cli->n_operands; i++)
		BRC_TRY(check(f, cli, cli->operands[i], err));
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "check",
		.usage = "[FILE...]",
		.purpose =
			"Verify that streams are intact: every frame, every checksum, every "
			"compressed chunk, and the trailer. The exit code is 0 if all are intact, "
			"4 if one is truncated or corrupt, and 3 if one is not a stream.",
		.reads = "any stream, from FILEs or standard input",
		.examples = "  check analysis.brc && echo complete\n"
			    "  check -q *.brc",
		.options = options,
		.max_operands = 4096,
	};

	return brc_filter_main(&cli, argc, argv, NULL, check_all);
}
