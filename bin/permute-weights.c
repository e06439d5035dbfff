/* permute-weights: an untrained copy of a model, its weights permuted within each tensor. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"
#include "data/models/permute.h"
#include "stream/filter.h"

static const brc_opt options[] = {{0}};

static brc_rc write_copy(brc_filter *f, const brc_cli *cli, brc_onnx *m, brc_err *err)
{
	brc_permuted done;
	uint8_t *bytes;
	size_t n;
	brc_rc rc;

	if (brc_onnx_permute(m, cli->c.seed, &done, err) != BRC_OK)
		return brc_err_prefix(err, "%s", cli->operands[0]);
	BRC_TRY(brc_onnx_encode(m, &bytes, &n, err));
	rc = brc_filter_text(f, (const char *)bytes, n, err);
	free(bytes);
	if (rc == BRC_OK)
		brc_cli_note(cli,
			     "%zu tensors permuted, %zu entries, seed %llu; %zu that do not "
			     "vary kept",
			     done.tensors, done.entries, (unsigned long long)cli->c.seed,
			     done.kept);
	return rc;
}

static brc_rc permute_weights(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	brc_onnx m;
	brc_rc rc;

	BRC_TRY(brc_onnx_read(&m, cli->operands[0], err));
	rc = write_copy(f, cli, &m, err);
	brc_onnx_clear(&m);
	return rc;
}

static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	const char *output = cli->c.output;

	if (cli->n_operands == 0) {
		brc_fail(err, BRC_USAGE, "no model is given");
		return brc_hint(err, "permute-weights MODEL.onnx -o COPY.onnx");
	}
	if ((!output || strcmp(output, "-") == 0) && isatty(STDOUT_FILENO)) {
		brc_fail(err, BRC_USAGE, "a model is not written to a terminal");
		return brc_hint(err, "redirect the output, or give -o FILE");
	}
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "permute-weights",
		.usage = "MODEL.onnx",
		.purpose = "Make an untrained copy of a network. The entries of each tensor of "
			   "weights are permuted among themselves; all else of the file stays. "
			   "What is found in the copy, too, is not what training made.",
		.reads = NULL,
		.writes = "an ONNX model, no stream",
		.examples = "  permute-weights net.onnx -o untrained.onnx\n"
			    "  permute-weights --seed 2 net.onnx >untrained-2.onnx",
		.options = options,
		.common = BRC_COMMON_SEED,
		.max_operands = 1,
	};

	return brc_filter_main(&cli, argc, argv, resolve, permute_weights);
}
