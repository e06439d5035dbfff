/* One of ONNX's operator tests: a model with the outputs that some inputs must give. */
#ifndef BRC_CONFORMANCE_RUN_CASE_H
#define BRC_CONFORMANCE_RUN_CASE_H

#include "data/models/onnx.h"

typedef enum verdict { PASSED, REFUSED, FAILED, VERDICTS } verdict;

/*
 * Compute every data set in the folder of model m twice where it can be: with
 * all inputs known beforehand, and with its floats known only when it runs
 * (*ran). FAILED: it gives other values than it should.
 */
verdict run_case(const char *folder, const brc_onnx *m, bool *ran, brc_err *err);

#endif
