/*
 * Jansson with text from streams and with numbers that JSON has not: strings
 * are made well-formed UTF-8, numbers that are not finite become null. A
 * failed allocation yields NULL, which jansson's containers refuse: check
 * what they return.
 */
#ifndef BRC_RENDER_JSON_H
#define BRC_RENDER_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "render/model/model.h"

json_t *brc_json_text(const char *s); /* NULL string: null */
json_t *brc_json_number(double v);
json_t *brc_json_numbers(const double *v, size_t n, size_t stride); /* NULL array: null */
json_t *brc_json_count(size_t n);
json_t *brc_json_value(const brc_value *v);
json_t *brc_json_map(const brc_map *m);
json_t *brc_json_map_of(brc_map *m); /* the same, and the map is freed; NULL map: NULL */

/* object[key] = value, taken over; *ok becomes false when memory fails. */
void brc_json_set(json_t *object, const char *key, json_t *value, bool *ok);
void brc_json_append(json_t *array, json_t *value, bool *ok);

/* A labelling, with its tests and groups; `draws`: every control draw as well. */
json_t *brc_json_labelling(const brc_network *net, size_t labelling, bool draws, bool *ok);
/* The texts of the notes of one kind that belong to `labelling`; details are findings. */
json_t *brc_json_notes(const brc_network *net, brc_note_kind kind, size_t labelling, bool *ok);

#endif
