/*
 * Seeds for the fuzzers of networks, from ONNX's tests of operators: fuzz-seeds OUT FOLDER...
 *
 * Each folder below FOLDER holds a model and its inputs. Three models of each go to OUT: as it is,
 * with all inputs but the first as constants, and with all inputs as constants. So a fuzzer reaches
 * operators whose further inputs must be constants, and those that are computed when a graph is
 * built.
 */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/models/onnx.h"

enum { PATH = 1024, LARGEST = 1 << 14 }; /* bytes of a model */

/* Up to LARGEST bytes; 0 when there is no such file, or it is larger. */
static size_t read_file(const char *path, uint8_t *bytes)
{
	FILE *f = fopen(path, "rb");
	size_t n = f ? fread(bytes, 1, LARGEST, f) : 0;

	if (f)
		fclose(f);
	return n < LARGEST ? n : 0;
}

/* Input k of the case becomes an initializer of the same name; false: there is none. */
static bool embed(Brc__OnnxGraph *g, const char *folder, size_t k)
{
	static uint8_t bytes[LARGEST];
	char path[PATH + 64];
	Brc__OnnxTensor *t, **longer;
	size_t n;

	snprintf(path, sizeof(path), "%s/test_data_set_0/input_%zu.pb", folder, k);
	n = read_file(path, bytes);
	t = n ? brc__onnx_tensor__unpack(NULL, n, bytes) : NULL;
	if (!t || k >= g->n_input)
		return false;
	free(t->name);
	t->name = strdup(g->input[k]->name);
	longer = realloc((void *)g->initializer, (g->n_initializer + 1) * sizeof(*longer));
	if (!longer || !t->name)
		exit(BRC_RESOURCE);
	g->initializer = longer;
	g->initializer[g->n_initializer++] = t;
	return true;
}

static void write_model(const Brc__OnnxModel *m, const char *out, const char *leaf, int form)
{
	static uint8_t bytes[4 * LARGEST];
	size_t n = brc__onnx_model__get_packed_size(m);
	char path[PATH];
	FILE *f;

	if (n > LARGEST)
		return;
	brc__onnx_model__pack(m, bytes);
	snprintf(path, sizeof(path), "%.500s/%.400s-%d.onnx", out, leaf, form);
	f = fopen(path, "wb");
	if (!f || fwrite(bytes, 1, n, f) != n || fclose(f) != 0) {
		fprintf(stderr, "fuzz-seeds: cannot write %s\n", path);
		exit(BRC_DATA);
	}
}

/* The three forms of a case. */
static void one_case(const char *out, const char *root, const char *leaf)
{
	static uint8_t bytes[LARGEST];
	char folder[PATH], path[PATH + 64];
	size_t n;

	snprintf(folder, sizeof(folder), "%.500s/%.400s", root, leaf);
	snprintf(path, sizeof(path), "%s/model.onnx", folder);
	n = read_file(path, bytes);
	for (int form = 0; n > 0 && form < 3; form++) {
		Brc__OnnxModel *m = brc__onnx_model__unpack(NULL, n, bytes);
		size_t first = form == 2 ? 0 : 1;

		if (!m || !m->graph)
			exit(BRC_DATA);
		for (size_t k = first; form > 0 && embed(m->graph, folder, k); k++) {
		}
		write_model(m, out, leaf, form);
		brc__onnx_model__free_unpacked(m, NULL);
	}
}

int main(int argc, char **argv)
{
	for (int i = 2; i < argc; i++) {
		DIR *d = opendir(argv[i]);
		struct dirent *e;

		while (d && (e = readdir(d)))
			if (e->d_name[0] != '.')
				one_case(argv[1], argv[i], e->d_name);
		if (!d) {
			fprintf(stderr, "fuzz-seeds: cannot read %s\n", argv[i]);
			return BRC_DATA;
		}
		closedir(d);
	}
	return argc < 3 ? BRC_USAGE : 0;
}
