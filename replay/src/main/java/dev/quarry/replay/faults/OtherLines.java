package dev.quarry.replay.faults;

import dev.quarry.replay.calls.CallName;
import dev.quarry.replay.calls.Complaints;
import dev.quarry.replay.calls.Foreign;
import dev.quarry.replay.calls.Numbers;
import dev.quarry.replay.calls.TaskEvent;
import dev.quarry.replay.calls.TaskEvent.Call;
import dev.quarry.replay.calls.TaskEvent.Counted;
import dev.quarry.replay.calls.TaskEvent.ExecFailed;
import dev.quarry.replay.calls.TaskEvent.Executed;
import dev.quarry.replay.calls.TaskEvent.Executing;
import dev.quarry.replay.calls.TaskEvent.Exited;
import dev.quarry.replay.calls.TaskEvent.Forked;
import dev.quarry.replay.calls.TaskEvent.Sharing;
import dev.quarry.replay.calls.TextFile;
import dev.quarry.replay.read.Quote;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads {@code ev.O}: joins the two lines of a system call, which counts where it returns. */
final class OtherLines implements AutoCloseable {
  private static final String ENTER = "sys_enter_";
  private static final String EXIT = "sys_exit_";
  private static final int HEAD_FIELDS = 4;

  /** A call that a task is in. */
  private record Begun(String name, List<Long> arguments) {}

  private final TextFile file;
  private final EventClock clock;
  private final Map<Integer, Begun> begun = new HashMap<>();
  private boolean enters;

  OtherLines(Path path, String name, Complaints complaints) {
    this.file = new TextFile(path, name, complaints);
    this.clock = new EventClock(file);
  }

  /** Whether the event that was read last stands where a call begins. */
  boolean enters() {
    return enters;
  }

  @Nullable TaskEvent next() {
    while (file.next()) {
      String text = file.text();
      if (text.startsWith("#")) {
        clock.header(text);
      } else if (!text.isBlank()) {
        TaskEvent event = event(text.split(" ", HEAD_FIELDS + 1));
        if (event != null) {
          enters = event instanceof Executing;
          return event;
        }
      }
    }
    return null;
  }

  private @Nullable TaskEvent event(String[] f) {
    long delta = f.length >= HEAD_FIELDS ? Numbers.decimal(f[0]) : Numbers.NONE;
    int task = f.length >= HEAD_FIELDS ? Numbers.tidOrIdle(f[2]) : -1;
    if (delta < 0 || task < 0) {
      file.wrong("event without time or thread", Quote.of(file.text()));
      return null;
    }
    long micros = clock.advance(delta);
    String rest = f.length > HEAD_FIELDS ? f[HEAD_FIELDS] : "";
    String name = f[HEAD_FIELDS - 1];
    if (name.startsWith(ENTER)) {
      return enter(micros, task, name.substring(ENTER.length()), rest);
    }
    if (name.startsWith(EXIT)) {
      return exit(micros, task, name.substring(EXIT.length()), rest);
    }
    return switch (name) {
      case "rss_stat" -> counted(micros, task, rest);
      case "sched_process_fork" -> forked(micros, rest);
      case "sched_process_exec" -> executed(micros, task, rest);
      case "sched_process_exit" ->
          new Exited(micros, task, EventFields.text(rest, "group_dead").equals("true"));
      default -> null;
    };
  }

  private @Nullable TaskEvent enter(long micros, int tid, String name, String rest) {
    List<Long> arguments = new ArrayList<>();
    for (String part : rest.isBlank() ? new String[0] : rest.split(", ")) {
      int colon = part.indexOf(": ");
      long value = colon < 0 ? Numbers.NONE : Numbers.any(part.substring(colon + 2).strip());
      if (value == Numbers.NONE) {
        file.wrong("argument that is no number", Quote.of(file.text()));
        return null;
      }
      arguments.add(value);
    }
    begun.put(tid, new Begun(name, List.copyOf(arguments)));
    return name.startsWith("execve") ? new Executing(micros, tid) : null;
  }

  private @Nullable TaskEvent exit(long micros, int tid, String name, String rest) {
    long result = Numbers.any(rest.strip());
    if (result == Numbers.NONE) {
      file.wrong("result that is no number", Quote.of(file.text()));
      return null;
    }
    Begun call = begun.remove(tid);
    if (name.startsWith("execve")) {
      return result == 0 ? null : new ExecFailed(micros, tid);
    }
    Optional<CallName> known = CallName.of(name);
    if (known.isEmpty() || call == null || !call.name().equals(name)) {
      return null; // it began before the recording, or it is the child's side of a fork
    }
    boolean placed = known.get() == CallName.MMAP || known.get() == CallName.MREMAP;
    Optional<String> foreign = placed && result > 0 ? Foreign.address(result) : Optional.empty();
    if (foreign.isPresent()) {
      file.wrong("address of another architecture", foreign.get());
      return null;
    }
    return new Call(micros, tid, known.get(), call.arguments(), result, file.line());
  }

  private @Nullable TaskEvent counted(long micros, int tid, String rest) {
    int kind = RssCounter.of(EventFields.text(rest, "type"));
    String size = EventFields.text(rest, "size");
    long bytes = size.endsWith("B") ? Numbers.decimal(size.substring(0, size.length() - 1)) : -1;
    long space = Numbers.decimal(EventFields.text(rest, "mm_id"));
    if (kind < 0 || bytes < 0 || space < 0) {
      file.wrong("counter with a damaged field", Quote.of(file.text()));
      return null;
    }
    boolean own = EventFields.text(rest, "curr").equals("1");
    return new Counted(micros, tid, space, own, kind, bytes >>> 12);
  }

  private @Nullable TaskEvent forked(long micros, String rest) {
    int parent = Numbers.tid(EventFields.last(rest, "pid"));
    int child = Numbers.tid(EventFields.last(rest, "child_pid"));
    if (parent == 0 || child == 0) {
      file.wrong("fork without parent or child", Quote.of(file.text()));
      return null;
    }
    Begun call = begun.get(parent);
    return new Forked(micros, parent, child, call == null ? Sharing.COPY : sharing(call));
  }

  private static Sharing sharing(Begun call) {
    return switch (call.name()) {
      case "vfork" -> Sharing.SPACE;
      case "clone3" -> Sharing.SPACE_OR_THREAD;
      case "clone" -> Sharing.ofClone(call.arguments().isEmpty() ? 0 : call.arguments().getFirst());
      default -> Sharing.COPY;
    };
  }

  private TaskEvent executed(long micros, int tid, String rest) {
    return new Executed(micros, tid, EventFields.text(rest, "filename"));
  }

  long bytesRead() {
    return file.bytesRead();
  }

  @Override
  public void close() {
    file.close();
  }
}
