package dev.quarry.replay.recording;

import dev.quarry.replay.compact.SlabLine;
import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.read.Place;
import java.nio.charset.StandardCharsets;

/**
 * Reads single lines of the text form of slab events for what later lines count from, and forgets
 * their events: for whoever writes lines in another form.
 */
public final class SlabLines {
  /** Beyond this, sums of time could overflow. */
  private static final long MOST_MICROS = 1L << 60;

  private final Context context = new Context();
  private long clockMicros;

  /** At the beginning of a file. */
  public SlabLines() {}

  /** The time of the last line in microseconds. */
  public long clockMicros() {
    return clockMicros;
  }

  /** Moves the clock on. */
  public void advance(long stepMicros) {
    clockMicros += stepMicros;
  }

  /** Whether the clock is so near to 0 that times can be added to it. */
  public boolean isNearZero() {
    return Math.abs(clockMicros) <= MOST_MICROS;
  }

  /** Whether all names of an event are defined. */
  public boolean defines(SlabLine event) {
    SlabMark mark = event.mark();
    int cache = mark.fieldOf('c');
    int gfp = mark.fieldOf('g');
    return context.names.hasSite(event.field(mark.fieldOf('s')))
        && (cache < 0 || context.names.hasCache(event.field(cache)))
        && (gfp < 0 || context.names.headers().hasGfp(event.field(gfp)));
  }

  /**
   * Whether a line that is no event must not stand behind events of the same block: a time, or what
   * defines a number once more.
   */
  public boolean mattersBefore(byte[] line, int length) {
    String[] words = new String(line, 0, length, StandardCharsets.ISO_8859_1).strip().split(" ", 3);
    if (words.length < 2) {
      return words[0].equals("#t0");
    }
    boolean number = words[1].matches("\\d{1,9}");
    int index = number ? Integer.parseInt(words[1]) : 0;
    return switch (words[0]) {
      case "#t0" -> true;
      case "#gfp" -> !number || context.names.headers().hasGfp(index);
      case "#site" -> !number || context.names.hasSite(index);
      case "#cache" -> !number || context.names.hasCache(index);
      default -> false;
    };
  }

  /**
   * Reads one line.
   *
   * @param line begins with it; may be read in place
   * @param length with its end; without one, nothing happens
   */
  public void read(byte[] line, int length) {
    SlabTextReader reader =
        new SlabTextReader(context, line, length, Place.WHOLE_FILE, clockMicros);
    while (reader.next()) {
      context.event.timeMicros = Long.MIN_VALUE;
    }
    context.event.timeMicros = Long.MIN_VALUE;
    clockMicros = reader.clockMicros();
  }

  /** Holds what lines define. */
  private static final class Context extends SlabEvents {
    Context() {
      super("", EventPolicy.LENIENT, _ -> 0);
      event.timeMicros = Long.MIN_VALUE;
    }

    @Override
    public boolean next() {
      return false;
    }

    @Override
    public long line() {
      return Place.WHOLE_FILE;
    }

    @Override
    public void close() {}
  }
}
