package dev.quarry.replay.recording;

import dev.quarry.replay.read.Quote;

/** Page events as another program wrote them: what is the same for all such forms. */
public abstract class ForeignEvents extends PageEvents {
  private final PfnSet allocated = new PfnSet();

  /**
   * For a file.
   *
   * @param file what messages call it
   */
  protected ForeignEvents(String file, PageEventOptions options) {
    super(file, options);
  }

  /** Counts a line with a problem; the text should say what and how much. */
  protected final void problem(EventProblem problem, long line, String text) {
    problems.add(problem, line, text);
  }

  /** The same, with the line behind the text. */
  protected final void problem(EventProblem problem, long line, String text, String shown) {
    problems.add(problem, line, problems.wantsText(problem) ? text + ": " + Quote.of(shown) : text);
  }

  /**
   * Makes it this reader's event, if a machine can have it.
   *
   * @param line its number
   * @param shown the line, for messages
   * @return false if not; that was counted
   */
  protected final boolean accept(ForeignEvent found, long line, String shown) {
    String wrong = wrong(found);
    if (!wrong.isEmpty()) {
      problem(EventProblem.OUT_OF_RANGE, line, wrong, shown);
      return false;
    }
    EventShape shape = event.shape;
    shape.clear();
    if (found.kind == PageEventKind.ALLOC || found.kind == PageEventKind.ALLOC_FAILED) {
      int number = headers.gfpNumber(found.gfp, line);
      if (number < 0) {
        return false;
      }
      shape.gfpIndex = number;
      shape.gfp = headers.gfpMask(number);
      shape.gfpNames = headers.gfpNames(number);
    }
    fill(shape, found);
    time(found.timeMicros, line);
    twice(line);
    return true;
  }

  private void fill(EventShape shape, ForeignEvent found) {
    shape.kind = found.kind;
    shape.cpu = (int) found.cpu;
    shape.tid = (int) found.tid;
    shape.order = found.order;
    shape.migrateType = found.migrateType;
    shape.fallbackOrder = found.fallbackOrder;
    shape.fallbackType = found.fallbackType;
    shape.flag = found.flag;
    event.pfn = found.pfn;
    if (!found.comm.isEmpty() && !found.comm.equals(headers.comm(shape.tid))) {
      headers.comm(shape.tid, found.comm, line());
    }
  }

  private void time(long micros, long line) {
    if (micros < event.timeMicros) {
      problem(
          EventProblem.TIME_BACKWARDS,
          line,
          "the time goes back from " + event.timeMicros + " to " + micros + " microseconds");
    }
    event.timeMicros = Math.max(event.timeMicros, micros);
  }

  /** A frame that is handed out again was given back in between, or an event is missing. */
  private void twice(long line) {
    switch (event.kind()) {
      case ALLOC -> {
        if (!allocated.add(event.pfn())) {
          problem(
              EventProblem.ALLOCATED_TWICE,
              line,
              "pfn " + event.pfn() + " is allocated again and was not freed");
        }
      }
      case FREE -> allocated.remove(event.pfn());
      case ALLOC_FAILED, FREE_BATCHED, ZONE_LOCKED, PCPU_DRAIN, FALLBACK -> {}
    }
  }

  /** What is out of range; empty if nothing is. */
  private String wrong(ForeignEvent e) {
    int lastType = options.nrMigrateTypes() - 1;
    String wrong = above("CPU", e.cpu, MAX_CPUS - 1);
    wrong += above("thread", e.tid, Integer.MAX_VALUE);
    wrong += above("order", e.order, options.maxOrder());
    wrong += above("order", e.fallbackOrder, options.maxOrder());
    wrong += above("migrate type", e.migrateType, lastType);
    wrong += above("migrate type", e.fallbackType, lastType);
    wrong += above("flag", e.flag, 1);
    if (!wrong.isEmpty() || e.kind == PageEventKind.ALLOC_FAILED) {
      return wrong;
    }
    long last = e.pfn + (1L << e.order) - 1;
    if (e.pfn < 0 || last < 0) {
      return "pfn " + Long.toUnsignedString(e.pfn) + " is beyond every machine";
    }
    return last > options.lastPfn()
        ? "pfn " + last + " is above the machine's last frame " + options.lastPfn()
        : "";
  }

  private static String above(String what, long value, long max) {
    if (value >= 0 && value <= max) {
      return "";
    }
    return what + " " + value + (value < 0 ? " is below 0" : " is above the largest, " + max);
  }
}
