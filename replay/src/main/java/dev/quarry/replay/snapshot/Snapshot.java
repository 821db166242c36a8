package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.TokenReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * The files of a snapshot, each as far as it is there. What the files say together is not checked
 * here: {@link SnapshotChecks} does that.
 *
 * @param name the folder's own name
 * @param buddyInfo {@code buddyinfo}
 * @param pageTypeInfo {@code pagetypeinfo}
 * @param zoneInfo {@code zoneinfo}
 * @param vmstat {@code vmstat}
 * @param meminfo {@code meminfo}; numbers as printed, most in kB
 * @param freeBlocks {@code free_blocks}
 * @param exact {@code exact}
 * @param classes {@code classes}
 * @param times {@code times.json}
 */
public record Snapshot(
    String name,
    Optional<BuddyInfo> buddyInfo,
    Optional<PageTypeInfo> pageTypeInfo,
    Optional<ZoneInfo> zoneInfo,
    Optional<Counters> vmstat,
    Optional<Counters> meminfo,
    Optional<FreeBlocks> freeBlocks,
    Optional<ExactState> exact,
    Optional<PageClasses> classes,
    SnapshotTimes times) {

  private static final int LEAST_PAGE_KIB = 4;
  private static final int MOST_PAGE_KIB = 256;

  /**
   * Reads a snapshot's folder; files may be plain, {@code .xz} or {@code .zst}.
   *
   * @throws RecordingException if it is no folder, or if a file in it is not what its name says
   */
  public static Snapshot read(Path folder) {
    return read(folder, false, false);
  }

  /**
   * Reads what can be read of a folder that was not made for Quarry, such as {@code /proc} itself:
   * a file that may not be opened counts as one that is not there.
   *
   * @param frames whether {@code kpageflags}, where it is there, stands for {@code free_blocks} and
   *     {@code classes}; it has 8 bytes for each frame
   * @throws RecordingException if it is no folder, or if a file in it is not what its name says
   */
  public static Snapshot readAvailable(Path folder, boolean frames) {
    return read(folder, true, frames);
  }

  private static Snapshot read(Path folder, boolean onlyReadable, boolean frames) {
    if (!Files.isDirectory(folder)) {
      throw new RecordingException(RecordingFiles.nameOf(folder), "is not a folder");
    }
    Folder files = new Folder(folder, RecordingFiles.nameOf(folder), onlyReadable);
    Optional<ZoneInfo> zoneInfo = files.lines("zoneinfo", ZoneInfoParser::parse);
    Optional<PageTypeInfo> pageTypeInfo = files.lines("pagetypeinfo", PageTypeInfoParser::parse);
    Limits limits = Limits.of(zoneInfo, pageTypeInfo);
    Snapshot read =
        new Snapshot(
            files.name,
            files.lines("buddyinfo", BuddyInfoParser::parse),
            pageTypeInfo,
            zoneInfo,
            files.lines("vmstat", CountersParser::parseVmstat),
            files.lines("meminfo", CountersParser::parseMeminfo),
            files.tokens("free_blocks", limits, FreeBlocksParser::parse),
            files.tokens("exact", limits, ExactStateParser::parse),
            files.tokens("classes", limits, PageClassesParser::parse),
            files.times());
    return frames ? read.withFrames(files) : read;
  }

  private Snapshot withFrames(Folder files) {
    Optional<Path> words = files.find("kpageflags");
    boolean known = freeBlocks.isPresent() || exact.isPresent();
    if (known || words.isEmpty() || zoneInfo.isEmpty() || maxOrder().isEmpty()) {
      return this;
    }
    int maxOrder = maxOrder().getAsInt();
    String shown = files.shown(words.get());
    Frames frames = Frames.read(words.get(), shown, zoneInfo.get(), maxOrder);
    return new Snapshot(
        name,
        buddyInfo,
        pageTypeInfo,
        zoneInfo,
        vmstat,
        meminfo,
        Optional.of(frames.freeBlocks()),
        exact,
        Optional.of(frames.classes()),
        times);
  }

  /** This snapshot without the places of its free blocks. */
  public Snapshot withoutPlaces() {
    return new Snapshot(
        name,
        buddyInfo,
        pageTypeInfo,
        zoneInfo,
        vmstat,
        meminfo,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        times);
  }

  /** The largest order of the machine's buddy system; empty if no file tells. */
  public OptionalInt maxOrder() {
    Optional<Integer> orders =
        buddyInfo.map(BuddyInfo::nrOrders).or(() -> pageTypeInfo.map(PageTypeInfo::nrOrders));
    return orders.isPresent() ? OptionalInt.of(orders.get() - 1) : OptionalInt.empty();
  }

  /**
   * The size of a page, from {@code MemTotal} of meminfo, which counts the managed pages of all
   * zones in KiB; empty if that is not known.
   */
  public OptionalInt pageBytes() {
    OptionalLong total = meminfo.map(info -> info.get("MemTotal")).orElse(OptionalLong.empty());
    long managed =
        zoneInfo.map(ZoneInfo::populated).orElse(List.of()).stream()
            .mapToLong(zone -> zone.size().managed())
            .sum();
    if (total.isEmpty() || managed == 0) {
      return OptionalInt.empty();
    }
    // A little may differ: a file that was read a moment later, pages that drivers gave back.
    double pageKib = (double) total.getAsLong() / managed;
    for (int kib = LEAST_PAGE_KIB; kib <= MOST_PAGE_KIB; kib *= 2) {
      if (pageKib > 0.7 * kib && pageKib < 1.4 * kib) {
        return OptionalInt.of(kib << 10);
      }
    }
    return OptionalInt.empty();
  }

  /** The folder and the name that its files have in messages. */
  private record Folder(Path folder, String name, boolean onlyReadable) {
    private Optional<Path> find(String file) {
      return RecordingFiles.find(folder, file)
          .filter(path -> !onlyReadable || Files.isReadable(path));
    }

    private <T> Optional<T> lines(String file, Function<LineReader, T> parser) {
      return find(file).map(path -> parser.apply(LineReader.open(path, shown(path))));
    }

    private <T> Optional<T> tokens(
        String file, Limits limits, BiFunction<TokenReader, Limits, T> parser) {
      return find(file)
          .map(path -> {
            try (TokenReader in = TokenReader.open(path, shown(path))) {
              return parser.apply(in, limits);
            }
          });
    }

    private SnapshotTimes times() {
      Path path = folder.resolve("times.json");
      return Files.isRegularFile(path) ? SnapshotTimes.read(path, shown(path)) : SnapshotTimes.NONE;
    }

    private String shown(Path path) {
      return name + "/" + RecordingFiles.nameOf(path);
    }
  }
}
