/* Maps as JSON text, for people and for other programs. */
#include <math.h>

#include "stream/map.h"

static void string_json(const char *s, brc_str *out)
{
	brc_str_add(out, "\"");
	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			brc_str_addf(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			brc_str_addf(out, "\\u%04x", c);
		else
			brc_str_addn(out, s, 1);
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
	for (size_t i = 0; m != NULL && i < m->n; i++) {
		brc_str_add(out, i > 0 ? ", " : "");
		string_json(m->pairs[i].key, out);
		brc_str_add(out, ": ");
		brc_value_json(&m->pairs[i].value, out);
	}
	brc_str_add(out, "}");
}
