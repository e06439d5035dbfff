/* Why a case of ONNX's operator tests need not pass. */
#ifndef TESTS_CONFORMANCE_CLASSIFY_H
#define TESTS_CONFORMANCE_CLASSIFY_H

#include "data/models/onnx.h"

enum { REASON = 120 };

/*
 * Why a case that was refused need not pass: from what goes in and out of the model, or else from
 * the message it was refused with. False: there is no reason, and it must pass.
 */
bool classify(const brc_onnx *m, const char *message, char reason[REASON]);

#endif
