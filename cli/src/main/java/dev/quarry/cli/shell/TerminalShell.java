package dev.quarry.cli.shell;

import dev.quarry.cli.commands.AllCommands;
import dev.quarry.cli.lang.Caret;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.ScriptException;
import dev.quarry.cli.lang.Session;
import java.io.IOException;
import java.nio.file.Path;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;

/** The shell on a terminal: line editing, history, completion, Ctrl-C. */
final class TerminalShell {
  private static final String PROMPT = "quarry> ";
  private static final String GREETING =
      "Quarry. \"boot laptop\" boots a machine, \"help\" lists the commands, Tab completes, Ctrl-D"
          + " ends.";

  private final Terminal terminal;
  private final Shell shell;
  private final boolean colours;

  private TerminalShell(Terminal terminal, Shell shell, boolean colours) {
    this.terminal = terminal;
    this.shell = shell;
    this.colours = colours;
  }

  static void run(Registry registry, boolean colours) throws IOException {
    try (Terminal terminal = TerminalBuilder.builder().system(true).build();
        Session session = AllCommands.session(terminal.writer())) {
      TerminalShell shell = new TerminalShell(terminal, new Shell(registry, session), colours);
      terminal.handle(Terminal.Signal.INT, signal -> session.interrupt());
      terminal.writer().println(GREETING);
      shell.loop(reader(terminal, registry, session));
    }
  }

  private static LineReader reader(Terminal terminal, Registry registry, Session session) {
    return LineReaderBuilder.builder()
        .appName("quarry")
        .terminal(terminal)
        .parser(new CommandParser())
        .completer(new CommandCompleter(registry, session))
        .variable(LineReader.HISTORY_FILE, historyFile())
        .variable(LineReader.SECONDARY_PROMPT_PATTERN, "     ... ")
        .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
        .option(LineReader.Option.INSERT_TAB, false)
        .build();
  }

  private static Path historyFile() {
    String state = System.getenv("XDG_STATE_HOME");
    Path home = Path.of(System.getProperty("user.home", "."));
    Path folder =
        state == null || state.isEmpty() ? home.resolve(".local").resolve("state") : Path.of(state);
    return folder.resolve("quarry").resolve("history");
  }

  private void loop(LineReader reader) {
    while (!shell.session().isOver()) {
      try {
        String text = reader.readLine(PROMPT);
        ScriptException e = shell.execute(text, 1);
        if (e != null) {
          complain(text, e);
        }
        terminal.flush();
      } catch (UserInterruptException e) {
        terminal.writer().println("(Ctrl-D or quit ends the shell)");
      } catch (EndOfFileException e) {
        return;
      }
    }
  }

  /** Below a single line, which still stands there, a caret is enough. */
  private void complain(String text, ScriptException e) {
    boolean single = text.indexOf('\n') < 0 && PROMPT.length() + text.length() < width();
    String complaint;
    if (e.isInterrupt()) {
      complaint = Caret.message(e); // the place is wherever Ctrl-C found it
    } else if (single) {
      String caret = " ".repeat(PROMPT.length() + e.position().column() - 1) + "^\n";
      complaint = caret + Caret.message(e);
    } else {
      complaint = new Caret("shell", text, 1).render(e);
    }
    if (!colours) {
      terminal.writer().println(complaint);
      return;
    }
    new AttributedStringBuilder()
        .style(AttributedStyle.DEFAULT.foreground(AttributedStyle.RED))
        .append(complaint)
        .toAttributedString()
        .println(terminal);
  }

  private int width() {
    int columns = terminal.getSize().getColumns();
    return columns > 0 ? columns : 80;
  }
}
