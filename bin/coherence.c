/* coherence: is the damage of a lesion specific to classes? */
#include <math.h>

#include "base/cli.h"
#include "study/measure.h"
#include "study/no_groups.h"
#include "study/tell.h"
#include "stream/filter.h"
#include "options.h"

static double level = 0.05, minimum = NAN;
static int fdr, compat;

static const brc_opt options[] = {
	OPTION_LEVEL(&level),
	OPTION_FDR(&fdr),
	{BRC_DOUBLE("minimum-effect", 0, "POINTS", &minimum, 0, 200,
		    "how far apart the classes that a lesion hits most and least must be for a "
		    "finding of specificity, in points of probability (default: 1)")},
	{BRC_CHOICE("compat", 0, "RULES", &compat, "none|paper",
		    "with paper, test only the range, as the published code does")},
	{0},
};

static brc_rc coherence(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_measure how = {.level = level,
				 .fdr = (brc_fdr)fdr,
				 .minimum_effect = minimum / 100,
				 .published = compat == 1};
	const brc_section *in;
	brc_findings findings = {0};
	brc_lesions l;
	bool none;
	brc_rc rc;

	BRC_TRY(brc_filter_take(f, "lesions", 2, BRC_SHARE, err));
	BRC_TRY(brc_filter_take(f, "labels", 1, BRC_SHARE | BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(brc_no_groups_in_stream(f, "there is nothing to add", cli, &none, err));
	if (none)
		return BRC_OK;
	BRC_TRY(brc_filter_section(f, "lesions", &in, err));
	BRC_TRY(brc_lesions_read(&l, in, err));
	if (!l.correct) /* the rest of a pipeline goes on, and its report says so, too */
		brc_cli_note(cli,
			     "%s: regression counts no right answers, so that coherence is not "
			     "defined: the change of the loss of each output is tested",
			     l.labels);
	rc = brc_measure_coherence(&findings, &l, &how, err);
	BRC_THEN(rc, brc_filter_make(f, "coherence", brc_cli_name(cli, in->name),
				     brc_findings_write, &findings, err));
	if (rc == BRC_OK)
		brc_tell_findings(cli, &findings);
	brc_findings_clear(&findings);
	brc_lesions_clear(&l);
	return rc;
}

static brc_rc resolve(const brc_cli *cli, brc_err *err)
{
	(void)cli;
	if (compat && !isnan(minimum))
		return brc_fail(err, BRC_USAGE,
				"--minimum-effect: the published rules know no specificity; leave "
				"out --compat paper");
	if (isnan(minimum))
		minimum = 1;
	return BRC_OK;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "coherence",
		.usage = "",
		.purpose = "Measure whether the damage of a lesion is specific to classes. "
			   "Specificity asks whether the probabilities of some classes fall for "
			   "their own images while those of others do not, and compares this with "
			   "the controls; so are the class spread, the published range, and each "
			   "class by itself.",
		.reads = "lesions, which are handed through",
		.writes = "coherence, called like the lesions",
		.examples = "  lesion --model net.onnx --data test.brc <labels.brc | coherence | "
			    "report\n"
			    "  coherence --fdr by --level 0.01 <lesions.brc >coherence.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME,
	};

	return brc_filter_main(&cli, argc, argv, resolve, coherence);
}
