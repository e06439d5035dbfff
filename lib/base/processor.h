/*
 * Compile a function once for each of these processors and choose when the
 * program starts. Clang 14, which builds the fuzzers, does not export such a
 * function.
 */
#ifndef BRC_BASE_PROCESSOR_H
#define BRC_BASE_PROCESSOR_H

#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__)
#define BRC_FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BRC_FOR_EACH_PROCESSOR
#endif

#endif
