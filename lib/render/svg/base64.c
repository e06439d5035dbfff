#include "render/svg/base64.h"

void brc_base64(brc_str *b, const void *data, size_t n)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789+/";
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i += 3) {
		size_t left = n - i;
		unsigned v = (unsigned)p[i] << 16 | (left > 1 ? (unsigned)p[i + 1] << 8 : 0u) |
			     (left > 2 ? (unsigned)p[i + 2] : 0u);
		char four[4] = {digit[v >> 18], digit[v >> 12 & 63],
				left > 1 ? digit[v >> 6 & 63] : '=',
				left > 2 ? digit[v & 63] : '='};

		brc_str_addn(b, four, 4);
	}
}
