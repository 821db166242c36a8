package dev.quarry.cli.shell;

import dev.quarry.cli.lang.Interpreter;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.ScriptException;
import dev.quarry.cli.lang.Session;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.Presets;
import dev.quarry.observe.ProcFs;
import dev.quarry.physical.GfpVocabulary;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.reader.impl.DefaultParser;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;

/** The interactive shell: reads a line, runs it, shows its result, until the user has enough. */
public final class Shell {
  private final Registry registry;

  /** A shell with the commands of a registry. */
  public Shell(Registry registry) {
    this.registry = registry;
  }

  /**
   * Runs until the end of input, on a terminal or from a pipe.
   *
   * @param out where results go when there is no terminal
   * @return whether every command could be run
   */
  public boolean run(PrintWriter out) throws IOException {
    if (System.console() == null || !System.console().isTerminal()) {
      return piped(out);
    }
    try (Terminal terminal = TerminalBuilder.builder().system(true).build();
        Session session = new Session(terminal.writer())) {
      LineReader reader = reader(terminal, session);
      terminal.handle(Terminal.Signal.INT, signal -> session.interrupt());
      terminal
          .writer()
          .println("Quarry. \"boot laptop\" boots a machine, \"help\" helps, Ctrl-D ends.");
      loop(reader, terminal.writer(), session);
      return true;
    }
  }

  private boolean piped(PrintWriter out) throws IOException {
    byte[] bytes = System.in.readNBytes(16 << 20);
    String script = new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
    boolean allRan = true;
    try (Session session = new Session(out)) {
      for (String line : script.split("\n", -1)) {
        allRan &= session.isOver() || execute(line, out, session);
      }
    }
    return allRan;
  }

  private void loop(LineReader reader, PrintWriter out, Session session) {
    while (!session.isOver()) {
      try {
        execute(reader.readLine("quarry> "), out, session);
      } catch (UserInterruptException e) {
        out.println("(Ctrl-D or quit ends the shell)");
      } catch (EndOfFileException e) {
        return;
      }
    }
  }

  private boolean execute(String line, PrintWriter out, Session session) {
    try {
      new Interpreter(registry, session).run(line, false);
      out.flush();
      return true;
    } catch (ScriptException e) {
      out.println(e.render("shell", line));
      out.flush();
      return false;
    }
  }

  private LineReader reader(Terminal terminal, Session session) {
    DefaultParser parser = new DefaultParser();
    parser.setEscapeChars(new char[0]);
    parser.setEofOnUnclosedBracket(DefaultParser.Bracket.CURLY);
    LineReader reader =
        LineReaderBuilder.builder()
            .terminal(terminal)
            .parser(parser)
            .completer(completer(session))
            .variable(LineReader.HISTORY_FILE, historyFile())
            .variable(LineReader.SECONDARY_PROMPT_PATTERN, "     ... ")
            .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
            .build();
    return reader;
  }

  private static Path historyFile() {
    String state = System.getenv("XDG_STATE_HOME");
    Path home = Path.of(System.getProperty("user.home", "."));
    Path folder =
        state == null || state.isEmpty() ? home.resolve(".local").resolve("state") : Path.of(state);
    return folder.resolve("quarry").resolve("history");
  }

  private Completer completer(Session session) {
    return (reader, line, candidates) -> {
      List<String> words = new ArrayList<>();
      if (line.wordIndex() == 0) {
        words.addAll(registry.names());
      } else {
        words.addAll(session.names());
        words.addAll(GfpVocabulary.of(KernelRelease.DEFAULT).names());
        words.addAll(ProcFs.paths());
        words.addAll(Presets.names());
        registry.all().forEach(c -> c.options().forEach(option -> words.add(option + "=")));
      }
      words.stream().distinct().sorted().forEach(word -> candidates.add(new Candidate(word)));
    };
  }
}
