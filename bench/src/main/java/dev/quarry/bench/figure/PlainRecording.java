package dev.quarry.bench.figure;

import dev.quarry.replay.read.ByteSource;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.read.UnreadableException;
import dev.quarry.replay.recording.Recording;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.stream.Stream;

/** A recording as it has to be for timing: its events uncompressed. */
final class PlainRecording {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final String EVENTS = "ev.K.txt";

  private PlainRecording() {}

  /**
   * A copy of a recording's events and of its state before, events uncompressed; made anew each
   * time, so that it is never old.
   *
   * @throws IOException if it cannot be written
   */
  static Path of(Path folder, Path copies) throws IOException {
    Recording recording = Recording.open(folder);
    Path copy = copies.resolve(recording.name());
    Files.createDirectories(copy.resolve("before"));
    unpack(recording.pageEventsFile(), copy.resolve(EVENTS));
    try (Stream<Path> files = Files.list(folder.resolve("before"))) {
      copyAll(files.toList(), copy.resolve("before"));
    }
    Path meta = folder.resolve("meta.json");
    if (Files.exists(meta)) {
      copyAll(List.of(meta), copy);
    }
    return copy;
  }

  private static void unpack(Path from, Path to) throws IOException {
    byte[] buffer = new byte[BUFFER_BYTES];
    try (ByteSource in = ByteSource.open(from, RecordingFiles.nameOf(from));
        OutputStream out = Files.newOutputStream(to)) {
      for (int n = in.read(buffer, 0, buffer.length); n >= 0; ) {
        out.write(buffer, 0, n);
        n = in.read(buffer, 0, buffer.length);
      }
    } catch (UnreadableException e) {
      throw new IOException(RecordingFiles.nameOf(from) + ": " + e.getMessage(), e);
    }
  }

  private static void copyAll(List<Path> files, Path to) throws IOException {
    for (Path file : files) {
      Path target = to.resolve(RecordingFiles.nameOf(file));
      Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
