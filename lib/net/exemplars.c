/* What later stages need of the activations after these were consumed. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/texts.h"
#include "net/activations.h"

typedef struct summary {
	const brc_dataset *data;
	const size_t *sample;
	size_t n, units;
	const float *value;
	int32_t *top_sample; /* [units][BRC_EXEMPLARS] */
	float *top_value;
	size_t *image; /* images kept, ascending */
	size_t n_images;
} summary;

/* Insert a value among a unit's strongest, if it is one of them. */
static void offer(int32_t *sample, float *value, int32_t image, float v)
{
	size_t k = BRC_EXEMPLARS;

	while (k > 0 && (sample[k - 1] < 0 || v > value[k - 1]))
		k--;
	if (k == BRC_EXEMPLARS)
		return;
	memmove(sample + k + 1, sample + k, (BRC_EXEMPLARS - k - 1) * sizeof(*sample));
	memmove(value + k + 1, value + k, (BRC_EXEMPLARS - k - 1) * sizeof(*value));
	sample[k] = image;
	value[k] = v;
}

static brc_rc find_top(summary *m, brc_exemplars *x, brc_err *err)
{
	m->top_sample = brc_alloc(m->units, BRC_EXEMPLARS * sizeof(*m->top_sample), err);
	m->top_value = brc_calloc(m->units, BRC_EXEMPLARS * sizeof(*m->top_value), err);
	x->top = m->top_sample;
	x->value = m->top_value;
	x->per_unit = BRC_EXEMPLARS;
	if (!x->top || !x->value)
		return BRC_RESOURCE;
	for (size_t i = 0; i < m->units * BRC_EXEMPLARS; i++)
		m->top_sample[i] = -1;
	for (size_t i = 0; i < m->n; i++)
		for (size_t u = 0; u < m->units; u++)
			offer(m->top_sample + u * BRC_EXEMPLARS, m->top_value + u * BRC_EXEMPLARS,
			      (int32_t)m->sample[i], m->value[i * m->units + u]);
	return BRC_OK;
}

/* The images among the strongest, each once. */
static brc_rc collect_images(summary *m, brc_err *err)
{
	bool *kept = brc_calloc(m->data->n, sizeof(*kept), err);

	m->image = brc_alloc(m->n, sizeof(*m->image), err);
	if (!kept || !m->image) {
		free(kept);
		return BRC_RESOURCE;
	}
	for (size_t i = 0; i < m->units * BRC_EXEMPLARS; i++)
		if (m->top_sample[i] >= 0)
			kept[m->top_sample[i]] = true;
	for (size_t i = 0; i < m->data->n; i++)
		if (kept[i])
			m->image[m->n_images++] = i;
	free(kept);
	return BRC_OK;
}

/* Element i of all images kept, one after the other. */
static float pixel_of(const summary *m, size_t i)
{
	size_t width = m->data->pixels;

	return ((const float *)m->data->image)[m->image[i / width] * width + i % width];
}

/* Float images become bytes by one linear scale for all of them. */
static void scale_to_bytes(const summary *m, unsigned char *out)
{
	size_t width = m->data->pixels;
	float lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < m->n_images * width; i++) {
		float v = pixel_of(m, i);

		lo = v < lo ? v : lo;
		hi = v > hi ? v : hi;
	}
	for (size_t i = 0; i < m->n_images * width; i++) {
		double v = (double)pixel_of(m, i) - lo;

		out[i] = hi > lo ? (unsigned char)lround(255 * (v / ((double)hi - lo))) : 0;
	}
}

static brc_rc copy_images(const summary *m, brc_exemplars *x, brc_err *err)
{
	size_t width = m->data->pixels;
	int32_t *sample = brc_alloc(m->n_images, sizeof(*sample), err);
	int32_t *label = brc_alloc(m->n_images, sizeof(*label), err);
	uint8_t *pixel = brc_alloc(m->n_images, width, err);

	x->sample = sample;
	x->label = label;
	x->pixel = pixel;
	if (!sample || !label || !pixel)
		return BRC_RESOURCE;
	x->images = m->n_images;
	x->ndim = m->data->ndim;
	memcpy(x->shape, m->data->shape, x->ndim * sizeof(*x->shape));
	for (size_t i = 0; i < m->n_images; i++) {
		sample[i] = (int32_t)m->image[i];
		label[i] = m->data->label && m->data->label_ndim == 0 ? m->data->label[m->image[i]]
								      : -1;
		if (m->data->pixel == BRC_PIXEL_U1)
			memcpy(pixel + i * width,
			       (const uint8_t *)m->data->image + m->image[i] * width, width);
	}
	if (m->data->pixel != BRC_PIXEL_U1)
		scale_to_bytes(m, pixel);
	return BRC_OK;
}

/* Image i of the sample is added to the classes it has. */
static void add_to_means(const summary *m, size_t i, bool *has, double *sum, size_t *images)
{
	const size_t classes = m->data->classes;

	brc_dataset_classes_of(m->data, m->sample[i], has);
	for (size_t c = 0; c < classes; c++) {
		if (!has[c])
			continue;
		images[c]++;
		for (size_t u = 0; u < m->units; u++)
			sum[u * classes + c] += m->value[i * m->units + u];
	}
}

static brc_rc find_class_means(const summary *m, brc_exemplars *x, brc_err *err)
{
	size_t classes = m->data->classes, cells = m->units * classes;
	double *sum = brc_calloc(cells, sizeof(*sum), err);
	size_t *images = brc_calloc(classes, sizeof(*images), err);
	float *mean = brc_alloc(cells, sizeof(*mean), err);
	bool *has = brc_alloc(classes, sizeof(*has), err);
	brc_rc rc = sum && images && mean && has ? BRC_OK : BRC_RESOURCE;

	x->class_mean = mean;
	for (size_t i = 0; rc == BRC_OK && i < m->n; i++)
		add_to_means(m, i, has, sum, images);
	for (size_t i = 0; rc == BRC_OK && i < cells; i++)
		mean[i] = images[i % classes] ? (float)(sum[i] / (double)images[i % classes]) : NAN;
	free(sum);
	free(images);
	free(has);
	return rc;
}

static brc_rc fill(summary *m, const brc_layers *hidden, brc_exemplars *x, brc_err *err)
{
	BRC_TRY(brc_layers_dup(&x->layers, hidden, err));
	BRC_TRY(find_top(m, x, err));
	BRC_TRY(collect_images(m, err));
	BRC_TRY(copy_images(m, x, err));
	if (m->data->target) /* numbers: there are no classes */
		return BRC_OK;
	BRC_TRY(find_class_means(m, x, err));
	x->classes = m->data->classes;
	return brc_texts_dup(m->data->class_name, x->classes, &x->class_name, err);
}

brc_rc brc_net_exemplars(const brc_layers *hidden, const brc_dataset *data, const size_t *sample,
			 size_t n, const float *value, brc_exemplars *x, brc_err *err)
{
	summary m = {.data = data,
		     .sample = sample,
		     .n = n,
		     .units = brc_layers_total(hidden),
		     .value = value};
	brc_rc rc;

	*x = (brc_exemplars){.own_arrays = true};
	rc = fill(&m, hidden, x, err);
	free(m.image);
	if (rc != BRC_OK)
		brc_exemplars_clear(x);
	return rc;
}
