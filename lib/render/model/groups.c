/*
 * The sub-clusters of a labelling, with one row for each, from all sections that mention them.
 * Sections are joined by layer name and cluster.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "render/model/model.h"

const brc_inference *brc_statistic(const brc_findings *t, const char *id)
{
	for (size_t i = 0; i < t->n_stats; i++)
		if (strcmp(t->stat[i].statistic, id) == 0)
			return &t->stat[i];
	return NULL;
}

const brc_inference *brc_primary(const brc_findings *t)
{
	return t->n_stats ? &t->stat[0] : NULL;
}

size_t brc_marked(const brc_labelling *l, brc_proxy p)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n_groups; i++)
		n += l->group[i].mark[p] >= BRC_MARK_Q;
	return n;
}

bool brc_labelling_tested(const brc_labelling *l)
{
	return l->test[BRC_IMPORTANCE].n_stats > 0 || l->test[BRC_COHERENCE].n_stats > 0;
}

bool brc_group_tested(const brc_group *g)
{
	return g->row[BRC_IMPORTANCE] != BRC_ANY || g->row[BRC_COHERENCE] != BRC_ANY;
}

static int by_layer_and_cluster(const void *a, const void *b)
{
	const brc_group *x = a, *y = b;

	if (x->layer != y->layer)
		return x->layer < y->layer ? -1 : 1;
	return (x->cluster > y->cluster) - (x->cluster < y->cluster);
}

static brc_group *find(const brc_labelling *l, size_t layer, int32_t cluster)
{
	brc_group key = {.layer = layer, .cluster = cluster};

	return l->n_groups == 0
		       ? NULL
		       : bsearch(&key, l->group, l->n_groups, sizeof(key), by_layer_and_cluster);
}

static brc_group blank(size_t layer, int32_t cluster, size_t size)
{
	return (brc_group){.layer = layer,
			   .cluster = cluster,
			   .size = size,
			   .row = {BRC_ANY, BRC_ANY},
			   .lesion = BRC_ANY,
			   .worst_class = BRC_ANY,
			   .worst_change = NAN,
			   .worst_u = NAN,
			   .worst_p = NAN};
}

static brc_rc make_groups(brc_labelling *l, size_t n, brc_err *err)
{
	l->group = brc_calloc(n, sizeof(*l->group), err);
	l->n_groups = l->group ? n : 0;
	return l->group ? BRC_OK : BRC_RESOURCE;
}

static brc_rc from_labels(brc_labelling *l, brc_err *err)
{
	BRC_TRY(brc_subclusters_new(&l->subclusters, &l->labels, err));
	BRC_TRY(make_groups(l, l->subclusters->n, err));
	for (size_t i = 0; i < l->n_groups; i++) {
		const brc_subcluster *c = &l->subclusters->item[i];

		l->group[i] = blank(c->layer, c->cluster, c->size);
		l->group[i].unit = c->unit;
	}
	return BRC_OK;
}

/* A section with a table of sub-clusters. Its layers are mapped to those of the labelling. */
typedef struct source {
	const brc_section *section;
	const brc_layers *layers;
	const brc_subcluster_table *table;
	size_t *map; /* [layers->n] -> index in the layers of the labelling; owned */
} source;

static brc_rc map_layers(const brc_labelling *l, const source *s, brc_err *err)
{
	for (size_t i = 0; i < s->layers->n; i++) {
		s->map[i] = brc_layers_find(&l->layers, s->layers->name[i]);
		if (s->map[i] != BRC_ANY)
			continue;
		brc_section_bad(s->section, err, "its layer '%s' is not in labelling '%s'",
				s->layers->name[i], l->name);
		return brc_hint(err, "sections of one name must come from one run");
	}
	return BRC_OK;
}

/* Without labels, the rows of the first table make the groups. */
static brc_rc from_table(brc_labelling *l, const source *s, brc_err *err)
{
	const brc_subcluster_table *t = s->table;

	BRC_TRY(make_groups(l, t->m, err));
	for (size_t i = 0; i < t->m; i++)
		l->group[i] = blank(s->map[t->layer[i]], t->cluster[i], (size_t)t->size[i]);
	qsort(l->group, l->n_groups, sizeof(*l->group), by_layer_and_cluster);
	return BRC_OK;
}

enum { LESIONS = BRC_PROXIES }; /* a row in the lesions, beside the rows in the tests of a proxy */

/* How many units of each group are dead. */
static void count_dead(brc_labelling *l)
{
	const brc_lesions *x = &l->lesions;

	for (size_t i = 0; x->dead == BRC_DEAD_OUT && l->labels_section && i < x->n_dead; i++) {
		const size_t u = (size_t)x->dead_unit[i], at = brc_layers_of_unit(&x->layers, u);
		const size_t layer = brc_layers_find(&l->layers, x->layers.name[at]);
		const size_t unit = u - x->layers.first[at];
		brc_group *g;

		if (layer == BRC_ANY || unit >= l->layers.units[layer])
			continue;
		g = find(l, layer, l->labels.label[l->layers.first[layer] + unit]);
		if (g)
			g->dead++;
	}
}

/* Was a group of so many units lesioned? Without lesions it is not known which units were dead. */
static bool has_size(const brc_labelling *l, const brc_group *g, size_t size)
{
	return l->lesions_section ? size == g->size - g->dead : size <= g->size;
}

static brc_rc join_rows(brc_labelling *l, const source *s, size_t kind, brc_err *err)
{
	const brc_subcluster_table *t = s->table;

	for (size_t i = 0; i < t->m; i++) {
		size_t layer = s->map[t->layer[i]], *row;
		brc_group *g = find(l, layer, t->cluster[i]);

		if (!g || !has_size(l, g, (size_t)t->size[i])) {
			brc_section_bad(s->section, err,
					"cluster %d of layer '%s' with %d units is not in the "
					"labelling '%s'",
					t->cluster[i], l->layers.name[layer], t->size[i], l->name);
			return brc_hint(err, "sections of one name must come from one run");
		}
		row = kind == LESIONS ? &g->lesion : &g->row[kind];
		if (*row != BRC_ANY)
			return brc_section_bad(s->section, err,
					       "cluster %d of layer '%s' stands twice",
					       t->cluster[i], l->layers.name[layer]);
		*row = i;
	}
	return BRC_OK;
}

static brc_rc join(brc_labelling *l, size_t kind, source s, brc_err *err)
{
	brc_rc rc;

	if (!s.section)
		return BRC_OK;
	BRC_NEW(s.map, s.layers->n, err);
	rc = map_layers(l, &s, err);
	if (!l->group)
		BRC_THEN(rc, from_table(l, &s, err));
	BRC_THEN(rc, join_rows(l, &s, kind, err));
	/* why sub-clusters were not lesioned */
	for (size_t i = 0; rc == BRC_OK && kind == LESIONS && i < l->lesions.n_left_out; i++) {
		const brc_left_out *x = &l->lesions.left_out[i];
		brc_group *g = find(l, s.map[x->layer], x->cluster);

		if (g)
			g->left_out = x->reason;
	}
	free(s.map);
	return rc;
}

double brc_worst_shown(const brc_group *g)
{
	return isnan(g->worst_u) ? g->worst_change : g->worst_u;
}

static void mark_groups(brc_labelling *l, double level)
{
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		for (size_t i = 0; st && i < l->n_groups; i++) {
			size_t row = l->group[i].row[p];

			if (row == BRC_ANY)
				continue;
			if (!brc_inference_large_enough(st, row))
				continue;
			if (st->p_maxt && st->p_maxt[row] <= level)
				l->group[i].mark[p] = BRC_MARK_MAXT;
			else if (st->q && st->q[row] <= level)
				l->group[i].mark[p] = BRC_MARK_Q;
			else if (st->p[row] <= level)
				l->group[i].mark[p] = BRC_MARK_P;
		}
	}
}

/* Change of recall of class c when g is lesioned; NaN where unknown. */
static double class_change(const brc_labelling *l, const brc_group *g, size_t c)
{
	const brc_findings *t = &l->test[BRC_COHERENCE];
	const brc_lesions *x = &l->lesions;

	if (t->class_change && g->row[BRC_COHERENCE] != BRC_ANY)
		return t->class_change[g->row[BRC_COHERENCE] * t->classes + c];
	if (x->correct && g->lesion != BRC_ANY && x->class_images[c] > 0)
		return ((double)x->correct[g->lesion * x->classes + c] -
			(double)x->baseline_correct[c]) /
		       (double)x->class_images[c];
	return NAN;
}

/* By specificity: the class of the smallest t, if it is below 0. */
static void find_hit_class(const brc_labelling *l, brc_group *g)
{
	const brc_findings *f = &l->test[BRC_COHERENCE];
	const size_t row = g->row[BRC_COHERENCE] * f->classes;

	for (size_t c = 0; c < f->classes; c++)
		if (f->class_t[row + c] < 0 &&
		    (g->worst_class == BRC_ANY ||
		     f->class_t[row + c] < f->class_t[row + g->worst_class]))
			g->worst_class = c;
	if (g->worst_class == BRC_ANY)
		return;
	g->worst_change = class_change(l, g, g->worst_class);
	g->worst_u = f->class_u[row + g->worst_class];
	g->worst_p = f->class_t_p_adjusted[row + g->worst_class];
}

static void find_worst_classes(brc_labelling *l)
{
	const brc_findings *t = &l->test[BRC_COHERENCE];

	if (t->class_unit[0]) /* no recall */
		return;
	for (size_t i = 0; i < l->n_groups; i++) {
		brc_group *g = &l->group[i];
		bool tested = t->class_change && g->row[BRC_COHERENCE] != BRC_ANY;

		if (tested && t->class_t) {
			find_hit_class(l, g);
			continue;
		}
		for (size_t c = 0; c < l->classes; c++) {
			double change = class_change(l, g, c);

			if (!(change < 0) ||
			    (g->worst_class != BRC_ANY && change >= g->worst_change))
				continue;
			g->worst_class = c;
			g->worst_change = change;
			g->worst_p =
				tested ? t->class_p_adjusted[g->row[BRC_COHERENCE] * t->classes + c]
				       : NAN;
		}
	}
}

/*
 * How strong a finding is. Findings are sorted by mark, then by q, then by p; smaller values come
 * first.
 */
typedef struct strength {
	size_t index;
	int mark;
	double q, p;
} strength;

static double smaller(double a, double b)
{
	return b < a ? b : a; /* a NaN in b is ignored */
}

static strength strength_of(const brc_labelling *l, size_t i)
{
	const brc_group *g = &l->group[i];
	strength s = {.index = i, .mark = 0, .q = 2, .p = 2};

	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_inference *st = brc_primary(&l->test[p]);

		if (!st || g->row[p] == BRC_ANY)
			continue;
		if ((int)g->mark[p] > s.mark)
			s.mark = (int)g->mark[p];
		s.p = smaller(s.p, st->p[g->row[p]]);
		if (st->q)
			s.q = smaller(s.q, st->q[g->row[p]]);
	}
	return s;
}

static int ascending(double a, double b)
{
	return (a > b) - (a < b);
}

static int by_strength(const void *a, const void *b)
{
	const strength *x = a, *y = b;
	int order = y->mark - x->mark;

	order = order != 0 ? order : ascending(x->q, y->q);
	order = order != 0 ? order : ascending(x->p, y->p);
	return order != 0 ? order : ascending((double)x->index, (double)y->index);
}

static brc_rc set_order(brc_labelling *l, brc_report_order order, brc_err *err)
{
	strength *s = brc_calloc(l->n_groups, sizeof(*s), err);

	l->order = brc_calloc(l->n_groups, sizeof(*l->order), err);
	if (!s || !l->order) {
		free(s);
		return BRC_RESOURCE;
	}
	for (size_t i = 0; i < l->n_groups; i++)
		s[i] = strength_of(l, i);
	if (order == BRC_ORDER_SIGNIFICANCE && l->n_groups > 0)
		qsort(s, l->n_groups, sizeof(*s), by_strength);
	for (size_t i = 0; i < l->n_groups; i++)
		l->order[i] = s[i].index;
	free(s);
	return BRC_OK;
}

brc_rc brc_groups_collect(brc_labelling *l, const brc_labelling_sections *from,
			  const brc_report_options *options, brc_err *err)
{
	const brc_lesions *x = &l->lesions;

	if (l->labels_section)
		BRC_TRY(from_labels(l, err));
	count_dead(l);
	BRC_TRY(join(l, LESIONS, (source){l->lesions_section, &x->layers, &x->table, NULL}, err));
	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		const brc_findings *t = &l->test[p];
		const brc_section *s = from->part[BRC_PART_TESTS + p];

		BRC_TRY(join(l, p, (source){s, &t->layers, &t->table, NULL}, err));
	}
	mark_groups(l, options->level);
	find_worst_classes(l);
	return set_order(l, options->order, err);
}
