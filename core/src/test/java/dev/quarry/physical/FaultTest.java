package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that fail at every possible place, halfway too: nothing may be lost. */
class FaultTest {
  private static final int KERNEL = Gfp.GFP_KERNEL | Gfp.NOWARN;

  private static Machine machine(boolean percpu) {
    return TestMachines.of(
        "contents none",
        "memory 0-64M",
        "zone Normal",
        "percpu " + (percpu ? "yes" : "no"),
        "sysctl vm.min_free_kbytes=0",
        "sysctl vm.watermark_boost_factor=0");
  }

  /** Exactly {@code pages} pages of the machine are free, in blocks as large as can be. */
  private static void leave(Machine machine, int pages) {
    new FreeMemory(machine).pages(2048, pages, MigrateType.UNMOVABLE);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anExactRequestGetsAllOfItsPagesOrNone(boolean percpu) {
    for (int free = 0; free <= 40; free++) {
      for (int pages = 1; pages <= 20; pages++) {
        try (Machine machine = machine(percpu)) {
          leave(machine, free);
          Cpu cpu = machine.cpu(0);
          PageAllocator allocator = machine.allocator();
          long bytes = pages * 4096L;
          int pfn = allocator.allocPagesExact(cpu, bytes, KERNEL | Gfp.COMP);
          allocator.drainAllPages();
          Zone zone = machine.memory().zones().getFirst();
          assertThat(zone.freePages()).isEqualTo(pfn == Pfn.NONE ? free : free - pages);
          if (pfn != Pfn.NONE) {
            allocator.freePagesExact(cpu, pfn, bytes);
            allocator.drainAllPages();
          }
          assertThat(zone.freePages()).isEqualTo(free);
          assertThat(allocator.badPages()).isZero();
          assertThat(machine.invariants()).isEmpty();
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aBulkRequestGetsWhatThereIsAndSaysHowMuch(boolean percpu) {
    for (int free = 0; free <= 120; free += 3) {
      for (int wanted : new int[] {1, 2, 7, 50, 500}) {
        try (Machine machine = machine(percpu)) {
          leave(machine, free);
          int[] pfns = new int[wanted];
          Arrays.fill(pfns, Pfn.NONE);
          int got = machine.allocator().allocPagesBulk(machine.cpu(0), KERNEL, pfns);
          expectBulk(machine, free, pfns, got);
        }
      }
    }
  }

  private static void expectBulk(Machine machine, int free, int[] pfns, int got) {
    Zone zone = machine.memory().zones().getFirst();
    // As long as the zone stays above its low mark all, else one at a time.
    boolean all = free > zone.mark(Zone.LOW) + pfns.length && zone.pcp(0).count() >= 0;
    assertThat(got).isLessThanOrEqualTo(pfns.length).isGreaterThanOrEqualTo(free > 0 ? 1 : 0);
    if (all && machine.spec().sysctls().percpuLists()) {
      assertThat(got).isEqualTo(pfns.length);
    }
    assertThat(Arrays.stream(pfns, 0, got).distinct().count()).isEqualTo(got);
    assertThat(Arrays.stream(pfns, got, pfns.length)).allMatch(pfn -> pfn == Pfn.NONE);
    machine.allocator().drainAllPages();
    assertThat(zone.freePages()).isEqualTo(free - got);
    for (int i = 0; i < got; i++) {
      assertThat(machine.allocator().freePages(machine.cpu(0), pfns[i], 0)).isTrue();
    }
    machine.allocator().drainAllPages();
    assertThat(zone.freePages()).isEqualTo(free);
    assertThat(machine.invariants()).isEmpty();
  }

  /** A bulk request goes on with other types' pageblocks where its own run out, as in Linux. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 10, 49})
  void aBulkRequestGoesOnWithOtherTypes(int own) {
    int normal = 1 << 20;
    try (Machine machine =
        TestMachines.of(
            "contents none", "memory 16M-80M", "memory 4G-4160M", "sysctl vm.min_free_kbytes=0")) {
      new FreeMemory(machine)
          .pages(normal, own, MigrateType.UNMOVABLE)
          .block(normal + 1024, 8, MigrateType.MOVABLE)
          .block(normal + 2048, 8, MigrateType.MOVABLE);
      int[] pfns = new int[50];
      int got = machine.allocator().allocPagesBulk(machine.cpu(0), KERNEL, pfns);
      assertThat(got).isEqualTo(50);
      assertThat(Arrays.stream(pfns).distinct().count()).isEqualTo(50);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void requestsByAddressSayThatTheyFailed() {
    try (Machine machine = machine(false)) {
      leave(machine, 0);
      PageAllocator allocator = machine.allocator();
      Cpu cpu = machine.cpu(0);
      assertThat(allocator.getFreePages(cpu, KERNEL, 0)).isEqualTo(PageAllocator.NO_ADDRESS);
      assertThat(allocator.getFreePage(cpu, KERNEL)).isEqualTo(PageAllocator.NO_ADDRESS);
      assertThat(allocator.getZeroedPage(cpu, KERNEL)).isEqualTo(PageAllocator.NO_ADDRESS);
      assertThat(allocator.getDmaPages(cpu, KERNEL, 0)).isEqualTo(PageAllocator.NO_ADDRESS);
      assertThat(allocator.failures()).isEqualTo(4);
    }
  }

  /** What a snapshot's block contradicts is named, and nothing of the block is kept. */
  @Test
  void blocksThatContradictTheStateAreRefusedWhole() {
    try (Machine machine = machine(true)) {
      PhysicalMemory memory = machine.memory();
      Zone zone = memory.zones().getFirst();
      StateLoader loader = new StateLoader(memory);
      loader.freeBlock(zone, 4096, 4, MigrateType.MOVABLE);
      loader.pcpBlock(zone, 0, 0, 5000);
      int type = MigrateType.MOVABLE;
      expectRefusal(machine, () -> loader.freeBlock(zone, 4096, 4, type), "overlaps the block");
      expectRefusal(machine, () -> loader.freeBlock(zone, 4096, 10, type), "overlaps the block");
      expectRefusal(machine, () -> loader.freeBlock(zone, 4100, 1, type), "overlaps the block");
      expectRefusal(machine, () -> loader.freeBlock(zone, 4992, 6, type), "overlaps the block");
      expectRefusal(machine, () -> loader.freeBlock(zone, 4097, 1, type), "is not aligned");
      expectRefusal(machine, () -> loader.freeBlock(zone, 16_384, 0, type), "is outside of");
      expectRefusal(machine, () -> loader.freeBlock(zone, -1024, 0, type), "is outside of");
      expectRefusal(machine, () -> loader.freeBlock(zone, 0, 11, type), "largest order 10");
      expectRefusal(machine, () -> loader.freeBlock(zone, 0, -1, type), "order -1");
      expectRefusal(machine, () -> loader.pcpBlock(zone, 0, 99, 0), "per-CPU list 99");
      expectRefusal(machine, () -> loader.pcpBlock(zone, 0, 0, 4096), "overlaps the block");
      expectRefusal(machine, () -> loader.pcpBlock(zone, 0, 3, 5001), "is not aligned");
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static void expectRefusal(Machine machine, ThrowingCallable call, String message) {
    List<String> before = Fingerprint.of(machine);
    int type = machine.memory().pageblocks().type(0);
    assertThatThrownBy(call)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
    assertThat(Fingerprint.of(machine)).isEqualTo(before);
    assertThat(machine.memory().pageblocks().type(0)).isEqualTo(type);
  }
}
