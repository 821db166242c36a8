package dev.quarry.replay.trace;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.recording.PageEventOptions;
import dev.quarry.replay.recording.PageEvents;
import dev.quarry.replay.refs.RefCompactReader;
import dev.quarry.replay.refs.RefReader;
import dev.quarry.replay.refs.RefTextReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One file of page events in any form that can be read, which its first bytes tell: the text and
 * the compact form of recordings, and the forms of {@link TraceFormat}; each plain or packed with
 * gzip, xz or zstd.
 */
public final class EventFile implements AutoCloseable {
  private static final Pattern EVENT_TEXT =
      Pattern.compile("(#t0|#gfp|#comm) .*|(A|A!|[FBZDX])( -?\\d+){4,}");

  private static final int PEEKED_BYTES = 1 << 16;

  /** So much of a line is looked at. */
  private static final int MOST_CHARS = 400;

  private static final Pattern SLAB_TEXT =
      Pattern.compile("(#site|#cache) .*|[kfcd]( -?\\d+){3} v?[0-9a-f]+( \\d+)+");

  /** Run-compressed, or as valgrind's lackey prints them. */
  private static final Pattern REFERENCE_TEXT =
      Pattern.compile("I [0-9a-f]+ \\d+ \\d+|[LSM] [0-9a-f]+ \\d+|(I | [LSM]) [0-9a-fA-F]+,\\d+");

  /** What can be read, in words. */
  private static final String FORMS =
      "ev.K, ev.S or references as text or compact, lackey's trace, perf script, tracefs trace,"
          + " trace-cmd report";

  /** What a file holds. */
  public enum Form {
    TEXT,
    COMPACT,
    TRACE,
    SLAB_TEXT,
    SLAB_COMPACT,
    REFERENCES,
    REFERENCES_COMPACT
  }

  private final ByteSource source;
  private final Form form;
  private final @Nullable TraceFormat format;

  private EventFile(ByteSource source, Form form, @Nullable TraceFormat format) {
    this.source = source;
    this.form = form;
    this.format = format;
  }

  /**
   * Opens a file and finds out its form.
   *
   * @param name what messages call it
   * @throws RecordingException if it cannot be opened, is empty, or has no form that can be read
   */
  public static EventFile open(Path file, String name) {
    return of(ByteSource.openByContent(file, name));
  }

  /**
   * Finds out the form of bytes, none of which were taken yet.
   *
   * @param source closed with this, or if it is refused
   * @throws RecordingException if it is empty or has no form that can be read
   */
  public static EventFile of(ByteSource source) {
    try {
      return of(source, source.peek(PEEKED_BYTES));
    } catch (RecordingException e) {
      source.close();
      throw e;
    }
  }

  private static EventFile of(ByteSource source, byte[] head) {
    if (head.length == 0) {
      throw new RecordingException(source.name(), "is empty");
    }
    if (CompactForm.begins(head, head.length)) {
      return new EventFile(source, compactForm(head), null);
    }
    String text = new String(head, StandardCharsets.ISO_8859_1);
    boolean shared = false;
    for (int at = 0; at < text.length(); ) {
      int end = text.indexOf('\n', at);
      end = end < 0 ? text.length() : end;
      String line = text.substring(at, Math.min(end, at + MOST_CHARS)).stripTrailing();
      Form form = textForm(line);
      if (form != null) {
        return new EventFile(source, form, null);
      }
      shared |= isShared(line);
      TraceFormat format = TraceFormat.ofLine(line);
      if (format != null) {
        return new EventFile(source, Form.TRACE, format);
      }
      at = end + 1;
    }
    if (shared) {
      return new EventFile(source, Form.TEXT, null); // headers and no event
    }
    String begins = text.stripLeading().lines().findFirst().orElse("");
    throw new RecordingException(
        source.name(),
        "has no form that can be read (" + FORMS + "); it begins with " + Quote.of(begins));
  }

  private static Form compactForm(byte[] head) {
    return switch (CompactForm.content(head)) {
      case CompactForm.SLAB_EVENTS -> Form.SLAB_COMPACT;
      case CompactForm.REFERENCES -> Form.REFERENCES_COMPACT;
      default -> Form.COMPACT;
    };
  }

  /** The form that a line tells, of our own forms of text; null if it tells none. */
  private static @Nullable Form textForm(String line) {
    if (SLAB_TEXT.matcher(line).matches()) {
      return Form.SLAB_TEXT;
    }
    if (REFERENCE_TEXT.matcher(line).matches()) {
      return Form.REFERENCES;
    }
    return EVENT_TEXT.matcher(line).matches() && !isShared(line) ? Form.TEXT : null;
  }

  /** A header that page events and slab events have. */
  private static boolean isShared(String line) {
    return line.startsWith("#t0 ") || line.startsWith("#gfp ") || line.startsWith("#comm ");
  }

  /** The form. */
  public Form form() {
    return form;
  }

  /** The form in words, for reports. */
  public String words() {
    return switch (form) {
      case TEXT -> "ev.K text";
      case COMPACT -> "ev.K compact";
      case SLAB_TEXT -> "ev.S text";
      case SLAB_COMPACT -> "ev.S compact";
      case REFERENCES -> "references";
      case REFERENCES_COMPACT -> "references, compact";
      case TRACE -> format == null ? "" : format.words();
    };
  }

  /** The bytes, none of which were taken; closed with this. */
  public ByteSource source() {
    return source;
  }

  /** Whether it holds references to memory. */
  public boolean isReferences() {
    return form == Form.REFERENCES || form == Form.REFERENCES_COMPACT;
  }

  /**
   * Reads the references; closed with what this gives.
   *
   * @param strict whether the first wrong line ends the reading
   * @throws RecordingException if it holds something else
   */
  public RefReader references(boolean strict) {
    return switch (form) {
      case REFERENCES -> new RefTextReader(source, strict);
      case REFERENCES_COMPACT -> new RefCompactReader(source, strict);
      default ->
          throw new RecordingException(source.name(), "holds " + words() + ", no references");
    };
  }

  /** Whether it holds slab events. */
  public boolean isSlab() {
    return form == Form.SLAB_TEXT || form == Form.SLAB_COMPACT;
  }

  /**
   * Reads the page events; closed with what this gives.
   *
   * @throws RecordingException if it holds slab events
   * @param requestsOnly whether outcomes may be passed over unread where the form allows it
   */
  public PageEvents events(PageEventOptions options, boolean requestsOnly) {
    if (isSlab() || isReferences()) {
      String held = isSlab() ? "slab events" : "references to memory";
      throw new RecordingException(source.name(), "holds " + held + ", not page events");
    }
    return format == null
        ? PageEvents.of(source, options, requestsOnly)
        : new TraceEventReader(source, format, options);
  }

  @Override
  public void close() {
    source.close();
  }
}
