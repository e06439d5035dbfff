#ifndef BRC_LINALG_KERNEL_NORM_H
#define BRC_LINALG_KERNEL_NORM_H
#include <stddef.h>
typedef enum brc_norm { BRC_NORM_L1, BRC_NORM_L2, BRC_NORM_COLSUM, BRC_NORM_SPECTRAL } brc_norm;
double brc_kernel_norm(brc_norm kind, const float *k, size_t h, size_t w);
#endif
