#include "data/datasets/dataset_parts.h"

#include <stdlib.h>

#include "base/memory.h"
#include "data/datasets/split.h"

brc_rc brc_dataset_files_split(brc_dataset_files *r, brc_err *err)
{
	brc_items *it = r->items;
	const bool classes = r->targets == BRC_TARGETS_CLASSES;
	size_t n = r->d.n, k = 0, fitted = 0;
	bool *fit = brc_alloc(n, sizeof(*fit), err);
	brc_rc rc =
		fit ? brc_split_mark(classes ? it->label.data : NULL, n, classes ? r->d.classes : 1,
				     r->asked.split, r->asked.seed, fit, err)
		    : BRC_RESOURCE;

	BRC_THEN(rc, brc_split_rows(&it->label, fit, err));
	BRC_THEN(rc, BRC_ZEROED(r->aside, it->n, err));
	if (rc == BRC_OK && !r->chosen) {
		rc = BRC_ARRAY(r->chosen, it->n, err);
		for (size_t i = 0; rc == BRC_OK && i < it->n; i++)
			r->chosen[i] = true;
	}
	for (size_t i = 0; rc == BRC_OK && i < it->n; i++) {
		if (!r->chosen[i])
			continue;
		r->chosen[i] = fit[k];
		r->aside[i] = !fit[k];
		fitted += fit[k++];
	}
	free(fit);
	r->d.n = fitted;
	r->test.n = n - fitted;
	return rc;
}

/* How many labels are none, of a part; not all may be. */
static brc_rc count_unlabelled(brc_dataset *d, const char *name, const char *file, brc_err *err)
{
	const size_t labels = d->n * brc_dataset_places(d);

	d->unlabelled = 0;
	for (size_t i = 0; i < labels; i++)
		d->unlabelled += d->label[i] < 0;
	return d->unlabelled < labels
		       ? BRC_OK
		       : brc_fail(err, BRC_DATA,
				  "%s: no place of the part '%s' has a label that counts", file,
				  name);
}

brc_rc brc_dataset_files_describe_test(brc_dataset_files *r, brc_err *err)
{
	const size_t n = r->test.n, fitted = r->d.n;
	const char *file = r->items->label_name;

	if (!r->aside)
		return BRC_OK;
	r->test = r->d;
	r->test.n = n;
	if (r->d.mark)
		r->test.mark += fitted * r->d.classes;
	if (r->d.target)
		r->test.target += fitted * r->d.classes;
	if (!r->d.label)
		return BRC_OK;
	r->test.label += fitted * brc_dataset_places(&r->d);
	if (!r->asked.ignore_label)
		return BRC_OK;
	BRC_TRY(count_unlabelled(&r->d, BRC_DATASET_FIT, file, err));
	return count_unlabelled(&r->test, BRC_DATASET_TEST, file, err);
}
