/* Hostile text, made harmless for every kind of output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "render/words/escape.h"

typedef void escaper(brc_str *b, const char *s);

static void expect(escaper *f, const char *in, const char *want)
{
	brc_str b = {0};

	f(&b, in);
	assert_false(b.failed);
	assert_string_equal(b.s ? b.s : "", want);
	brc_str_free(&b);
}

static void text_in_html_makes_no_tag(void **state)
{
	(void)state;
	expect(brc_escape_html, "", "");
	expect(brc_escape_html, "<script>alert('1')</script> & \"x\"",
	       "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;");
	expect(brc_escape_html, "K\xC3\xA4se \xF0\x9F\xA7\x80", "K\xC3\xA4se \xF0\x9F\xA7\x80");
	expect(brc_escape_html, "a\nb\tc\x1B[31m\x7F", "a\nb\tc\xEF\xBF\xBD[31m\xEF\xBF\xBD");
	/* right-to-left override, C1 control, zero-width space */
	expect(brc_escape_html, "x\xE2\x80\xAEy\xC2\x9Bz\xE2\x80\x8B",
	       "x\xEF\xBF\xBDy\xEF\xBF\xBDz\xEF\xBF\xBD");
}

static void ill_formed_bytes_are_replaced(void **state)
{
	(void)state;
	/* stray continuation, cut sequence, overlong '<', surrogate, beyond U+10FFFF */
	expect(brc_escape_terminal, "\x80|\xE2\x82|\xC0\xBC|\xED\xA0\x80|\xF4\x90\x80\x80|\xFF",
	       "?|\?\?|\?\?|\?\?\?|\?\?\?\?|?");
	expect(brc_escape_utf8, "a\xFF\x62\xE2\x82", "a\xEF\xBF\xBD\x62\xEF\xBF\xBD\xEF\xBF\xBD");
	expect(brc_escape_html, "\xC0\xBCscript>", "\xEF\xBF\xBD\xEF\xBF\xBDscript&gt;");
}

static void text_in_a_terminal_moves_no_cursor(void **state)
{
	(void)state;
	expect(brc_escape_terminal, "\x1B]0;title\x07 tab\t nl\n \xC2\x9B",
	       "?]0;title? tab? nl? ?");
	expect(brc_escape_terminal, "\xCE\xB1 <b> & \\", "\xCE\xB1 <b> & \\");
}

static void text_in_a_table_makes_no_cell_and_no_formula(void **state)
{
	(void)state;
	expect(brc_escape_tsv, "a\tb\nc\rd\\e\x01", "a\\tb\\nc\\rd\\\\e?");
	expect(brc_escape_tsv, "=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
	expect(brc_escape_tsv, "+1", "'+1");
	expect(brc_escape_tsv, "-1", "'-1");
	expect(brc_escape_tsv, "@x", "'@x");
	expect(brc_escape_tsv, "a=b", "a=b");
	expect(brc_escape_tsv, "", "");
}

static void text_in_a_script_does_not_end_it(void **state)
{
	(void)state;
	expect(brc_escape_script, "{\"a\":\"</script><!-- & \\u2028\"}",
	       "{\"a\":\"\\u003c/script\\u003e\\u003c!-- \\u0026 \\u2028\"}");
}

static void text_in_a_command_is_one_word(void **state)
{
	(void)state;
	expect(brc_escape_shell, "weights.global", "weights.global");
	expect(brc_escape_shell, "", "''");
	expect(brc_escape_shell, "a b", "'a b'");
	expect(brc_escape_shell, "x; rm -rf \"$HOME\"", "'x; rm -rf \"$HOME\"'");
	expect(brc_escape_shell, "it's\n", "'it'\\''s?'");
	expect(brc_escape_shell, "`id`", "'`id`'");
}

static void a_html_format_escapes_its_strings_alone(void **state)
{
	brc_str b = {0};

	(void)state;
	brc_htmlf(&b, "<i a=\"%s\">%d %zu %.2f %g %c 100 %%</i>%s", "<&\"'>", -3, (size_t)7, 1.5,
		  0.25, 'x', "\x1B");
	assert_string_equal(b.s, "<i a=\"&lt;&amp;&quot;&#39;&gt;\">-3 7 1.50 0.25 x 100 "
				 "%</i>\xEF\xBF\xBD");
	brc_str_free(&b);
}

static void a_html_cell_is_cut_before_it_is_escaped(void **state)
{
	brc_str b = {0};

	(void)state;
	brc_escape_html_cell(&b, "<<<<<<", 4);
	assert_string_equal(b.s, "&lt;&lt;&lt;~");
	brc_str_free(&b);
}

static void cell(const char *s, size_t width, const char *want)
{
	brc_str b = {0};

	brc_escape_cell(&b, s, width);
	assert_string_equal(b.s ? b.s : "", want);
	brc_str_free(&b);
}

static void cells_have_their_width_in_columns(void **state)
{
	(void)state;
	cell("abc", 5, "abc  ");
	cell("abcdef", 6, "abcdef");
	cell("abcdefg", 6, "abcde~");
	cell("\xCE\xB1\xCE\xB2", 4, "\xCE\xB1\xCE\xB2  ");
	cell("\xE7\x8C\xAB\xE7\x8A\xAC", 5, "\xE7\x8C\xAB\xE7\x8A\xAC "); /* wide: 2 each */
	cell("\xE7\x8C\xAB\xE7\x8A\xAC", 3, "\xE7\x8C\xAB~");
	cell("\xE7\x8C\xAB\xE7\x8A\xAC", 2, "~ ");
	cell("e\xCC\x81x", 3, "e\xCC\x81x "); /* combining accent: 0 */
	cell("\x1B[1m", 6, "?[1m  ");
	cell("x", 0, "");
	assert_int_equal(brc_escape_columns("a\xE7\x8C\xAB\xCC\x81\x07"), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_in_html_makes_no_tag),
		cmocka_unit_test(ill_formed_bytes_are_replaced),
		cmocka_unit_test(text_in_a_terminal_moves_no_cursor),
		cmocka_unit_test(text_in_a_table_makes_no_cell_and_no_formula),
		cmocka_unit_test(text_in_a_script_does_not_end_it),
		cmocka_unit_test(text_in_a_command_is_one_word),
		cmocka_unit_test(cells_have_their_width_in_columns),
		cmocka_unit_test(a_html_format_escapes_its_strings_alone),
		cmocka_unit_test(a_html_cell_is_cut_before_it_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
