/* The forms of a report, by name of the file that it goes to. */
#include <string.h>
#include <strings.h>

#include "render/report.h"

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

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcasecmp(suffix, known[i].suffix) == 0) {
			*form = known[i].form;
			return BRC_OK;
		}
	brc_fail(err, BRC_USAGE, "%s: no form of the report has the suffix '%s'", path, suffix);
	return brc_hint(err, "end the name in .html, .json, .tsv or .txt, or say --format");
}

brc_rc brc_report_render(const brc_report *r, brc_report_form form, brc_str *out, brc_err *err)
{
	switch (form) {
	case BRC_REPORT_HTML:
		return brc_report_html(r, out, err);
	case BRC_REPORT_JSON:
		return brc_report_json(r, out, err);
	case BRC_REPORT_TSV:
		return brc_report_tsv(r, out, err);
	case BRC_REPORT_TEXT:
		break;
	}
	return brc_report_text(r, out, err);
}
