#include "sections/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "sections/classes.h"
#include "sections/keys.h"
#include "sections/match_kinds.h"
#include "sections/subclusters.h"

#define ROW(name, meaning, kind, holder)                                       \
	{                                                                      \
#name, meaning, BRC_COLUMN_##kind, BRC_HELD_BY_##holder,       \
			offsetof(brc_findings, class_##name), NULL, NULL, NULL \
	}

const brc_column brc_class_columns[] = {
	ROW(change, "change of recall with the group silenced", CHANGE, CORRECTED),
	ROW(control_mean, "mean change under random groups", CHANGE, CORRECTED),
	ROW(p, "share of draws that lose as much", P, CORRECTED),
	ROW(p_adjusted, "p adjusted over the classes of the group by max-T", P, CORRECTED),
	ROW(u, "change of the class's probability for its own answers less that for all", SHARE,
	    SOME),
	ROW(t, "the same in standard errors", NUMBER, SOME),
	ROW(t_p, "share of draws whose t is as low", P, SOME),
	ROW(t_p_adjusted, "that p adjusted over the classes of the group by max-T", P, SOME),
	{.name = NULL},
};

brc_rc brc_findings_alloc_classes(brc_findings *f, size_t classes, bool specific, brc_err *err)
{
	f->classes = classes;
	for (const brc_column *c = brc_class_columns; c->name; c++) {
		double **v = brc_column_field(c, f);

		if (c->holder == BRC_HELD_BY_SOME && !specific)
			continue;
		*v = brc_alloc(f->m, classes * sizeof(**v), err);
		BRC_TRY(brc_made(*v));
	}
	return BRC_OK;
}

void brc_findings_clear(brc_findings *f)
{
	brc_layers_clear(&f->layers);
	brc_texts_free(f->class_name, f->classes);
	brc_subcluster_table_clear(&f->table);
	for (size_t i = 0; i < f->n_stats; i++)
		brc_inference_clear(&f->stat[i]);
	for (const brc_column *c = brc_class_columns; c->name; c++)
		free(*(double **)brc_column_field(c, f));
	memset(f, 0, sizeof(*f));
}

static const char *const rules[] = {"none", "paper", NULL}, *const fdr_name[] = {"bh", "by", NULL},
			 *const tails[] = {"left", "right", NULL};

static const brc_key keys[] = {
	BRC_KEY(brc_findings, labels, TEXT, NEEDED),
	BRC_KEY(brc_findings, level, NUMBER, NEEDED),
	BRC_KEY_AS("compat", brc_findings, published, WORD, NEEDED, rules),
	BRC_KEY(brc_findings, images, COUNT, NEEDED),
	BRC_KEY_AS("fdr", brc_findings, fdr, WORD, NEEDED, fdr_name),
	BRC_KEY(brc_findings, class_unit, TEXT, OPTIONAL),
	BRC_KEY(brc_findings, no_specificity, TEXT, OPTIONAL),
	BRC_KEY(brc_findings, warning, TEXT, OPTIONAL),
};

/* The begin of a record; the numbers of stats/columns.h follow. */
static const brc_key record_keys[] = {
	BRC_KEY(brc_inference, statistic, TEXT, NEEDED),
	BRC_KEY(brc_inference, title, TEXT, USUAL),
	BRC_KEY_AS("tail", brc_inference, tail, WORD, NEEDED, tails),
	BRC_KEY(brc_inference, unit, TEXT, USUAL),
	BRC_KEY_AS("family", brc_inference, m, COUNT, NEEDED, NULL),
	BRC_KEY_AS("draws", brc_inference, n, COUNT, NEEDED, NULL),
};

enum {
	KEYS = sizeof(keys) / sizeof(*keys),
	RECORD_KEYS = sizeof(record_keys) / sizeof(*record_keys)
};

static const char warning[] = "warning", by_class[] = "class"; /* a statistic of all classes */

/* "accuracy/p", "class/p". Returns buf. */
static char *tensor_name(const char *table, const char *column, char buf[BRC_NAME_MAX])
{
	snprintf(buf, BRC_NAME_MAX, "%s/%s", table, column);
	return buf;
}

/* ---- writing ---- */

static brc_rc add_matrix(brc_section *s, const char *name, const double *v, size_t rows,
			 size_t columns, const char *axes, brc_err *err)
{
	const size_t shape[2] = {rows, columns};
	brc_tensor *t;

	BRC_TRY(brc_section_add(s, name, "<f8", 2, shape, axes, NULL, &t, err));
	memcpy(t->data, v, brc_tensor_bytes(t));
	return BRC_OK;
}

static brc_rc write_columns(const brc_inference *i, brc_section *s, brc_err *err)
{
	char name[BRC_NAME_MAX];

	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		if (brc_column_there(c, i))
			BRC_TRY(brc_section_add_column(s, tensor_name(i->statistic, c->name, name),
						       "<f8", i->m, brc_column_values(c, i), err));
	}
	return add_matrix(s, tensor_name(i->statistic, "draw", name), i->draw, i->n + 1, i->m,
			  "draw,subcluster", err);
}

static brc_rc write_record(const brc_inference *i, brc_section *s, brc_err *err)
{
	brc_map *r = brc_section_add_record(s, err);

	BRC_TRY(brc_made(r));
	brc_keys_put(record_keys, RECORD_KEYS, i, r);
	for (const brc_column *c = brc_statistic_numbers; c->name; c++) {
		if (!brc_column_held(c, i->published) &&
		    !(c->holder == BRC_HELD_BY_SOME && !isnan(brc_column_number(c, i))))
			continue;
		if (c->kind == BRC_COLUMN_COUNT)
			brc_map_put_int(r, c->name, (int64_t)brc_column_count(c, i));
		else
			brc_map_put_double(r, c->name, brc_column_number(c, i));
	}
	brc_map_put_string(r, warning, i->warning[0] ? i->warning : NULL);
	return BRC_OK;
}

static brc_rc write_classes(const brc_findings *f, brc_section *s, brc_err *err)
{
	char name[BRC_NAME_MAX];

	if (!f->class_change)
		return BRC_OK;
	BRC_TRY(brc_classes_write(f->class_name, f->classes, s, err));
	for (const brc_column *c = brc_class_columns; c->name; c++) {
		if (brc_column_there(c, f))
			BRC_TRY(add_matrix(s, tensor_name(by_class, c->name, name),
					   brc_column_values(c, f), f->m, f->classes,
					   "subcluster,class", err));
	}
	return BRC_OK;
}

brc_rc brc_findings_write(const brc_findings *f, brc_section *s, brc_err *err)
{
	brc_keys_put(keys, KEYS, f, s->meta);
	BRC_TRY(brc_layers_write(&f->layers, s, err));
	BRC_TRY(brc_subcluster_table_write(&f->table, "subcluster", s, err));
	for (size_t i = 0; i < f->n_stats; i++) {
		BRC_TRY(write_record(&f->stat[i], s, err));
		BRC_TRY(write_columns(&f->stat[i], s, err));
	}
	return write_classes(f, s, err);
}

/* ---- reading ---- */

static brc_rc read_columns(brc_inference *i, const brc_section *s, brc_err *err)
{
	size_t shape[2] = {i->n + 1, i->m};
	char name[BRC_NAME_MAX];

	BRC_TRY(brc_section_dup(s, tensor_name(i->statistic, "draw", name), "<f8", 2, shape,
				&i->draw, err));
	for (const brc_column *c = brc_statistic_columns; c->name; c++) {
		tensor_name(i->statistic, c->name, name);
		if (brc_column_held(c, i->published) ||
		    (c->holder == BRC_HELD_BY_SOME && brc_section_tensor(s, name)))
			BRC_TRY(brc_section_dup_column(s, name, "<f8", &i->m,
						       brc_column_field(c, i), err));
	}
	return BRC_OK;
}

/* Columns that are there for some statistics alone come with all that belong to them. */
static brc_rc check_columns(const brc_inference *i, const brc_section *s, brc_err *err)
{
	if (!!i->u_range != !!i->intraclass || !!i->u_range != !!i->large_enough ||
	    !!i->u_range != !isnan(i->minimum_effect))
		return brc_section_bad(s, err, "statistic %s has some of its effects, but not all",
				       i->statistic);
	for (brc_match k = 0; k < BRC_MATCHES; k++)
		if (!brc_match_columns_whole(i, k))
			return brc_section_bad(s, err,
					       "statistic %s has some columns of controls matched "
					       "by %s, but not all",
					       i->statistic, brc_match_name(k));
	return BRC_OK;
}

static brc_rc read_numbers(brc_inference *i, const brc_section *s, const brc_map *r, brc_err *err)
{
	for (const brc_column *c = brc_statistic_numbers; c->name; c++) {
		bool count = c->kind == BRC_COLUMN_COUNT;

		if (!count)
			*(double *)brc_column_field(c, i) = NAN;
		if (c->holder == BRC_HELD_BY_SOME)
			brc_map_double(r, c->name, brc_column_field(c, i));
		if (brc_column_held(c, i->published) &&
		    !(count ? brc_map_size(r, c->name, brc_column_field(c, i))
			    : brc_map_double(r, c->name, brc_column_field(c, i))))
			return brc_section_bad(s, err, "statistic %s: no %s %s", i->statistic,
					       count ? "count" : "number", c->name);
	}
	return BRC_OK;
}

static brc_rc read_statistic(brc_inference *i, const brc_section *s, const brc_map *r, size_t m,
			     bool published, brc_err *err)
{
	static const brc_key warning_key = BRC_KEY(brc_inference, warning, TEXT, USUAL);

	i->published = published;
	BRC_TRY(brc_keys_get(record_keys, RECORD_KEYS, i, s, r, err));
	BRC_TRY(brc_keys_get(&warning_key, 1, i, s, r, err));
	if (!i->statistic[0] || strchr(i->statistic, '/'))
		return brc_section_bad(s, err, "a statistic has no proper name");
	if (i->n < 1 || i->n >= (size_t)1 << 30 || i->m != m)
		return brc_section_bad(s, err,
				       "statistic %s: %zu draws of a family of %zu, but there are "
				       "%zu sub-clusters",
				       i->statistic, i->n, i->m, m);
	BRC_TRY(read_numbers(i, s, r, err));
	BRC_TRY(read_columns(i, s, err));
	return check_columns(i, s, err);
}

static brc_rc read_statistics(brc_findings *f, const brc_section *s, brc_err *err)
{
	if (s->n_records > BRC_FINDINGS_MAX)
		return brc_section_bad(s, err, "%zu statistics; at most %d are expected",
				       s->n_records, BRC_FINDINGS_MAX);
	for (size_t k = 0; k < s->n_records; k++) {
		f->n_stats = k + 1;
		BRC_TRY(read_statistic(&f->stat[k], s, s->records[k], f->m, f->published, err));
	}
	return BRC_OK;
}

static brc_rc read_classes(brc_findings *f, const brc_section *s, brc_err *err)
{
	size_t shape[2] = {f->m, BRC_ANY};
	char name[BRC_NAME_MAX];

	if (!brc_section_tensor(s, tensor_name(by_class, brc_class_columns[0].name, name)))
		return BRC_OK;
	for (const brc_column *c = brc_class_columns; c->name; c++) {
		tensor_name(by_class, c->name, name);
		if (c->holder != BRC_HELD_BY_SOME || brc_section_tensor(s, name))
			BRC_TRY(brc_section_dup(s, name, "<f8", 2, shape, brc_column_field(c, f),
						err));
	}
	f->classes = shape[1];
	if (!!f->class_u != !!f->class_t || !!f->class_u != !!f->class_t_p ||
	    !!f->class_u != !!f->class_t_p_adjusted)
		return brc_section_bad(s, err, "it has some of t by class, but not all");
	return brc_classes_read(s, f->classes, &f->class_name, err);
}

static brc_rc read_all(brc_findings *f, const brc_section *s, brc_err *err)
{
	BRC_TRY(brc_keys_get(keys, KEYS, f, s, s->meta, err));
	BRC_TRY(brc_layers_read(&f->layers, s, err));
	BRC_TRY(brc_subcluster_table_read(&f->table, s, "subcluster", &f->layers, err));
	BRC_TRY(read_statistics(f, s, err));
	return read_classes(f, s, err);
}

brc_rc brc_findings_read(brc_findings *f, const brc_section *s, brc_err *err)
{
	brc_rc rc;

	memset(f, 0, sizeof(*f));
	rc = read_all(f, s, err);
	if (rc != BRC_OK)
		brc_findings_clear(f);
	return rc;
}
