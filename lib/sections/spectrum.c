#include "sections/spectrum.h"

#include <stdlib.h>

#include "base/memory.h"
#include "sections/fields.h"

#define FIELD(member, name, dtype, axes, use, ...) \
	BRC_FIELD(brc_spectrum, member, name, dtype, axes, use, __VA_ARGS__)
#define COUNT(member) BRC_COUNT(brc_spectrum, member)

static const brc_field image_fields[] = {
	FIELD(image, "picture", "<f4", "bin,bin", OPTIONAL, COUNT(bins), COUNT(bins)),
	FIELD(boundary, "picture/boundary", "<i4", "row", OPTIONAL, COUNT(clusters)),
};

static const brc_field link_fields[] = {
	FIELD(link_from, "link/from", "<i4", "row", OWNED, COUNT(links)),
	FIELD(link_to, "link/to", "<i4", "row", OWNED, COUNT(links)),
	FIELD(link_weight, "link/weight", "<f8", "row", OWNED, COUNT(links)),
};

static const brc_content image = BRC_CONTENT_OF_FIELDS(brc_spectrum, image_fields, 0);
static const brc_content links = BRC_CONTENT_OF_FIELDS(brc_spectrum, link_fields, 0);

void brc_spectrum_clear(brc_spectrum *p)
{
	brc_graph_results_free(p->graph, p->n);
	brc_subcluster_table_clear(&p->group);
	free(p->image);
	free(p->boundary);
	brc_content_clear(&links, p);
}

brc_rc brc_spectrum_write(const brc_spectrum *p, brc_section *s, brc_err *err)
{
	for (size_t g = 0; g < p->n; g++) {
		brc_map *record = brc_section_add_record(s, err);

		BRC_TRY(brc_made(record));
		brc_graph_result_put(&p->graph[g], g, true, record);
		BRC_TRY(brc_graph_result_write(&p->graph[g], g, s, err));
	}
	BRC_TRY(brc_fields_write(&image, p, NULL, s, err));
	BRC_TRY(brc_subcluster_table_write(&p->group, "group", s, err));
	return brc_fields_write(&links, p, NULL, s, err);
}

/* ---- reading ---- */

static brc_rc check_image(const brc_spectrum *p, const brc_section *s, brc_err *err)
{
	if (!p->image && !p->boundary)
		return BRC_OK;
	if (!p->image || !p->boundary || p->bins > BRC_AFFINITY_BINS || p->bins == 0 || p->n == 0 ||
	    p->clusters != p->graph[0].k)
		return brc_section_bad(s, err,
				       "the picture has %zu bins, of 1 to %d, and %zu clusters",
				       p->bins, BRC_AFFINITY_BINS, p->clusters);
	for (size_t c = 0; c < p->clusters; c++)
		if (p->boundary[c] < (c ? p->boundary[c - 1] : 0) ||
		    (size_t)p->boundary[c] > p->bins)
			return brc_section_bad(s, err,
					       "cluster %zu begins at bin %d of %zu; clusters must "
					       "begin in ascending order",
					       c, p->boundary[c], p->bins);
	return BRC_OK;
}

static brc_rc check_links(const brc_spectrum *p, const brc_section *s, brc_err *err)
{
	for (size_t i = 0; i < p->links; i++) {
		int32_t from = p->link_from[i], to = p->link_to[i];

		if (from < 0 || from >= to || (size_t)to >= p->group.m || !(p->link_weight[i] > 0))
			return brc_section_bad(s, err,
					       "link %zu joins the sub-clusters %d and %d of %zu "
					       "with the weight %g",
					       i, from, to, p->group.m, p->link_weight[i]);
	}
	return BRC_OK;
}

static brc_rc read_all(brc_spectrum *p, const brc_section *s, brc_err *err)
{
	BRC_TRY(brc_graph_results_read(&p->graph, &p->n, s, true, err));
	for (size_t g = 0; g < p->n; g++)
		BRC_TRY(brc_graph_result_read(&p->graph[g], g, s, err));
	p->bins = p->clusters = p->links = BRC_ANY;
	BRC_TRY(brc_fields_read(&image, p, NULL, s, err));
	BRC_TRY(check_image(p, s, err));
	p->bins = p->image ? p->bins : 0;
	BRC_TRY(brc_subcluster_table_read(&p->group, s, "group", NULL, err));
	BRC_TRY(brc_fields_read(&links, p, NULL, s, err));
	return check_links(p, s, err);
}

brc_rc brc_spectrum_read(brc_spectrum *p, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	*p = (brc_spectrum){0};
	rc = read_all(p, s, err);
	if (rc != BRC_OK)
		brc_spectrum_clear(p);
	return rc;
}
