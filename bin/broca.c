/* broca: run a filter by its name, "broca spectral -k 16" for broca-spectral. */
#define _GNU_SOURCE
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cli.h"

static const struct {
	const char *name, *purpose;
} filters[] = {
	{"read-data", "read images or tokens, and labels, or a table of samples"},
	{"extract-weights", "make the graph of a network's weights, from ONNX, safetensors or NPZ"},
	{"activations", "record the value of every hidden unit on the data"},
	{"corr", "make the graph of the correlations of activations, or of series"},
	{"laplacian", "make the normalised Laplacian of a graph, whole or layer by layer"},
	{"spectral", "find clusters of units by normalised spectral clustering"},
	{"clusterability", "compare the n-cut with that of shuffled networks"},
	{"lesion", "measure importance: the damage of silencing a group, against random groups"},
	{"coherence", "measure coherence: whether the damage is specific to classes"},
	{"permute-weights", "make an untrained copy of a model, its weights permuted"},
	{"repeat", "find out which findings return in perturbed partitions"},
	{"report", "report the results as text, HTML, JSON or TSV"},
	{"peek", "show what a stream holds"},
	{"check", "verify that a stream is intact"},
	{"export", "write labels, units, graphs and tensors for other programs"},
	{"import", "read labels and graphs that other programs made"},
	{"compare", "measure how far two labellings agree"},
};

enum { FILTERS = sizeof(filters) / sizeof(filters[0]) };

/* The directory of this program. The filters are beside it. */
static int own_directory(char *buf, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", buf, cap - 1);
	char *dir;

	if (n < 0)
		return -1;
	buf[n] = '\0';
	dir = dirname(buf);
	memmove(buf, dir, strlen(dir) + 1);
	return 0;
}

/* The directory of the scripts: beside the filters of a checkout, or where `make install` puts
 * them. */
static int pipelines(char *buf, size_t cap)
{
	static const char *const place[] = {"../share/broca/pipelines", "../pipelines"};
	char dir[PATH_MAX], path[PATH_MAX + 64], real[PATH_MAX];

	if (own_directory(dir, sizeof(dir)) != 0)
		return -1;
	for (size_t i = 0; i < sizeof(place) / sizeof(place[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s/weights.sh", dir, place[i]);
		if (access(path, X_OK) == 0 && realpath(path, real))
			return snprintf(buf, cap, "%s", dirname(real)) < (int)cap ? 0 : -1;
	}
	return -1;
}

static void usage(FILE *out)
{
	char dir[PATH_MAX];

	fprintf(out, "Usage: broca FILTER [OPTION...]\n\n"
		     "Find groups of neurons of a trained network that are important and "
		     "coherent.\nThe filters read and write broca streams over pipes:\n\n");
	for (size_t i = 0; i < FILTERS; i++)
		fprintf(out, "  %-16s %s\n", filters[i].name, filters[i].purpose);
	if (pipelines(dir, sizeof(dir)) == 0)
		fprintf(out,
			"\nWhole analyses, as scripts and make files, are in %s\n"
			"('broca --pipelines' prints where).\n",
			dir);
	fprintf(out, "\nExamples:\n"
		     "  broca extract-weights net.onnx | broca laplacian | broca spectral -k 16 | "
		     "broca peek\n"
		     "  broca report --help\n");
}

/* Was everything printed? A full disk is not a success. */
static int printed(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return BRC_OK;
	fprintf(stderr, "broca: <stdout>: cannot write: %s\n", strerror(errno));
	return BRC_RESOURCE;
}

/* Installed filters are called broca-<filter>, those of a checkout <filter>. */
static int run(const char *filter, char **argv)
{
	static const char *const prefix[] = {"broca-", ""};
	char dir[PATH_MAX], path[PATH_MAX + 64];
	bool missing = own_directory(dir, sizeof(dir)) == 0;

	for (size_t i = 0; i < 2 && missing; i++) {
		snprintf(path, sizeof(path), "%s/%s%s", dir, prefix[i], filter);
		execv(path, argv);
		missing = errno == ENOENT;
	}
	fprintf(stderr, "broca: cannot run %s: %s\n", filter, strerror(errno));
	return BRC_RESOURCE;
}

static int tell_pipelines(void)
{
	char dir[PATH_MAX];

	if (pipelines(dir, sizeof(dir)) != 0) {
		fprintf(stderr, "broca: the pipelines are not beside this program\nhint: they are "
				"in pipelines/ of a checkout, and 'make install' installs them\n");
		return BRC_RESOURCE;
	}
	printf("%s\n", dir);
	return printed();
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return BRC_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0) {
		usage(stdout);
		return printed();
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("broca %s\n", BRC_VERSION);
		return printed();
	}
	if (strcmp(argv[1], "--pipelines") == 0)
		return tell_pipelines();
	for (size_t i = 0; i < FILTERS; i++)
		if (strcmp(argv[1], filters[i].name) == 0)
			return run(filters[i].name, argv + 1);
	fprintf(stderr, "broca: there is no filter called '%s'\nhint: 'broca --help' lists them\n",
		argv[1]);
	return BRC_USAGE;
}
