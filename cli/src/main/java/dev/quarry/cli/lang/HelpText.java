package dev.quarry.cli.lang;

import java.util.Collection;

/** What {@code help} prints. */
final class HelpText {
  private static final int SUMMARY_COLUMN = 40;

  private static final String LANGUAGE =
      """

      language
        name = COMMAND                        names the result: p, p[3]; p.pfn is a part of p
        name = VALUE                          names a number, a text in quotes, or a part
        Normal.free, Normal[1].free           a zone's name is a value: of node 0, of node 1
        p: store a 42                         a command of the process p
        repeat N { ... }                      for i in 0..9 { p[$i] = alloc_page GFP_KERNEL }
        expect p.order == 3                   expect fails COMMAND, expect works COMMAND
        # a comment                           a ; b puts two commands on a line

      help NAME explains a command or a word of the language, with an example.\
      """;

  private HelpText() {}

  /** All commands, a line or two each, by chapter. */
  static String overview(Collection<Command> commands) {
    StringBuilder out = new StringBuilder();
    String chapter = "";
    for (Command command : commands) {
      if (!command.chapter().equals(chapter)) {
        chapter = command.chapter();
        out.append(out.isEmpty() ? "" : "\n").append(chapter).append('\n');
      }
      String head = "  " + head(command);
      boolean fits = head.length() < SUMMARY_COLUMN - 1;
      out.append(head);
      out.append(fits ? " ".repeat(SUMMARY_COLUMN - head.length()) : "\n" + indent());
      out.append(command.summary()).append('\n');
    }
    return out.append(LANGUAGE).toString();
  }

  private static String indent() {
    return " ".repeat(SUMMARY_COLUMN);
  }

  private static String head(Command command) {
    String subject = command.subject().isEmpty() ? "" : command.subject() + ": ";
    return (subject + command.name() + " " + command.usage()).strip();
  }

  /** One command: how it is written, what it does, an example. */
  static String of(Command command) {
    String notes = command.notes().isEmpty() ? "" : lines(command.notes(), "  ");
    return head(command)
        + "\n  "
        + command.summary()
        + notes
        + "\n  example:"
        + lines(command.example(), "    ");
  }

  private static String lines(String text, String indent) {
    return "\n" + indent + text.replace("\n", "\n" + indent);
  }
}
