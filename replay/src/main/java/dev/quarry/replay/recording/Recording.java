package dev.quarry.replay.recording;

import dev.quarry.replay.compact.CompactForm;
import dev.quarry.replay.read.Interval;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.snapshot.SlabInfo;
import dev.quarry.replay.snapshot.Snapshot;
import dev.quarry.replay.snapshot.SnapshotMachine;
import dev.quarry.replay.snapshot.SnapshotTimes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToIntFunction;

/**
 * A recording's folder: page events {@code ev.K} in their text form or, as {@code ev.K.qk}, in
 * their compact form, the state {@code before/} and, if they are there, slab events {@code ev.S},
 * reclaim's events {@code ev.O}, the state {@code after/} and {@code meta.json}. Files may be plain
 * text, {@code .xz} or {@code .zst}.
 */
public final class Recording {
  private static final String PAGE_EVENTS = "ev.K";
  private static final String COMPACT_PAGE_EVENTS = PAGE_EVENTS + CompactForm.ENDING;
  private static final String SLAB_EVENTS = "ev.S";
  private static final String COMPACT_SLAB_EVENTS = SLAB_EVENTS + CompactForm.ENDING;
  private static final String META = "meta.json";

  private final Path folder;
  private final String name;
  private final Path pageEvents;
  private final RecordingMeta meta;

  private Recording(Path folder, String name, Path pageEvents, RecordingMeta meta) {
    this.folder = folder;
    this.name = name;
    this.pageEvents = pageEvents;
    this.meta = meta;
  }

  /**
   * Opens a recording: finds its files and reads {@code meta.json}.
   *
   * @throws RecordingException if this is no folder, or one without page events or state before
   */
  public static Recording open(Path folder) {
    String name = RecordingFiles.nameOf(folder);
    requireFolder(folder, name);
    Path pageEvents =
        findPageEvents(folder)
            .orElseThrow(() -> refused(folder, name, "page events", pageEventsLookedFor()));
    if (!Files.isDirectory(folder.resolve("before"))) {
      throw refused(folder, name, "state to begin with", "the folder before/");
    }
    Path metaFile = folder.resolve(META);
    RecordingMeta meta =
        Files.isRegularFile(metaFile) ? RecordingMeta.read(metaFile, META) : RecordingMeta.NONE;
    return new Recording(folder, name, pageEvents, meta);
  }

  /** The file of page events in a folder: the compact form, which is read faster, before text. */
  public static Optional<Path> findPageEvents(Path folder) {
    return RecordingFiles.find(folder, COMPACT_PAGE_EVENTS)
        .or(() -> RecordingFiles.find(folder, PAGE_EVENTS));
  }

  /** What the file of page events is called, in its compact form or as text. */
  public static String pageEventsName(boolean compact) {
    return compact ? COMPACT_PAGE_EVENTS : PAGE_EVENTS + ".txt";
  }

  private static String pageEventsLookedFor() {
    return RecordingFiles.lookedFor(PAGE_EVENTS) + ", " + COMPACT_PAGE_EVENTS;
  }

  private static void requireFolder(Path folder, String name) {
    if (Files.isDirectory(folder)) {
      return;
    }
    if (!Files.exists(folder)) {
      throw new RecordingException(folder.toString(), "there is no such folder");
    }
    throw new RecordingException(name, wrongFile(folder));
  }

  private static String wrongFile(Path file) {
    Path parent = file.toAbsolutePath().normalize().getParent();
    if (parent != null && findPageEvents(parent).isPresent()) {
      return "is one file of a recording; give its folder, " + RecordingFiles.nameOf(parent);
    }
    return "is a file; a recording is a folder with ev.K.txt and before/ in it"
        + " (a file of events alone is played with --machine or --snapshot)";
  }

  private static RecordingException refused(
      Path folder, String name, String missing, String lookedFor) {
    return new RecordingException(
        name,
        "holds no "
            + missing
            + ": looked for "
            + lookedFor
            + "; found "
            + RecordingFiles.listing(folder));
  }

  /** The folder's own name. */
  public String name() {
    return name;
  }

  /** The folder. */
  public Path folder() {
    return folder;
  }

  /** What {@code meta.json} says; {@link RecordingMeta#NONE} without it. */
  public RecordingMeta meta() {
    return meta;
  }

  /** The time for which the events are complete. */
  public Interval interval() {
    return meta.interval();
  }

  /** The file of page events. */
  public Path pageEventsFile() {
    return pageEvents;
  }

  /** The file of slab events, if there is one. */
  public Optional<Path> slabEventsFile() {
    return findSlabEvents(folder);
  }

  /** The file of slab events in a folder: the compact form before text. */
  public static Optional<Path> findSlabEvents(Path folder) {
    return RecordingFiles.find(folder, COMPACT_SLAB_EVENTS)
        .or(() -> RecordingFiles.find(folder, SLAB_EVENTS));
  }

  /** What the file of slab events is called, in its compact form or as text. */
  public static String slabEventsName(boolean compact) {
    return compact ? COMPACT_SLAB_EVENTS : SLAB_EVENTS + ".txt";
  }

  /** The caches of the state before, if they were kept. */
  public Optional<SlabInfo> slabsBefore() {
    return SlabInfo.read(folder.resolve("before"));
  }

  /** The caches of the state after, if they were kept: the answer, as {@link #after} is. */
  public Optional<SlabInfo> slabsAfter() {
    Path after = folder.resolve("after");
    return Files.isDirectory(after) ? SlabInfo.read(after) : Optional.empty();
  }

  /**
   * The time between the two counts of caches, which need not be that between the two states of the
   * page allocator. Of {@code after/} only the time of its count is read.
   */
  public Interval slabInterval() {
    OptionalDouble start = timeOf("before");
    OptionalDouble end = timeOf("after");
    Interval whole = interval();
    return new Interval(
        start.isPresent() ? micros(start.getAsDouble()) : whole.startMicros(),
        end.isPresent() ? micros(end.getAsDouble()) : whole.endMicros());
  }

  private OptionalDouble timeOf(String state) {
    Path times = folder.resolve(state).resolve("times.json");
    boolean counted = RecordingFiles.find(folder.resolve(state), SlabInfo.FILE).isPresent();
    return counted && Files.isRegularFile(times)
        ? SnapshotTimes.read(times, state + "/times.json").at(SlabInfo.FILE)
        : OptionalDouble.empty();
  }

  private static long micros(double seconds) {
    return Interval.ofSeconds(seconds, seconds).startMicros();
  }

  /**
   * Opens the slab events of an interval: what a player of them may see.
   *
   * @param gfp translates flags
   */
  public Optional<SlabRequests> slabRequests(
      Interval within, EventPolicy policy, ToIntFunction<String> gfp) {
    return slabEventsFile()
        .map(file ->
            new SlabRequests(
                SlabEvents.open(file, RecordingFiles.nameOf(file), policy, gfp), within));
  }

  /**
   * Reads the state before the first event.
   *
   * @throws RecordingException if a file of it cannot be read
   */
  public Snapshot before() {
    return Snapshot.read(folder.resolve("before"));
  }

  /**
   * Reads the state after the last event, if it was kept. It is the answer to be found: a player
   * must not see it.
   *
   * @throws RecordingException if a file of it cannot be read
   */
  public Optional<Snapshot> after() {
    Path after = folder.resolve("after");
    return Files.isDirectory(after) ? Optional.of(Snapshot.read(after)) : Optional.empty();
  }

  /**
   * The machine that was recorded, as its state before tells.
   *
   * @param before what {@link #before} gave
   * @throws RecordingException if that does not make a machine
   */
  public SnapshotMachine machine(Snapshot before) {
    return SnapshotMachine.derive(name, before, meta);
  }

  /** Opens all page events, also those outside the interval. */
  public PageEvents pageEvents(PageEventOptions options) {
    return open(options, false);
  }

  /** Opens the requests within the interval: what a player may see. */
  public RequestEvents requests(PageEventOptions options) {
    return new RequestEvents(open(options, true), interval());
  }

  /** Infers from the slab events, if there are any, what was taken without a page event. */
  public BulkTakes bulkTakes() {
    return slabEventsFile()
        .map(file -> BulkTakes.read(file, RecordingFiles.nameOf(file), interval()))
        .orElse(BulkTakes.NONE);
  }

  /** Opens the outcomes within the interval: what a player must not see. */
  public OutcomeEvents outcomes(PageEventOptions options) {
    return new OutcomeEvents(open(options, false), interval());
  }

  private PageEvents open(PageEventOptions options, boolean requestsOnly) {
    String file = RecordingFiles.nameOf(pageEvents);
    return PageEvents.open(pageEvents, file, options, requestsOnly);
  }
}
