/* Parts of the JSON report; the schema is documented in broca-report(1). Internal to lib/render. */
#ifndef BRC_RENDER_JSON_PARTS_H
#define BRC_RENDER_JSON_PARTS_H

#include "render/model/model.h"
#include "render/words/json.h"

/* A labelling, with its tests and groups; `draws`: every control draw as well. */
json_t *brc_json_labelling(const brc_network *net, size_t labelling, bool draws);
/* The texts of the notes of one kind that belong to `labelling`; details are findings. */
json_t *brc_json_notes(const brc_network *net, brc_note_kind kind, size_t labelling);

#endif
