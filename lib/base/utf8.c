#include "base/utf8.h"

static size_t sequence_length(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xC2 && lead <= 0xDF)
		return 2;
	if (lead >= 0xE0 && lead <= 0xEF)
		return 3;
	if (lead >= 0xF0 && lead <= 0xF4)
		return 4;
	return 0;
}

size_t brc_utf8_next(const char *s, uint32_t *cp)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *u = (const unsigned char *)s;
	size_t n = sequence_length(u[0]);
	uint32_t c;

	*cp = BRC_ILL_FORMED;
	if (n == 0)
		return 1;
	c = n == 1 ? u[0] : u[0] & (0x7Fu >> n);
	for (size_t i = 1; i < n; i++) {
		if ((u[i] & 0xC0) != 0x80)
			return 1;
		c = c << 6 | (u[i] & 0x3Fu);
	}
	if (c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		return 1;
	*cp = c;
	return n;
}

bool brc_is_unprintable(uint32_t c)
{
	return c < 0x20 || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
	       (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
	       (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF) ||
	       (c >= 0xE0000 && c <= 0xE0FFF) || c == BRC_ILL_FORMED;
}

bool brc_utf8_valid(const char *s)
{
	for (uint32_t c; *s != '\0';) {
		s += brc_utf8_next(s, &c);
		if (c == BRC_ILL_FORMED)
			return false;
	}
	return true;
}

bool brc_is_printable(const char *s)
{
	for (uint32_t c; *s != '\0';) {
		s += brc_utf8_next(s, &c);
		if (brc_is_unprintable(c))
			return false;
	}
	return true;
}

bool brc_has_control(const char *s)
{
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return true;
	return false;
}
