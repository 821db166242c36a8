package dev.quarry.replay.recording;

import static dev.quarry.replay.recording.EventLines.NO_NUMBER;

import dev.quarry.replay.read.ByteSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Page events in their text form, {@code ev.K.txt}, also as {@code .xz} or {@code .zst}. */
public final class PageEventReader extends PageEvents {
  private static final long MAX_STEP_MICROS = 1_000_000_000_000L;
  private static final long MAX_DELTA = 1L << 40;

  private final @Nullable ByteSource source;
  private final EventLines lines;
  private final WrongLines wrong;
  private final TextState state;
  private final EventShape shape = new EventShape();
  private long clockMicros;
  private boolean started;

  PageEventReader(ByteSource source, PageEventOptions options) {
    super(source.name(), options);
    this.source = source;
    this.lines = new EventLines(source, problems);
    this.wrong = new WrongLines(lines, problems);
    this.state = new TextState();
    event.shape = shape;
  }

  /**
   * For lines of another's file.
   *
   * @param text whole lines but for the last line of the file; read in place
   * @param lineBefore number of the line before them
   * @param state what they count from; after the last one, what the next would count from
   */
  PageEventReader(PageEvents whole, byte[] text, int length, long lineBefore, TextState state) {
    super(whole);
    this.source = null;
    this.lines = new EventLines(text, length, lineBefore, problems);
    this.wrong = new WrongLines(lines, problems);
    this.state = state;
    this.clockMicros = state.clockMicros();
    event.shape = shape;
  }

  /**
   * Opens a file.
   *
   * @param name what messages call it
   * @throws dev.quarry.replay.read.RecordingException if it cannot be opened
   */
  public static PageEventReader open(Path file, String name, PageEventOptions options) {
    return new PageEventReader(ByteSource.open(file, name), options);
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
    state.setClock(clockMicros);
    return false;
  }

  private void header() {
    long line = lines.line();
    int length = lines.leave();
    if (length > EventLines.MAX_LINE_BYTES) {
      problems.add(EventProblem.LINE_TOO_LONG, line, "the header has " + length + " bytes");
    } else if (headers.read(lines.lastLine(), line)) {
      setClock(headers.startMicros(), line);
    }
  }

  /** Reads the mark that a line begins with; null if it is none. */
  private @Nullable PageEventKind kind() {
    PageEventKind kind = PageEventKind.of(lines.here());
    lines.step();
    if (kind == PageEventKind.ALLOC && lines.here() == '!') {
      lines.step();
      return PageEventKind.ALLOC_FAILED;
    }
    return kind;
  }

  /** Reads one event; false if it was wrong, and then it was counted. */
  private boolean readEvent() {
    PageEventKind kind = kind();
    long step = lines.number();
    long cpu = lines.number();
    long tid = lines.number();
    if (step != NO_NUMBER && !advanceClock(step)) {
      return false;
    }
    if (kind == null) {
      return wrong.reject(EventProblem.UNKNOWN_LETTER, "no event begins like this");
    }
    if (tid == NO_NUMBER) {
      return wrong.numberMissing(kind.mark());
    }
    if (!wrong.within("CPU", cpu, MAX_CPUS - 1)
        || !wrong.within("thread", tid, Integer.MAX_VALUE)) {
      return false;
    }
    event.pfn = PageEvent.NO_PFN;
    shape.clear();
    shape.kind = kind;
    shape.cpu = (int) cpu;
    shape.tid = (int) tid;
    return (kind == PageEventKind.ALLOC_FAILED || frame(kind))
        && fields(kind)
        && inRange()
        && flagsKnown(kind)
        && endOfLine(kind);
  }

  private boolean frame(PageEventKind kind) {
    long delta = lines.number();
    if (delta == NO_NUMBER) {
      return wrong.numberMissing(kind.mark());
    }
    if (delta > MAX_DELTA || delta < -MAX_DELTA) {
      return wrong.reject(
          EventProblem.OUT_OF_RANGE, "the difference " + delta + " is beyond " + MAX_DELTA);
    }
    event.pfn = state.advance(kind, shape.cpu, delta);
    return event.pfn >= 0
        || wrong.reject(EventProblem.NEGATIVE_PFN, "the difference leads to pfn " + event.pfn);
  }

  /** Reads what follows the frame. */
  private boolean fields(PageEventKind kind) {
    long last = 0;
    switch (kind) {
      case ALLOC, ALLOC_FAILED -> {
        orderAndType();
        last = shape.gfpIndex = lines.number();
      }
      case FREE -> last = shape.order = lines.number();
      case FREE_BATCHED -> {}
      case ZONE_LOCKED -> {
        orderAndType();
        last = shape.flag = lines.number();
      }
      case PCPU_DRAIN -> last = orderAndType();
      case FALLBACK -> {
        shape.order = lines.number();
        shape.fallbackOrder = lines.number();
        shape.migrateType = lines.number();
        shape.fallbackType = lines.number();
        last = shape.flag = lines.number();
      }
    }
    return last != NO_NUMBER || wrong.numberMissing(kind.mark());
  }

  private long orderAndType() {
    shape.order = lines.number();
    return shape.migrateType = lines.number();
  }

  private boolean inRange() {
    int lastType = options.nrMigrateTypes() - 1;
    return wrong.within("order", shape.order, options.maxOrder())
        && wrong.within("order", shape.fallbackOrder, options.maxOrder())
        && wrong.within("migrate type", shape.migrateType, lastType)
        && wrong.within("migrate type", shape.fallbackType, lastType)
        && wrong.within("flag", shape.flag, 1)
        && frameExists();
  }

  private boolean frameExists() {
    long last = event.pfn + (1L << shape.order) - 1;
    return last <= options.lastPfn()
        || event.pfn == PageEvent.NO_PFN
        || wrong.reject(
            EventProblem.OUT_OF_RANGE,
            "pfn " + last + " is above the machine's last frame " + options.lastPfn());
  }

  private boolean flagsKnown(PageEventKind kind) {
    if (kind != PageEventKind.ALLOC && kind != PageEventKind.ALLOC_FAILED) {
      return true;
    }
    if (!headers.hasGfp(shape.gfpIndex)) {
      return wrong.reject(
          EventProblem.UNKNOWN_GFP_INDEX, "gfp number " + shape.gfpIndex + " is not defined above");
    }
    shape.gfp = headers.gfpMask(shape.gfpIndex);
    shape.gfpNames = headers.gfpNames(shape.gfpIndex);
    return true;
  }

  private boolean endOfLine(PageEventKind kind) {
    if (lines.leaveAtEnd()) {
      return true;
    }
    return lines.here() == ' '
        ? wrong.reject(EventProblem.EXTRA_FIELDS, "an event " + kind.mark() + " has fewer fields")
        : wrong.numberMissing(kind.mark());
  }

  /** Every line moves the clock on, wrong ones too: the next line's time counts from it. */
  private boolean advanceClock(long step) {
    if (step > MAX_STEP_MICROS || step < -MAX_STEP_MICROS) {
      return wrong.reject(
          EventProblem.OUT_OF_RANGE,
          "a step of " + step + " microseconds is beyond " + MAX_STEP_MICROS);
    }
    if (!started) {
      started = true;
      headers.eventSeen(lines.line());
    }
    if (step < 0) {
      setClock(clockMicros + step, lines.line());
    } else {
      clockMicros += step;
    }
    event.timeMicros = Math.max(event.timeMicros, clockMicros);
    return true;
  }

  /** Sets the clock to what may lie before the last event: the events then stay at its time. */
  private void setClock(long micros, long line) {
    if (micros < event.timeMicros) {
      problems.add(
          EventProblem.TIME_BACKWARDS,
          line,
          "the time goes back from " + event.timeMicros + " to " + micros + " microseconds");
    }
    clockMicros = micros;
  }

  @Override
  public long line() {
    return lines.line();
  }

  @Override
  public long fileBytes() {
    return source == null ? 0 : source.fileBytes();
  }

  @Override
  public long fileBytesRead() {
    return source == null ? 0 : source.fileBytesRead();
  }

  @Override
  public void close() {
    lines.close();
  }
}
