/*
 * Zip archives, to read: the directory of members and one member at a time, stored or deflated,
 * zip64 included. Source: PKWARE APPNOTE 6.3.10. Nothing is trusted: offsets and sizes are compared
 * with the size of the file, and a member must unpack to the declared size and CRC-32.
 */
#ifndef BRC_DATA_BYTES_ZIP_H
#define BRC_DATA_BYTES_ZIP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/bytes/input.h"

/* A member of an archive, as the directory has it. */
typedef struct brc_zip_entry {
	char *name;
	unsigned method, flags;
	size_t local; /* where its own header begins */
	brc_input_part part;
} brc_zip_entry;

typedef struct brc_zip {
	char *path;
	brc_zip_entry *member; /* [n], in the directory's order */
	size_t n;
	/* private */
	int fd;
	size_t size, cap;
	size_t directory, directory_bytes,
		declared; /* offset; bytes; members that there should be */
} brc_zip;

/* Do these first bytes (4 of them) look like a zip archive? */
bool brc_zip_magic(const unsigned char *p, size_t n);

/* Read the directory of the archive; the input may be freed afterwards. */
brc_rc brc_zip_open(brc_zip **z, brc_input *in, brc_err *err);
void brc_zip_free(brc_zip *z);

/* The unpacked bytes of member i; brc_input_free() it. */
brc_rc brc_zip_member(const brc_zip *z, size_t i, brc_input **in, brc_err *err);

#endif
