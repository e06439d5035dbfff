/*
 * CRC-32C (Castagnoli, polynomial 0x1EDC6F41 reflected, as in iSCSI, RFC 3720
 * appendix B.4): the checksum of every frame. Uses the processor's crc32
 * instruction where there is one, tables elsewhere; same values.
 */
#ifndef BRC_STREAM_CRC32C_H
#define BRC_STREAM_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/* Continue `crc` (0 at the start) over n bytes. */
uint32_t brc_crc32c(uint32_t crc, const void *data, size_t n);
/* The table-driven path, for the test that compares both. */
uint32_t brc_crc32c_portable(uint32_t crc, const void *data, size_t n);

#endif
