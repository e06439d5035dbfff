/* repeat: do findings return where the groups are those of perturbed partitions? */
#include <stdio.h>
#include <string.h>

#include "base/cli.h"
#include "net/network_file.h"
#include "sections/repeats.h"
#include "stream/filter.h"
#include "study/no_groups.h"
#include "study/repeat.h"
#include "study/repeat_statistics.h"
#include "study/tell.h"
#include "options.h"

static const char *model, *data_path, *data_name;
static brc_repeat study = {.copies = 10, .min_size = 2, .max_fraction = 0.99};
static int precision, weighting;
static brc_net_options how_read;

static const brc_opt options[] = {
	{BRC_PATH("model", 'm', "FILE", &model, "the network that lesion was given (ONNX)")},
	{BRC_PATH("data", 'd', "FILE", &data_path,
		  "a stream with the dataset that lesion was given (default: the dataset of the "
		  "incoming stream)")},
	OPTION_DATASET(&data_name, "test"),
	{BRC_SIZE("partitions", 'n', "R", &study.copies, 1, 1e6,
		  "how many of the perturbed partitions are used, at most: the first ones")},
	{BRC_STRING("statistics", 0, "LIST", &study.statistics,
		    "whose findings are repeated, such as accuracy,loss,specificity, or all "
		    "(default: accuracy, or loss where there is no accuracy, and specificity: "
		    "verdicts rest on these)")},
	{BRC_FLAG("all", 0, &study.all,
		  "lesion every group of these partitions, not only those that are like the group "
		  "of a finding; and write how often each unit is in a group that is a finding")},
	{BRC_PATH("token-classes", 0, "FILE", &study.tokens.path,
		  "count tokens by class, as lesion was told: a table with the columns class, and "
		  "token (a number) or name")},
	{BRC_SIZE(
		"frequent-tokens", 0, "N", &study.tokens.frequent, 1, 1000,
		"count the N most frequent tokens by themselves, as lesion was told (default: all "
		"by themselves; 100 where there are more than 1000 tokens)")},
	OPTION_SHAPE(&how_read.shape),
	OPTION_OUTPUT(&how_read.output),
	{BRC_SIZE("min-size", 0, "N", &study.min_size, 1, INT32_MAX,
		  "leave out sub-clusters of fewer units, as lesion does")},
	{BRC_DOUBLE("max-fraction", 0, "X", &study.max_fraction, 1e-9, 1,
		    "leave out sub-clusters that hold a larger fraction of the layer's clustered "
		    "units, as lesion does")},
	OPTION_PRECISION(&precision),
	{BRC_CHOICE("weighting", 0, "WHAT", &weighting, "class|image",
		    "what counts the same in mean accuracy and loss, as lesion was told: every "
		    "class or every image")},
	{0},
};

/* The inputs and the results. Everything is cleared at the end. */
typedef struct work {
	brc_labels labels;
	brc_partitions partitions;
	brc_lesions lesions;
	brc_net *net;
	brc_dataset data;
	brc_findings findings[BRC_REPEAT_FINDINGS];
	char name[BRC_REPEAT_FINDINGS][BRC_NAME_MAX];
	brc_repeats repeats;
} work;

static const char *const types[BRC_REPEAT_FINDINGS] = {"importance", "coherence"};

/* Importance or coherence, or both. */
static brc_rc read_findings(work *w, brc_filter *f, brc_err *err)
{
	const brc_section *const *all, *s;
	const size_t n = brc_filter_sections(f, &all);

	for (size_t k = 0; k < BRC_REPEAT_FINDINGS; k++) {
		bool there = k == 0;

		for (size_t i = 0; i < n; i++)
			there = there || strcmp(all[i]->type, types[k]) == 0;
		if (!there)
			continue;
		BRC_TRY(brc_filter_section(f, types[k], &s, err));
		BRC_TRY(brc_findings_read(&w->findings[k], s, err));
		snprintf(w->name[k], sizeof(w->name[k]), "%s", s->name);
		study.found[k] = &w->findings[k];
	}
	return BRC_OK;
}

static brc_rc read_partitions(work *w, brc_filter *f, const char *labels, brc_err *err)
{
	const brc_section *const *all;
	const size_t n = brc_filter_sections(f, &all);
	bool found;

	BRC_TRY(brc_partitions_find(&w->partitions, all, n, labels, &found, err));
	if (!found) {
		brc_fail(err, BRC_DATA, "the stream has no perturbed partitions called '%s'",
			 labels);
		return brc_hint(err, "make them together with the labels: spectral --stability R");
	}
	if (study.copies > w->partitions.copies)
		study.copies = w->partitions.copies;
	return BRC_OK;
}

static brc_rc take_inputs(brc_filter *f, brc_err *err)
{
	if (!model)
		return brc_fail(err, BRC_USAGE, "give the network with --model FILE");
	if (strcmp(model, "-") == 0 || (data_path && strcmp(data_path, "-") == 0) ||
	    (study.tokens.path && strcmp(study.tokens.path, "-") == 0)) {
		brc_fail(err, BRC_USAGE, "standard input is the stream with the findings");
		return brc_hint(err, "give a file, or /dev/fd/N: --data <(read-data ...)");
	}
	BRC_TRY(brc_filter_take(f, "labels|partitions", 1, BRC_SHARE, err));
	BRC_TRY(brc_filter_take(f, "lesions", 2, BRC_SHARE, err));
	BRC_TRY(brc_filter_take(f, "importance|coherence", 1, BRC_CONSUME, err));
	brc_filter_prefer(f, "dataset", BRC_DATASET_TEST, data_name, "dataset");
	if (!data_path)
		BRC_TRY(brc_filter_take(f, "dataset", 1, BRC_SHARE | BRC_ANY_NAME, err));
	return brc_filter_read(f, err);
}

static brc_rc read_inputs(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *s;

	BRC_TRY(brc_filter_section(f, "labels", &s, err));
	BRC_TRY(brc_labels_read(&w->labels, s, err));
	BRC_TRY(read_partitions(w, f, s->name, err));
	BRC_TRY(brc_filter_section(f, "lesions", &s, err));
	BRC_TRY(brc_lesions_read(&w->lesions, s, err));
	BRC_TRY(read_findings(w, f, err));
	BRC_TRY(brc_network_data(&w->data, data_path, f, err));
	how_read.data = &w->data;
	BRC_TRY(brc_network_open(&w->net, model, &how_read, f, err));
	brc_tell_inputs(cli, w->net);
	brc_tell_output(cli, w->net);
	return BRC_OK;
}

static brc_rc run(work *w, brc_filter *f, const brc_cli *cli, brc_err *err)
{
	bool none;

	BRC_TRY(take_inputs(f, err));
	BRC_TRY(brc_no_groups_in_stream(f, "there is nothing to repeat", cli, &none, err));
	if (none)
		return BRC_OK;
	BRC_TRY(read_inputs(w, f, cli, err));
	study.net = w->net;
	study.data = &w->data;
	study.labels = &w->labels;
	study.partitions = &w->partitions;
	study.lesions = &w->lesions;
	study.precision = (brc_precision)precision;
	study.weighting = (brc_weighting)weighting;
	BRC_TRY(brc_repeat_run(&study, cli, &w->repeats, err));
	for (size_t k = 0; k < BRC_REPEAT_FINDINGS; k++)
		if (study.found[k])
			BRC_TRY(brc_filter_make(f, types[k], w->name[k], brc_findings_write,
						&w->findings[k], err));
	brc_tell_repeats(cli, &w->repeats);
	brc_repeat_tell_others(&study, cli);
	return brc_filter_make(f, "repeats", brc_cli_name(cli, w->name[0]), brc_repeats_write,
			       &w->repeats, err);
}

static brc_rc repeat(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	work w = {0};
	brc_rc rc = run(&w, f, cli, err);

	brc_repeats_clear(&w.repeats);
	for (size_t k = 0; k < BRC_REPEAT_FINDINGS; k++)
		brc_findings_clear(&w.findings[k]);
	brc_dataset_clear(&w.data);
	brc_net_free(w.net);
	brc_lesions_clear(&w.lesions);
	brc_partitions_clear(&w.partitions);
	brc_labels_clear(&w.labels);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "repeat",
		.usage = "",
		.purpose = "Find the findings again. A finding is a group that stands out. This "
			   "filter looks for it in partitions of copies of the graph that were "
			   "changed by chance, lesions the group that is most like it, and says in "
			   "what share of them it stands out again.",
		.reads = "labels, partitions and lesions, which are handed through; importance "
			 "and coherence; dataset, unless --data is given",
		.writes = "importance and coherence with the column returns; repeats",
		.examples = "  repeat --model net.onnx --data test.brc <repeatable.brc | report\n"
			    "  repeat --model net.onnx --data test.brc --all <repeatable.brc "
			    ">repeated.brc",
		.options = options,
		.common = BRC_COMMON_STREAM | BRC_COMMON_IN | BRC_COMMON_NAME | BRC_COMMON_SEED,
	};

	return brc_filter_main(&cli, argc, argv, NULL, repeat);
}
