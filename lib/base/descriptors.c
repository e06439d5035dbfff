#define _GNU_SOURCE
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

void brc_descriptors_hold(void)
{
	/* O_PATH: a descriptor that can neither be read nor written, so all use of it still fails
	 */
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_PATH) != fd)
			return;
}

bool brc_descriptor_closed(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags < 0 || (flags & O_PATH) != 0;
}

brc_rc brc_read_at(int fd, const char *name, uint64_t offset, void *to, size_t n, brc_err *err)
{
	for (size_t got = 0; got < n;) {
		ssize_t some = pread(fd, (char *)to + got, n - got, (off_t)(offset + got));

		if (some < 0 && errno != EINTR)
			return brc_fail(err, brc_rc_of_errno(errno), "%s: cannot read: %s", name,
					strerror(errno));
		if (some == 0)
			return brc_fail(err, BRC_DATA, "%s: truncated at byte %zu", name,
					(size_t)offset + got);
		got += some > 0 ? (size_t)some : 0;
	}
	return BRC_OK;
}
