#include "data/images/image_items.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "base/order.h"
#include "base/texts.h"
#include "sections/dataset.h"
#include "data/tables/lines.h"

#define LIST_BYTES_MAX ((size_t)1 << 30) /* of a table */

void brc_image_list_clear(brc_image_list *l)
{
	brc_texts_free(l->path, l->n);
	brc_texts_free(l->class_name, l->classes);
	free(l->label);
	memset(l, 0, sizeof(*l));
}

/* A list of strings that grows. */
typedef struct names {
	char **name;
	size_t n, cap;
} names;

static brc_rc names_add(names *a, const char *s, brc_err *err)
{
	return brc_texts_add(&a->name, &a->n, &a->cap, s, err);
}

static void names_free(names *a)
{
	brc_texts_free(a->name, a->n);
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* "dir/name"; `name` alone where `dir` is empty. */
static char *join(const char *dir, const char *name, brc_err *err)
{
	size_t n = strlen(dir);
	const char *slash = n == 0 || dir[n - 1] == '/' ? "" : "/";
	char *path = brc_alloc(n + strlen(name) + 2, 1, err);

	if (path)
		sprintf(path, "%s%s%s", dir, slash, name);
	return path;
}

/* The names in a directory that do not begin with a dot, in order. */
static brc_rc read_directory(const char *path, names *all, brc_err *err)
{
	DIR *d = opendir(path);
	brc_rc rc;

	if (!d)
		return brc_fail(err, BRC_DATA, "%s: cannot open: %s", path, strerror(errno));
	rc = BRC_OK;
	errno = 0;
	for (struct dirent *e; rc == BRC_OK && (e = readdir(d)); errno = 0)
		if (e->d_name[0] != '.')
			rc = names_add(all, e->d_name, err);
	if (rc == BRC_OK && errno != 0)
		rc = brc_fail(err, BRC_DATA, "%s: cannot read: %s", path, strerror(errno));
	closedir(d);
	if (rc == BRC_OK && all->n > 0)
		qsort(all->name, all->n, sizeof(*all->name), by_bytes);
	return rc;
}

/* What the path leads to: a file or a folder. */
static brc_rc examine(const char *path, struct stat *st, brc_err *err)
{
	if (stat(path, st) != 0) {
		brc_fail(err, BRC_DATA, "%s: cannot examine: %s", path, strerror(errno));
		return brc_hint(err, "take it out of the folder, or make its link lead to a file");
	}
	if (!S_ISDIR(st->st_mode) && !S_ISREG(st->st_mode))
		return brc_fail(err, BRC_DATA, "%s: neither a file nor a folder", path);
	return BRC_OK;
}

/* ---- collecting ---- */

/* The identity of the file behind an image of a folder. */
typedef struct identity {
	dev_t device;
	ino_t file;
	size_t image;
} identity;

typedef struct collection {
	brc_image_list *l;
	size_t path_cap, label_cap;
	identity *seen; /* [l->n], of folders */
	size_t seen_cap;
	char *const *order; /* of the classes, when given */
	size_t n_order;
} collection;

static brc_rc add_image(collection *c, const char *path, size_t label, brc_err *err)
{
	brc_image_list *l = c->l;

	BRC_TRY(brc_grow(&l->label, &c->label_cap, l->n + 1, sizeof(*l->label), err));
	l->label[l->n] = (int32_t)label;
	return brc_texts_add(&l->path, &l->n, &c->path_cap, path, err);
}

/* The classes: those that were given, or the ones found (ordered, each once; may be taken over). */
static brc_rc set_classes(collection *c, const names *found, brc_err *err)
{
	char *const *from = c->order ? c->order : found->name;
	size_t n = c->order ? c->n_order : found->n;
	if (n > BRC_CLASSES_MAX)
		return brc_fail(err, BRC_DATA, "%zu classes are more than %u", n, BRC_CLASSES_MAX);
	BRC_TRY(brc_texts_dup(from, n, &c->l->class_name, err));
	c->l->classes = n;
	return BRC_OK;
}

/* The label of a class name; `where` starts the message. */
static brc_rc label_of(const collection *c, const char *name, const char *where, size_t *label,
		       brc_err *err)
{
	if (!c->order) { /* the found ones, which are sorted */
		char **at = bsearch(&name, c->l->class_name, c->l->classes, sizeof(*at), by_bytes);

		*label = (size_t)(at - c->l->class_name);
		return BRC_OK;
	}
	for (size_t i = 0; i < c->l->classes; i++)
		if (!strcmp(c->l->class_name[i], name)) {
			*label = i;
			return BRC_OK;
		}
	brc_fail(err, BRC_DATA, "%s: '%s' is not one of the %zu classes of --classes", where, name,
		 c->l->classes);
	return brc_hint(err, "each line of that file names a class as the images do");
}

/* ---- a folder of folders ---- */

static brc_rc add_file(collection *c, const char *dir, const char *name, size_t label, brc_err *err)
{
	struct stat st;
	char *path = join(dir, name, err);
	brc_rc rc = path ? examine(path, &st, err) : BRC_RESOURCE;

	if (rc == BRC_OK && S_ISDIR(st.st_mode)) {
		brc_fail(err, BRC_DATA, "%s: a folder inside a class's folder", path);
		rc = brc_hint(err, "the images of a class stand in one folder, DIR/CLASS/IMAGE");
	}
	BRC_THEN(rc, brc_grow(&c->seen, &c->seen_cap, c->l->n + 1, sizeof(*c->seen), err));
	if (rc == BRC_OK) {
		c->seen[c->l->n] = (identity){st.st_dev, st.st_ino, c->l->n};
		rc = add_image(c, path, label, err);
	}
	free(path);
	return rc;
}

static int by_identity(const void *pa, const void *pb)
{
	const identity *a = pa, *b = pb;

	return BRC_ORDER(a->device, b->device) ?: BRC_ORDER(a->file, b->file) ?: BRC_ORDER(a->image, b->image);
}

/* A file that links put into two classes is a contradiction. */
static brc_rc check_links(const collection *c, brc_err *err)
{
	const brc_image_list *l = c->l;

	qsort(c->seen, l->n, sizeof(*c->seen), by_identity);
	for (size_t i = 1; i < l->n; i++) {
		const identity *a = &c->seen[i - 1], *b = &c->seen[i];

		if (a->device != b->device || a->file != b->file ||
		    l->label[a->image] == l->label[b->image])
			continue;
		brc_fail(err, BRC_DATA, "%s and %s are one file in two classes", l->path[a->image],
			 l->path[b->image]);
		return brc_hint(err, "take one of the links away; --list takes a file as often as "
				     "its table has it");
	}
	return BRC_OK;
}

static brc_rc add_class(collection *c, const char *dir, const char *name, brc_err *err)
{
	struct stat st;
	names files = {0};
	size_t label = 0;
	char *path = join(dir, name, err);
	brc_rc rc = !path ? BRC_RESOURCE : examine(path, &st, err);

	if (rc == BRC_OK && !S_ISDIR(st.st_mode)) {
		brc_fail(err, BRC_DATA, "%s: a file beside the classes' folders", path);
		rc = brc_hint(err, "images stand in DIR/CLASS/; --list takes a table of paths");
	}
	BRC_THEN(rc, label_of(c, name, path, &label, err));
	BRC_THEN(rc, read_directory(path, &files, err));
	if (rc == BRC_OK && files.n == 0) {
		brc_fail(err, BRC_DATA, "%s: a class without images", path);
		rc = brc_hint(err, "take the folder away; --classes names classes that have none");
	}
	for (size_t i = 0; rc == BRC_OK && i < files.n; i++)
		rc = add_file(c, path, files.name[i], label, err);
	names_free(&files);
	free(path);
	return rc;
}

brc_rc brc_image_list_folder(brc_image_list *l, const char *dir, char *const *order, size_t n_order,
			     brc_err *err)
{
	names folders = {0};
	collection c = {.l = l, .order = order, .n_order = n_order};
	brc_rc rc;

	memset(l, 0, sizeof(*l));
	rc = read_directory(dir, &folders, err);
	if (rc == BRC_OK && folders.n == 0)
		rc = brc_fail(err, BRC_DATA, "%s: an empty folder", dir);
	BRC_THEN(rc, set_classes(&c, &folders, err));
	for (size_t i = 0; rc == BRC_OK && i < folders.n; i++)
		rc = add_class(&c, dir, folders.name[i], err);
	BRC_THEN(rc, check_links(&c, err));
	free(c.seen);
	names_free(&folders);
	return rc;
}

/* ---- a table ---- */

/* "dir/" of "dir/list.tsv", "" of "list.tsv" and of standard input. */
static char *folder_of(const char *path, brc_err *err)
{
	const char *slash = strcmp(path, "-") != 0 ? strrchr(path, '/') : NULL;

	return brc_strndup(path, slash ? (size_t)(slash - path) + 1 : 0, err);
}

/* Line by line: a path, relative to `dir`, and a class. The labels are set later. */
static brc_rc take_lines(collection *c, brc_lines *lines, const char *dir, names *classes,
			 brc_err *err)
{
	char *line, *field[2];

	for (;;) {
		char *path;
		brc_rc rc;

		BRC_TRY(brc_lines_next(lines, &line, err));
		if (!line)
			break;
		if (*line == '\0')
			continue;
		if (brc_line_fields(line, true, field, 2) != 2 || *field[0] == '\0' ||
		    *field[1] == '\0') {
			brc_fail(err, BRC_DATA, "%s: line %zu is not PATH, a tab, CLASS",
				 lines->name, lines->number);
			return brc_hint(err, "one image a line, without a heading");
		}
		path = join(*field[0] == '/' ? "" : dir, field[0], err);
		rc = path ? add_image(c, path, 0, err) : BRC_RESOURCE;
		free(path);
		BRC_THEN(rc, names_add(classes, field[1], err));
		BRC_TRY(rc);
	}
	return c->l->n > 0 ? BRC_OK : brc_fail(err, BRC_DATA, "%s: lists no images", lines->name);
}

static brc_rc read_table(collection *c, const char *path, size_t mem, names *classes, brc_err *err)
{
	char *text, *dir = folder_of(path, err);
	brc_lines lines;
	size_t n;
	brc_rc rc;

	BRC_TRY(brc_made(dir));
	rc = brc_text_read(path, LIST_BYTES_MAX, mem, &text, &n, err);
	if (rc == BRC_OK) {
		brc_lines_of_text(&lines, path, text, n);
		rc = take_lines(c, &lines, dir, classes, err);
		free(text);
	}
	free(dir);
	return rc;
}

/* Each name once, in order. */
static brc_rc distinct(const names *all, names *out, brc_err *err)
{
	char **sorted = brc_alloc(all->n, sizeof(*sorted), err);
	brc_rc rc;

	BRC_TRY(brc_made(sorted));
	memcpy(sorted, all->name, all->n * sizeof(*sorted));
	qsort(sorted, all->n, sizeof(*sorted), by_bytes);
	rc = BRC_OK;
	for (size_t i = 0; rc == BRC_OK && i < all->n; i++)
		if (i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0)
			rc = names_add(out, sorted[i], err);
	free(sorted);
	return rc;
}

brc_rc brc_image_list_table(brc_image_list *l, const char *path, char *const *order, size_t n_order,
			    size_t mem, brc_err *err)
{
	names classes = {0}, found = {0};
	collection c = {.l = l, .order = order, .n_order = n_order};
	brc_rc rc;

	memset(l, 0, sizeof(*l));
	rc = read_table(&c, path, mem, &classes, err);
	BRC_THEN(rc, distinct(&classes, &found, err));
	BRC_THEN(rc, set_classes(&c, &found, err));
	for (size_t i = 0, label = 0; rc == BRC_OK && i < l->n; i++) {
		rc = label_of(&c, classes.name[i], path, &label, err);
		l->label[i] = (int32_t)label;
	}
	names_free(&classes);
	names_free(&found);
	return rc;
}
