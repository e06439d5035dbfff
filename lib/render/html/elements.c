/* Small pieces of a page: names, sentences, tables, lists of notes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "render/html/elements.h"

enum { NAME_LEAST = 18 }; /* bytes of a name before it may break */

void brc_html(brc_page *page, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	brc_vhtmlf(page->b, fmt, &args);
	va_end(args);
}

void brc_html_name(brc_page *page, const char *s)
{
	for (size_t since = 0; *s;) {
		size_t n = strcspn(s, "._/-");
		char part[256];

		n += s[n] != '\0';
		n = n < sizeof(part) ? n : sizeof(part) - 1;
		snprintf(part, sizeof(part), "%.*s", (int)n, s);
		if (since >= NAME_LEAST) {
			brc_html(page, "<wbr>");
			since = 0;
		}
		brc_escape_html(page->b, part);
		since += n;
		s += n;
	}
}

/*
 * Our own sentences, which hold numbers and names. "<=" and a minus before a digit get their proper
 * signs, and lines do not break beside "<=" or "=".
 */
void brc_html_prose(brc_page *page, const char *s)
{
	const char *from = s;
	brc_str part = {0};

	for (; *s; s++) {
		bool at_most = s[0] == '<' && s[1] == '=';
		bool minus = s[0] == '-' && s[1] >= '0' && s[1] <= '9' && s > from &&
			     (s[-1] == ' ' || s[-1] == '(');
		bool tied = s[0] == ' ' && s > from &&
			    (s[-1] == '=' || s[1] == '=' || (s[1] == '<' && s[2] == '='));

		if (at_most || minus)
			brc_str_add(&part, at_most ? "\xE2\x89\xA4" : "\xE2\x88\x92");
		else if (tied)
			brc_str_add(&part, "\xC2\xA0");
		else
			brc_str_addn(&part, s, 1);
		s += at_most;
	}
	brc_escape_html(page->b, part.s ? part.s : "");
	page->b->failed |= part.failed;
	brc_str_free(&part);
}

void brc_html_heads(brc_page *page, const char *titles)
{
	for (const char *t = titles;; t++) {
		size_t n = strcspn(t, "|");
		bool number = t[0] == '#';

		brc_str_addf(page->b, "<th scope=\"col\"%s>%.*s</th>", number ? " class=\"n\"" : "",
			     (int)(n - number), t + number);
		t += n;
		if (!*t)
			return;
	}
}

void brc_html_table(brc_page *page, const char *attributes, const char *titles)
{
	brc_str_addf(page->b, "<div class=\"wide\"><table%s><thead><tr>", attributes);
	brc_html_heads(page, titles);
	brc_html(page, "</tr></thead><tbody>\n");
}

void brc_html_table_end(brc_page *page)
{
	brc_html(page, "</tbody></table></div>\n");
}

void brc_html_cell(brc_page *page, brc_word number)
{
	brc_html(page, "<td class=\"n\">%s</td>", brc_format_minus(number).s);
}

void brc_html_count(brc_page *page, size_t n)
{
	brc_html(page, "<td class=\"n\">%zu</td>", n);
}

void brc_html_notes(brc_page *page, const brc_network *net, brc_note_kind kind, size_t labelling,
		    const char *list_class)
{
	const brc_note *note = brc_note_next(&net->notes, NULL, kind, labelling);

	if (!note)
		return;
	brc_html(page, "<ul class=\"%s\">\n", list_class);
	for (; note; note = brc_note_next(&net->notes, note, kind, labelling)) {
		brc_str_add(page->b,
			    note->kind == BRC_NOTE_DETAIL ? "<li class=\"detail\">" : "<li>");
		if (labelling == BRC_EVERY && note->labelling != BRC_ANY)
			brc_html(page, "<b>%s.</b> ", net->labelling[note->labelling].name);
		brc_html_prose(page, note->text.s);
		brc_html(page, "</li>\n");
	}
	brc_html(page, "</ul>\n");
}

void brc_html_badges(brc_page *page, const brc_group *g)
{
	static const char *const word[BRC_PROXIES] = {"important", "coherent"};

	for (brc_proxy p = 0; p < BRC_PROXIES; p++) {
		bool full = g->mark[p] == BRC_MARK_MAXT;

		if (g->mark[p] >= BRC_MARK_Q)
			brc_str_addf(page->b, "<span class=\"badge %s%s\">%s%s</span> ", word[p],
				     full ? " full" : "", word[p], full ? " \xE2\x98\x85" : "");
	}
}
