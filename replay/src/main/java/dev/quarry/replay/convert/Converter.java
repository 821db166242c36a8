package dev.quarry.replay.convert;

import dev.quarry.replay.convert.Conversion.Form;
import dev.quarry.replay.convert.Conversion.Result;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.trace.EventFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Converts a file of page events, or a recording's folder. */
public final class Converter {
  private Converter() {}

  /**
   * Converts.
   *
   * @param in a file in any form that {@link EventFile} knows, or a recording's folder
   * @param out what is to be written: a file for a file, a folder for a folder. It is there when it
   *     is whole, and not before
   * @throws RecordingException if the source cannot be read, or the target must not be written
   * @throws IOException if the target cannot be written
   */
  public static Result convert(Path in, Path out, Conversion how) throws IOException {
    if (!Files.exists(in)) {
      throw new RecordingException(in.toString(), "there is no such file or folder");
    }
    if (Files.exists(out) && Files.isSameFile(in, out)) {
      throw new RecordingException(out.toString(), "is source and target at once");
    }
    return Files.isDirectory(in) ? folder(in, out, how) : file(in, out, how);
  }

  private static Result file(Path in, Path out, Conversion how) throws IOException {
    if (Files.exists(out) && !Files.isRegularFile(out)) {
      throw new RecordingException(out.toString(), "is no file; a file becomes a file");
    }
    try (EventFile source = EventFile.open(in, in.toString());
        PendingFile pending = PendingFile.of(out, how.force())) {
      Result result =
          new FileConversion(source, pending.path(), out.toString(), how.zstd())
              .run(how.to().orElse(otherThan(source.form())));
      pending.finish();
      return result;
    }
  }

  private static Form otherThan(EventFile.Form form) {
    return form == EventFile.Form.COMPACT ? Form.TEXT : Form.COMPACT;
  }

  private static Result folder(Path in, Path out, Conversion how) throws IOException {
    Path events = onlyEvents(in);
    requireReplaceable(in, out);
    try (EventFile source = EventFile.open(events, RecordingFiles.nameOf(events));
        PendingFile pending = PendingFile.of(out, how.force())) {
      Form to = how.to().orElse(otherThan(source.form()));
      Files.createDirectory(pending.path());
      copyOthers(in, events, pending.path());
      String name = Recording.pageEventsName(to == Form.COMPACT);
      Result result =
          new FileConversion(source, pending.path().resolve(name), name, how.zstd()).run(to);
      pending.finish();
      return result;
    }
  }

  private static Path onlyEvents(Path folder) {
    Path events =
        Recording.findPageEvents(folder)
            .orElseThrow(() ->
                new RecordingException(
                    folder.toString(),
                    "holds no page events; found " + RecordingFiles.listing(folder)));
    Optional<Path> text = RecordingFiles.find(folder, "ev.K");
    if (text.isPresent() && !text.get().equals(events)) {
      throw new RecordingException(
          folder.toString(),
          "holds page events twice, "
              + RecordingFiles.nameOf(events)
              + " and "
              + RecordingFiles.nameOf(text.get()));
    }
    return events;
  }

  private static void requireReplaceable(Path in, Path out) {
    Path source = in.toAbsolutePath().normalize();
    Path target = out.toAbsolutePath().normalize();
    if (target.startsWith(source) || source.startsWith(target)) {
      throw new RecordingException(out.toString(), "and the source lie in one another");
    }
    if (Files.exists(out)
        && !(Files.isDirectory(out) && Recording.findPageEvents(out).isPresent())) {
      throw new RecordingException(out.toString(), "is there already, and is no recording");
    }
  }

  /** Copies all of a recording but its page events. */
  private static void copyOthers(Path in, Path events, Path target) throws IOException {
    List<Path> sources;
    try (Stream<Path> walk = Files.walk(in)) {
      sources = walk.filter(path -> !path.equals(in) && !path.equals(events)).toList();
    }
    for (Path source : sources) {
      Path copy = target.resolve(in.relativize(source).toString());
      if (Files.isRegularFile(source)) {
        Files.copy(source, copy);
      } else if (Files.isDirectory(source, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(copy);
      } else {
        throw new RecordingException(source.toString(), "is neither a file nor a folder");
      }
    }
  }
}
