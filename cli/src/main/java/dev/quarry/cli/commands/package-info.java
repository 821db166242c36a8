/**
 * The commands of the shell, a class for each chapter of {@code help}.
 *
 * <p>Read next: {@link dev.quarry.cli.commands.AllCommands}.
 */
package dev.quarry.cli.commands;
