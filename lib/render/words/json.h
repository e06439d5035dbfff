/*
 * Jansson with text from streams and with numbers that JSON has not: strings are made well-formed
 * UTF-8, numbers that are not finite become null.
 *
 * NULL stands for a value for which memory ran out. json_pack, brc_json_set and brc_json_append
 * return NULL for a value that would hold one. So NULL reaches the whole document, and it is enough
 * to check that. Internal to lib/render.
 */
#ifndef BRC_RENDER_JSON_H
#define BRC_RENDER_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "stream/map.h"

json_t *brc_json_text(const char *s); /* NULL string: null */
json_t *brc_json_number(double v);
json_t *brc_json_numbers(const double *v, size_t n, size_t stride); /* NULL array: null */
json_t *brc_json_count(size_t n);
json_t *brc_json_map(const brc_map *m);
json_t *brc_json_map_of(brc_map *m); /* the same, and the map is freed */

/* (*object)[key] = value, taken over; the same for the end of an array. */
void brc_json_set(json_t **object, const char *key, json_t *value);
void brc_json_append(json_t **array, json_t *value);

#endif
