package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the kernel reports with bad_page(), caught here too, and without harm to the machine. */
class MisuseTest {
  private final Machine machine = Machine.boot(TestMachines.threeZones(true));
  private final PageAllocator allocator = machine.allocator();
  private final MemMap map = machine.memory().map();
  private final Cpu cpu = machine.cpu(0);
  private long freeBefore;

  @BeforeEach
  void count() {
    freeBefore = free();
  }

  @AfterEach
  void nothingIsLost() {
    allocator.drainAllPages();
    assertThat(machine.invariants()).isEmpty();
    assertThat(free()).isEqualTo(freeBefore);
    machine.close();
  }

  private long free() {
    return machine.memory().zones().stream().mapToLong(Zone::freePages).sum();
  }

  /** On each CPU the free is reported in the kernel's format, and changes nothing. */
  private void expectReport(int pfn, int order, String reason) {
    for (Cpu any : machine.cpus()) {
      machine.log().clear();
      long before = allocator.badPages();
      List<String> state = Fingerprint.of(machine);
      assertThat(allocator.freePages(any, pfn, order)).isFalse();
      assertThat(allocator.badPages()).isEqualTo(before + 1);
      assertThat(Fingerprint.of(machine)).isEqualTo(state);
      assertThat(machine.log().lines()).hasSizeBetween(4, 5);
      assertThat(machine.log().lines().getFirst())
          .isEqualTo("BUG: Bad page state in process quarry  pfn:%05x", pfn);
      assertThat(machine.log().lines().get(1))
          .matches(
              "page: refcount:\\d+ mapcount:\\d+ mapping:[0-9a-f]{16} index:0x[0-9a-f]+ pfn:0x"
                  + Integer.toHexString(pfn));
      assertThat(machine.log().lines().get(2)).matches("flags: 0x[0-9a-f]+\\([a-z_|=0-9]*\\)");
      assertThat(machine.log().lines().get(3)).startsWith("page dumped because: ").contains(reason);
    }
  }

  private static void expectRefusal(Machine machine, ThrowingCallable call, String message) {
    List<String> state = Fingerprint.of(machine);
    assertThatThrownBy(call).hasMessageContaining(message);
    assertThat(Fingerprint.of(machine)).isEqualTo(state);
  }

  private void expectRefusal(ThrowingCallable call, String message) {
    expectRefusal(machine, call, message);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void freeingTwiceIsCaughtOnTheListsOfACpu(int order) {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, order);
    assertThat(allocator.freePages(cpu, pfn, order)).isTrue();
    expectReport(pfn, order, "free already, on a per-CPU list");
    expectReport(pfn, 5, "free already, on a per-CPU list");
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 9, 10})
  void freeingTwiceIsCaughtInTheBuddySystem(int order) {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, order);
    assertThat(allocator.freePages(cpu, pfn, order)).isTrue();
    allocator.drainAllPages();
    expectReport(pfn, order, "nonzero PageBuddy");
    expectReport(pfn + 3, 0, "nonzero PageBuddy");
  }

  @Test
  void freeingMemoryThatNobodyEverTouchedIsCaught() {
    Zone normal = machine.memory().zones().get(2);
    int untouched = normal.startPfn() + 1024;
    assertThat(normal.untouched.contains(untouched)).isTrue();
    expectReport(untouched, 10, "nonzero PageBuddy");
    expectReport(untouched + 77, 0, "nonzero PageBuddy");
  }

  @Test
  void freeingWithAnotherOrderIsCaught() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 3);
    expectReport(pfn, 2, "freed with order 2, allocated with order 3");
    expectReport(pfn, 10, "freed with order 10, allocated with order 3");
    for (int tail = 1; tail < 8; tail++) {
      expectReport(pfn + tail, 0, "tail of the block of order 3 at pfn:" + Pfn.hex(pfn));
    }
    assertThat(allocator.freePages(cpu, pfn, 3)).isTrue();
  }

  @Test
  void freeingATailOfACompoundBlockIsCaught() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL | Gfp.COMP, 6);
    expectReport(pfn + 32, 5, "tail of the block of order 6");
    expectReport(pfn, 5, "freed with order 5, allocated with order 6");
    assertThat(allocator.freePages(cpu, pfn, 6)).isTrue();
  }

  @Test
  void freeingAReservedFrameOrAHoleIsCaught() {
    expectReport(5000, 0, "PG_reserved");
    expectReport(5122, 1, "PG_reserved");
    expectReport(0, 0, "no RAM");
    expectReport(4095, 0, "no RAM"); // a hole between two zones
    expectReport(100_000, 3, "no RAM"); // a hole of whole pageblocks
  }

  @Test
  void freeingAFrameInUseIsCaught() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_USER, 0);
    map.mapcount(pfn, 1);
    expectReport(pfn, 0, "nonzero mapcount");
    map.mapcount(pfn, 0);
    map.mapping(pfn, 7);
    expectReport(pfn, 0, "non-NULL mapping");
    map.mapping(pfn, 0);
    for (int flags = PageState.CHECK_AT_FREE; flags != 0; flags &= flags - 1) {
      int flag = Integer.lowestOneBit(flags);
      if (flag != PageState.BUDDY && flag != PageState.PCP && flag != PageState.ISOLATED) {
        map.setFlags(pfn, flag);
        expectReport(pfn, 0, "PAGE_FLAGS_CHECK_AT_FREE");
        map.clearFlags(pfn, flag);
      }
    }
    assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
  }

  @Test
  void whatAnOwnerMayLeaveOnAFrameIsGoneWhenItIsHandedOutAgain() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0);
    map.setFlags(pfn, PageState.DIRTY | PageState.REFERENCED | PageState.SWAPBACKED);
    assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
    assertThat(allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0)).isEqualTo(pfn);
    assertThat(map.state(pfn)).isEqualTo(PageState.allocated(0, 0));
    assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
  }

  @Test
  void aFrameWithTwoReferencesIsFreedByTheSecondFree() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 1);
    allocator.getPage(pfn);
    expectReport(pfn, 0, "freed with order 0, allocated with order 1");
    assertThat(allocator.freePages(cpu, pfn, 1)).isTrue();
    assertThat(machine.memory().kindOf(pfn)).isEqualTo(FrameKind.ALLOCATED);
    assertThat(allocator.freePages(cpu, pfn, 1)).isTrue();
    expectReport(pfn, 1, "free already");
  }

  /** An order that overflows the descriptor's fields must not look like another order. */
  @ParameterizedTest
  @ValueSource(ints = {-1, -32, 11, 31, 32, 33, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void ordersBeyondTheMachinesAreRefused(int order) {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0);
    String message = "order " + order + (order < 0 ? " is below 0" : " is above the machine's");
    for (int references = 1; references <= 3; references++) {
      expectRefusal(() -> allocator.freePages(cpu, pfn, order), message);
      allocator.getPage(pfn);
    }
    expectRefusal(() -> allocator.allocPages(cpu, Gfp.GFP_KERNEL, order), message);
    expectRefusal(() -> allocator.splitBlock(pfn, 0, order), "frame " + pfn);
    for (int references = 1; references <= 4; references++) {
      assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
    }
  }

  @Test
  void splittingWhatIsNoSuchBlockIsRefused() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 4);
    expectRefusal(() -> allocator.splitBlock(pfn, 4, -1), "could be split to order -1");
    expectRefusal(() -> allocator.splitBlock(pfn, 4, 5), "could be split to order 5");
    expectRefusal(() -> allocator.splitBlock(pfn, 3, 0), "of order 3");
    expectRefusal(() -> allocator.splitBlock(pfn + 8, 3, 0), "frame " + (pfn + 8));
    expectRefusal(() -> allocator.splitPage(pfn + 8, 3), "frame " + (pfn + 8));
    allocator.getPage(pfn);
    expectRefusal(() -> allocator.splitPage(pfn, 4), "frame " + pfn);
    expectRefusal(() -> allocator.splitBlock(pfn, 4, 2), "frame " + pfn);
    assertThat(allocator.freePages(cpu, pfn, 4)).isTrue();
    assertThat(allocator.freePages(cpu, pfn, 4)).isTrue();
    expectRefusal(() -> allocator.splitPage(pfn, 4), "frame " + pfn);
    expectRefusal(() -> allocator.getPage(pfn), "frame " + pfn + " is FREE");
    int compound = allocator.allocPages(cpu, Gfp.GFP_KERNEL | Gfp.COMP, 4);
    expectRefusal(() -> allocator.splitPage(compound, 4), "plain allocated block");
    assertThat(allocator.freePages(cpu, compound, 4)).isTrue();
  }

  @Test
  void framesBeyondTheMachineAreRefusedWithBothNumbers() {
    int end = map.endPfn();
    for (int pfn : new int[] {end, 1 << 30, Integer.MAX_VALUE, Pfn.NONE, Integer.MIN_VALUE}) {
      expectRefusal(
          () -> allocator.freePages(cpu, pfn, 0),
          "frame " + pfn + " is not below the machine's end, frame " + end);
    }
  }

  @Test
  void masksAndSizesThatMeanNothingAreRefused() {
    expectRefusal(() -> allocator.allocPages(cpu, Gfp.DMA | Gfp.HIGHMEM, 0), "contradict");
    expectRefusal(() -> allocator.getFreePages(cpu, Gfp.GFP_HIGHUSER, 0), "__GFP_HIGHMEM");
    for (long bytes : new long[] {0, -1, (1024 << 12) + 1, Long.MAX_VALUE, Long.MIN_VALUE}) {
      expectRefusal(
          () -> allocator.allocPagesExact(cpu, bytes, Gfp.GFP_KERNEL),
          bytes + " bytes do not fit 1 to 1024 pages");
    }
    assertThat(allocator.allocPagesBulk(cpu, Gfp.GFP_KERNEL, new int[0])).isZero();
  }

  @Test
  void addressesOutsideOfTheDirectMapAreRefused() {
    assertThat(allocator.freePagesAt(cpu, PageAllocator.NO_ADDRESS, 3)).isTrue();
    long base = allocator.directMap().base();
    for (long address : new long[] {base - 1, base + allocator.directMap().bytes(), 1, -1}) {
      expectRefusal(() -> allocator.freePagesAt(cpu, address, 0), "is not in the direct map");
    }
    long address = allocator.getZeroedPage(cpu, Gfp.GFP_KERNEL);
    assertThat(allocator.freePagesAt(cpu, address, 0)).isTrue();
    assertThat(allocator.freePagesAt(cpu, address, 0)).isFalse();
  }

  @Test
  void aFloodOfReportsIsCutOffButCounted() {
    for (int i = 0; i < 100; i++) {
      assertThat(allocator.freePages(cpu, 0, 0)).isFalse();
    }
    assertThat(allocator.badPages()).isEqualTo(100);
    assertThat(machine.log().lines()).hasSize(60 * 4 + 1);
    assertThat(machine.log().lines().getLast()).contains("suppressed");
  }
}
