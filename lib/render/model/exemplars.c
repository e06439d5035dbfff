/* exemplars/1: each unit's strongest images. clusterability/1: n-cut against null networks. */
#include <math.h>

#include "render/model/model.h"
#include "study/table.h"

static brc_rc check_samples(const brc_exemplars *x, brc_err *err)
{
	char title[256];

	for (size_t i = 1; i < x->images; i++)
		if (x->sample[i] <= x->sample[i - 1])
			return brc_fail(err, BRC_DATA, "%s: image/sample is not ascending",
					brc_section_title(x->section, title, sizeof(title)));
	return BRC_OK;
}

brc_rc brc_exemplars_collect(brc_exemplars *x, const brc_section *s, brc_err *err)
{
	char title[256];
	const brc_tensor *t;

	*x = (brc_exemplars){.section = s};
	if (!s)
		return BRC_OK;
	BRC_TRY(brc_layers_read(&x->layers, s, err));
	size_t shape[2] = {brc_layers_total(&x->layers), BRC_ANY};

	BRC_TRY(brc_section_need(s, "top/sample", "<i4", 2, shape, &t, err));
	x->top = t->data;
	x->per_unit = shape[1] = t->shape[1];
	BRC_TRY(brc_section_need(s, "top/value", "<f4", 2, shape, &t, err));
	x->value = t->data;
	BRC_TRY(brc_section_need_column(s, "image/sample", "<i4", BRC_ANY, &t, err));
	x->sample = t->data;
	x->images = t->shape[0];
	if (brc_section_tensor(s, "image/label")) {
		BRC_TRY(brc_section_need_column(s, "image/label", "<i4", x->images, &t, err));
		x->label = t->data;
	}
	x->pixels = brc_section_tensor(s, "image/pixel");
	if (x->pixels) {
		if (x->pixels->ndim < 1 || x->pixels->shape[0] != x->images ||
		    x->pixels->itemsize != 1 || x->pixels->dtype[1] != 'u')
			return brc_fail(err, BRC_DATA,
					"%s: image/pixel must be |u1 with %zu rows as image/sample",
					brc_section_title(s, title, sizeof(title)), x->images);
	}
	t = brc_section_tensor(s, "class/name");
	x->n_classes = t && t->ndim == 1 ? t->shape[0] : 0;
	BRC_TRY(brc_table_read_classes(s, x->n_classes, &x->class_name, err));
	return check_samples(x, err);
}

void brc_exemplars_clear(brc_exemplars *x)
{
	brc_layers_clear(&x->layers);
	brc_table_free_classes(x->class_name, x->n_classes);
	*x = (brc_exemplars){0};
}

brc_rc brc_null_test_collect(brc_null_test *c, const brc_section *s, brc_err *err)
{
	const brc_tensor *t;

	*c = (brc_null_test){.section = s, .z = NAN};
	c->null = brc_map_string(s->meta, "null", "layer");
	c->source = brc_map_string(s->meta, "source", "");
	BRC_TRY(brc_section_size(s, "shuffles", &c->shuffles, err));
	BRC_TRY(brc_section_size(s, "k", &c->k, err));
	BRC_TRY(brc_section_double(s, "observed", &c->observed, err));
	BRC_TRY(brc_section_double(s, "mean", &c->mean, err));
	BRC_TRY(brc_section_double(s, "sd", &c->sd, err));
	BRC_TRY(brc_section_double(s, "p", &c->p, err));
	brc_map_double(s->meta, "z", &c->z);
	if (brc_section_tensor(s, "null/ncut")) {
		BRC_TRY(brc_section_need_column(s, "null/ncut", "<f8", c->shuffles, &t, err));
		c->ncut = t->data;
	}
	return BRC_OK;
}
