package dev.quarry.replay.calls;

import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.replay.calls.TaskEvent.Executed;
import dev.quarry.replay.calls.TaskEvent.Exited;
import dev.quarry.replay.calls.TaskEvent.Forked;
import dev.quarry.replay.calls.TaskEvent.Sharing;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.RecordingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads what strace wrote ({@code -f}, with or without times). Calls count where they return; but a
 * fork where it began, as the child may be seen before its parent's line goes on.
 */
public final class StraceReader {
  /** More events are not kept. */
  static final int MOST_EVENTS = 20_000_000;

  private static final int MOST_ARGUMENTS = 6;

  /** What a fork leaves in the list until it is known whose it is. */
  private record Begun(String text, int slot) {}

  private final TextFile file;
  private final List<@Nullable TaskEvent> events = new ArrayList<>();
  private final Map<Integer, Begun> unfinished = new HashMap<>();
  private long calls;

  private StraceReader(TextFile file) {
    this.file = file;
  }

  /**
   * Reads a whole file.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened, or has no call at all
   */
  public static List<TaskEvent> read(Path path, String name, Complaints complaints) {
    try (TextFile file = new TextFile(path, name, complaints)) {
      StraceReader reader = new StraceReader(file);
      while (file.next()) {
        if (reader.events.size() == MOST_EVENTS) {
          file.wrong("lines behind the last that is kept", MOST_EVENTS + " events are kept");
          break;
        }
        reader.line();
      }
      if (reader.calls == 0) {
        throw new RecordingException(name, "has no line with a system call, as strace writes them");
      }
      return reader.events.stream().filter(Objects::nonNull).map(Objects::requireNonNull).toList();
    }
  }

  /** Whether text looks like strace's: one of the first lines is a call with its result. */
  public static boolean looksLikeIt(String head) {
    return head.lines()
        .limit(20)
        .map(line -> StraceLine.of(line).rest())
        .anyMatch(rest -> rest.matches("[a-z_0-9]+\\(.*(\\)\\s+= .+|<unfinished \\.\\.\\.>)"));
  }

  private void line() {
    if (file.text().isBlank()) {
      return;
    }
    StraceLine line = StraceLine.of(file.text());
    String rest = line.rest();
    if (rest.startsWith("+++ ")) {
      events.add(new Exited(line.micros(), line.tid(), false));
    } else if (rest.startsWith("<... ")) {
      resumed(line);
    } else if (rest.endsWith(StraceLine.UNFINISHED)) {
      begun(line);
    } else if (rest.contains(" runs in ") && rest.contains("bit mode")) {
      file.wrong("program of another architecture", Quote.of(rest));
    } else if (!rest.startsWith("--- ") && !rest.startsWith("strace:")) {
      whole(line, rest, events.size());
    }
  }

  private void begun(StraceLine line) {
    String rest = line.rest();
    String text = rest.substring(0, rest.length() - StraceLine.UNFINISHED.length()).strip();
    calls++;
    if (name(text).startsWith("exit")) {
      exit(line, text);
      return;
    }
    unfinished.put(line.tid(), new Begun(text, events.size()));
    events.add(null);
  }

  private void resumed(StraceLine line) {
    Begun begun = unfinished.remove(line.tid());
    int end = line.rest().indexOf(StraceLine.RESUMED);
    if (begun == null || end < 0) {
      boolean exits = line.rest().contains("exit");
      if (!exits) {
        file.wrong("call resumed that was not begun", Quote.of(line.rest()));
      }
      return;
    }
    String tail = line.rest().substring(end + StraceLine.RESUMED.length());
    String head = begun.text();
    boolean joined = head.endsWith(",") || tail.startsWith(",") || tail.startsWith(")");
    whole(line, joined ? head + tail : head + " " + tail, begun.slot());
  }

  private static String name(String text) {
    int open = text.indexOf('(');
    return open < 0 ? "" : text.substring(0, open);
  }

  private void exit(StraceLine line, String text) {
    events.add(new Exited(line.micros(), line.tid(), name(text).equals("exit_group")));
  }

  /** A call with its result; a fork goes to the place where it began. */
  private void whole(StraceLine line, String text, int forkSlot) {
    int equals = text.lastIndexOf(" = ");
    int close = equals < 0 ? -1 : text.lastIndexOf(')', equals);
    String name = name(text);
    if (close < 0 || name.isEmpty() || !name.matches("[a-z_0-9]+")) {
      file.wrong("no call with a result", Quote.of(text));
      return;
    }
    calls++;
    String inside = text.substring(name.length() + 1, Math.max(name.length() + 1, close));
    String result = text.substring(equals + 3).strip();
    if (name.equals("exit_group") || name.equals("exit")) {
      exit(line, text);
    } else if (name.equals("execve") || name.equals("execveat")) {
      executed(line, inside, result);
    } else if (name.matches("clone3?|v?fork")) {
      forked(line, name, inside, result, forkSlot);
    } else if (name.equals("mmap2") || name.equals("old_mmap")) {
      file.wrong("call of another architecture", name + " is not a call of x86-64");
    } else {
      CallName.of(name).ifPresent(known -> call(line, known, inside, result));
    }
  }

  private void executed(StraceLine line, String inside, String result) {
    if (result.startsWith("0")) {
      List<String> arguments = StraceLine.arguments(inside);
      String path = arguments.isEmpty() ? "" : arguments.getFirst();
      events.add(new Executed(line.micros(), line.tid(), path.replace("\"", "")));
    }
  }

  private void forked(StraceLine line, String name, String inside, String result, int slot) {
    int child = Numbers.tid(result.split(" ", 2)[0]);
    if (child == 0) {
      if (!result.startsWith("-1") && !result.startsWith("?")) {
        file.wrong("fork without a child", Quote.of(result));
      }
      return;
    }
    Sharing sharing = name.equals("vfork") ? Sharing.SPACE : Sharing.COPY;
    int at = inside.indexOf("flags=");
    if (at >= 0) {
      String flags = inside.substring(at + "flags=".length()).split("[,}]", 2)[0];
      sharing = Sharing.ofClone(FlagNames.known(flags));
    }
    TaskEvent event = new Forked(line.micros(), line.tid(), child, sharing);
    if (slot < events.size()) {
      events.set(slot, event);
    } else {
      events.add(event);
    }
  }

  private void call(StraceLine line, CallName name, String inside, String result) {
    List<Long> arguments = new ArrayList<>();
    for (String argument : StraceLine.arguments(inside)) {
      int path = argument.indexOf('<'); // 3</lib/libc.so.6>, with -y
      String text = path > 0 && argument.endsWith(">") ? argument.substring(0, path) : argument;
      long value = FlagNames.value(text);
      if (value == Numbers.NONE || arguments.size() == MOST_ARGUMENTS) {
        file.wrong("argument that is no number", name.text() + ": " + Quote.of(argument));
        return;
      }
      arguments.add(value);
    }
    Optional<Long> value = result(result);
    if (value.isEmpty()) {
      file.wrong("result that is no number", name.text() + ": " + Quote.of(result));
      return;
    }
    Optional<String> foreign = Foreign.why(name, arguments, value.get());
    if (foreign.isPresent()) {
      file.wrong("address of another architecture", foreign.get());
      return;
    }
    long at = file.line();
    events.add(new Call(line.micros(), line.tid(), name, List.copyOf(arguments), value.get(), at));
  }

  /** {@code 0x7f...}, a number, or {@code -1 ENOMEM (...)}. */
  private static Optional<Long> result(String text) {
    String[] words = text.split(" ", 3);
    if (words[0].equals("-1") && words.length > 1) {
      return Optional.of((long) -ErrorNames.number(words[1]));
    }
    long value = Numbers.any(words[0]);
    return value == Numbers.NONE ? Optional.empty() : Optional.of(value);
  }
}
