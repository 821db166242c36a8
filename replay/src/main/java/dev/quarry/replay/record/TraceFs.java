package dev.quarry.replay.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The kernel's tracing as files.
 *
 * @param root where it is mounted, such as {@code /sys/kernel/tracing}
 * @param folders how folders under {@code instances/} are made and removed
 */
public record TraceFs(Path root, InstanceFolders folders) {
  private static final List<String> USUAL =
      List.of("/sys/kernel/tracing", "/sys/kernel/debug/tracing");

  /** The kernel fills a folder that is made there, and empties one that is removed. */
  public interface InstanceFolders {
    /** Makes a folder, which is then full of files. */
    void make(Path folder) throws IOException;

    /** Removes a folder with all its files. */
    void remove(Path folder) throws IOException;
  }

  private static final InstanceFolders KERNEL =
      new InstanceFolders() {
        @Override
        public void make(Path folder) throws IOException {
          Files.createDirectory(folder);
        }

        @Override
        public void remove(Path folder) throws IOException {
          Files.delete(folder);
        }
      };

  /**
   * Finds where it is mounted.
   *
   * @param mounts {@code /proc/mounts}
   * @throws RecordException if it is not mounted, or may not be used
   */
  public static TraceFs find(Path mounts) {
    List<Path> places = new ArrayList<>();
    USUAL.forEach(place -> places.add(Path.of(place)));
    places.addAll(mounted(mounts));
    for (Path place : places) {
      if (Files.isDirectory(place.resolve("events"))) {
        return new TraceFs(place, KERNEL).usable();
      }
    }
    if (!Files.exists(mounts)) {
      throw new RecordException(
          "there is no " + mounts + ": events are recorded on Linux alone, with /proc mounted");
    }
    if (places.stream().anyMatch(place -> Files.isDirectory(place) && !Files.isReadable(place))) {
      throw new RecordException("tracefs may be used by root alone: begin with sudo");
    }
    throw new RecordException(
        "tracefs is not mounted; root mounts it with: mount -t tracefs nodev /sys/kernel/tracing");
  }

  /** Lines of {@code DEVICE PLACE TYPE OPTIONS 0 0}. */
  private static List<Path> mounted(Path mounts) {
    List<Path> places = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(mounts, StandardCharsets.ISO_8859_1)) {
        String[] words = line.split(" ");
        if (words.length > 2 && words[2].equals("tracefs")) {
          places.add(Path.of(words[1]));
        }
      }
    } catch (IOException e) {
      return List.of(); // what is not found there is reported by the caller
    }
    return places;
  }

  private TraceFs usable() {
    if (!Files.isWritable(root.resolve("instances"))) {
      throw new RecordException(root + " may be used by root alone: begin with sudo");
    }
    return this;
  }

  /** Whether the kernel has an event. */
  boolean has(String event) {
    return Files.isDirectory(root.resolve("events").resolve(event));
  }
}
