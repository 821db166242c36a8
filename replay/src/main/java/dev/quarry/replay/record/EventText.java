package dev.quarry.replay.record;

import dev.quarry.replay.trace.TraceLine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One file {@code ev.*.txt} of a recording: a line for each event, with the microseconds since the
 * line before; names of threads, flags and the like are written once and numbered. The file is
 * there once it has an event.
 *
 * <pre>
 *   #t0 5382.264288      #comm 6148 python3      #gfp 0 GFP_KERNEL
 *   k 12 0 6148 1e147ea80 60 64 0 0
 * </pre>
 */
final class EventText implements AutoCloseable {
  private static final int MICROS = 1_000_000;
  private static final String UNKNOWN_COMM = "<...>";

  private final Path file;
  private final Map<Long, String> comms = new HashMap<>();
  private final Map<String, Integer> numbers = new HashMap<>();
  private final Map<String, Integer> counts = new HashMap<>();
  private @Nullable BufferedWriter out;
  private long clock;
  private long events;

  EventText(Path file) {
    this.file = file;
  }

  /**
   * The number of a name; the first time, a line says which it is.
   *
   * @param kind such as {@code gfp}
   * @param more what that line says besides
   */
  int number(String kind, String name, String more, TraceLine line) throws IOException {
    Integer known = numbers.get(kind + ' ' + name);
    if (known != null) {
      return known;
    }
    int number = counts.merge(kind, 1, Integer::sum) - 1;
    numbers.put(kind + ' ' + name, number);
    begin(line).append('#' + kind + ' ' + number + ' ' + name + more + '\n');
    return number;
  }

  /**
   * Writes an event.
   *
   * @param letter what the line begins with; empty for none
   * @param rest what stands behind time, CPU and thread
   */
  void event(String letter, TraceLine line, String rest) throws IOException {
    BufferedWriter to = begin(line);
    String name = line.comm();
    if (!name.equals(UNKNOWN_COMM) && !name.equals(comms.put(line.tid(), name))) {
      to.append("#comm " + line.tid() + ' ' + name + '\n');
    }
    long step = Math.max(0, line.micros() - clock);
    clock += step;
    to.append(letter).append(letter.isEmpty() ? "" : " ");
    to.append(step + " " + line.cpu() + ' ' + line.tid() + ' ' + rest + '\n');
    events++;
  }

  private BufferedWriter begin(TraceLine line) throws IOException {
    if (out == null) {
      out = Files.newBufferedWriter(file, StandardCharsets.ISO_8859_1);
      clock = line.micros();
      out.append(String.format(Locale.ROOT, "#t0 %d.%06d\n", clock / MICROS, clock % MICROS));
    }
    return out;
  }

  /** How many events were written. */
  long events() {
    return events;
  }

  @Override
  public void close() throws IOException {
    if (out != null) {
      out.close();
    }
  }
}
