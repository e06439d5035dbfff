/*
 * Dead units: those that are constant on the data. To silence one changes little or nothing, so
 * they belong in no group and in no control.
 */
#ifndef BRC_STUDY_DEAD_UNITS_H
#define BRC_STUDY_DEAD_UNITS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/threads.h"
#include "exec/exec.h"
#include "net/net.h"
#include "sections/dataset.h"
#include "sections/labels.h"
#include "sections/lesions.h"
#include "study/joined_heads.h"

/*
 * (*dead)[units of all layers of the table], which the caller frees: is the unit of that layer of
 * the network constant (net/constant_units.h)? Units of inputs and outputs are not, nor are those
 * of layers that the network does not have. Errors as brc_net_constant_units.
 */
brc_rc brc_dead_units_find(bool **dead, const brc_net *net, const brc_dataset *data,
			   const brc_layers *table, brc_precision precision, size_t mem,
			   brc_pool *pool, brc_err *err);

/*
 * Give dead units the label -1 in j->labels. dead[] is as above, of the layers of `given`, from
 * which j was made.
 */
void brc_dead_units_drop(brc_joined_heads *j, const brc_labels *given, const size_t *net_layer,
			 const brc_net *net, const bool *dead);

/* l->dead_unit and l->n_dead, from dead[] of l->layers. BRC_RESOURCE. */
brc_rc brc_dead_units_list(brc_lesions *l, const bool *dead, brc_err *err);

/*
 * A text of how many there are by layer, "fc1 3, fc2 9", which names at most `most` layers, into
 * buf[size]; returns buf.
 */
char *brc_dead_units_text(const brc_lesions *l, size_t most, char *buf, size_t size);

#endif
