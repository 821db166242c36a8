package dev.quarry.cli.commands;

import dev.quarry.kernel.Machine;
import dev.quarry.physical.FrameKind;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.TableMemory;
import dev.quarry.virtual.space.MmStruct;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The frames that a range of a process shows.
 *
 * @param entries how many entries show one
 * @param frames which, each once, in their order
 */
record MappedFrames(long entries, List<Integer> frames) {
  private static final int MOST_RUNS = 4;

  /** What is shown now; the range is whole pages of the user's half. */
  static MappedFrames of(MmStruct mm, long start, long end) {
    TableMemory tables = mm.tables().memory();
    PageTableLayout layout = tables.layout();
    TreeSet<Integer> frames = new TreeSet<>();
    long[] entries = {0};
    mm.lock();
    mm.tables()
        .forEachRun(
            start,
            (end - start) >>> PageTableLayout.PAGE_SHIFT,
            (address, slot, count, level) -> {
              for (int i = 0; i < count; i++) {
                long entry = tables.entry(slot + ((long) i << layout.entryShift()));
                if (Pte.isMapped(entry)) {
                  entries[0]++;
                  int first = (int) ((entry & layout.frameMask()) >>> PageTableLayout.PAGE_SHIFT);
                  for (int frame = 0; frame < layout.pages(level); frame++) {
                    frames.add(first + frame);
                  }
                }
              }
            });
    mm.unlock();
    return new MappedFrames(entries[0], List.copyOf(frames));
  }

  /** Those of them that the page allocator has again. */
  List<Integer> free(Machine machine) {
    return frames.stream()
        .filter(pfn -> {
          FrameKind kind = machine.memory().kindOf(pfn);
          return kind == FrameKind.FREE || kind == FrameKind.PER_CPU;
        })
        .toList();
  }

  /** Frames in words: {@code frames 5120-5135, 4167}. */
  static String words(List<Integer> frames) {
    List<String> runs = new ArrayList<>();
    for (int i = 0; i < frames.size(); ) {
      int first = i;
      while (i + 1 < frames.size() && frames.get(i + 1) == frames.get(i) + 1) {
        i++;
      }
      String run = frames.get(first) + (i == first ? "" : "-" + frames.get(i));
      if (runs.size() == MOST_RUNS) {
        runs.add("…");
        break;
      }
      runs.add(run);
      i++;
    }
    return (frames.size() == 1 ? "frame " : "frames ") + String.join(", ", runs);
  }
}
