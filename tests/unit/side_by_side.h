/* The stacked images of fixtures/side-by-side.npz as a data set, and labels made by hand. */
#ifndef SIDE_BY_SIDE_H
#define SIDE_BY_SIDE_H

#include "data/arrays/array.h"
#include "dataset_section.h"
#include "array_files.h"
#include "sections/labels.h"
#include "net/net.h"

typedef struct stacked {
	brc_array image, label;
	brc_dataset data;
} stacked;

/* The first `images` of them. */
static inline void stacked_open(stacked *s, size_t images)
{
	const char *path = "fixtures/side-by-side.npz";
	brc_err err = {0};

	memset(s, 0, sizeof(*s));
	if (npz_array(path, "image", 0, &s->image, &err) != BRC_OK ||
	    npz_array(path, "label", 0, &s->label, &err) != BRC_OK ||
	    brc_array_convert(&s->label, "<i4", path, &err) != BRC_OK)
		fail_msg("%s", err.message);
	s->data = (brc_dataset){.image = s->image.data,
				.n = s->image.shape[0],
				.ndim = s->image.ndim - 1,
				.pixels = s->image.count / s->image.shape[0],
				.label = s->label.data,
				.classes = 10,
				.scale = 1 / 255.0};
	memcpy(s->data.shape, s->image.shape + 1, s->data.ndim * sizeof(*s->data.shape));
	if (dataset_check(&s->data, path, &err) != BRC_OK)
		fail_msg("%s", err.message);
	assert_true(images <= s->data.n);
	s->data.n = images;
}

static inline void stacked_close(stacked *s)
{
	brc_dataset_clear(&s->data);
	brc_array_clear(&s->image);
	brc_array_clear(&s->label);
}

static inline brc_net *open_network(const char *path)
{
	brc_err err = {0};
	brc_net *net = NULL;

	if (brc_net_read(&net, path, NULL, &err) != BRC_OK)
		fail_msg("%s", err.message);
	return net;
}

/* Labels, all -1, over n named layers of the network. */
static inline void open_labels(brc_labels *labels, const brc_net *net, const char *const *name,
			       size_t n)
{
	const brc_layers *all = brc_net_layers(net);
	brc_layers some;
	size_t units[8];

	assert_true(n <= 8);
	for (size_t i = 0; i < n; i++) {
		const size_t at = brc_layers_find(all, name[i]);

		assert_true(at != BRC_ANY);
		units[i] = all->units[at];
	}
	assert_int_equal(brc_layers_init(&some, n, name, units, NULL), BRC_OK);
	assert_int_equal(brc_labels_init(labels, &some, NULL), BRC_OK);
	brc_layers_clear(&some);
}

#endif
