/* The names of classes, in the tensor "class/name". Several sections may hold them. */
#ifndef BRC_SECTIONS_CLASSES_H
#define BRC_SECTIONS_CLASSES_H

#include <stddef.h>

#include "base/err.h"
#include "stream/section.h"

#define BRC_CLASS_NAME_MAX 255 /* bytes of a name */

/*
 * n names, copied, unique and not empty; *name is NULL where the section has none. BRC_DATA
 * otherwise. The caller owns them: brc_texts_free (base/texts.h).
 */
brc_rc brc_classes_read(const brc_section *s, size_t n, char ***name, brc_err *err);
/* n names or NULL: none are written. */
brc_rc brc_classes_write(char *const *name, size_t n, brc_section *s, brc_err *err);

/* Are n names unique and not empty? `what` starts the message of BRC_DATA. */
brc_rc brc_classes_check(char *const *name, size_t n, const char *what, brc_err *err);

#endif
