package dev.quarry.cli.lang;

import java.util.List;

/** A command of the language. */
public interface Command {
  /** Its name, the kernel's where there is one. */
  String name();

  /** The chapter that it belongs to in {@code help}. */
  String chapter();

  /** What stands before it and a colon, such as {@code P}; empty for most commands. */
  default String subject() {
    return "";
  }

  /** What comes behind the name, such as {@code GFP order=N}. */
  String usage();

  /** One line on what it does. */
  String summary();

  /** More to know, a line or more; may be empty. */
  String notes();

  /** An example, a line or more. */
  String example();

  /** The options that it knows; {@code KEY} among them: every name goes. */
  List<String> options();

  /**
   * Runs it.
   *
   * @throws IllegalArgumentException for a mistake in its words; the place is added
   * @throws IllegalStateException when it is not possible now; the place is added
   */
  Value run(Call call, Session session);
}
