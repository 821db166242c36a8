package dev.quarry.replay.twin;

import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Interval;
import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.Quote;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.snapshot.Snapshot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Which kernel the files are of: {@code meta.json} in the folder or the one above says it, else
 * {@code sys/kernel/osrelease} or {@code version}.
 */
final class Identity {
  private static final KernelRelease OLDEST = new KernelRelease(2, 6);

  private Identity() {}

  static RecordingMeta of(Path folder, Snapshot snapshot, List<String> notes) {
    RecordingMeta meta = meta(folder);
    Optional<String> kernel = meta.kernel().or(() -> release(folder));
    if (meta.pageBytes().isEmpty() && snapshot.pageBytes().isEmpty()) {
      notes.add("no meminfo: pages are taken to have 4 KiB");
    }
    return new RecordingMeta(
        Interval.ALL, kernel, meta.cpus(), meta.pageBytes(), List.of(), OptionalLong.empty());
  }

  private static RecordingMeta meta(Path folder) {
    Path above = folder.toAbsolutePath().normalize().getParent();
    return Stream.of(Optional.of(folder), Optional.ofNullable(above))
        .flatMap(Optional::stream)
        .map(place -> place.resolve("meta.json"))
        .filter(Files::isReadable)
        .findFirst()
        .map(file -> RecordingMeta.read(file, RecordingFiles.nameOf(file)))
        .orElse(RecordingMeta.NONE);
  }

  /** {@code Linux version 6.18.44 (...)}, or the release alone. */
  private static Optional<String> release(Path folder) {
    for (String name : List.of("sys/kernel/osrelease", "osrelease", "version")) {
      Path file = folder.resolve(name);
      if (Files.isReadable(file) && Files.isRegularFile(file)) {
        LineReader in = LineReader.open(file, name);
        boolean begins = in.next();
        String text = in.text();
        String release = text.startsWith("Linux version ") ? in.words()[2] : text;
        if (!begins || !isRelease(release)) {
          throw in.error(Quote.of(release) + " is not a kernel release such as 6.18 or 5.10.168");
        }
        return Optional.of(release);
      }
    }
    return Optional.empty();
  }

  private static boolean isRelease(String text) {
    try {
      return KernelRelease.parse(text).isAtLeast(OLDEST);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
