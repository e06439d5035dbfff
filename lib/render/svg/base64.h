/* Base64 (RFC 4648, with padding), for images inside a page. Internal to lib/render. */
#ifndef BRC_RENDER_BASE64_H
#define BRC_RENDER_BASE64_H

#include <stddef.h>

#include "base/str.h"

/* Append the encoding of n bytes. */
void brc_base64(brc_str *b, const void *data, size_t n);

#endif
