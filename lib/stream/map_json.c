/* Maps as JSON text, for people and for other programs. */
#include <math.h>

#include "base/utf8.h"
#include "stream/map.h"

static void string_json(const char *s, brc_str *out)
{
	brc_str_add(out, "\"");
	for (uint32_t c; *s != '\0';) {
		const size_t n = brc_utf8_next(s, &c);

		if (c == '"' || c == '\\')
			brc_str_addf(out, "\\%c", (int)c);
		else if (c == BRC_ILL_FORMED)
			brc_str_add(out, "\\ufffd");
		else if (brc_is_unprintable(c) && c > UINT16_MAX) /* a surrogate pair */
			brc_str_addf(out, "\\u%04x\\u%04x", 0xd7c0 + (c >> 10),
				     0xdc00 | (c & 0x3ff));
		else if (brc_is_unprintable(c))
			brc_str_addf(out, "\\u%04x", c);
		else
			brc_str_addn(out, s, n);
		s += n;
	}
	brc_str_add(out, "\"");
}

void brc_value_json(const brc_value *v, brc_str *out)
{
	switch (v->type) {
	case BRC_V_NIL:
		brc_str_add(out, "null");
		break;
	case BRC_V_BOOL:
		brc_str_add(out, v->u.b ? "true" : "false");
		break;
	case BRC_V_INT:
		brc_str_addf(out, "%lld", (long long)v->u.i);
		break;
	case BRC_V_DOUBLE:
		if (isfinite(v->u.d))
			brc_str_addf(out, "%.17g", v->u.d);
		else
			brc_str_add(out, "null");
		break;
	case BRC_V_STRING:
		string_json(v->u.s, out);
		break;
	case BRC_V_LIST:
		brc_str_add(out, "[");
		for (size_t i = 0; i < v->u.list.n; i++) {
			brc_str_add(out, i > 0 ? ", " : "");
			brc_value_json(&v->u.list.items[i], out);
		}
		brc_str_add(out, "]");
		break;
	case BRC_V_MAP:
		brc_map_json(v->u.map, out);
		break;
	}
}

void brc_map_json(const brc_map *m, brc_str *out)
{
	brc_str_add(out, "{");
	for (size_t i = 0; m && i < m->n; i++) {
		brc_str_add(out, i > 0 ? ", " : "");
		string_json(m->pairs[i].key, out);
		brc_str_add(out, ": ");
		brc_value_json(&m->pairs[i].value, out);
	}
	brc_str_add(out, "}");
}
