#include "sections/subclusters.h"

#include "sections/fields.h"

#define COLUMN(member)                                                        \
	BRC_FIELD(brc_subcluster_table, member, #member, "<i4", "row", OWNED, \
		  BRC_COUNT(brc_subcluster_table, m))

static const brc_field fields[] = {COLUMN(layer), COLUMN(cluster), COLUMN(size)};

static const brc_content content = BRC_CONTENT_OF_FIELDS(brc_subcluster_table, fields, 0);

void brc_subcluster_table_clear(brc_subcluster_table *t)
{
	brc_content_clear(&content, t);
}

brc_rc brc_subcluster_table_write(const brc_subcluster_table *t, const char *name, brc_section *s,
				  brc_err *err)
{
	return brc_fields_write(&content, t, name, s, err);
}

static brc_rc check(const brc_subcluster_table *t, const brc_section *s, const brc_layers *layers,
		    brc_err *err)
{
	if (layers && t->m == 0)
		return brc_section_bad(s, err, "it holds no sub-clusters");
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
	brc_rc rc;

	*t = (brc_subcluster_table){.m = BRC_ANY};
	rc = brc_fields_read(&content, t, name, s, err);
	BRC_THEN(rc, check(t, s, layers, err));
	if (rc != BRC_OK)
		brc_subcluster_table_clear(t);
	return rc;
}
