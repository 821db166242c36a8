package dev.quarry.cli.shell;

import dev.quarry.cli.commands.Completions;
import dev.quarry.cli.lang.Command;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import java.util.List;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;

/** Offers what may stand where the cursor is: commands, their words, their options and values. */
final class CommandCompleter implements Completer {
  private final Registry registry;
  private final Session session;

  CommandCompleter(Registry registry, Session session) {
    this.registry = registry;
    this.session = session;
  }

  @Override
  public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
    List<String> words = line.words();
    if (line.wordIndex() == 0) {
      for (String name : Completions.firstWords(registry, session)) {
        Command command = registry.find(name);
        String summary = command == null ? "" : command.summary();
        candidates.add(new Candidate(name, name, null, summary, null, null, true));
      }
      return;
    }
    for (String text : Completions.of(registry, session, words)) {
      // An option waits for its value, a flag perhaps for another one.
      boolean complete = !text.endsWith("=");
      candidates.add(new Candidate(text, text, null, null, null, null, complete));
    }
  }
}
