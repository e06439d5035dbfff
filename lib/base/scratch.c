#define _GNU_SOURCE
#include "base/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/str.h"

brc_rc brc_spool_file(int *fd, brc_err *err)
{
	const char *dir = getenv("TMPDIR");

	if (!dir || dir[0] == '\0')
		dir = "/var/tmp";
	*fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	return *fd >= 0 ? BRC_OK
			: brc_fail(err, BRC_RESOURCE, "cannot make a spool file in %s: %s", dir,
				   strerror(errno));
}

/* A shared mapping of a file of that size; a mapping written without room is a SIGBUS. */
static brc_rc map_file(brc_scratch *s, int fd, const char *what, brc_err *err)
{
	char size[32];
	void *p = MAP_FAILED;
	int errnum = posix_fallocate(fd, 0, (off_t)s->bytes);

	if (errnum == 0) {
		p = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		errnum = errno;
	}
	if (p == MAP_FAILED) {
		brc_fail(err, BRC_RESOURCE, "cannot spool %s of %s: %s",
			 brc_human_bytes((double)s->bytes, size), what, strerror(errnum));
		return brc_hint(err, "set TMPDIR to a directory with room, or give more --mem");
	}
	s->data = p;
	s->spooled = true;
	return BRC_OK;
}

brc_rc brc_scratch_init(brc_scratch *s, size_t bytes, bool spool, const char *what, brc_err *err)
{
	void *p;

	memset(s, 0, sizeof(*s));
	s->bytes = bytes > 0 ? bytes : 1;
	if (spool) {
		int fd;
		brc_rc rc;

		BRC_TRY(brc_spool_file(&fd, err));
		rc = map_file(s, fd, what, err);
		close(fd);
		return rc;
	}
	p = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		char size[32];

		return brc_fail(err, BRC_RESOURCE, "no memory for %s of %s",
				brc_human_bytes((double)s->bytes, size), what);
	}
	madvise(p, s->bytes, MADV_HUGEPAGE); /* fewer faults; a kernel without is as well */
	s->data = p;
	return BRC_OK;
}

void brc_scratch_clear(brc_scratch *s)
{
	if (s->data)
		munmap(s->data, s->bytes);
	memset(s, 0, sizeof(*s));
}

void brc_scratch_drop(const brc_scratch *s)
{
	if (s->spooled)
		brc_spool_drop(s->data, s->bytes);
}

void brc_spool_drop(const void *p, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)p / page * page;

	madvise((void *)from, (uintptr_t)p + n - from, MADV_DONTNEED);
}
