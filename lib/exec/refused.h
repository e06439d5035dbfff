/* Operators of ONNX's that will not run here, and why. Internal to lib/exec. */
#ifndef BRC_EXEC_REFUSED_H
#define BRC_EXEC_REFUSED_H

/* Why the operator of this type is refused, to follow a colon; NULL: there is no reason to tell. */
const char *brc_op_refusal(const char *type);

#endif
