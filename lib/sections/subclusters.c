#include "sections/subclusters.h"

#include <stdio.h>
#include <stdlib.h>

static const char *const column_name[3] = {"layer", "cluster", "size"};

void brc_subcluster_table_clear(brc_subcluster_table *t)
{
	free(t->layer);
	free(t->cluster);
	free(t->size);
	*t = (brc_subcluster_table){0};
}

brc_rc brc_subcluster_table_write(const brc_subcluster_table *t, const char *name, brc_section *s,
				  brc_err *err)
{
	const int32_t *const column[3] = {t->layer, t->cluster, t->size};
	char tensor[BRC_NAME_MAX];

	for (size_t c = 0; c < 3; c++) {
		snprintf(tensor, sizeof(tensor), "%s/%s", name, column_name[c]);
		BRC_TRY(brc_section_add_column(s, tensor, "<i4", t->m, column[c], err));
	}
	return BRC_OK;
}

static brc_rc check(const brc_subcluster_table *t, const brc_section *s, const brc_layers *layers,
		    brc_err *err)
{
	if (layers && t->m == 0)
		return brc_section_bad(s, err, "no sub-clusters");
	for (size_t i = 0; i < t->m; i++) {
		int32_t l = t->layer[i], n = t->size[i];
		bool fits = l >= 0 && n >= 1 &&
			    (!layers || ((size_t)l < layers->n && (size_t)n <= layers->units[l]));

		if (!fits || t->cluster[i] < 0)
			return brc_section_bad(s, err,
					       "sub-cluster %zu (layer %d, cluster %d, %d units) "
					       "does not fit the layer table",
					       i, l, t->cluster[i], n);
	}
	return BRC_OK;
}

brc_rc brc_subcluster_table_read(brc_subcluster_table *t, const brc_section *s, const char *name,
				 const brc_layers *layers, brc_err *err)
{
	int32_t **const column[3] = {&t->layer, &t->cluster, &t->size};
	char tensor[BRC_NAME_MAX];
	brc_rc rc = BRC_OK;

	*t = (brc_subcluster_table){.m = BRC_ANY};
	for (size_t c = 0; c < 3 && rc == BRC_OK; c++) {
		snprintf(tensor, sizeof(tensor), "%s/%s", name, column_name[c]);
		rc = brc_section_dup_column(s, tensor, "<i4", &t->m, column[c], err);
	}
	BRC_THEN(rc, check(t, s, layers, err));
	if (rc != BRC_OK)
		brc_subcluster_table_clear(t);
	return rc;
}
