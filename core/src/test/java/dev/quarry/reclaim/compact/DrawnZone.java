package dev.quarry.reclaim.compact;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.Zone;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * A zone whose last pageblocks, of 4 frames, are as they are drawn. All before them is free in
 * large blocks, or every other frame is pinned, so that there is no block of order 2.
 *
 * <pre>
 *   m a page of a process   p one that somebody pins   . free      m.p.|.mm.|....
 * </pre>
 */
final class DrawnZone implements AutoCloseable {
  private static final long PAGE = 4096;
  private static final long AT = 0x1000_0000L;
  private static final int PAGES = 3200;
  private static final int DONTNEED = 4;

  final Machine machine;
  final Cpu cpu;
  final Zone zone;
  private final int frames;
  private final Process process;
  private final Map<Integer, Long> addresses = new HashMap<>();

  DrawnZone(String drawing) {
    this(drawing, false);
  }

  DrawnZone(String drawing, boolean fragmented) {
    String text =
        "cpus 0-0\nmemory 0x1000-16M\nzone DMA below=2M\nzone DMA32 below=4G\nzone Normal\n"
            + "pageblock_order 2\nsysctl vm.min_free_kbytes=128\n";
    this.machine = Machine.boot(MachineSpecReader.read("drawn", text));
    this.cpu = machine.cpu(0);
    this.zone = machine.memory().zones().get(1);
    String frameLetters = drawing.replace("|", "");
    this.frames = frameLetters.length();
    this.process = Objects.requireNonNull(machine.processes().spawn(cpu));
    SystemCalls calls = new SystemCalls(cpu, process);
    calls.mmap(AT, PAGES * PAGE, 3, 2 | 0x20 | 0x10, -1, 0);
    for (int i = 0; i < PAGES; i++) {
      long address = AT + i * PAGE;
      process.store(cpu, address, 8, address);
      addresses.put(frame(address), address);
    }
    machine.reclaim().drainAll();
    for (int i = 0; i < PAGES; i++) {
      int place = frame(AT + i * PAGE) - first();
      char outside = fragmented && place % 2 == 0 ? 'p' : '.';
      char letter = place >= 0 && place < frames ? frameLetters.charAt(place) : outside;
      if (letter == '.') {
        calls.madvise(AT + i * PAGE, PAGE, DONTNEED);
      } else if (letter == 'p') {
        machine.allocator().getPage(frame(AT + i * PAGE));
      }
    }
    machine.allocator().drainAllPages();
    int gfp = (Gfp.GFP_KERNEL & ~Gfp.RECLAIM) | Gfp.NOWARN;
    while (fragmented && machine.allocator().allocPages(cpu, gfp, 2) != Pfn.NONE) {
      // The kernel has what is in large blocks.
    }
    machine.allocator().drainAllPages();
    if (!draw().equals(drawing)) {
      throw new AssertionError(draw() + " is not as drawn, " + drawing);
    }
  }

  /** The first frame drawn. */
  int first() {
    return zone.endPfn() - frames;
  }

  private int frame(long address) {
    return (int) ((process.mm().tables().leaf(address) & 0xF_FFFF_FFFF_F000L) >>> 12);
  }

  private char letter(int pfn) {
    FrameKind kind = machine.memory().kindOf(pfn);
    if (kind == FrameKind.FREE || kind == FrameKind.PER_CPU) {
      return '.';
    }
    long state = machine.memory().map().state(pfn);
    boolean page = (state & PageState.LRU) != 0;
    return !page ? 'k' : PageState.refcount(state) > 1 ? 'p' : 'm';
  }

  String draw() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < frames; i++) {
      out.append(i > 0 && i % 4 == 0 ? "|" : "").append(letter(first() + i));
    }
    return out.toString();
  }

  /** Which pageblocks scanners pass over. */
  String skips() {
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < frames; i += 4) {
      out.append(machine.memory().pageblocks().skip(first() + i) ? 's' : '-');
    }
    return out.toString();
  }

  /** Whether each page of the process that is left holds its own address. */
  boolean isAllThere() {
    for (long address : addresses.values()) {
      if (frame(address) != 0 && process.load(cpu, address, 8) != address) {
        return false;
      }
    }
    return true;
  }

  /** A run with all that a request of an order allows. */
  CompactControl control(int order, CompactControl.Mode mode) {
    CompactControl control = new CompactControl(cpu, zone, order, mode);
    control.gfp = Gfp.GFP_HIGHUSER_MOVABLE;
    control.highestZone = zone.index();
    control.direct = true;
    return control;
  }

  @Override
  public void close() {
    machine.close();
  }
}
