/*
 * libFuzzer target: any bytes as a table of labels, of layers, of class names and of image files.
 * What is accepted comes out and in again as it was, or is as large as it says.
 *
 *     clang -fsanitize=fuzzer,address,undefined ... tests/fuzz/tables_fuzz.c
 *     ./tables_fuzz tests/fuzz/corpus/tables
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "data/tables/class_names.h"
#include "data/images/image_items.h"
#include "data/tables/labels_tsv.h"
#include "data/tables/layers_tsv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Three units with names in two layers. */
static brc_named_units known_units(void)
{
	static const char *const layer[] = {"a", "b"}, *const name[] = {"cat", "dog", "owl"};
	static const size_t units[] = {2, 1};
	brc_named_units u = {0};
	size_t number;

	if (brc_layers_init(&u.layers, 2, layer, units, NULL) != BRC_OK)
		abort();
	for (size_t i = 0; i < 3; i++)
		if (brc_name_table_add(&u.names, name[i], &number, NULL) != BRC_OK || number != i)
			abort();
	return u;
}

static brc_rc parse(const void *text, size_t n, const brc_named_units *known, brc_layers *layers,
		    int32_t **label)
{
	char *copy = malloc(n + 1);
	brc_rc rc;

	if (!copy)
		abort();
	memcpy(copy, text, n);
	copy[n] = '\0';
	rc = brc_labels_tsv_read(copy, n, "fuzz", 0, known, layers, label, NULL);
	free(copy);
	return rc;
}

static void read_labels(const uint8_t *data, size_t size, const brc_named_units *known)
{
	brc_layers layers, again;
	int32_t *label, *same;
	brc_str text = {0};
	size_t n;

	if (parse(data, size, known, &layers, &label) != BRC_OK)
		return;
	n = brc_layers_total(&layers);
	if (brc_labels_tsv_write(&layers, label, known, &text, NULL) == BRC_OK) {
		if (parse(text.s, text.len, known, &again, &same) != BRC_OK ||
		    !brc_layers_equal(&layers, &again) ||
		    memcmp(label, same, n * sizeof(*label)) != 0)
			abort();
		brc_layers_clear(&again);
		free(same);
	}
	brc_str_free(&text);
	brc_layers_clear(&layers);
	free(label);
}

static void read_files(const char *path)
{
	brc_layers layers;
	brc_image_list list;
	char **name;
	size_t n;

	if (brc_layers_tsv_read(&layers, path, NULL) == BRC_OK) {
		if (layers.n == 0 || brc_layers_total(&layers) > BRC_UNITS_MAX)
			abort();
		brc_layers_clear(&layers);
	}
	if (brc_class_names_read(path, &name, &n, NULL) == BRC_OK)
		brc_texts_free(name, n);
	if (brc_image_list_table(&list, path, NULL, 0, 0, NULL) == BRC_OK)
		for (size_t i = 0; i < list.n; i++)
			if (list.label[i] < 0 || (size_t)list.label[i] >= list.classes)
				abort();
	brc_image_list_clear(&list);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	char path[32];
	brc_named_units known = known_units();

	if (fd < 0)
		fd = memfd_create("fuzz", 0);
	if (fd < 0 || ftruncate(fd, 0) != 0 || pwrite(fd, data, size, 0) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	read_labels(data, size, NULL);
	read_labels(data, size, &known);
	read_files(path);
	brc_named_units_clear(&known);
	return 0;
}
