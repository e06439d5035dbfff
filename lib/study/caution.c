#include "study/caution.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "sections/task.h"

static void add_separator(char *text, size_t size)
{
	const size_t n = strlen(text);

	if (n > 0)
		snprintf(text + n, size - n, "; ");
}

/* A class without an image is in no statistic. */
static void few_images(const brc_lesions *l, char *text, size_t size)
{
	int64_t fewest = INT64_MAX;
	size_t few = 0, classes = 0, n;

	for (size_t c = 0; c < l->classes; c++) {
		const int64_t images = l->class_images[c];

		if (images == 0)
			continue;
		classes++;
		few += images < BRC_FEW_IMAGES;
		fewest = images < fewest ? images : fewest;
	}
	if (few == 0)
		return;
	add_separator(text, size);
	n = strlen(text);
	snprintf(text + n, size - n,
		 "%zu of %zu %s ha%s fewer than %d %s, the smallest %lld: chance alone makes small "
		 "changes there",
		 few, classes, brc_task_cells(l->task), few == 1 ? "s" : "ve", BRC_FEW_IMAGES,
		 l->items && l->task != BRC_TASK_LABELS && l->task != BRC_TASK_REGRESSION
			 ? l->items
			 : "images",
		 (long long)fewest);
}

static void near_chance(const brc_lesions *l, char *text, size_t size)
{
	double chance;
	size_t n;

	if (!brc_lesions_at_chance(l, &chance))
		return;
	add_separator(text, size);
	n = strlen(text);
	snprintf(text + n, size - n,
		 "before any lesion the network is right for %.1f %% of the %s, not clearly more "
		 "than chance (%.1f %% for always naming the largest class)",
		 100 * brc_lesions_baseline_plain(l), l->items ? l->items : "images", 100 * chance);
}

void brc_caution(const brc_lesions *l, char *text, size_t size)
{
	text[0] = '\0';
	few_images(l, text, size);
	near_chance(l, text, size);
}
