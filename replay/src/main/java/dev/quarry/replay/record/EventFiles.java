package dev.quarry.replay.record;

import dev.quarry.replay.convert.Conversion;
import dev.quarry.replay.convert.Converter;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.trace.TraceLine;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Makes the files of events of a recording from the text of the rings. */
final class EventFiles implements TextMerge.LineConsumer {
  private static final String PAGE_EVENTS = "mm_page_";

  private final BufferedWriter pages;
  private final SideEvents side;
  private final SortedMap<String, Long> counts = new TreeMap<>();
  private long pageEvents;
  private long otherLines;

  private EventFiles(BufferedWriter pages, SideEvents side) {
    this.pages = pages;
    this.side = side;
  }

  /**
   * What was written.
   *
   * @param counts events by name
   * @param notes what was left out or changed
   */
  record Written(SortedMap<String, Long> counts, List<String> notes) {}

  /**
   * Makes the files.
   *
   * @param texts the rings' text, each in the order of its times
   * @param folder the recording
   * @param scratch for a file that is not kept
   * @param compact the form of the page events
   */
  static Written write(List<Path> texts, Path folder, Path scratch, boolean compact)
      throws IOException {
    Path pageText = scratch.resolve("pages.text");
    List<String> notes = new ArrayList<>();
    EventFiles files;
    try (BufferedWriter pages = Files.newBufferedWriter(pageText, StandardCharsets.ISO_8859_1);
        SideEvents side = new SideEvents(folder);
        TextMerge merge = new TextMerge(texts)) {
      files = new EventFiles(pages, side);
      merge.forEach(files);
      if (side.wrong() > 0) {
        notes.add(side.wrong() + " events without the fields that they should have were left out");
      }
      if (files.otherLines > 0) {
        notes.add(files.otherLines + " lines of the kernel's text are no events");
      }
    }
    if (files.pageEvents > 0) {
      Conversion.Form form = compact ? Conversion.Form.COMPACT : Conversion.Form.TEXT;
      Path target = folder.resolve(Recording.pageEventsName(compact));
      Conversion how = new Conversion(Optional.of(form), false, false);
      notes.addAll(Converter.convert(pageText, target, how).getFirst().notes());
    }
    return new Written(files.counts, List.copyOf(new TreeSet<>(notes)));
  }

  @Override
  public void event(TraceLine line, String text) throws IOException {
    counts.merge(line.event(), 1L, Long::sum);
    if (line.event().startsWith(PAGE_EVENTS)) {
      pageEvents++;
      pages.append(text).append('\n');
    } else {
      side.add(line);
    }
  }

  @Override
  public void other(String text) throws IOException {
    if (text.startsWith("CPU:") || text.startsWith("#")) {
      pages.append(text).append('\n'); // the reader of page events knows what was lost
    } else if (!text.isBlank()) {
      otherLines++;
    }
  }
}
