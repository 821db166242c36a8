package dev.quarry.replay.recording;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.Place;
import java.nio.file.Path;
import java.util.function.ToIntFunction;

/**
 * Slab events one after the other, {@code ev.S}, in their text or their compact form: {@link #next}
 * goes to the next one, {@link #event} is it.
 */
public abstract class SlabEvents implements AutoCloseable {
  final String file;
  final EventProblems problems;
  final SlabNames names;
  final SlabEvent event;

  SlabEvents(String file, EventPolicy policy, ToIntFunction<String> gfp) {
    this.file = file;
    this.problems = new EventProblems(file, policy);
    this.names = new SlabNames(problems, gfp);
    this.event = new SlabEvent();
  }

  /** For a part of another's file. */
  SlabEvents(SlabEvents whole) {
    this.file = whole.file;
    this.problems = whole.problems;
    this.names = whole.names;
    this.event = whole.event;
  }

  /**
   * Opens a file in the form that its first bytes say; packed as its name says.
   *
   * @param name what messages call it
   * @param gfp translates flags; an {@link IllegalArgumentException} means that a name is unknown
   * @throws dev.quarry.replay.read.RecordingException if it cannot be opened
   */
  public static SlabEvents open(
      Path path, String name, EventPolicy policy, ToIntFunction<String> gfp) {
    return of(ByteSource.open(path, name), policy, gfp);
  }

  /** Events of a source whose bytes were not taken yet; it is closed with them. */
  public static SlabEvents of(ByteSource source, EventPolicy policy, ToIntFunction<String> gfp) {
    byte[] head = source.peek(CompactForm.magicBytes());
    return CompactForm.begins(head, head.length)
        ? new SlabCompactReader(source, policy, gfp)
        : new SlabTextReader(source, policy, gfp);
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
  public final SlabEvent event() {
    return event;
  }

  /** What was wrong up to here. */
  public final EventProblems problems() {
    return problems;
  }

  /** Number of the event's line in the text form, from 1. */
  public abstract long line();

  /** The event's place in its file. */
  public final Place place() {
    return new Place(file, line());
  }

  @Override
  public abstract void close();
}
