package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.ArrayList;
import java.util.List;

/**
 * The course's steps of munmap, by what the machine's counters and structures say before and after:
 * find the areas, remove them, free their descriptors, clear the tables, flush the TLB, free the
 * tables, free the frames.
 */
final class MunmapSteps {
  private final Processing it;
  private final Machine machine;
  private final MmStruct mm;
  private final long start;
  private final long bytes;
  private final Steps steps = new Steps();

  MunmapSteps(Processing it) {
    it.call().atMost(2);
    this.it = it;
    this.machine = it.machine();
    this.mm = it.process().mm();
    this.start = it.address(0);
    this.bytes = it.bytesOr(1, 0);
  }

  /** An area's bounds. */
  private record Bounds(long start, long end) {
    String text() {
      return KernelArea.hex(start) + "-" + KernelArea.hex(end);
    }
  }

  private List<Bounds> bounds() {
    VmAreaStruct areas = mm.spaces().areas();
    List<Bounds> all = new ArrayList<>();
    for (long vma = mm.firstArea(); vma != VmAreaStruct.NONE; vma = areas.next(vma)) {
      all.add(new Bounds(areas.start(vma), areas.end(vma)));
    }
    return all;
  }

  Value run() {
    it.session().spend(mm.mapCount());
    long end = (start + bytes + PageTableLayout.PAGE_SIZE - 1) & -PageTableLayout.PAGE_SIZE;
    List<Bounds> areas = bounds();
    boolean sane =
        Long.compareUnsigned(start, end) < 0 && Long.compareUnsigned(end, mm.taskSize()) <= 0;
    MappedFrames frames =
        MappedFrames.of(mm, sane ? start & -PageTableLayout.PAGE_SIZE : 0, sane ? end : 0);
    List<TableWalk.Table> tables = TableWalk.of(mm);
    SpaceCounts before = SpaceCounts.of(machine, mm);
    long interrupts = machine.tlbCounts().interrupts();
    long result = it.calls().munmap(start, bytes);
    if (Errno.isError(result)) {
      return new ErrnoFailure((int) -result, "");
    }
    SpaceCounts done = SpaceCounts.of(machine, mm).since(before);
    int cuts = areas(areas, end, before);
    steps.step(
        "free their descriptors",
        Counted.of(cuts - done.descriptors(), "vm_area_struct object")
            + ": "
            + before.descriptors()
            + " were in use, now "
            + (before.descriptors() + done.descriptors()));
    steps.step(
        "clear the tables", Counted.of(done.cleared(), "entry", "entries") + " showed a page");
    flush(done, machine.tlbCounts().interrupts() - interrupts);
    freed(tables, frames);
    return new Value.Text(steps.text());
  }

  /** The first two steps; returns how many areas were cut. */
  private int areas(List<Bounds> before, long end, SpaceCounts counts) {
    List<Bounds> found =
        before.stream().filter(area -> area.start() < end && area.end() > start).toList();
    List<Bounds> now = bounds();
    List<Bounds> rests = now.stream().filter(area -> !before.contains(area)).toList();
    steps.step(
        "find the areas",
        found.isEmpty()
            ? "none has a page in the range"
            : found.size() > 2
                ? found.size() + ", from " + found.getFirst().text()
                : String.join(", ", found.stream().map(Bounds::text).toList()));
    for (Bounds rest : rests) {
      steps.more("cut: " + rest.text() + " stays");
    }
    long removed = counts.areas() + rests.size() - mm.mapCount();
    steps.step(
        "remove them",
        Counted.of(removed, "area")
            + " out of tree and list: "
            + counts.areas()
            + (rests.isEmpty() ? "" : ", with the cuts " + (counts.areas() + rests.size()))
            + ", now "
            + mm.mapCount());
    return rests.size();
  }

  private void flush(SpaceCounts done, long interrupts) {
    steps.step(
        "flush the TLB",
        done.flushes() + done.flushedPages() == 0
            ? "nothing to forget: no TLB holds this process's entries"
            : Counted.of(done.flushes(), "range")
                + ", "
                + Counted.of(done.flushedPages(), "page")
                + " one by one, "
                + Counted.of(interrupts, "CPU")
                + " interrupted");
  }

  private void freed(List<TableWalk.Table> before, MappedFrames frames) {
    List<Long> left = TableWalk.of(mm).stream().map(TableWalk.Table::physical).toList();
    List<Integer> gone = new ArrayList<>();
    for (TableWalk.Table table : before) {
      if (!left.contains(table.physical())) {
        gone.add((int) (table.physical() >>> PageTableLayout.PAGE_SHIFT));
      }
    }
    gone.sort(null);
    steps.step(
        "free the tables",
        gone.isEmpty()
            ? "none became empty: " + Counted.of(left.size(), "table") + " as before"
            : Counted.of(gone.size(), "table") + ", " + MappedFrames.words(gone));
    List<Integer> free = frames.free(machine);
    int stay = frames.frames().size() - free.size();
    steps.step(
        "free the frames", free.isEmpty() ? "none" : free.size() + ": " + MappedFrames.words(free));
    steps.more(
        stay == 0
            ? ""
            : stay + " stay: zeros, pages of files, of a huge page, or of another process");
  }
}
