package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.TokenReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
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

  /**
   * Reads a snapshot's folder; files may be plain, {@code .xz} or {@code .zst}.
   *
   * @throws RecordingException if it is no folder, or if a file in it is not what its name says
   */
  public static Snapshot read(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new RecordingException(RecordingFiles.nameOf(folder), "is not a folder");
    }
    Folder files = new Folder(folder, RecordingFiles.nameOf(folder));
    Optional<ZoneInfo> zoneInfo = files.lines("zoneinfo", ZoneInfoParser::parse);
    Optional<PageTypeInfo> pageTypeInfo = files.lines("pagetypeinfo", PageTypeInfoParser::parse);
    Limits limits = Limits.of(zoneInfo, pageTypeInfo);
    return new Snapshot(
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
  }

  /** The largest order of the machine's buddy system; empty if no file tells. */
  public OptionalInt maxOrder() {
    Optional<Integer> orders =
        buddyInfo.map(BuddyInfo::nrOrders).or(() -> pageTypeInfo.map(PageTypeInfo::nrOrders));
    return orders.isPresent() ? OptionalInt.of(orders.get() - 1) : OptionalInt.empty();
  }

  /** The folder and the name that its files have in messages. */
  private record Folder(Path folder, String name) {
    private <T> Optional<T> lines(String file, Function<LineReader, T> parser) {
      return RecordingFiles.find(folder, file)
          .map(path -> parser.apply(LineReader.open(path, shown(path))));
    }

    private <T> Optional<T> tokens(
        String file, Limits limits, BiFunction<TokenReader, Limits, T> parser) {
      return RecordingFiles.find(folder, file)
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
