package dev.quarry.replay.recording;

import dev.quarry.replay.read.Place;

/**
 * Reads single lines of the text form for what later lines count from, and forgets their events.
 * Whoever writes lines in another form keeps step with their readers by this.
 */
public final class TextLines {
  private final Context context = new Context();
  private final TextState state = new TextState();

  /** At the beginning of a file. */
  public TextLines() {}

  /** Takes a kind and a CPU. */
  @FunctionalInterface
  public interface SlotConsumer {
    /** Events of this kind on this CPU have frames that count from one another. */
    void accept(PageEventKind kind, int cpu);
  }

  /** What the next line counts from. */
  public TextState state() {
    return state;
  }

  /** Whether a gfp number is defined, if its words are flags. */
  public boolean definesGfp(int number) {
    return context.headers.hasGfp(number);
  }

  /**
   * Reads one line.
   *
   * @param line begins with it; may be read in place
   * @param length with its end; without one, nothing happens
   */
  public void read(byte[] line, int length) {
    PageEventReader reader = new PageEventReader(context, line, length, Place.WHOLE_FILE, state);
    while (reader.next()) {
      context.event.timeMicros = Long.MIN_VALUE;
    }
  }

  /** Says from which frame a line that may not be in order counts, if from any. */
  public void countsFrom(byte[] line, int length, SlotConsumer consumer) {
    EventLines lines = new EventLines(line, length, Place.WHOLE_FILE, context.problems);
    if (!lines.next() || lines.atEnd()) {
      return;
    }
    PageEventKind kind = PageEventKind.of(lines.here());
    lines.step();
    lines.number();
    long cpu = lines.number();
    if (kind != null && cpu >= 0 && cpu < PageEvents.MAX_CPUS) {
      consumer.accept(kind, (int) cpu);
    }
  }

  /** Holds what lines define. */
  private static final class Context extends PageEvents {
    Context() {
      super("", PageEventOptions.of(EventPolicy.LENIENT, _ -> 0));
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
    public long fileBytes() {
      return 0;
    }

    @Override
    public long fileBytesRead() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
