#define _GNU_SOURCE
#include "base/descriptors.h"

#include <errno.h>
#include <fcntl.h>
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

bool brc_read_at(int fd, uint64_t offset, void *to, size_t n, size_t *got)
{
	for (*got = 0; *got < n;) {
		ssize_t some = pread(fd, (char *)to + *got, n - *got, (off_t)(offset + *got));

		if (some < 0 && errno != EINTR)
			return false;
		if (some == 0)
			break;
		*got += some > 0 ? (size_t)some : 0;
	}
	return true;
}
