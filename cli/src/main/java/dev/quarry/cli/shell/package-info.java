/** The line editor: history, completion, and the loop that reads commands. */
package dev.quarry.cli.shell;
