package dev.quarry.replay.convert;

import dev.quarry.replay.convert.Conversion.Form;
import dev.quarry.replay.convert.Conversion.Result;
import dev.quarry.replay.read.RecordingException;
import dev.quarry.replay.read.RecordingFiles;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.trace.EventFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Converts a file of page or slab events, or a recording's folder. */
public final class Converter {
  private Converter() {}

  /**
   * Converts.
   *
   * @param in a file in any form that {@link EventFile} knows, or a recording's folder
   * @param out what is to be written: a file for a file, a folder for a folder. It is there when it
   *     is whole, and not before
   * @return what was done, one for each file of events
   * @throws RecordingException if the source cannot be read, or the target must not be written
   * @throws IOException if the target cannot be written
   */
  public static List<Result> convert(Path in, Path out, Conversion how) throws IOException {
    if (!Files.exists(in)) {
      throw new RecordingException(in.toString(), "there is no such file or folder");
    }
    if (Files.exists(out) && Files.isSameFile(in, out)) {
      throw new RecordingException(out.toString(), "is source and target at once");
    }
    return Files.isDirectory(in) ? folder(in, out, how) : List.of(file(in, out, how));
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
    return switch (form) {
      case COMPACT, SLAB_COMPACT, REFERENCES_COMPACT -> Form.TEXT;
      default -> Form.COMPACT;
    };
  }

  /** Page events and, where they are, slab events in the same form; the rest is copied. */
  private static List<Result> folder(Path in, Path out, Conversion how) throws IOException {
    Path pages = onlyEvents(in);
    Optional<Path> slab = onlySlabEvents(in);
    requireReplaceable(in, out);
    try (EventFile source = EventFile.open(pages, RecordingFiles.nameOf(pages));
        PendingFile pending = PendingFile.of(out, how.force())) {
      Form to = how.to().orElse(otherThan(source.form()));
      Files.createDirectory(pending.path());
      copyOthers(in, pages, slab, pending.path());
      List<Result> results = new ArrayList<>();
      String name = Recording.pageEventsName(to == Form.COMPACT);
      results.add(
          new FileConversion(source, pending.path().resolve(name), name, how.zstd()).run(to));
      if (slab.isPresent()) {
        results.add(slabEvents(slab.get(), to, pending.path(), how));
      }
      pending.finish();
      return results;
    }
  }

  private static Result slabEvents(Path file, Form to, Path folder, Conversion how)
      throws IOException {
    String name = Recording.slabEventsName(to == Form.COMPACT);
    try (EventFile source = EventFile.open(file, RecordingFiles.nameOf(file))) {
      if (!source.isSlab()) {
        throw new RecordingException(RecordingFiles.nameOf(file), "holds no slab events");
      }
      return new FileConversion(source, folder.resolve(name), name, how.zstd()).run(to);
    }
  }

  private static Optional<Path> onlySlabEvents(Path folder) {
    Optional<Path> events = Recording.findSlabEvents(folder);
    events.ifPresent(file -> requireOnly(folder, file, "ev.S", "slab events"));
    return events;
  }

  private static Path onlyEvents(Path folder) {
    Path events =
        Recording.findPageEvents(folder)
            .orElseThrow(() ->
                new RecordingException(
                    folder.toString(),
                    "holds no page events; found " + RecordingFiles.listing(folder)));
    requireOnly(folder, events, "ev.K", "page events");
    return events;
  }

  private static void requireOnly(Path folder, Path events, String textName, String what) {
    Optional<Path> text = RecordingFiles.find(folder, textName);
    if (text.isPresent() && !text.get().equals(events)) {
      throw new RecordingException(
          folder.toString(),
          "holds "
              + what
              + " twice, "
              + RecordingFiles.nameOf(events)
              + " and "
              + RecordingFiles.nameOf(text.get()));
    }
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

  /** Copies all of a recording but its page and slab events. */
  private static void copyOthers(Path in, Path pages, Optional<Path> slab, Path target)
      throws IOException {
    List<Path> sources;
    try (Stream<Path> walk = Files.walk(in)) {
      sources =
          walk.filter(path -> !path.equals(in) && !path.equals(pages))
              .filter(path -> slab.isEmpty() || !path.equals(slab.get()))
              .toList();
    }
    for (Path source : sources) {
      Path copy = target.resolve(in.relativize(source).toString());
      if (Files.isRegularFile(source)) {
        Files.copy(source, copy);
      } else if (Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(copy);
      } else {
        throw new RecordingException(source.toString(), "is neither a file nor a folder");
      }
    }
  }
}
