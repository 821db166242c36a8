package dev.quarry.replay.snapshot;

import dev.quarry.replay.read.LineReader;
import dev.quarry.replay.read.RecordingFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code /proc/slabinfo}, version 2.1: the caches with their objects and slabs.
 *
 * @param caches in the file's order; no name stands twice
 */
public record SlabInfo(List<Cache> caches) {
  /** The file's name. */
  public static final String FILE = "slabinfo";

  /**
   * One line.
   *
   * @param activeObjects objects in use, as the kernel counts them: SLUB counts free objects of
   *     slabs that belong to a CPU as used
   * @param objects objects in all slabs
   * @param objectSize bytes from one object to the next
   */
  public record Cache(
      String name,
      long activeObjects,
      long objects,
      int objectSize,
      int objectsPerSlab,
      int pagesPerSlab,
      long activeSlabs,
      long slabs) {}

  public SlabInfo {
    caches = List.copyOf(caches);
  }

  /** The cache of a name. */
  public Optional<Cache> cache(String name) {
    return caches.stream().filter(cache -> cache.name().equals(name)).findFirst();
  }

  /**
   * Reads it from a snapshot's folder.
   *
   * @return empty if there is none
   * @throws dev.quarry.replay.read.RecordingException if it is none
   */
  public static Optional<SlabInfo> read(Path folder) {
    return RecordingFiles.find(folder, FILE)
        .map(path -> {
          String shown = RecordingFiles.nameOf(folder) + "/" + RecordingFiles.nameOf(path);
          return SlabInfoParser.parse(LineReader.open(path, shown));
        });
  }
}
