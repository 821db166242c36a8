package dev.quarry.machine;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The kernel's log: the lines that it would print on the console, oldest first. Bounded, as the
 * kernel's ring buffer is; what was overwritten is counted.
 */
public final class KernelLog {
  private static final int CAPACITY_LINES = 16_384;

  private final ArrayDeque<String> lines = new ArrayDeque<>();
  private long overwritten;
  private Consumer<String> console = line -> {};

  /** Appends text, line by line. */
  public synchronized void print(String text) {
    for (String line : text.split("\n", -1)) {
      if (lines.size() == CAPACITY_LINES) {
        lines.removeFirst();
        overwritten++;
      }
      lines.addLast(line);
      console.accept(line);
    }
  }

  /** Also sends each further line to {@code sink}. */
  public synchronized void console(Consumer<String> sink) {
    console = sink;
  }

  /** The lines that are still there. */
  public synchronized List<String> lines() {
    return List.copyOf(lines);
  }

  /** How many older lines were overwritten. */
  public synchronized long overwritten() {
    return overwritten;
  }

  /** Forgets all lines, as {@code dmesg --clear} does. */
  public synchronized void clear() {
    lines.clear();
    overwritten = 0;
  }
}
