package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import dev.quarry.reclaim.MemorySwap;
import dev.quarry.reclaim.SwapArea;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.cache.HostFile;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.RssKind;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each leaf of the decision about a page fault, reached by the smallest case that leads there. */
class LeavesTest {
  private static final long PAGE = 4096;
  private static final long AT = 0x2000_0000L;
  private static final long ANON = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
  private static final int RW = 3;

  @TempDir Path folder;

  private Machine machine;
  private Cpu cpu;
  private Process process;
  private MmStruct mm;
  private SystemCalls calls;
  private UserPages pages;

  private void boot(PageTableLayout layout, String... more) {
    machine = FaultMachines.of(layout, more);
    cpu = machine.cpu(0);
    process = machine.processes().spawn(cpu);
    mm = process.mm();
    calls = new SystemCalls(cpu, process);
    pages = machine.processes().pages();
  }

  @AfterEach
  void allIsSound() {
    assertThat(machine.invariants()).isEmpty();
    machine.processes().all().forEach(one -> machine.processes().exit(cpu, one));
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  private long map(long count, long prot, long flags) {
    assertThat(calls.mmap(AT, count * PAGE, prot, flags, -1, 0)).isEqualTo(AT);
    return AT;
  }

  private long count(FaultLeaf leaf) {
    return pages.handler().counts().of(leaf);
  }

  /** Says that an access ends in a leaf, and counts it once. */
  private void ends(FaultLeaf leaf, Runnable access) {
    long before = count(leaf);
    assertThatExceptionOfType(UserFaultException.class)
        .isThrownBy(access::run)
        .satisfies(e -> assertThat(e.leaf()).isEqualTo(leaf));
    assertThat(count(leaf)).isEqualTo(before + 1);
    assertThat(machine.invariants()).isEmpty();
  }

  /** Says that an access passes a leaf, and no other. */
  private void passes(FaultLeaf leaf, Runnable access) {
    long[] before = new long[FaultLeaf.values().length];
    for (FaultLeaf each : FaultLeaf.values()) {
      before[each.ordinal()] = count(each);
    }
    long events = machine.memory().events().sum(VmEvent.PGFAULT);
    access.run();
    Set<FaultLeaf> passed = EnumSet.noneOf(FaultLeaf.class);
    for (FaultLeaf each : FaultLeaf.values()) {
      if (count(each) != before[each.ordinal()]) {
        passed.add(each);
      }
    }
    passed.remove(FaultLeaf.STACK_GROWN);
    assertThat(passed).containsExactly(leaf);
    assertThat(machine.memory().events().sum(VmEvent.PGFAULT)).isEqualTo(events + 1);
    assertThat(machine.invariants()).isEmpty();
  }

  private void load(long address) {
    process.load(cpu, address, 1);
  }

  private void store(long address, int value) {
    process.store(cpu, address, 1, value);
  }

  private int frame(long address) {
    long entry = mm.tables().leaf(address);
    return (int) ((entry & mm.tables().layout().frameMask()) >>> 12);
  }

  @ParameterizedTest
  @EnumSource
  void memoryOfItsOwn(PageTableLayout layout) {
    boot(layout);
    long at = map(4, RW, ANON);
    passes(FaultLeaf.ZERO_PAGE, () -> load(at));
    assertThat(frame(at)).isEqualTo(pages.zeroPfn());
    assertThat(mm.rssPages()).isZero();
    passes(FaultLeaf.COW_ZERO_PAGE, () -> store(at, 7));
    passes(FaultLeaf.DEMAND_ZERO, () -> store(at + PAGE, 8));
    assertThat(mm.rss(RssKind.ANON)).isEqualTo(2);
    assertThat(process.load(cpu, at, 1)).isEqualTo(7);
    assertThat(process.load(cpu, at + PAGE + 1, 8)).isZero();
    assertThat(mm.minFaults()).isEqualTo(3);
    assertThat(mm.tables().leaf(at) & Pte.DIRTY).isNotZero();
    assertThat(machine.memory().map().mapcount(frame(at))).isEqualTo(1);
    int flags = PageState.flags(machine.memory().map().state(frame(at)));
    assertThat(flags & (PageState.ANON | PageState.SWAPBACKED | PageState.UPTODATE))
        .isEqualTo(PageState.ANON | PageState.SWAPBACKED | PageState.UPTODATE);
  }

  @ParameterizedTest
  @EnumSource
  void whatNobodyMapped(PageTableLayout layout) {
    boot(layout);
    long at = map(4, RW, ANON);
    ends(FaultLeaf.NO_AREA, () -> load(at - 1));
    ends(FaultLeaf.NO_AREA, () -> load(0));
    ends(FaultLeaf.STACK_REFUSED, () -> store(at + 4 * PAGE, 1)); // what is above is the stack
    ends(FaultLeaf.KERNEL_HALF, () -> load(machine.kernelSpace().layout().directStart()));
    calls.mprotect(at, PAGE, 1);
    ends(FaultLeaf.ACCESS_DENIED, () -> store(at, 1));
    calls.mprotect(at, PAGE, 0);
    ends(FaultLeaf.ACCESS_DENIED, () -> load(at));
    calls.mprotect(at, PAGE, 2);
    passes(FaultLeaf.ZERO_PAGE, () -> load(at)); // what can be written can be read
    if (layout == PageTableLayout.X86_64) {
      ends(FaultLeaf.NOT_CANONICAL, () -> load(1L << 50));
      store(at, 1);
      ends(FaultLeaf.ACCESS_DENIED, () -> pages.memory().fetch(cpu, mm, at));
    } else {
      pages.memory().fetch(cpu, mm, at); // entries of 4 bytes forbid no execution
    }
  }

  @Test
  void mprotectIsInForceAtOnce() {
    boot(PageTableLayout.X86_64);
    long at = map(1, RW, ANON);
    store(at, 5);
    calls.mprotect(at, PAGE, 0);
    ends(FaultLeaf.ACCESS_DENIED, () -> load(at));
    calls.mprotect(at, PAGE, RW);
    long faults = mm.minFaults();
    store(at, (int) process.load(cpu, at, 1) + 1);
    assertThat(process.load(cpu, at, 1)).isEqualTo(6);
    assertThat(mm.minFaults()).as("its own page is writable at once").isEqualTo(faults);
  }

  @ParameterizedTest
  @EnumSource
  void theStackGrows(PageTableLayout layout) {
    boot(layout);
    long lowest = mm.startStack() - 32 * PAGE;
    long grown = count(FaultLeaf.STACK_GROWN);
    passes(FaultLeaf.DEMAND_ZERO, () -> store(lowest - 1, 3));
    passes(FaultLeaf.DEMAND_ZERO, () -> store(lowest - 300 * PAGE, 4));
    assertThat(count(FaultLeaf.STACK_GROWN)).isEqualTo(grown + 2);
    assertThat(process.load(cpu, lowest - 1, 1)).isEqualTo(3);
    ends(FaultLeaf.STACK_REFUSED, () -> store(mm.startStack() - (8L << 20), 1));
    long below = lowest - 600 * PAGE;
    assertThat(calls.mmap(below, PAGE, RW, ANON, -1, 0)).isEqualTo(below);
    ends(FaultLeaf.STACK_REFUSED, () -> store(below + 200 * PAGE, 1)); // the guard gap
  }

  @ParameterizedTest
  @EnumSource
  void copyOnWrite(PageTableLayout layout) {
    boot(layout);
    long at = map(2, RW, ANON);
    store(at, 1);
    store(at + PAGE, 2);
    int frame = frame(at);
    Process child = machine.processes().fork(cpu, process);
    assertThat(child.mm().rss(RssKind.ANON)).isEqualTo(2);
    assertThat(machine.memory().map().mapcount(frame)).isEqualTo(2);
    passes(FaultLeaf.COW_COPY, () -> child.store(cpu, at, 1, 9));
    assertThat(process.load(cpu, at, 1)).isEqualTo(1);
    assertThat(child.load(cpu, at, 1)).isEqualTo(9);
    passes(FaultLeaf.COW_REUSE, () -> store(at, 3));
    assertThat(frame(at)).isEqualTo(frame);
    assertThat(machine.memory().events().sum(VmEvent.PGREUSE)).isEqualTo(1);
    int held = frame(at + PAGE);
    machine.allocator().getPage(held); // by a driver, too
    machine.processes().exit(cpu, child);
    passes(
        FaultLeaf.COW_COPY,
        () -> {
          store(at + PAGE, 4);
          machine.allocator().freePage(cpu, held);
        });
  }

  @Test
  void aDriversReferenceDoesNotMakeItsOwnPageShared() {
    boot(PageTableLayout.X86_64);
    long at = map(1, RW, ANON);
    store(at, 1);
    machine.allocator().getPage(frame(at));
    calls.mprotect(at, PAGE, 1);
    calls.mprotect(at, PAGE, RW);
    long faults = mm.minFaults();
    store(at, 2);
    assertThat(mm.minFaults()).isEqualTo(faults);
    int frame = frame(at);
    calls.munmap(at, PAGE);
    assertThat(PageState.refcount(machine.memory().map().state(frame))).isEqualTo(1);
    assertThat(machine.allocator().freePage(cpu, frame)).isTrue();
  }

  private HostFile file(int bytes, boolean write) throws IOException {
    byte[] text = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      text[i] = (byte) (i / 4096 + 1);
    }
    Path path = folder.resolve("file");
    Files.write(path, text);
    return pages.caches().open(path, write);
  }

  private long mapFile(HostFile file, int count, long prot, long type) {
    int fd = process.open(file);
    assertThat(calls.mmap(AT, count * PAGE, prot, type | MAP_FIXED, fd, 0)).isEqualTo(AT);
    process.close(cpu, fd);
    return AT;
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsRead(PageTableLayout layout) throws IOException {
    boot(layout);
    HostFile file = file(40 * 4096 + 10, false);
    long at = mapFile(file, 48, 1, MAP_PRIVATE);
    passes(FaultLeaf.FILE_READ, () -> load(at + 4 * PAGE));
    assertThat(mm.majFaults()).isEqualTo(1);
    assertThat(machine.memory().events().sum(VmEvent.PGMAJFAULT)).isEqualTo(1);
    assertThat(file.cache().nrPages()).as("32 around it").isEqualTo(32);
    assertThat(mm.rss(RssKind.FILE)).isEqualTo(1);
    passes(FaultLeaf.FILE_AROUND, () -> load(at + 5 * PAGE));
    assertThat(mm.rss(RssKind.FILE)).isEqualTo(16);
    for (int i = 0; i < 40; i++) {
      assertThat(process.load(cpu, at + i * PAGE + 4095, 1)).isEqualTo(i + 1);
    }
    assertThat(process.load(cpu, at + 40 * PAGE, 8)).isEqualTo(0x2929292929292929L);
    assertThat(process.load(cpu, at + 40 * PAGE + 10, 8)).as("the rest of its page").isZero();
    ends(FaultLeaf.BEYOND_FILE, () -> load(at + 41 * PAGE));
    pages.truncate(cpu, file, 3 * PAGE);
    ends(FaultLeaf.BEYOND_FILE, () -> load(at + 3 * PAGE));
    load(at + 2 * PAGE);
  }

  @ParameterizedTest
  @EnumSource
  void aFileThatIsWritten(PageTableLayout layout) throws IOException {
    boot(layout);
    HostFile file = file(8 * 4096, true);
    Path path = folder.resolve("file");
    long at = mapFile(file, 8, RW, MAP_SHARED);
    passes(FaultLeaf.SHARED_WRITE, () -> store(at, 77));
    passes(FaultLeaf.FILE_AROUND, () -> load(at + PAGE));
    passes(FaultLeaf.MAKE_WRITABLE, () -> store(at + PAGE, 78));
    assertThat(file.cache().nrDirty()).isEqualTo(2);
    assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 1);
    assertThat(calls.msync(at, 8 * PAGE, 4)).isZero();
    assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 77);
    assertThat(file.cache().nrDirty()).isZero();
    passes(FaultLeaf.MAKE_WRITABLE, () -> store(at, 79));
    calls.munmap(at, 8 * PAGE);
    assertThat(Files.readAllBytes(path)[0]).as("unmapping writes nothing").isEqualTo((byte) 77);
    pages.caches().flusher().sync(cpu);
    assertThat(Files.readAllBytes(path)[0]).isEqualTo((byte) 79);
    assertThat(Files.readAllBytes(path)[4096]).isEqualTo((byte) 78);
    long own = mapFile(file, 8, RW, MAP_PRIVATE);
    passes(FaultLeaf.PRIVATE_WRITE, () -> store(own + 1, 80));
    assertThat(process.load(cpu, own, 1)).isEqualTo(79);
    load(own + 2 * PAGE);
    passes(FaultLeaf.COW_COPY, () -> store(own + 2 * PAGE, 81));
    assertThat(mm.rss(RssKind.ANON)).isEqualTo(2);
    calls.munmap(own, 8 * PAGE);
    assertThat(Files.readAllBytes(path)[1]).isEqualTo((byte) 1);
    assertThat(pages.caches().drop(cpu)).isEqualTo(8);
  }

  @Test
  void aFileThatCannotBeRead() throws IOException {
    boot(PageTableLayout.X86_64);
    HostFile file = file(4096, false);
    long at = mapFile(file, 1, 1, MAP_PRIVATE);
    file.cache().closeStore();
    ends(FaultLeaf.FILE_ERROR, () -> load(at));
  }

  @Test
  void anotherCpuWasFaster() {
    boot(PageTableLayout.X86_64);
    long at = map(1, RW, ANON);
    store(at, 1);
    int late = Access.USER | Access.WRITE;
    passes(
        FaultLeaf.SPURIOUS,
        () ->
            assertThat(pages.handler().handle(machine.cpu(1), mm, at, late, FaultMode.USER))
                .isEqualTo(FaultLeaf.SPURIOUS));
    long direct = machine.kernelSpace().layout().directStart() + (1 << 20);
    assertThat(pages.handler().handle(cpu, mm, direct, Access.WRITE | 1, FaultMode.KERNEL))
        .isEqualTo(FaultLeaf.KERNEL_SPURIOUS);
  }

  @Test
  void theKernelsHalfIsBroughtUpToDate() {
    boot(PageTableLayout.X86_32);
    long at = machine.kernelSpace().vmalloc().vmalloc(cpu, PAGE, "test");
    machine.kernelSpace().mmu().store(at, 8, 42, 0);
    assertThat(pages.memory().kernelLoad(cpu, mm, at, 8, true)).isEqualTo(42);
    assertThat(count(FaultLeaf.VMALLOC_FAULT)).isEqualTo(1);
    assertThat(pages.memory().kernelLoad(cpu, mm, at, 8, true)).isEqualTo(42);
    assertThat(count(FaultLeaf.VMALLOC_FAULT)).isEqualTo(1);
    ends(FaultLeaf.OOPS, () -> pages.memory().kernelLoad(cpu, mm, at + PAGE, 1, false));
    machine.kernelSpace().vmalloc().vfree(cpu, at);
  }

  @ParameterizedTest
  @EnumSource
  void theKernelTouchesAProcess(PageTableLayout layout) {
    boot(layout);
    long at = map(2, RW, ANON);
    MemorySegment bytes = MemorySegment.ofArray(new byte[3 * 4096]).fill((byte) 5);
    UserMemory memory = pages.memory();
    assertThat(memory.copyToUser(cpu, mm, at + 100, bytes, false)).isEqualTo(4096 + 100);
    assertThat(count(FaultLeaf.FIXUP)).isEqualTo(1);
    assertThat(process.load(cpu, at + 2 * PAGE - 1, 1)).isEqualTo(5);
    assertThat(memory.copyFromUser(cpu, mm, bytes.asSlice(0, 50), at + 2 * PAGE - 20, true))
        .isEqualTo(30);
    assertThat(count(FaultLeaf.ATOMIC)).isEqualTo(1);
    calls.madvise(at, 2 * PAGE, 4);
    assertThat(memory.copyFromUser(cpu, mm, bytes, at, true)).as("atomic").isEqualTo(3 * 4096);
    assertThat(memory.copyFromUser(cpu, mm, bytes, mm.taskSize() - 1, false)).isEqualTo(3 * 4096);
    assertThat(memory.kernelLoad(cpu, mm, at, 1, false)).isZero();
    ends(FaultLeaf.OOPS, () -> memory.kernelLoad(cpu, mm, at + PAGE, 1, true));
    ends(FaultLeaf.OOPS, () -> memory.kernelLoad(cpu, mm, 8, 8, false));
    assertThat(machine.log().lines())
        .contains(
            "BUG: kernel NULL pointer dereference, address: "
                + (layout == PageTableLayout.X86_64 ? "0000000000000008" : "00000008"),
            "#PF: supervisor read access in kernel mode",
            "#PF: error_code(0x0000) - not-present page",
            "Oops: Oops: 0000 [#2] SMP");
  }

  @Test
  void thereIsNoMemory() {
    boot(PageTableLayout.X86_64);
    machine.reclaim().oom().settings().enabled(false);
    long at = map(4, RW, ANON);
    List<Integer> hog = new ArrayList<>();
    int gfp = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN | Gfp.MEMALLOC;
    for (int pfn = 0; pfn != Pfn.NONE; ) {
      pfn = machine.allocator().allocPage(cpu, gfp);
      if (pfn != Pfn.NONE) {
        hog.add(pfn);
      }
    }
    ends(FaultLeaf.OUT_OF_MEMORY, () -> store(at, 1));
    hog.forEach(pfn -> machine.allocator().freePage(cpu, pfn));
    store(at, 1);
  }

  @ParameterizedTest
  @EnumSource
  void whatWasSwappedOut(PageTableLayout layout) {
    boot(layout);
    long at = map(1, RW, ANON);
    store(at, 66);
    SwapArea area = machine.reclaim().swapOnOff().on("swap", MemorySwap.of(64), 0);
    assertThat(new SystemCalls(cpu, process).madvise(at, PAGE, 21)).isZero(); // MADV_PAGEOUT
    assertThat(mm.rss(RssKind.SWAP)).isEqualTo(1);
    assertThat(machine.invariants()).isEmpty();
    Process child = machine.processes().fork(cpu, process);
    passes(FaultLeaf.SWAP_IN, () -> assertThat(process.load(cpu, at, 1)).isEqualTo(66));
    assertThat(mm.majFaults()).isEqualTo(1);
    assertThat(child.load(cpu, at, 1)).isEqualTo(66);
    assertThat(machine.invariants()).isEmpty();
    machine.processes().exit(cpu, child);
    store(at, 67);
    assertThat(area.used()).isZero();
  }
}
