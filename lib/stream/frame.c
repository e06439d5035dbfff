#include "stream/frame.h"

#include "stream/crc32c.h"

const unsigned char brc_magic[BRC_MAGIC_BYTES] = {0xc7, 5, 0x42, 'B', 'R', 'C', '\n', 1};

static void put_be32(unsigned char *p, uint32_t v)
{
	p[0] = (unsigned char)(v >> 24);
	p[1] = (unsigned char)(v >> 16);
	p[2] = (unsigned char)(v >> 8);
	p[3] = (unsigned char)v;
}

static uint32_t get_be32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint32_t brc_frame_crc_begin(unsigned kind, size_t length)
{
	unsigned char b[5] = {(unsigned char)kind};

	put_be32(b + 1, (uint32_t)length);
	return brc_crc32c(0, b, sizeof(b));
}

uint32_t brc_frame_crc(unsigned kind, const void *payload, size_t length)
{
	return brc_crc32c(brc_frame_crc_begin(kind, length), payload, length);
}

void brc_frame_head(unsigned kind, uint32_t crc, size_t length, unsigned char head[BRC_HEAD_BYTES])
{
	head[0] = 0x93;
	head[1] = (unsigned char)kind;
	head[2] = 0xce;
	put_be32(head + 3, crc);
	head[7] = 0xc6;
	put_be32(head + 8, (uint32_t)length);
}

bool brc_frame_parse(const unsigned char head[BRC_HEAD_BYTES], unsigned *kind, uint32_t *crc,
		     size_t *length)
{
	size_t limit;

	if (head[0] != 0x93 || head[2] != 0xce || head[7] != 0xc6)
		return false;
	*kind = head[1];
	*crc = get_be32(head + 3);
	*length = get_be32(head + 8);
	limit = *kind == BRC_F_CHUNK || *kind == BRC_F_CHUNK_Z ? BRC_CHUNK_MAX : BRC_CONTROL_MAX;
	return *kind >= BRC_F_SECTION && *kind <= BRC_F_TRAILER && *length <= limit;
}

uint32_t brc_frame_chain(uint32_t chain, uint32_t crc)
{
	unsigned char b[4];

	put_be32(b, crc);
	return brc_crc32c(chain, b, sizeof(b));
}
