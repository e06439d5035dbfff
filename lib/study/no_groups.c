#include "study/no_groups.h"

#include <string.h>

static bool is_empty(const brc_labels *l)
{
	for (size_t u = 0; u < brc_layers_total(&l->layers); u++)
		if (l->label[u] >= 0)
			return false;
	return true;
}

bool brc_no_groups(const brc_labels *l, const char *name, const char *what, const brc_cli *cli)
{
	if (!is_empty(l))
		return false;
	brc_cli_note(cli, "%s: no unit has a label: %s", name, what);
	return true;
}

brc_rc brc_no_groups_in_stream(brc_filter *f, const char *what, const brc_cli *cli, bool *none,
			       brc_err *err)
{
	const brc_section *const *all;
	size_t n = brc_filter_sections(f, &all), labels = 0;

	*none = false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->type, "lesions") == 0)
			return BRC_OK;
	for (size_t i = 0; i < n; i++) {
		brc_labels l;
		bool empty;

		if (strcmp(all[i]->type, "labels") != 0)
			continue;
		BRC_TRY(brc_labels_read(&l, all[i], err));
		empty = is_empty(&l);
		brc_labels_clear(&l);
		if (!empty)
			return BRC_OK;
		labels++;
	}
	*none = labels > 0;
	if (*none)
		brc_cli_note(cli, "no unit has a label: %s", what);
	return BRC_OK;
}
