/* Why a test need not pass. */
#ifndef BRC_CONFORMANCE_CLASSIFY_H
#define BRC_CONFORMANCE_CLASSIFY_H

#include "data/models/onnx.h"

typedef enum category {
	REQUIRED, /* the operators that are supported, on floats of single precision */
	OUTSIDE,  /* has another operator */
	OLDER,    /* of an operator set before 6 */
	TRAINING, /* what it computes is random, or changes weights */
	OTHER,    /* computes on other elements, on sequences or on optional values */
	CATEGORIES
} category;

/* detail: the operator, operator set or type that puts it there. */
category classify(const brc_onnx *m, const char *name, char *detail, size_t cap);
const char *category_name(category c);

#endif
