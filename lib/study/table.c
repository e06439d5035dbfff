#include "study/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

brc_rc brc_table_write(brc_section *s, size_t m, const int32_t *layer, const int32_t *cluster,
		       const int32_t *size, brc_err *err)
{
	BRC_TRY(brc_section_add_column(s, "subcluster/layer", "<i4", m, layer, err));
	BRC_TRY(brc_section_add_column(s, "subcluster/cluster", "<i4", m, cluster, err));
	return brc_section_add_column(s, "subcluster/size", "<i4", m, size, err);
}

static brc_rc read_i32(const brc_section *s, const char *name, size_t *m, int32_t **out,
		       brc_err *err)
{
	const brc_tensor *t;

	BRC_TRY(brc_section_need_column(s, name, "<i4", *m, &t, err));
	*m = brc_tensor_rows(t);
	*out = brc_alloc(*m, sizeof(**out), err);
	if (!*out)
		return BRC_RESOURCE;
	memcpy(*out, t->data, *m * sizeof(**out));
	return BRC_OK;
}

brc_rc brc_table_read(const brc_section *s, const brc_layers *layers, size_t *m, int32_t **layer,
		      int32_t **cluster, int32_t **size, brc_err *err)
{
	char title[256];

	*m = BRC_ANY;
	*layer = *cluster = *size = NULL;
	BRC_TRY(read_i32(s, "subcluster/layer", m, layer, err));
	BRC_TRY(read_i32(s, "subcluster/cluster", m, cluster, err));
	BRC_TRY(read_i32(s, "subcluster/size", m, size, err));
	brc_section_title(s, title, sizeof(title));
	if (*m == 0)
		return brc_fail(err, BRC_DATA, "%s: no sub-clusters", title);
	for (size_t i = 0; i < *m; i++) {
		int32_t l = (*layer)[i], n = (*size)[i];

		if (l < 0 || (size_t)l >= layers->n || (*cluster)[i] < 0 || n < 1 ||
		    (size_t)n > layers->units[l])
			return brc_fail(err, BRC_DATA,
					"%s: sub-cluster %zu (layer %d, cluster %d, %d units) does "
					"not fit the layer table",
					title, i, l, (*cluster)[i], n);
	}
	return BRC_OK;
}

brc_rc brc_table_dup_classes(char *const *from, size_t n, char ***name, brc_err *err)
{
	*name = NULL;
	if (!from)
		return BRC_OK;
	*name = brc_calloc(n, sizeof(**name), err);
	if (!*name)
		return BRC_RESOURCE;
	for (size_t c = 0; c < n; c++) {
		(*name)[c] = brc_strdup(from[c], err);
		if (!(*name)[c])
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

brc_rc brc_table_read_classes(const brc_section *s, size_t n, char ***name, brc_err *err)
{
	const brc_tensor *t;
	char buf[1024];

	*name = NULL;
	if (!brc_section_tensor(s, "class/name"))
		return BRC_OK;
	BRC_TRY(brc_section_need_column(s, "class/name", "|S", n, &t, err));
	*name = brc_calloc(n, sizeof(**name), err);
	if (!*name)
		return BRC_RESOURCE;
	for (size_t c = 0; c < n; c++) {
		(*name)[c] = brc_strdup(brc_tensor_text(t, c, buf, sizeof(buf)), err);
		if (!(*name)[c])
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

void brc_table_free_classes(char **name, size_t n)
{
	for (size_t c = 0; name && c < n; c++)
		free(name[c]);
	free(name);
}

brc_rc brc_table_put(brc_section *s, const char *name, const double *v, size_t n, brc_err *err)
{
	return brc_section_add_column(s, name, "<f8", n, v, err);
}

brc_rc brc_table_get(const brc_section *s, const char *name, double *v, size_t n, brc_err *err)
{
	const brc_tensor *t;

	BRC_TRY(brc_section_need_column(s, name, "<f8", n, &t, err));
	memcpy(v, t->data, n * sizeof(*v));
	return BRC_OK;
}

brc_rc brc_table_put2(brc_section *s, const char *name, const double *v, size_t rows,
		      size_t columns, const char *axes, brc_err *err)
{
	const size_t shape[2] = {rows, columns};
	brc_tensor *t;

	BRC_TRY(brc_section_add(s, name, "<f8", 2, shape, axes, NULL, &t, err));
	memcpy(t->data, v, brc_tensor_bytes(t));
	return BRC_OK;
}

brc_rc brc_table_get2(const brc_section *s, const char *name, double *v, size_t rows,
		      size_t columns, brc_err *err)
{
	const size_t shape[2] = {rows, columns};
	const brc_tensor *t;

	BRC_TRY(brc_section_need(s, name, "<f8", 2, shape, &t, err));
	memcpy(v, t->data, brc_tensor_bytes(t));
	return BRC_OK;
}
