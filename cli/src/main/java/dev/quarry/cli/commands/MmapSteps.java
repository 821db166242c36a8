package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.VmAreaStruct;
import java.util.ArrayList;
import java.util.List;

/**
 * The course's six steps of mmap, by what the machine's counters and structures say before and
 * after: find a free area, allocate its descriptor, insert it, allocate tables, set them, allocate
 * and map frames on demand.
 */
final class MmapSteps {
  private final Processing it;
  private final Machine machine;
  private final MmStruct mm;
  private final VmAreaStruct areas;
  private final MapCommands.Request request;
  private final int touch;
  private final Steps steps = new Steps();

  MmapSteps(Processing it) {
    this.it = it;
    this.machine = it.machine();
    this.mm = it.process().mm();
    this.areas = mm.spaces().areas();
    this.request = MapCommands.Request.of(it);
    this.touch = it.call().number("touch", 1, 0, Integer.MAX_VALUE);
  }

  Value run() {
    it.session().spend(touch);
    it.spend(request.populates() ? request.bytes() : 0);
    long largest = mm.rootArea() == VmAreaStruct.NONE ? 0 : areas.subtreeGap(mm.rootArea());
    List<TableWalk.Table> tables = TableWalk.of(mm);
    SpaceCounts before = SpaceCounts.of(machine, mm);
    long address = request.run(it);
    if (Errno.isError(address)) {
      return WhyRefused.of(it.process(), address, request.bytes(), request.protection());
    }
    long mask = PageTableLayout.PAGE_SIZE - 1L;
    long end = (address + request.bytes() + mask) & ~mask;
    SpaceCounts done = SpaceCounts.of(machine, mm).since(before);
    long vma = mm.lookup(address);
    find(vma, address, end, largest);
    descriptor(vma, address, end, before, done);
    insert(vma, before, areas.start(vma) == address && areas.end(vma) == end);
    onDemand(address, end, tables, done);
    return new UserArea(address, request.bytes(), "\n" + steps.text());
  }

  private void find(long vma, long address, long end, long largest) {
    long below = areas.start(vma) == address ? areas.prev(vma) : vma;
    long above = areas.end(vma) == end ? areas.next(vma) : vma;
    long from = below == VmAreaStruct.NONE ? 0 : below == vma ? address : areas.end(below);
    long to = above == VmAreaStruct.NONE ? mm.taskSize() : above == vma ? end : areas.start(above);
    boolean fixed = (request.flags() & (MapFlags.MAP_FIXED | MapFlags.MAP_FIXED_NOREPLACE)) != 0;
    steps.step(
        "find a free area",
        KernelArea.hex(address)
            + (fixed ? ", as it was asked for" : ", in the gap " + range(from, to) + base(to)));
    steps.more(
        fixed
            ? ""
            : "the tree's root knew of a gap of "
                + AreasPicture.size(largest)
                + ", needed "
                + AreasPicture.size(end - address));
  }

  private String base(long gapEnd) {
    boolean limits = Long.compareUnsigned(gapEnd, mm.mmapBase()) > 0;
    return limits ? ", mmap_base " + KernelArea.hex(mm.mmapBase()) : "";
  }

  private static String range(long from, long to) {
    return KernelArea.hex(from) + "-" + KernelArea.hex(to);
  }

  private void descriptor(long vma, long address, long end, SpaceCounts before, SpaceCounts done) {
    boolean own = areas.start(vma) == address && areas.end(vma) == end;
    String objects = "objects of vm_area_struct in use: " + before.descriptors();
    String now = objects + ", now " + (before.descriptors() + done.descriptors());
    steps.step(
        "allocate its descriptor",
        own
            ? "an object at " + KernelArea.hex(vma)
            : "none of its own: the area "
                + range(areas.start(vma), areas.end(vma))
                + " grew over it");
    steps.more(now + (done.descriptorSlabs() > 0 ? ", from a new slab" : ""));
  }

  private void insert(long vma, SpaceCounts before, boolean own) {
    long parent = areas.parent(vma);
    String place =
        parent == VmAreaStruct.NONE
            ? "the root of the tree"
            : (areas.left(parent) == vma ? "left" : "right")
                + " child of "
                + range(areas.start(parent), areas.end(parent));
    steps.step(
        "insert it",
        (own ? "" : "it is there: ")
            + (areas.isRed(vma) ? "red, " : "black, ")
            + place
            + ", depth "
            + AreasPicture.depth(mm, vma));
    steps.more(
        Counted.of(before.areas(), "area")
            + " before, "
            + mm.mapCount()
            + " now; list: "
            + list(vma));
  }

  private String list(long vma) {
    long prev = areas.prev(vma);
    long next = areas.next(vma);
    return (prev == VmAreaStruct.NONE ? "first" : "behind " + KernelArea.hex(areas.start(prev)))
        + ", "
        + (next == VmAreaStruct.NONE ? "last" : "before " + KernelArea.hex(areas.start(next)));
  }

  /** The steps that mmap leaves to page faults, unless it was told to populate. */
  private void onDemand(
      long address, long end, List<TableWalk.Table> tablesBefore, SpaceCounts done) {
    String itself = "by mmap itself: ";
    List<TableWalk.Table> byMmap = since(TableWalk.of(mm), tablesBefore);
    FaultWatch watch = FaultWatch.of(machine);
    String ended = touched(address, end);
    String faults = watch.text();
    List<TableWalk.Table> byTouch = since(since(TableWalk.of(mm), tablesBefore), byMmap);
    steps.step("allocate page tables", itself + words(byMmap));
    steps.more(touch == 0 ? "" : "by the access: " + words(byTouch));
    steps.step("set them", itself + Counted.of(done.mapped(), "entry", "entries"));
    entries(address);
    MappedFrames mapped = MappedFrames.of(mm, address, end);
    steps.step(
        "map frames on demand",
        mapped.frames().isEmpty()
            ? "none: nothing was accessed"
            : Counted.of(mapped.frames().size(), "frame")
                + " in "
                + Counted.of(mapped.entries(), "entry", "entries")
                + ": "
                + MappedFrames.words(mapped.frames()));
    steps.more(faults.isEmpty() ? "" : "page faults: " + faults);
    steps.more(ended);
  }

  /** Tables that were not there before. */
  private static List<TableWalk.Table> since(
      List<TableWalk.Table> now, List<TableWalk.Table> before) {
    List<Long> known = before.stream().map(TableWalk.Table::physical).toList();
    return now.stream().filter(table -> !known.contains(table.physical())).toList();
  }

  private String words(List<TableWalk.Table> tables) {
    List<String> words = new ArrayList<>();
    for (TableWalk.Table table : tables) {
      words.add(
          mm.tables().layout().levelName(table.level())
              + " in frame "
              + (table.physical() >>> PageTableLayout.PAGE_SHIFT));
    }
    return words.isEmpty()
        ? "none"
        : words.size() > 4 ? words.size() + " tables" : String.join(", ", words);
  }

  /** The way to the first page, if it is mapped. */
  private void entries(long address) {
    PageTables tables = mm.tables();
    for (PageTables.Step step : tables.walk(address)) {
      steps.more(PageTablePicture.entry(tables.layout(), step, address));
    }
  }

  /** Accesses the first pages; what it ended in if that is a signal. */
  private String touched(long address, long end) {
    boolean write = (request.protection() & MapFlags.PROT_WRITE) != 0;
    long pages = Math.min(touch, (end - address) >>> PageTableLayout.PAGE_SHIFT);
    try {
      for (long i = 0; i < pages; i++) {
        long at = address + (i << PageTableLayout.PAGE_SHIFT);
        if (write) {
          it.process().store(it.cpu(), at, 1, 1);
        } else {
          it.process().load(it.cpu(), at, 1);
        }
      }
      return "";
    } catch (UserFaultException e) {
      return SignalFailure.of(e, "").show();
    }
  }
}
