/* The section exemplars/1: what later stages need of activations once these are gone. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "net/activations.h"

typedef struct summary {
	const brc_dataset *data;
	const size_t *sample;
	size_t n, units;
	const float *value;
	int32_t *top_sample; /* [units][BRC_EXEMPLARS], borrowed from the section */
	float *top_value;
	size_t *image; /* images kept, ascending */
	size_t n_images;
} summary;

/* Put a value in its place among a unit's strongest, if it is one of them. */
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

static brc_rc write_top(summary *m, brc_section *s, brc_err *err)
{
	const size_t shape[2] = {m->units, BRC_EXEMPLARS};
	brc_tensor *sample, *value;

	BRC_TRY(brc_section_add(s, "top/sample", "<i4", 2, shape, "unit,rank", NULL, &sample, err));
	BRC_TRY(brc_section_add(s, "top/value", "<f4", 2, shape, "unit,rank", NULL, &value, err));
	m->top_sample = sample->data;
	m->top_value = value->data;
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

/* Float images as bytes: one linear scale for all of them. */
static void scale_to_bytes(const summary *m, unsigned char *out)
{
	const float *pixel = m->data->image;
	size_t width = m->data->pixels;
	float lo = INFINITY, hi = -INFINITY;

	for (size_t i = 0; i < m->n_images; i++) {
		for (size_t k = 0; k < width; k++) {
			float v = pixel[m->image[i] * width + k];

			lo = v < lo ? v : lo;
			hi = v > hi ? v : hi;
		}
	}
	for (size_t i = 0; i < m->n_images; i++) {
		for (size_t k = 0; k < width; k++) {
			double v = (double)pixel[m->image[i] * width + k] - lo;

			out[i * width + k] =
				hi > lo ? (unsigned char)lround(255 * (v / ((double)hi - lo))) : 0;
		}
	}
}

static void copy_bytes(const summary *m, unsigned char *out)
{
	const unsigned char *pixel = m->data->image;
	size_t width = m->data->pixels;

	for (size_t i = 0; i < m->n_images; i++)
		memcpy(out + i * width, pixel + m->image[i] * width, width);
}

static brc_rc write_images(const summary *m, brc_section *s, brc_err *err)
{
	size_t shape[BRC_MAX_DIMS] = {m->n_images};
	brc_tensor *pixel, *sample, *label;

	BRC_TRY(brc_section_add(s, "image/sample", "<i4", 1, shape, "image", NULL, &sample, err));
	BRC_TRY(brc_section_add(s, "image/label", "<i4", 1, shape, "image", NULL, &label, err));
	for (size_t i = 0; i < m->n_images; i++) {
		((int32_t *)sample->data)[i] = (int32_t)m->image[i];
		((int32_t *)label->data)[i] = m->data->label[m->image[i]];
	}
	for (size_t k = 0; k < m->data->ndim; k++)
		shape[k + 1] = m->data->shape[k];
	BRC_TRY(brc_section_add(s, "image/pixel", "|u1", m->data->ndim + 1, shape, "image", NULL,
				&pixel, err));
	if (m->data->pixel == BRC_PIXEL_U1)
		copy_bytes(m, pixel->data);
	else
		scale_to_bytes(m, pixel->data);
	return BRC_OK;
}

static brc_rc write_class_means(const summary *m, brc_section *s, brc_err *err)
{
	size_t classes = m->data->classes, cells = m->units * classes;
	const size_t shape[2] = {m->units, classes};
	double *sum = brc_calloc(cells, sizeof(*sum), err);
	size_t *images = brc_calloc(classes, sizeof(*images), err);
	brc_tensor *mean = NULL;
	brc_rc rc = sum && images ? BRC_OK : BRC_RESOURCE;

	for (size_t i = 0; rc == BRC_OK && i < m->n; i++) {
		size_t c = (size_t)m->data->label[m->sample[i]];

		images[c]++;
		for (size_t u = 0; u < m->units; u++)
			sum[u * classes + c] += m->value[i * m->units + u];
	}
	if (rc == BRC_OK)
		rc = brc_section_add(s, "class/mean", "<f4", 2, shape, "unit,class", NULL, &mean,
				     err);
	for (size_t i = 0; rc == BRC_OK && i < cells; i++)
		((float *)mean->data)[i] =
			images[i % classes] ? (float)(sum[i] / (double)images[i % classes]) : NAN;
	free(sum);
	free(images);
	return rc;
}

brc_rc brc_net_write_exemplars(const brc_layers *hidden, const brc_dataset *data,
			       const size_t *sample, size_t n, const float *value, brc_section *s,
			       brc_err *err)
{
	summary m = {.data = data,
		     .sample = sample,
		     .n = n,
		     .units = brc_layers_total(hidden),
		     .value = value};
	brc_rc rc = brc_layers_write(hidden, s, err);

	if (rc == BRC_OK)
		rc = write_top(&m, s, err);
	if (rc == BRC_OK)
		rc = collect_images(&m, err);
	if (rc == BRC_OK)
		rc = write_images(&m, s, err);
	if (rc == BRC_OK)
		rc = write_class_means(&m, s, err);
	if (rc == BRC_OK && data->class_name)
		rc = brc_section_add_text(s, "class/name", (const char *const *)data->class_name,
					  data->classes, err);
	free(m.image);
	return rc;
}
