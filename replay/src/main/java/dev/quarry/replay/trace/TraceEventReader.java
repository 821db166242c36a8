package dev.quarry.replay.trace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.EventLines;
import dev.quarry.replay.recording.EventProblem;
import dev.quarry.replay.recording.ForeignEvent;
import dev.quarry.replay.recording.ForeignEvents;
import dev.quarry.replay.recording.PageEventKind;
import dev.quarry.replay.recording.PageEventOptions;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Page events from the text of {@code perf script}, tracefs and {@code trace-cmd report}. The
 * fields are those of include/trace/events/kmem.h in kernels 4.4 to 6.18: {@code pfn} decimal or
 * hexadecimal, {@code gfp_flags} as names or as a mask, and fields that came or went between them.
 */
public final class TraceEventReader extends ForeignEvents {
  private static final String EVENTS_BEGIN = "mm_page_";
  private static final String UNKNOWN_COMM = "<...>";
  private static final String REFILL = "percpu_refill";
  private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

  /** The frame number, -1UL, that stands for no page where 0 does not. */
  private static final long NO_PAGE = -1;

  private static final Map<String, PageEventKind> KINDS =
      Map.of(
          "mm_page_alloc", PageEventKind.ALLOC,
          "mm_page_free", PageEventKind.FREE,
          "mm_page_free_batched", PageEventKind.FREE_BATCHED,
          "mm_page_alloc_zone_locked", PageEventKind.ZONE_LOCKED,
          "mm_page_pcpu_drain", PageEventKind.PCPU_DRAIN,
          "mm_page_alloc_extfrag", PageEventKind.FALLBACK);

  private final ByteSource source;
  private final TraceFormat format;
  private final EventLines lines;
  private final TraceHead head = new TraceHead();
  private final TraceFields fields = new TraceFields();
  private final ForeignEvent found = new ForeignEvent();
  private final LostEvents lost = new LostEvents();
  private long events;
  private long wrongEvents;
  private long otherLines;

  /**
   * Begins to read.
   *
   * @param source closed with this
   */
  TraceEventReader(ByteSource source, TraceFormat format, PageEventOptions options) {
    super(source.name(), options);
    this.source = source;
    this.format = format;
    this.lines = new EventLines(source, problems());
  }

  /**
   * {@inheritDoc}
   *
   * @throws RecordingException also if the file ends and had no event of the page allocator
   */
  @Override
  public boolean next() {
    while (lines.next()) {
      int length = lines.leave();
      if (length > EventLines.MAX_LINE_BYTES) {
        problem(EventProblem.LINE_TOO_LONG, line(), "the line has " + length + " bytes");
      } else if (read(new String(lines.lastLine(), ISO_8859_1))) {
        events++;
        return true;
      }
    }
    if (events + wrongEvents == 0) {
      throw new RecordingException(
          source.name(),
          "holds no event of the page allocator (kmem:mm_page_alloc, kmem:mm_page_free, ...) in "
              + line()
              + " lines");
    }
    return false;
  }

  /** Reads one line; false if it is no event, or a wrong one, which was counted. */
  private boolean read(String text) {
    String missing = "";
    for (int at = text.indexOf(EVENTS_BEGIN); at >= 0; at = text.indexOf(EVENTS_BEGIN, at + 1)) {
      int colon = text.indexOf(':', at);
      PageEventKind kind = colon < 0 ? null : KINDS.get(text.substring(at, colon));
      if (kind != null) {
        missing = head.read(text, at);
        if (missing.isEmpty()) {
          return readEvent(kind, text, at, colon);
        }
      }
    }
    if (missing.isEmpty()) {
      otherLine(text);
      return false;
    }
    return wrong(EventProblem.NO_HEAD, missing + " before the event", text);
  }

  private boolean readEvent(PageEventKind kind, String text, int at, int colon) {
    fields.of(text, colon + 1);
    for (String field : fieldsOf(kind)) {
      if (fields.text(field).isEmpty()) {
        String name = text.substring(at, colon);
        return wrong(EventProblem.MISSING_FIELD, name + " has no " + field, text);
      }
      if (!field.equals("gfp_flags") && fields.number(field) == TraceFields.NO_NUMBER) {
        return wrong(EventProblem.NOT_A_NUMBER, field + " is no number", text);
      }
    }
    found.begin(kind, head.micros(), head.cpu(), head.tid(), commOfHead());
    fill(kind);
    if (accept(found, line(), text)) {
      return true;
    }
    wrongEvents++;
    return false;
  }

  private static List<String> fieldsOf(PageEventKind kind) {
    return switch (kind) {
      case ALLOC, ALLOC_FAILED -> List.of("pfn", "order", "migratetype", "gfp_flags");
      case FREE -> List.of("pfn", "order");
      case FREE_BATCHED -> List.of("pfn");
      case ZONE_LOCKED, PCPU_DRAIN -> List.of("pfn", "order", "migratetype");
      case FALLBACK ->
          List.of(
              "pfn",
              "alloc_order",
              "fallback_order",
              "alloc_migratetype",
              "fallback_migratetype",
              "change_ownership");
    };
  }

  private void fill(PageEventKind kind) {
    long pfn = fields.number("pfn");
    found.pfn(pfn);
    switch (kind) {
      case ALLOC, ALLOC_FAILED -> {
        found.asked(fields.number("order"), fields.number("migratetype"));
        found.gfp(fields.text("gfp_flags"));
        if (pfn == 0 || pfn == NO_PAGE) {
          found.failed();
        }
      }
      case FREE -> found.asked(fields.number("order"), 0);
      case FREE_BATCHED -> {}
      case PCPU_DRAIN -> found.asked(fields.number("order"), fields.number("migratetype"));
      case ZONE_LOCKED -> {
        long order = fields.number("order");
        found.asked(order, fields.number("migratetype"));
        found.flag(fields.has(REFILL) ? fields.number(REFILL) : order == 0 ? 1 : 0);
      }
      case FALLBACK -> {
        found.asked(fields.number("alloc_order"), fields.number("alloc_migratetype"));
        found.found(fields.number("fallback_order"), fields.number("fallback_migratetype"));
        found.flag(fields.number("change_ownership"));
      }
    }
  }

  private boolean wrong(EventProblem problem, String message, String text) {
    wrongEvents++;
    problem(problem, line(), message, text);
    return false;
  }

  /** The name of the head's thread; empty if the recorder did not know it. */
  private String commOfHead() {
    String comm = head.comm();
    if (comm.equals(UNKNOWN_COMM)) {
      return "";
    }
    String name = new String(comm.getBytes(ISO_8859_1), UTF_8);
    if (name.indexOf('\ufffd') >= 0) {
      problem(EventProblem.NOT_UTF8, line(), "the thread's name is not UTF-8", comm);
    }
    return CONTROL.matcher(name).replaceAll("?");
  }

  private void otherLine(String text) {
    String loss = lost.read(text);
    if (!loss.isEmpty()) {
      problem(EventProblem.LOST_EVENTS, line(), loss);
    } else if (!text.isBlank() && text.charAt(0) != '#') {
      otherLines++;
    }
  }

  /** Which form the file has. */
  public TraceFormat format() {
    return format;
  }

  /** How many events were given out. */
  public long events() {
    return events;
  }

  /** How many lines were neither events of the page allocator nor comments. */
  public long otherLines() {
    return otherLines;
  }

  /** How many events the recorder says that it lost; it may not know the number of some. */
  public long lostEvents() {
    return lost.events();
  }

  @Override
  public long line() {
    return lines.line();
  }

  @Override
  public long fileBytes() {
    return source.fileBytes();
  }

  @Override
  public long fileBytesRead() {
    return source.fileBytesRead();
  }

  @Override
  public void close() {
    lines.close();
  }
}
