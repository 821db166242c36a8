package dev.quarry.machine;

/**
 * Marks an exception whose cause is what a user gave: a specification, a recording, a command.
 *
 * <p>Its message is complete: it names the place, says what was found and what was expected, and
 * needs no stack trace beside it. A program prints the message alone and ends with the status of
 * bad input; every other unchecked exception is a fault of Quarry itself.
 */
public interface UserError {}
