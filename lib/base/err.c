#include "base/err.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/str.h"

/* The text at dst, printable. */
static void print(char *dst, size_t cap, const char *fmt, va_list args)
{
	char text[sizeof(((brc_err *)0)->message)];

	vsnprintf(text, cap, fmt, args);
	brc_printable(dst, cap, text);
}

brc_rc brc_fail(brc_err *err, brc_rc code, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return code;
	va_start(args, fmt);
	print(err->message, sizeof(err->message), fmt, args);
	va_end(args);
	err->code = code;
	err->hint[0] = '\0';
	return code;
}

brc_rc brc_hint(brc_err *err, const char *fmt, ...)
{
	va_list args;

	if (!err)
		return BRC_DATA;
	va_start(args, fmt);
	print(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	return err->code;
}

brc_rc brc_err_prefix(brc_err *err, const char *fmt, ...)
{
	char prefix[512], text[sizeof(err->message) + 512 + 3];
	va_list args;

	if (!err)
		return BRC_DATA;
	va_start(args, fmt);
	vsnprintf(prefix, sizeof(prefix), fmt, args);
	va_end(args);
	snprintf(text, sizeof(text), "%s: %s", prefix, err->message);
	brc_printable(err->message, sizeof(err->message), text);
	return err->code;
}

brc_rc brc_rc_of_errno(int errnum)
{
	switch (errnum) {
	case ENOMEM:
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
		return BRC_RESOURCE;
	case EPIPE:
		return BRC_PIPE;
	default:
		return BRC_DATA;
	}
}
