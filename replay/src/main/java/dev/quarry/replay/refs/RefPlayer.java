package dev.quarry.replay.refs;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.Ram;
import dev.quarry.replay.pressure.PressureLog;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.FaultMode;
import dev.quarry.virtual.fault.PageFaultHandler;
import dev.quarry.virtual.tlb.PageSize;
import dev.quarry.virtual.tlb.TlbCoherence;
import dev.quarry.virtual.tlb.TlbGeometry;
import dev.quarry.virtual.tlb.TlbModel;
import dev.quarry.virtual.tlb.TlbStats;
import dev.quarry.virtual.tlb.Tlbs;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Plays references through the address space of a process: TLB, page tables with their accessed and
 * dirty bits, page faults.
 *
 * <pre>
 *   the page used last?  ── yes ─► a hit of level 1, nothing changes
 *      │ no
 *   TLB ── walk ── page fault ── no area: make one; no right: give it
 *   without a TLB: was the page used in this way before? Then its bits are set, nothing changes
 * </pre>
 *
 * <p>Pages are taken away only inside a page fault, by reclaim, if the machine's memory is set to
 * be small; the program frees none. The page used last is asked for again after each fault.
 */
final class RefPlayer {
  private static final int SHIFT = PageTable.PAGE_SHIFT;
  private static final long NO_PAGE = -1;

  /** Of a page: how it was used, so that its entry allows it and has the bits. */
  static final byte LOADED = 1;

  static final byte STORED = 2;
  static final byte FETCHED = 4;

  private final Cpu cpu;
  private final Process process;
  private final Ram ram;
  private final PageTables tables;
  private final PageFaultHandler handler;
  private final RefAreas areas;
  private final @Nullable LargeRegions large;
  private final @Nullable Tlbs tlbs;

  /** Whether a miss of one side may replace the page that the other side used last. */
  private final boolean unified;

  private final PageTable pages = new PageTable();
  private byte[] used = new byte[1 << 10];
  private byte[] kinds = new byte[1 << 10];
  private int[] windowOf = new int[1 << 10];

  final long[] totals = new long[RefKind.COUNT];
  final FaultTable faults = new FaultTable();
  final RefWindows windows;
  private final PressureLog pressure;

  /** Memory is small: pages that were used may be gone. */
  private final boolean pressed;

  private long played;
  private long windowEnd;
  private int window = 1;
  private int workingSet;
  private long crossings;

  private long lastCode = NO_PAGE;
  private long lastData = NO_PAGE;
  private boolean lastDataStored;
  private final long[] repeats = new long[2];

  RefPlayer(Machine machine, RefSettings settings, long windowReferences) {
    this.cpu = machine.cpu(0);
    machine.tlbs(settings.tlb());
    this.tlbs = machine.tlbs();
    Process made = machine.processes().spawn(cpu);
    if (made == null) {
      throw new RefException("the machine has too little memory for a process");
    }
    this.process = made;
    this.ram = Objects.requireNonNull(machine.ram());
    this.tables = process.mm().tables();
    this.handler = machine.processes().pages().handler();
    this.areas = new RefAreas(machine, cpu, process, settings.pressure().isSet());
    boolean inLargePages = settings.pages() == PageSize.LARGE;
    this.large = inLargePages ? new LargeRegions(machine, cpu, tables) : null;
    this.unified = isUnified(settings.tlb());
    this.windows = new RefWindows(windowReferences);
    this.pressure = new PressureLog(settings.pressure(), machine);
    this.pressed = settings.pressure().isSet();
    this.windowEnd = windowReferences;
  }

  private static boolean isUnified(@Nullable TlbModel model) {
    return switch (model) {
      case null -> false;
      case TlbModel.Software _ -> true;
      case TlbModel.Hardware(TlbGeometry geometry) ->
          geometry.arrays().stream()
              .anyMatch(a -> a.level() == 1 && a.side() == TlbGeometry.Side.BOTH);
    };
  }

  /** Plays a batch. */
  void play(RefBatch batch) {
    for (int i = 0; i < batch.size; i++) {
      int kind = batch.kinds[i];
      long address = batch.addresses[i];
      int count = batch.counts[i];
      long first = address >>> SHIFT;
      long last = (address + batch.bytes[i] - 1) >>> SHIFT;
      totals[kind] += count;
      played += count;
      if (kind == RefKind.CODE) {
        if (first == lastCode && first == last) {
          repeats[TlbStats.FETCH] += count;
        } else {
          code(address, first, last, count);
        }
      } else {
        boolean write = kind != RefKind.LOAD;
        if (first == lastData && first == last && (!write || lastDataStored)) {
          repeats[TlbStats.DATA]++;
        } else {
          data(address, first, last, write);
        }
      }
      if (played >= windowEnd) {
        endWindow();
      }
    }
  }

  /** A run: its first instruction in each page is looked up, the others hit what that brought. */
  private void code(long address, long first, long last, int count) {
    touch(address, Access.FETCH | Access.USER, FETCHED);
    for (long page = first + 1; page <= last; page++) {
      touch(page << SHIFT, Access.FETCH | Access.USER, FETCHED);
    }
    long lookups = last - first + 1;
    repeats[TlbStats.FETCH] += Math.max(0, count - lookups);
    crossings += Math.max(0, lookups - count);
    lastCode = last;
    if (unified) {
      lastData = NO_PAGE;
    }
  }

  private void data(long address, long first, long last, boolean write) {
    int access = write ? Access.WRITE | Access.USER : Access.READ | Access.USER;
    byte how = write ? STORED : LOADED;
    touch(address, access, how);
    for (long page = first + 1; page <= last; page++) {
      touch(page << SHIFT, access, how);
      crossings++;
    }
    lastDataStored = write || (last == lastData && lastDataStored);
    lastData = last;
    if (unified) {
      lastCode = NO_PAGE;
    }
  }

  private void touch(long address, int access, byte how) {
    int number = pages.numberOf(address >>> SHIFT);
    if (number == used.length) {
      used = Arrays.copyOf(used, 2 * number);
      kinds = Arrays.copyOf(kinds, 2 * number);
      windowOf = Arrays.copyOf(windowOf, 2 * number);
    }
    if (windowOf[number] != window) {
      windowOf[number] = window;
      workingSet++;
    }
    if (tlbs != null) {
      long physical = tlbs.translate(cpu, tables, address, access);
      if (physical == PageTables.NO_TRANSLATION) {
        fault(address, access, number);
      }
      used[number] |= how;
    } else if ((used[number] & how) == 0 || pressed) {
      if (tables.translate(address, access) == PageTables.NO_TRANSLATION) {
        fault(address, access, number);
      }
      used[number] |= how;
    }
  }

  private long translate(long address, int access) {
    return tlbs == null
        ? tables.translate(address, access)
        : tlbs.translate(cpu, tables, address, access);
  }

  /** Until the access succeeds; each page fault is one of the kernel's. */
  private void fault(long address, int access, int number) {
    boolean fetch = (access & Access.FETCH) != 0;
    boolean write = (access & Access.WRITE) != 0;
    if (used[number] == 0) {
      kinds[number] = (byte) areas.kind(address, fetch, write).ordinal();
    }
    RefAreas.Kind kind = FaultTable.KINDS[kinds[number]];
    do {
      if (large != null) {
        large.map(address);
        faults.addLarge(kind);
        continue;
      }
      int code = PageFaultHandler.errorCode(tables, address, access);
      FaultLeaf leaf = handler.handle(cpu, process.mm(), address, code, FaultMode.USER);
      switch (leaf) {
        case NO_AREA, STACK_REFUSED -> areas.make(address, kind);
        case ACCESS_DENIED -> areas.widen(address, fetch || (used[number] & FETCHED) != 0);
        default -> {
          if (!leaf.isResolved()) {
            throw new RefException(
                "page 0x"
                    + Long.toHexString(address >>> SHIFT)
                    + " of the program cannot be had: "
                    + leaf
                    + ", after "
                    + process.mm().rssPages()
                    + " pages; more ram= or swap= may help");
          }
          faults.add(kind, leaf);
        }
      }
    } while (translate(address, access) == PageTables.NO_TRANSLATION);
    if (pressed && write) {
      fill(tables.translate(address, access), address);
    }
    lastCode = NO_PAGE;
    lastData = NO_PAGE;
  }

  /** What the program stored is not known, but it was not zeros, which swap would not write. */
  private void fill(long physical, long address) {
    ram.putLong(physical & -Long.BYTES, address | 1);
  }

  private void endWindow() {
    windows.add(workingSet, residentPages(), faults.total(), misses());
    pressure.sample();
    window++;
    workingSet = 0;
    windowEnd += windows.references();
    lastCode = NO_PAGE;
    lastData = NO_PAGE;
  }

  private long misses() {
    if (tlbs == null) {
      return 0;
    }
    TlbStats stats = tlbs.stats(cpu.id());
    return stats.misses(TlbStats.DATA) + stats.misses(TlbStats.FETCH);
  }

  long residentPages() {
    return large == null
        ? process.mm().rssPages()
        : large.mapped() * (tables.layout().largeBytes() >>> SHIFT);
  }

  /** Ends the last window and tells the TLB of the hits that nobody asked it about. */
  void end() {
    if (played > windowEnd - windows.references()) {
      endWindow();
    }
    if (tlbs != null) {
      TlbStats stats = tlbs.stats(cpu.id());
      stats.addHits(TlbStats.FETCH, repeats[TlbStats.FETCH]);
      stats.addHits(TlbStats.DATA, repeats[TlbStats.DATA]);
    }
  }

  /** The machine's invariants; of large pages, which are no area's, those of their own. */
  List<String> invariants(Machine machine) {
    if (large == null) {
      return machine.invariants();
    }
    List<String> findings = new ArrayList<>(large.invariants(process.mm().taskSize()));
    if (tlbs != null) {
      findings.addAll(TlbCoherence.check(tlbs));
    }
    return findings;
  }

  /** Lookups beyond one for each reference: those of references that cross a page. */
  long crossings() {
    return crossings;
  }

  /** What reclaim did. */
  PressureLog pressure() {
    return pressure;
  }

  RefAreas areas() {
    return areas;
  }

  Process process() {
    return process;
  }

  /** Pages of 4 KiB that were used in a way. */
  long pagesUsed(byte how) {
    long sum = 0;
    for (int i = 0; i < pages.size(); i++) {
      sum += (used[i] & how) != 0 ? 1 : 0;
    }
    return sum;
  }

  /** Pages of 4 KiB that were used at all. */
  int pagesUsed() {
    return pages.size();
  }
}
