/**
 * The command {@code quarry}: one class for each subcommand, around the library that does the work.
 *
 * <p>Terms: a <em>user's mistake</em> is anything that other input would cure; it costs one line on
 * the standard error and exit code 2, never a stack trace. <em>Results</em> go to the standard
 * output, whatever else there is to say (progress, notes) to the standard error.
 *
 * <p>Read next: {@link dev.quarry.cli.Quarry}, then {@link dev.quarry.cli.UserErrors}.
 */
package dev.quarry.cli;
