#include "stream/foreign.h"

#include <string.h>

#define IMAGES "read-data FOLDER reads image files, in a folder for each class"
#define NO_FILTER "no filter reads it: save its array with numpy.save, then read-data reads it"

/* A file with these bytes at this offset. */
#define FILE_WITH(AT, BYTES, NAME, HINT) \
	.at = (AT), .n = sizeof(BYTES) - 1, .bytes = (BYTES), .is = {.name = (NAME), .hint = (HINT)}

/* The first row that fits counts. */
static const struct {
	size_t at, n;
	const char *bytes;
	brc_foreign is;
} kinds[] = {
	{FILE_WITH(0, "\x93NUMPY", "an NPY file",
		   "read-data IMAGES LABELS reads images in NPY files, read-data --series FILE a "
		   "table of samples, import --graph FILE a graph")},
	{FILE_WITH(
		0, "PK\3\4", "a zip archive, such as NPZ",
		"read-data ARCHIVE.npz reads images and labels, extract-weights ARCHIVE.npz "
		"weights; a network saved by torch.save must be exported with torch.onnx.export")},
	{FILE_WITH(0, "\x1f\x8b", "a gzip file",
		   "gunzip -c FILE unpacks a stream; read-data and import read gzipped files "
		   "themselves")},
	{FILE_WITH(0, "\x89PNG\r\n\x1a\n", "a PNG image", IMAGES)},
	{FILE_WITH(0, "\xff\xd8\xff", "a JPEG image", IMAGES)},
	{FILE_WITH(0, "\x89HDF\r\n\x1a\n", "an HDF5 file", NO_FILTER)},
	{FILE_WITH(0, "MATLAB", "a MATLAB file", NO_FILTER)},
	{FILE_WITH(0, "\0\0\x08", "an IDX file", "read-data IMAGES LABELS reads IDX files")},
	{FILE_WITH(8, "{\"", "a safetensors file", "extract-weights FILE reads safetensors files")},
	{FILE_WITH(0, "\x80\2", "a pickle of Python",
		   "no filter reads it: export a network with torch.onnx.export")},
	{FILE_WITH(0, "<", "an XML or HTML document",
		   "import --graph FILE reads a graph in a GraphML document")},
	{FILE_WITH(0, "%%MatrixMarket", "a Matrix Market file",
		   "import --graph FILE reads a graph in a Matrix Market file")},
	{FILE_WITH(0, "{", "a JSON document", "no filter reads JSON; peek and report write it")},
	{FILE_WITH(0, "[", "a JSON document", "no filter reads JSON; peek and report write it")},
};

static const brc_foreign onnx = {
	.name = "an ONNX model",
	.hint = "extract-weights FILE reads its weights; activations and lesion take it with "
		"--model FILE"};
static const brc_foreign text = {
	.name = "a text file",
	.hint = "read-data --series FILE reads a table of samples (CSV, TSV), import --graph FILE "
		"a list of edges, import --labels FILE a table of labels",
	.text = true};

/*
 * ONNX has no magic. A model begins with the fields ir_version (1, a small number), then
 * producer_name (2), domain (4), graph (7) or opset_import (8), as protobuf writes them.
 */
static bool is_onnx(const unsigned char *p, size_t n)
{
	return n > 3 && p[0] == 0x08 && p[1] < 0x20 &&
	       (p[2] == 0x12 || p[2] == 0x22 || p[2] == 0x3a || p[2] == 0x42);
}

static bool is_text(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] == 0x7f || (p[i] < ' ' && !strchr("\t\n\r", p[i])) || p[i] == '\0')
			return false;
	return n > 0;
}

const brc_foreign *brc_foreign_of(const unsigned char *p, size_t n)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (n >= kinds[i].at + kinds[i].n &&
		    memcmp(p + kinds[i].at, kinds[i].bytes, kinds[i].n) == 0)
			return &kinds[i].is;
	return is_onnx(p, n) ? &onnx : is_text(p, n) ? &text : NULL;
}
