#include "study/findings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "study/table.h"

#define ROW(name, meaning, kind)                                               \
	{                                                                      \
#name, meaning, BRC_COLUMN_##kind, BRC_HELD_BY_CORRECTED,      \
			offsetof(brc_findings, class_##name), NULL, NULL, NULL \
	}

const brc_column brc_class_columns[] = {
	ROW(change, "change of recall with the group silenced", CHANGE),
	ROW(control_mean, "mean change under random groups", CHANGE),
	ROW(p, "share of draws that lose as much", P),
	ROW(p_adjusted, "p adjusted over the classes of the group by max-T", P),
};

const size_t brc_n_class_columns = sizeof(brc_class_columns) / sizeof(*brc_class_columns);

brc_rc brc_findings_alloc_classes(brc_findings *f, size_t classes, brc_err *err)
{
	f->classes = classes;
	for (size_t k = 0; k < brc_n_class_columns; k++) {
		double **v = brc_column_field(&brc_class_columns[k], f);

		*v = brc_alloc(f->m, classes * sizeof(**v), err);
		if (!*v)
			return BRC_RESOURCE;
	}
	return BRC_OK;
}

void brc_findings_clear(brc_findings *f)
{
	brc_layers_clear(&f->layers);
	brc_table_free_classes(f->class_name, f->classes);
	free(f->layer);
	free(f->cluster);
	free(f->size);
	for (size_t i = 0; i < f->n_stats; i++)
		brc_inference_clear(&f->stat[i]);
	for (size_t k = 0; k < brc_n_class_columns; k++)
		free(*(double **)brc_column_field(&brc_class_columns[k], f));
	memset(f, 0, sizeof(*f));
}

/* ---- one statistic ---- */

static char *tensor_name(const brc_inference *i, const char *what, char buf[BRC_NAME_MAX])
{
	snprintf(buf, BRC_NAME_MAX, "%s/%s", i->statistic, what);
	return buf;
}

static brc_rc write_columns(const brc_inference *i, brc_section *s, brc_err *err)
{
	char name[BRC_NAME_MAX];

	for (size_t k = 0; k < brc_n_statistic_columns; k++) {
		const brc_column *c = &brc_statistic_columns[k];

		if (brc_column_held(c, i->published))
			BRC_TRY(brc_table_put(s, tensor_name(i, c->name, name),
					      brc_column_values(c, i), i->m, err));
	}
	return brc_table_put2(s, tensor_name(i, "draw", name), i->draw, i->n + 1, i->m,
			      "draw,subcluster", err);
}

static brc_rc read_columns(brc_inference *i, const brc_section *s, brc_err *err)
{
	char name[BRC_NAME_MAX];

	for (size_t k = 0; k < brc_n_statistic_columns; k++) {
		const brc_column *c = &brc_statistic_columns[k];

		if (brc_column_held(c, i->published))
			BRC_TRY(brc_table_get(s, tensor_name(i, c->name, name),
					      *(double **)brc_column_field(c, i), i->m, err));
	}
	return brc_table_get2(s, tensor_name(i, "draw", name), i->draw, i->n + 1, i->m, err);
}

static brc_rc write_record(const brc_inference *i, brc_section *s, brc_err *err)
{
	brc_map *r = brc_section_add_record(s, err);

	if (!r)
		return BRC_RESOURCE;
	brc_map_put_string(r, "statistic", i->statistic);
	brc_map_put_string(r, "title", i->title);
	brc_map_put_string(r, "tail", i->tail == BRC_TAIL_LEFT ? "left" : "right");
	brc_map_put_string(r, "unit", i->unit);
	brc_map_put_int(r, "family", (int64_t)i->m);
	brc_map_put_int(r, "draws", (int64_t)i->n);
	for (size_t k = 0; k < brc_n_statistic_numbers; k++) {
		const brc_column *c = &brc_statistic_numbers[k];

		if (!brc_column_held(c, i->published))
			continue;
		if (c->kind == BRC_COLUMN_COUNT)
			brc_map_put_int(r, c->name, (int64_t)brc_column_count(c, i));
		else
			brc_map_put_double(r, c->name, brc_column_number(c, i));
	}
	brc_map_put_string(r, "warning", i->warning[0] ? i->warning : NULL);
	return BRC_OK;
}

/* The string under `key`, nil or absent: empty. Refused where it does not fit. */
static brc_rc read_text(const brc_map *r, const char *key, char *out, size_t cap, brc_err *err)
{
	const char *v = brc_map_string(r, key, "");

	if (strlen(v) >= cap)
		return brc_fail(err, BRC_DATA, "%s has %zu bytes; at most %zu are expected", key,
				strlen(v), cap - 1);
	memcpy(out, v, strlen(v) + 1);
	return BRC_OK;
}

/* The draws must be there before memory is reserved for them. */
static brc_rc check_draws(const brc_section *s, const char *statistic, size_t n, size_t m,
			  brc_err *err)
{
	const size_t shape[2] = {n + 1, m};
	const brc_tensor *t;
	char name[BRC_NAME_MAX];

	if (n < 1 || n >= (size_t)1 << 30)
		return brc_fail(err, BRC_DATA, "statistic %s: %zu draws", statistic, n);
	snprintf(name, sizeof(name), "%s/draw", statistic);
	return brc_section_need(s, name, "<f8", 2, shape, &t, err);
}

/* Names, tail and size; allocates the columns. */
static brc_rc read_head(brc_inference *i, const brc_section *s, const brc_map *r, size_t m,
			bool published, brc_err *err)
{
	const char *name = brc_map_string(r, "statistic", ""),
		   *tail = brc_map_string(r, "tail", "");
	size_t n;

	if (!name[0] || strlen(name) >= sizeof(i->statistic) || strchr(name, '/'))
		return brc_fail(err, BRC_DATA, "a statistic without a proper name");
	if (strcmp(tail, "left") != 0 && strcmp(tail, "right") != 0)
		return brc_fail(err, BRC_DATA, "statistic %s: tail is neither left nor right",
				name);
	if (!brc_map_size(r, "draws", &n))
		return brc_fail(err, BRC_DATA, "statistic %s: no number of draws", name);
	BRC_TRY(check_draws(s, name, n, m, err));
	BRC_TRY(brc_inference_alloc(i, n, m, published, err));
	BRC_TRY(read_text(r, "statistic", i->statistic, sizeof(i->statistic), err));
	BRC_TRY(read_text(r, "title", i->title, sizeof(i->title), err));
	BRC_TRY(read_text(r, "unit", i->unit, sizeof(i->unit), err));
	BRC_TRY(read_text(r, "warning", i->warning, sizeof(i->warning), err));
	i->tail = strcmp(tail, "left") == 0 ? BRC_TAIL_LEFT : BRC_TAIL_RIGHT;
	return BRC_OK;
}

static brc_rc read_numbers(brc_inference *i, const brc_map *r, brc_err *err)
{
	for (size_t k = 0; k < brc_n_statistic_numbers; k++) {
		const brc_column *c = &brc_statistic_numbers[k];
		bool count = c->kind == BRC_COLUMN_COUNT;

		if (brc_column_held(c, i->published) &&
		    !(count ? brc_map_size(r, c->name, brc_column_field(c, i))
			    : brc_map_double(r, c->name, brc_column_field(c, i))))
			return brc_fail(err, BRC_DATA, "statistic %s: no %s %s", i->statistic,
					count ? "count" : "number", c->name);
	}
	return BRC_OK;
}

/* ---- the section ---- */

static brc_rc write_classes(const brc_findings *f, brc_section *s, brc_err *err)
{
	char name[BRC_NAME_MAX];

	if (!f->class_change)
		return BRC_OK;
	if (f->class_name)
		BRC_TRY(brc_section_add_text(s, "class/name", (const char *const *)f->class_name,
					     f->classes, err));
	for (size_t k = 0; k < brc_n_class_columns; k++) {
		const brc_column *c = &brc_class_columns[k];

		snprintf(name, sizeof(name), "class/%s", c->name);
		BRC_TRY(brc_table_put2(s, name, brc_column_values(c, f), f->m, f->classes,
				       "subcluster,class", err));
	}
	return BRC_OK;
}

brc_rc brc_findings_write(const brc_findings *f, brc_section *s, brc_err *err)
{
	brc_map_put_string(s->meta, "labels", f->labels);
	brc_map_put_double(s->meta, "level", f->level);
	brc_map_put_string(s->meta, "compat", f->published ? "paper" : "none");
	brc_map_put_int(s->meta, "images", (int64_t)f->images);
	brc_map_put_string(s->meta, "fdr", f->fdr == BRC_FDR_BY ? "by" : "bh");
	BRC_TRY(brc_layers_write(&f->layers, s, err));
	BRC_TRY(brc_table_write(s, f->m, f->layer, f->cluster, f->size, err));
	for (size_t i = 0; i < f->n_stats; i++) {
		BRC_TRY(write_record(&f->stat[i], s, err));
		BRC_TRY(write_columns(&f->stat[i], s, err));
	}
	return write_classes(f, s, err);
}

static brc_rc read_meta(brc_findings *f, const brc_section *s, brc_err *err)
{
	const char *labels, *compat, *fdr;
	char title[256];

	BRC_TRY(brc_section_string(s, "labels", &labels, err));
	snprintf(f->labels, sizeof(f->labels), "%s", labels);
	BRC_TRY(brc_section_double(s, "level", &f->level, err));
	BRC_TRY(brc_section_size(s, "images", &f->images, err));
	BRC_TRY(brc_section_string(s, "compat", &compat, err));
	BRC_TRY(brc_section_string(s, "fdr", &fdr, err));
	f->published = strcmp(compat, "paper") == 0;
	f->fdr = strcmp(fdr, "by") == 0 ? BRC_FDR_BY : BRC_FDR_BH;
	if ((!f->published && strcmp(compat, "none") != 0) ||
	    (f->fdr == BRC_FDR_BH && strcmp(fdr, "bh") != 0))
		return brc_fail(err, BRC_DATA, "%s: compat is '%s', fdr is '%s'",
				brc_section_title(s, title, sizeof(title)), compat, fdr);
	return BRC_OK;
}

static brc_rc read_stats(brc_findings *f, const brc_section *s, brc_err *err)
{
	if (s->n_records > BRC_FINDINGS_MAX)
		return brc_fail(err, BRC_DATA, "%zu statistics; at most %d are expected",
				s->n_records, BRC_FINDINGS_MAX);
	for (size_t k = 0; k < s->n_records; k++) {
		brc_inference *i = &f->stat[k];

		f->n_stats = k + 1;
		BRC_TRY(read_head(i, s, s->records[k], f->m, f->published, err));
		BRC_TRY(read_numbers(i, s->records[k], err));
		BRC_TRY(read_columns(i, s, err));
	}
	return BRC_OK;
}

static brc_rc read_classes(brc_findings *f, const brc_section *s, brc_err *err)
{
	const brc_tensor *t = brc_section_tensor(s, "class/change");
	const size_t shape[2] = {f->m, BRC_ANY};
	char name[BRC_NAME_MAX];

	if (!t)
		return BRC_OK;
	BRC_TRY(brc_section_need(s, "class/change", "<f8", 2, shape, &t, err));
	BRC_TRY(brc_findings_alloc_classes(f, t->shape[1], err));
	for (size_t k = 0; k < brc_n_class_columns; k++) {
		const brc_column *c = &brc_class_columns[k];

		snprintf(name, sizeof(name), "class/%s", c->name);
		BRC_TRY(brc_table_get2(s, name, *(double **)brc_column_field(c, f), f->m,
				       f->classes, err));
	}
	return brc_table_read_classes(s, f->classes, &f->class_name, err);
}

static brc_rc read_all(brc_findings *f, const brc_section *s, brc_err *err)
{
	BRC_TRY(read_meta(f, s, err));
	BRC_TRY(brc_layers_read(&f->layers, s, err));
	BRC_TRY(brc_table_read(s, &f->layers, &f->m, &f->layer, &f->cluster, &f->size, err));
	BRC_TRY(read_stats(f, s, err));
	return read_classes(f, s, err);
}

brc_rc brc_findings_read(brc_findings *f, const brc_section *s, brc_err *err)
{
	char title[256];
	brc_rc rc;

	memset(f, 0, sizeof(*f));
	rc = read_all(f, s, err);
	if (rc != BRC_OK) {
		brc_section_title(s, title, sizeof(title));
		if (err && strncmp(err->message, title, strlen(title)) != 0)
			brc_err_prefix(err, "%s", title);
		brc_findings_clear(f);
	}
	return rc;
}
