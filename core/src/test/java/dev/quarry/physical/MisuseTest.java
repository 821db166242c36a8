package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the kernel reports with bad_page(), caught here too, and without harm to the machine. */
class MisuseTest {
  private final Machine machine = Machine.boot(TestMachines.threeZones(true));
  private final PageAllocator allocator = machine.allocator();
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

  private void expectReport(int pfn, int order, String reason) {
    long before = allocator.badPages();
    assertThat(allocator.freePages(cpu, pfn, order)).isFalse();
    assertThat(allocator.badPages()).isEqualTo(before + 1);
    assertThat(machine.log().lines())
        .anyMatch(line -> line.startsWith("BUG: Bad page state in process"))
        .anyMatch(line -> line.startsWith("page dumped because: ") && line.contains(reason));
  }

  @Test
  void freeingTwiceIsCaughtOnTheListsOfACpu() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0);
    assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
    expectReport(pfn, 0, "free already, on a per-CPU list");
  }

  @Test
  void freeingTwiceIsCaughtInTheBuddySystem() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 5);
    assertThat(allocator.freePages(cpu, pfn, 5)).isTrue();
    expectReport(pfn, 5, "nonzero PageBuddy");
    expectReport(pfn + 3, 0, "nonzero PageBuddy");
  }

  @Test
  void freeingWithAnotherOrderIsCaught() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 3);
    expectReport(pfn, 2, "freed with order 2, allocated with order 3");
    expectReport(pfn + 1, 0, "tail of the block of order 3");
    assertThat(allocator.freePages(cpu, pfn, 3)).isTrue();
  }

  @Test
  void freeingAReservedFrameOrAHoleIsCaught() {
    expectReport(5000, 0, "PG_reserved");
    expectReport(0, 0, "no RAM");
  }

  @Test
  void freeingAFrameInUseIsCaught() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_USER, 0);
    machine.memory().map().mapcount(pfn, 1);
    expectReport(pfn, 0, "nonzero mapcount");
    machine.memory().map().mapcount(pfn, 0);
    machine.memory().map().setFlags(pfn, PageState.LOCKED);
    expectReport(pfn, 0, "PAGE_FLAGS_CHECK_AT_FREE");
    machine.memory().map().clearFlags(pfn, PageState.LOCKED);
    assertThat(allocator.freePages(cpu, pfn, 0)).isTrue();
  }

  @Test
  void aFrameWithTwoReferencesIsFreedByTheSecondFree() {
    int pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 1);
    allocator.getPage(pfn);
    assertThat(allocator.freePages(cpu, pfn, 1)).isTrue();
    assertThat(machine.memory().kindOf(pfn)).isEqualTo(FrameKind.ALLOCATED);
    assertThat(allocator.freePages(cpu, pfn, 1)).isTrue();
    expectReport(pfn, 1, "free already");
  }

  @Test
  void framesAndOrdersBeyondTheMachineAreRefusedWithBothNumbers() {
    assertThatThrownBy(() -> allocator.freePages(cpu, 1 << 30, 0))
        .hasMessageContaining("frame 1073741824 is not below the machine's end, frame 1052672");
    assertThatThrownBy(() -> allocator.allocPages(cpu, Gfp.GFP_KERNEL, 11))
        .hasMessageContaining("order 11 is above the machine's largest order 10");
    assertThatThrownBy(() -> allocator.freePages(cpu, 4096, -1)).hasMessageContaining("order -1");
    assertThatThrownBy(() -> allocator.allocPages(cpu, Gfp.DMA | Gfp.HIGHMEM, 0))
        .hasMessageContaining("contradict");
    assertThatThrownBy(() -> allocator.getFreePages(cpu, Gfp.GFP_HIGHUSER, 0))
        .hasMessageContaining("__GFP_HIGHMEM");
  }
}
