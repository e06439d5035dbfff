/* A report, from its inputs to the form that it is written in. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "render/notes/notes.h"
#include "render/report.h"

static brc_rc nothing_to_report(const brc_report_input *inputs, size_t n, brc_err *err)
{
	brc_str seen = {0};
	brc_rc rc;

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < inputs[i].n; j++) {
			char title[256];

			brc_str_addf(
				&seen, "%s%s", seen.len ? ", " : "",
				brc_section_title(inputs[i].sections[j], title, sizeof(title)));
		}
	brc_fail(err, BRC_DATA, "nothing to report: %s%.600s",
		 seen.len ? "there are only " : "the stream is empty", seen.len ? seen.s : "");
	rc = brc_hint(err, "a report is made of labels, spectrum, clusterability, lesions, "
			   "importance or coherence: ... | laplacian | spectral -k 16 | report");
	brc_str_free(&seen);
	return rc;
}

static brc_rc collect(brc_report *r, const brc_report_input *inputs, size_t n, brc_err *err)
{
	size_t content = 0;

	BRC_TRY(brc_network_inputs_join(&r->inputs, inputs, n, err));
	BRC_NEW(r->network, r->inputs.n, err);
	while (r->n < r->inputs.n) {
		brc_network *net = &r->network[r->n];
		brc_rc rc = brc_network_collect(net, &r->inputs.item[r->n++], &r->options, err);

		if (rc == BRC_OK && r->options.run)
			rc = brc_network_find_family(net, err);
		BRC_THEN(rc, brc_notes_collect(net, &r->options, err));
		if (rc != BRC_OK)
			return r->inputs.n > 1 ? brc_err_prefix(err, "%s", net->title) : rc;
		content += net->n_labellings + net->n_clusterability;
	}
	return content == 0 ? nothing_to_report(inputs, n, err) : brc_combine_networks(r, err);
}

brc_rc brc_report_new(brc_report **r, const brc_report_input *inputs, size_t n,
		      const brc_report_options *options, brc_err *err)
{
	brc_rc rc;

	BRC_NEW(*r, 1, err);
	(*r)->options = *options;
	rc = collect(*r, inputs, n, err);
	if (rc != BRC_OK) {
		brc_report_free(*r);
		*r = NULL;
	}
	return rc;
}

void brc_report_free(brc_report *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->n; i++)
		brc_network_clear(&r->network[i]);
	brc_network_inputs_clear(&r->inputs);
	free(r->network);
	free(r->combined);
	free(r->combined_remark);
	free(r);
}

/* ---- forms ---- */

brc_rc brc_report_form_of(const char *path, brc_report_form *form, brc_err *err)
{
	static const struct {
		const char *suffix;
		brc_report_form form;
	} known[] = {{".html", BRC_REPORT_HTML}, {".htm", BRC_REPORT_HTML},
		     {".json", BRC_REPORT_JSON}, {".tsv", BRC_REPORT_TSV},
		     {".txt", BRC_REPORT_TEXT},  {".text", BRC_REPORT_TEXT}};
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *base = slash ? slash + 1 : path;
	const char *suffix = base && base[0] ? strrchr(base + 1, '.') : NULL;

	*form = BRC_REPORT_TEXT;
	if (!suffix)
		return BRC_OK;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (strcasecmp(suffix, known[i].suffix) == 0) {
			*form = known[i].form;
			return BRC_OK;
		}
	brc_fail(err, BRC_USAGE, "%s: no form of the report has the suffix '%s'", path, suffix);
	return brc_hint(err, "end the name in .html, .json, .tsv or .txt, or say --format");
}

brc_rc brc_report_render(const brc_report *r, brc_report_form form, brc_str *out, brc_err *err)
{
	static brc_rc (*const render[])(const brc_report *r, brc_str *out,
					brc_err *err) = {[BRC_REPORT_TEXT] = brc_report_text,
							 [BRC_REPORT_HTML] = brc_report_html,
							 [BRC_REPORT_JSON] = brc_report_json,
							 [BRC_REPORT_TSV] = brc_report_tsv};

	return render[form](r, out, err);
}
