package dev.quarry.replay.snapshot;

import dev.quarry.machine.MemoryRange;
import dev.quarry.machine.ReservedRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where a machine has RAM, and which of it its allocator never gets. For each zone, with the
 * numbers of its zoneinfo: {@code spanned - present} frames are holes, {@code present - managed}
 * frames are reserved; the classes of frames and the absent sections of memory say which.
 */
final class MemoryLayout {
  private static final char NO_PAGE = 'N';
  private static final char KERNEL = 'K';
  private static final char RESERVED = 'R';
  private static final Map<Character, String> RESERVED_NAMES =
      Map.of(RESERVED, "reserved", 'Z', "zero page", 'O', "offline");

  private final Snapshot snapshot;
  private final int pageShift;
  private final List<String> notes;
  private final Map<Integer, Spans> ramByNode = new HashMap<>();
  private final List<ReservedRange> reserved = new ArrayList<>();

  MemoryLayout(Snapshot snapshot, ZoneInfo zoneInfo, int pageShift, List<String> notes) {
    this.snapshot = snapshot;
    this.pageShift = pageShift;
    this.notes = notes;
    for (ZoneInfo.Zone zone : zoneInfo.populated()) {
      add(zone);
    }
    reserved.sort(Comparator.comparingLong(ReservedRange::start));
  }

  /** RAM, by address. */
  List<MemoryRange> memory() {
    List<MemoryRange> memory = new ArrayList<>();
    ramByNode.forEach((node, spans) -> {
      for (Spans.Span span : spans.toList()) {
        memory.add(new MemoryRange(bytes(span.start()), bytes(span.end()), node));
      }
    });
    memory.sort(Comparator.comparingLong(MemoryRange::start));
    return memory;
  }

  /** What is never given out, by address. */
  List<ReservedRange> reserved() {
    return reserved;
  }

  private long bytes(int pfn) {
    return (long) pfn << pageShift;
  }

  private void add(ZoneInfo.Zone zone) {
    Spans holes = holes(zone);
    Spans ram = new Spans();
    ram.add(zone.startPfn(), zone.endPfn());
    ram.removeAll(holes);
    Spans onNode = ramByNode.computeIfAbsent(zone.id().node(), _ -> new Spans());
    ram.toList().forEach(span -> onNode.add(span.start(), span.end()));
    long kept = reserve(zone, holes);
    long expected = ram.frames() - zone.size().managed();
    if (kept != expected) {
      notes.add(
          zone.id()
              + ": "
              + kept
              + " frames are known to be reserved, zoneinfo counts "
              + expected);
    }
  }

  private Spans holes(ZoneInfo.Zone zone) {
    Spans holes = new Spans();
    snapshot.classes().ifPresent(classes -> noPages(classes, zone, holes));
    snapshot.exact().ifPresent(exact -> absentSections(exact.pageblocks(), zone, holes));
    long absent = zone.size().spanned() - zone.size().present();
    long left = absent - holes.frames();
    if (left > 0 && snapshot.classes().isPresent()) {
      left -= guessed(snapshot.classes().get(), zone, holes, left);
    }
    if (left != 0) {
      notes.add(
          zone.id()
              + ": zoneinfo counts "
              + absent
              + " absent frames, "
              + holes.frames()
              + " of them are known");
    }
    return holes;
  }

  private static void noPages(PageClasses classes, ZoneInfo.Zone zone, Spans holes) {
    forEachRun(
        classes,
        zone,
        (letter, start, end) -> {
          if (letter == NO_PAGE) {
            holes.add(start, end);
          }
        });
  }

  /** Memory comes in sections; one without pageblocks has none. */
  private static void absentSections(PageblockTypes types, ZoneInfo.Zone zone, Spans holes) {
    if (types.isEmpty()) {
      return;
    }
    Spans absent = new Spans();
    absent.add(zone.startPfn(), zone.endPfn());
    types.forEachSection((start, end) -> absent.remove(start, end));
    absent.toList().forEach(span -> holes.add(span.start(), span.end()));
  }

  /**
   * Frames that are absent and not marked so. A run of "other" frames of exactly that length, at
   * least a pageblock, is a hole whose descriptors exist. Otherwise they lie at the ends of
   * reserved runs, as the hole from 640 KiB to 1 MiB does; there a wrong guess does no harm, as
   * neither a hole nor a reserved frame is ever given out.
   */
  private long guessed(PageClasses classes, ZoneInfo.Zone zone, Spans holes, long frames) {
    int pageblock = 1 << snapshot.pageTypeInfo().map(PageTypeInfo::pageblockOrder).orElse(9);
    List<Spans.Span> found = new ArrayList<>();
    List<Spans.Span> reservedRuns = new ArrayList<>();
    forEachRun(
        classes,
        zone,
        (letter, start, end) -> {
          if (letter == KERNEL && end - start == frames && frames >= pageblock) {
            found.add(new Spans.Span(start, end));
          } else if (letter == RESERVED) {
            reservedRuns.add(new Spans.Span(start, end));
          }
        });
    if (found.isEmpty()) {
      long left = frames;
      for (Spans.Span run : reservedRuns) {
        int taken = (int) Math.min(left, run.frames());
        found.add(new Spans.Span(run.end() - taken, run.end()));
        left -= taken;
      }
    } else {
      found.subList(1, found.size()).clear();
    }
    long before = holes.frames();
    found.forEach(span -> holes.add(span.start(), span.end()));
    return holes.frames() - before;
  }

  private long reserve(ZoneInfo.Zone zone, Spans holes) {
    if (snapshot.classes().isEmpty()) {
      return 0;
    }
    long before = reserved.size();
    Map<Character, Spans> byClass = new HashMap<>();
    forEachRun(
        snapshot.classes().get(),
        zone,
        (letter, start, end) -> {
          if (RESERVED_NAMES.containsKey(letter)) {
            byClass.computeIfAbsent(letter, _ -> new Spans()).add(start, end);
          }
        });
    byClass.forEach((letter, spans) -> reserve(letter, spans, holes));
    long frames = 0;
    for (ReservedRange range : reserved.subList((int) before, reserved.size())) {
      frames += (range.end() - range.start()) >>> pageShift;
    }
    return frames;
  }

  private void reserve(char letter, Spans spans, Spans holes) {
    spans.removeAll(holes);
    for (Spans.Span span : spans.toList()) {
      reserved.add(
          new ReservedRange(
              bytes(span.start()),
              bytes(span.end()),
              RESERVED_NAMES.getOrDefault(letter, "reserved")));
    }
  }

  /** Gives the runs inside a zone, cut at its ends. */
  private static void forEachRun(
      PageClasses classes, ZoneInfo.Zone zone, PageClasses.RunConsumer consumer) {
    if (zone.startPfn() >= classes.endPfn()) {
      return;
    }
    int first = classes.runOf(zone.startPfn());
    for (int run = first; run < classes.size() && classes.start(run) < zone.endPfn(); run++) {
      int from = Math.max(classes.start(run), zone.startPfn());
      int to = Math.min(classes.end(run), zone.endPfn());
      consumer.accept(classes.letter(run), from, to);
    }
  }
}
