/* What the processor can multiply. Internal to lib/exec. */
#ifndef BRC_EXEC_PRECISION_H
#define BRC_EXEC_PRECISION_H

#include "exec/exec.h"

/* BRC_DATA when brc_exec_bf16_supported() is false. */
brc_rc brc_exec_need_bf16(brc_err *err);

#endif
