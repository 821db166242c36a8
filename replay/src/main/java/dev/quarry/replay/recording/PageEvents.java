package dev.quarry.replay.recording;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Place;
import java.nio.file.Path;

/**
 * Page events one after the other, whatever form they come in: {@link #next} goes to the next one,
 * {@link #event} is it.
 *
 * <p>It shows outcomes beside requests. Code that predicts outcomes must not get hold of one: it
 * gets {@link RequestEvents}.
 */
public abstract class PageEvents implements AutoCloseable {
  /** CPUs have lower numbers than this. */
  public static final int MAX_CPUS = 1 << 16;

  final String file;
  final PageEventOptions options;
  final EventProblems problems;
  final EventHeaders headers;
  final PageEvent event;

  /**
   * For a file of its own.
   *
   * @param file what messages call it
   */
  protected PageEvents(String file, PageEventOptions options) {
    this.file = file;
    this.options = options;
    this.problems = new EventProblems(file, options.policy());
    this.headers = new EventHeaders(problems, options.gfp());
    this.event = new PageEvent();
  }

  /** For a part of another's file: names, problems and the event are the other's. */
  PageEvents(PageEvents whole) {
    this.file = whole.file;
    this.options = whole.options;
    this.problems = whole.problems;
    this.headers = whole.headers;
    this.event = whole.event;
  }

  /**
   * Opens a file of page events, {@code ev.K}, in its text form or its compact form, as its first
   * bytes say; packed as its name says.
   *
   * @param name what messages call it
   * @param requestsOnly whether outcomes may be passed over unread where the form allows it
   * @throws dev.quarry.replay.read.RecordingException if it cannot be opened
   */
  public static PageEvents open(
      Path file, String name, PageEventOptions options, boolean requestsOnly) {
    return of(ByteSource.open(file, name), options, requestsOnly);
  }

  /** Events of a source whose bytes were not taken yet; it is closed with them. */
  public static PageEvents of(ByteSource source, PageEventOptions options, boolean requestsOnly) {
    byte[] head = source.peek(CompactForm.magicBytes());
    return CompactForm.begins(head, head.length)
        ? new CompactEventReader(source, options, requestsOnly)
        : new PageEventReader(source, options);
  }

  /**
   * Goes to the next event.
   *
   * @return false at the end
   * @throws dev.quarry.replay.read.RecordingException for a wrong line, under {@link
   *     EventPolicy#STRICT}
   */
  public abstract boolean next();

  /** The event; always the same object. */
  public final PageEvent event() {
    return event;
  }

  /**
   * The frames of the events that come next, as far as the form shows them without reading on.
   *
   * @param pfns receives them
   * @return how many there are, from 0 to {@code pfns.length}
   */
  int framesAhead(int[] pfns) {
    return 0;
  }

  /** Number of the event's line, from 1; in a form without lines, of the line in its text form. */
  public abstract long line();

  /** The event's place in its file. */
  public final Place place() {
    return new Place(file, line());
  }

  /** The name of a thread, as far as the file gave it up to here; empty if it did not. */
  public final String comm(int tid) {
    return headers.comm(tid);
  }

  /** What was wrong up to here. */
  public final EventProblems problems() {
    return problems;
  }

  /** Size of the file on the disk in bytes, for progress. */
  public abstract long fileBytes();

  /** How much of it was read, in bytes. */
  public abstract long fileBytesRead();

  @Override
  public abstract void close();
}
