/* What repeat found, as JSON. Internal to lib/render. */
#ifndef BRC_RENDER_JSON_REPEATS_H
#define BRC_RENDER_JSON_REPEATS_H

#include <jansson.h>

#include "sections/repeats.h"

/* Statistic by statistic; null where nothing was repeated. */
json_t *brc_json_repeats(const brc_repeats *r);

#endif
