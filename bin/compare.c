/* compare: do two labellings agree? */
#include <string.h>

#include "base/cli.h"
#include "base/str.h"
#include "graph/agreement.h"
#include "stream/filter.h"

static const char *with, *labels_path;
static bool json;

static const brc_opt options[] = {
	{BRC_STRING("with", 0, "NAME", &with, "name of the second labels, in the same stream")},
	{BRC_PATH("labels", 0, "FILE", &labels_path, "read the second labels from another stream")},
	{BRC_FLAG("json", 0, &json, "write JSON")},
	{0},
};

/* Labels called `name`. Without a name, the only labels apart from `other`, which may be NULL. */
static brc_rc find_labels(brc_filter *f, const char *name, const brc_section *other,
			  const brc_section **out, brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all), found = 0;

	for (size_t i = 0; i < n; i++) {
		const brc_section *s = all[i];

		if (name ? strcmp(s->name, name) == 0 : !other || s != other) {
			*out = s;
			found++;
		}
	}
	if (found == 1)
		return BRC_OK;
	if (name)
		brc_fail(err, BRC_DATA, "the stream has no labels called '%s'", name);
	else
		brc_fail(err, BRC_DATA, "the stream holds %zu labels sections: which two?", n);
	return brc_hint(err, "name them with --in and --with, or give a second stream with "
			     "--labels; 'peek' shows what a stream holds");
}

/* The two sections to compare; without names, the two that the stream holds, in its order. */
static brc_rc choose(brc_filter *f, const brc_cli *cli, const brc_section **a,
		     const brc_section **b, brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all);

	if (labels_path) {
		BRC_TRY(find_labels(f, cli->c.in, NULL, a, err));
		return brc_filter_side(f, "labels", labels_path, "labels", 1, b, err);
	}
	if (!cli->c.in && !with && n == 2) {
		*a = all[0];
		*b = all[1];
		return BRC_OK;
	}
	if (with) {
		BRC_TRY(find_labels(f, with, NULL, b, err));
		return find_labels(f, cli->c.in, *b, a, err);
	}
	BRC_TRY(find_labels(f, cli->c.in, NULL, a, err));
	return find_labels(f, NULL, *a, b, err);
}

static brc_rc write_text(brc_filter *f, const brc_section *a, const brc_section *b,
			 const brc_labels_agreement *t, brc_err *err)
{
	brc_str out = {0};
	brc_rc rc;

	(json ? brc_labels_agreement_json : brc_labels_agreement_text)(t, a->name, b->name, &out);
	rc = brc_str_check(&out, err);
	BRC_THEN(rc, brc_filter_text(f, out.s, out.len, err));
	brc_str_free(&out);
	return rc;
}

static brc_rc compare(brc_filter *f, const brc_cli *cli, brc_err *err)
{
	const brc_section *a = NULL, *b = NULL;
	brc_labels x = {0}, y = {0};
	brc_labels_agreement t = {0};
	brc_rc rc;

	if (with && labels_path)
		return brc_fail(err, BRC_USAGE, "give either --with or --labels");
	BRC_TRY(brc_filter_take(f, "labels", 1, BRC_SHARE | BRC_ANY_NAME, err));
	BRC_TRY(brc_filter_read(f, err));
	BRC_TRY(choose(f, cli, &a, &b, err));
	rc = brc_labels_read(&x, a, err);
	BRC_THEN(rc, brc_labels_read(&y, b, err));
	BRC_THEN(rc, brc_labels_compare(&t, &x, &y, err));
	BRC_THEN(rc, write_text(f, a, b, &t, err));
	brc_labels_agreement_clear(&t);
	brc_labels_clear(&x);
	brc_labels_clear(&y);
	return rc;
}

int main(int argc, char **argv)
{
	brc_cli cli = {
		.tool = "compare",
		.usage = "",
		.purpose = "Compare two labellings of a network's units, layer by layer. The "
			   "measures are the adjusted Rand index and the normalised mutual "
			   "information; both are 1 for equal partitions.",
		.reads = "labels",
		.writes = "a table, or JSON",
		.examples = "  compare --in weights.global --with affinity.global <both.brc\n"
			    "  compare --labels other.brc --json <labels.brc",
		.options = options,
		.common = BRC_COMMON_IN,
	};

	return brc_filter_main(&cli, argc, argv, NULL, compare);
}
