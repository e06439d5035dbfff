/* Parts of the JSON report. Each is a new value; NULL when memory ran out. Internal to lib/render.
 */
#ifndef BRC_RENDER_JSON_PARTS_H
#define BRC_RENDER_JSON_PARTS_H

#include <jansson.h>

#include "render/model/model.h"

/* Is there structure? The verdict with its numbers, a row for each graph and k. */
json_t *brc_json_structure(const brc_network *net, size_t labelling);
/* What stands out in a labelling, the strongest first. */
json_t *brc_json_verdicts(const brc_labelling *l, double level);

#endif
