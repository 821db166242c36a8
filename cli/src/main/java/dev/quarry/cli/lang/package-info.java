/**
 * The language of {@code quarry shell} and {@code quarry run}: one command a line, with the
 * kernel's names, results that can be named, errors with line and column.
 *
 * <pre>
 *   boot laptop ram=4G
 *   p = alloc_pages GFP_KERNEL order=3
 *   repeat 3 { alloc_page GFP_USER }
 *   expect p.order == 3
 *
 *   text ─Lexer─► tokens ─Parser─► statements ─Interpreter─► commands of the Registry
 * </pre>
 *
 * <p>Equation: a script ends after at most its {@link dev.quarry.cli.lang.Budget}'s steps; each
 * command, each round of a loop and all that is shown spends some.
 *
 * <p>Read next: {@link dev.quarry.cli.lang.Parser}, {@link dev.quarry.cli.lang.Interpreter}.
 */
package dev.quarry.cli.lang;
