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

static brc_rc no_room(size_t bytes, const char *what, int errnum, brc_err *err)
{
	char size[32];

	brc_fail(err, BRC_RESOURCE, "cannot spool %s of %s: %s",
		 brc_human_bytes((double)bytes, size), what, strerror(errnum));
	return brc_hint(err, "set TMPDIR to a directory with room, or give more --mem");
}

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

brc_rc brc_spool_map(int *fd, size_t bytes, const char *what, void **data, brc_err *err)
{
	BRC_TRY(brc_spool_file(fd, err));
	*data = MAP_FAILED;
	if (ftruncate(*fd, (off_t)bytes) == 0)
		*data = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
	return *data != MAP_FAILED ? BRC_OK : no_room(bytes, what, errno, err);
}

brc_rc brc_spool_room(int fd, size_t from, size_t bytes, const char *what, brc_err *err)
{
	int errnum = bytes > 0 ? posix_fallocate(fd, (off_t)from, (off_t)bytes) : 0;

	return errnum == 0 ? BRC_OK : no_room(bytes, what, errnum, err);
}

static brc_rc spool_all(brc_scratch *s, const char *what, brc_err *err)
{
	int fd = -1;
	void *p;
	brc_rc rc = brc_spool_map(&fd, s->bytes, what, &p, err);

	s->data = rc == BRC_OK ? p : NULL;
	s->spooled = true;
	BRC_THEN(rc, brc_spool_room(fd, 0, s->bytes, what, err));
	if (fd >= 0)
		close(fd);
	return rc;
}

brc_rc brc_scratch_init(brc_scratch *s, size_t bytes, bool spool, const char *what, brc_err *err)
{
	void *p;

	memset(s, 0, sizeof(*s));
	s->bytes = bytes > 0 ? bytes : 1;
	if (spool)
		return spool_all(s, what, err);
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
