package dev.quarry.replay.recording;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads events from text, and writes them as text, for tests. */
final class EventText {
  private EventText() {}

  /** An event with all numbers absolute, as a line. */
  static String of(PageEvent e) {
    String head =
        e.kind().mark() + " " + e.timeMicros() + " cpu" + e.cpu() + " tid" + e.tid() + " ";
    return head
        + switch (e.kind()) {
          case ALLOC -> "pfn " + e.pfn() + typed(e) + " gfp " + e.gfp();
          case ALLOC_FAILED ->
              "order " + e.order() + " type " + e.migrateType() + " gfp " + e.gfp();
          case FREE -> "pfn " + e.pfn() + " order " + e.order();
          case FREE_BATCHED -> "pfn " + e.pfn();
          case ZONE_LOCKED -> "pfn " + e.pfn() + typed(e) + " refill " + e.percpuRefill();
          case PCPU_DRAIN -> "pfn " + e.pfn() + typed(e);
          case FALLBACK ->
              "pfn "
                  + e.pfn()
                  + typed(e)
                  + " from "
                  + e.fallbackOrder()
                  + " "
                  + e.fallbackType()
                  + " owns "
                  + e.changeOwnership();
        };
  }

  private static String typed(PageEvent e) {
    return " order " + e.order() + " type " + e.migrateType();
  }

  /** All events of a reader, as lines. */
  static List<String> all(PageEventReader reader) {
    List<String> lines = new ArrayList<>();
    while (reader.next()) {
      lines.add(of(reader.event()));
    }
    return lines;
  }

  /** A reader of text, whose gfp masks are the lengths of the names. */
  static PageEventReader reader(Path folder, String text, EventPolicy policy) throws IOException {
    Path file = folder.resolve("ev.K.txt");
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    return PageEventReader.open(
        file, "ev.K.txt", PageEventOptions.of(policy, String::length).bounds(8191, 10, 5));
  }
}
