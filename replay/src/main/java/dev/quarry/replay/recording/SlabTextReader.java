package dev.quarry.replay.recording;

import static dev.quarry.replay.recording.EventLines.NO_NUMBER;

import dev.quarry.replay.compact.SlabMark;
import dev.quarry.replay.read.ByteSource;
import java.util.function.ToIntFunction;

/** Slab events in their text form, {@code ev.S.txt}, also as {@code .xz} or {@code .zst}. */
final class SlabTextReader extends SlabEvents {
  private static final long MAX_STEP_MICROS = 1_000_000_000_000L;

  private final EventLines lines;
  private final WrongLines wrong;
  private final SlabEvent.Shape shape = new SlabEvent.Shape();
  private long clockMicros;

  SlabTextReader(ByteSource source, EventPolicy policy, ToIntFunction<String> gfp) {
    super(source.name(), policy, gfp);
    this.lines = new EventLines(source, problems);
    this.wrong = new WrongLines(lines, problems);
    event.shape = shape;
  }

  /**
   * For lines of another's file.
   *
   * @param text whole lines but for the last line of the file; read in place
   * @param lineBefore number of the line before them
   * @param micros the time from which the first counts
   */
  SlabTextReader(SlabEvents whole, byte[] text, int length, long lineBefore, long micros) {
    super(whole);
    this.lines = new EventLines(text, length, lineBefore, problems);
    this.wrong = new WrongLines(lines, problems);
    this.clockMicros = micros;
    event.shape = shape;
  }

  @Override
  public boolean next() {
    while (lines.next()) {
      if (lines.here() == '#') {
        header();
      } else if (!lines.leaveAtEnd() && readEvent()) {
        return true;
      }
    }
    return false;
  }

  private void header() {
    long line = lines.line();
    int length = lines.leave();
    if (length > EventLines.MAX_LINE_BYTES) {
      problems.add(EventProblem.LINE_TOO_LONG, line, "the header has " + length + " bytes");
    } else if (names.read(lines.lastLine(), line)) {
      setClock(names.headers().startMicros());
    }
  }

  private boolean readEvent() {
    SlabMark mark = SlabMark.of(lines.here());
    lines.step();
    long step = lines.number();
    long cpu = lines.number();
    long tid = lines.number();
    if (step != NO_NUMBER && !advanceClock(step)) {
      return false;
    }
    if (mark == null) {
      return wrong.reject(EventProblem.UNKNOWN_LETTER, "no event begins like this");
    }
    boolean pointer = tid != NO_NUMBER && lines.pointer();
    if (!pointer) {
      return wrong.numberMissing(letter(mark));
    }
    if (!wrong.within("CPU", cpu, PageEvents.MAX_CPUS - 1)
        || !wrong.within("thread", tid, Integer.MAX_VALUE)) {
      return false;
    }
    event.pointer = lines.lastPointer();
    shape.mark = mark;
    shape.cpu = (int) cpu;
    shape.tid = (int) tid;
    shape.tag = SlabEvent.NO_TAG;
    return fields(mark);
  }

  private boolean fields(SlabMark mark) {
    long requested = 0;
    long allocated = 0;
    if (mark == SlabMark.KMALLOC) {
      requested = lines.number();
      allocated = lines.number();
    }
    boolean cached = mark.fieldOf('c') >= 0;
    long cache = cached ? lines.number() : 0;
    long gfp = mark.isAllocation() ? lines.number() : 0;
    long site = lines.number();
    if (site == NO_NUMBER) {
      return wrong.numberMissing(letter(mark));
    }
    if (!lines.atEnd() && lines.here() != ' ') {
      return wrong.numberMissing(letter(mark));
    }
    return wrong.within("size", requested, Integer.MAX_VALUE)
        && wrong.within("size", allocated, Integer.MAX_VALUE)
        && defined(names.hasSite(site), "site", site)
        && (!cached || defined(names.hasCache(cache), "cache", cache))
        && (!mark.isAllocation() || defined(names.headers().hasGfp(gfp), "gfp", gfp))
        && endOfLine(mark)
        && enter(requested, allocated, cache, gfp, site);
  }

  private boolean enter(long requested, long allocated, long cache, long gfp, long site) {
    fill(shape, names, (int) requested, (int) allocated, (int) cache, (int) gfp, (int) site);
    return true;
  }

  /** Fills a shape, whose mark is set, from numbers that are defined. */
  static void fill(
      SlabEvent.Shape shape,
      SlabNames names,
      int requested,
      int allocated,
      int cache,
      int gfp,
      int site) {
    boolean cached = shape.mark.fieldOf('c') >= 0;
    boolean allocates = shape.mark.isAllocation();
    shape.cache = cached ? cache : 0;
    shape.cacheName = cached ? names.cache(cache) : "";
    shape.requested = cached && allocates ? names.requested(cache) : requested;
    shape.allocated = cached && allocates ? names.allocated(cache) : allocated;
    shape.gfp = allocates ? names.headers().gfpMask(gfp) : 0;
    shape.gfpNames = allocates ? names.headers().gfpNames(gfp) : "";
    shape.site = site;
    shape.siteName = names.site(site);
  }

  private boolean defined(boolean known, String what, long number) {
    EventProblem problem =
        what.equals("gfp") ? EventProblem.UNKNOWN_GFP_INDEX : EventProblem.UNKNOWN_NAME;
    return known || wrong.reject(problem, what + " number " + number + " is not defined above");
  }

  private boolean endOfLine(SlabMark mark) {
    return lines.leaveAtEnd()
        || wrong.reject(
            EventProblem.EXTRA_FIELDS, "an event " + letter(mark) + " has fewer fields");
  }

  private static String letter(SlabMark mark) {
    return String.valueOf((char) mark.letter());
  }

  /** Every line moves the clock on, wrong ones too: the next line's time counts from it. */
  private boolean advanceClock(long step) {
    if (step > MAX_STEP_MICROS || step < -MAX_STEP_MICROS) {
      return wrong.reject(
          EventProblem.OUT_OF_RANGE,
          "a step of " + step + " microseconds is beyond " + MAX_STEP_MICROS);
    }
    names.headers().eventSeen(lines.line());
    if (step < 0) {
      setClock(clockMicros + step);
    } else {
      clockMicros += step;
    }
    event.timeMicros = Math.max(event.timeMicros, clockMicros);
    return true;
  }

  /** Sets the clock to what may lie before the last event: the events then stay at its time. */
  private void setClock(long micros) {
    if (micros < event.timeMicros) {
      problems.add(
          EventProblem.TIME_BACKWARDS,
          lines.line(),
          "the time goes back from " + event.timeMicros + " to " + micros + " microseconds");
    }
    clockMicros = micros;
  }

  /** The time from which the next line counts. */
  long clockMicros() {
    return clockMicros;
  }

  @Override
  public long line() {
    return lines.line();
  }

  @Override
  public void close() {
    lines.close();
  }
}
