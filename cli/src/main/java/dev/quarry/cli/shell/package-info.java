/**
 * The shell around the language: on a terminal with line editing, history and completion, or fed
 * from a pipe.
 *
 * <pre>
 *   Shell ── TerminalShell ── CommandParser, CommandCompleter   reads with JLine
 *         ── PipedCommands                                      cuts a stream into commands
 * </pre>
 *
 * <p>Read next: {@link dev.quarry.cli.shell.Shell}.
 */
package dev.quarry.cli.shell;
