package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The reserve for requests of order above 0 that cannot wait: {@code reserve_highatomic_pageblock}
 * and {@code unreserve_highatomic_pageblock} (6.18). Pageblocks of 8 pages keep the machines small.
 */
class HighAtomicTest {
  private static final int BLOCK_PAGES = 8;
  private static final int ATOMIC = Gfp.GFP_ATOMIC | Gfp.NOWARN;
  private static final int KERNEL = Gfp.GFP_KERNEL | Gfp.NOWARN;

  private static Machine machine(int pages, int minPages) {
    return TestMachines.of(
        "max_order 6",
        "pageblock_order 3",
        "memory 0-" + 4 * pages + "K",
        "zone Normal",
        "percpu no",
        "sysctl vm.watermark_boost_factor=0",
        "sysctl vm.min_free_kbytes=" + 4 * minPages);
  }

  private static long take(Machine machine, int gfp, int order, long atMost) {
    long blocks = 0;
    while (blocks < atMost
        && machine.allocator().allocPages(machine.cpu(0), gfp, order) != Pfn.NONE) {
      blocks++;
    }
    return blocks;
  }

  private static int highAtomicBlocks(Machine machine) {
    Pageblocks pageblocks = machine.memory().pageblocks();
    int count = 0;
    for (int pfn = 0; pfn < machine.spec().endPfn(); pfn += BLOCK_PAGES) {
      count += pageblocks.type(pfn) == MigrateType.HIGHATOMIC ? 1 : 0;
    }
    return count;
  }

  /** About 1 % of the zone, rounded up to pageblocks; nothing where 1 % is less than one. */
  @ParameterizedTest
  @CsvSource({"768, 0", "792, 0", "800, 1", "896, 1", "904, 2", "1696, 2", "1704, 3", "2048, 3"})
  void atMostOnePercentIsReserved(int pages, int pageblocks) {
    try (Machine machine = machine(pages, 64)) {
      take(machine, KERNEL, 0, Long.MAX_VALUE);
      // Below the low mark each high-order atomic request would like to reserve its pageblock.
      long blocks = take(machine, ATOMIC, 1, 16);
      assertThat(blocks).isEqualTo(16);
      assertThat(highAtomicBlocks(machine)).isEqualTo(pageblocks);
      Zone zone = machine.memory().zones().getFirst();
      assertThat(zone.reservedHighatomic()).isEqualTo((long) pageblocks * BLOCK_PAGES);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GFP_ATOMIC,                0, 0",
    "GFP_NOWAIT,                1, 0",
    "GFP_KERNEL,                1, 0",
    "GFP_ATOMIC|__GFP_NOMEMALLOC, 1, 0",
    "GFP_ATOMIC,                1, 2",
  })
  void onlyHighOrderAtomicRequestsReserve(String mask, int order, int pageblocks) {
    try (Machine machine = machine(1024, 64)) {
      take(machine, KERNEL, 0, 1024 - 100);
      int gfp = GfpVocabulary.of(machine.spec().release()).parse(mask) | Gfp.NOWARN;
      assertThat(take(machine, gfp, order, 16)).isPositive();
      assertThat(highAtomicBlocks(machine)).isEqualTo(pageblocks);
    }
  }

  /** A machine of which one reserved pageblock is free, and nothing else. */
  private static Machine onlyReserved(int minPages) {
    Machine machine = machine(1024, minPages);
    new FreeMemory(machine).block(512, 3, MigrateType.HIGHATOMIC);
    Zone zone = machine.memory().zones().getFirst();
    assertThat(zone.reservedHighatomic()).isEqualTo(BLOCK_PAGES);
    return machine;
  }

  @Test
  void requestsThatCannotWaitGetReservedPagesAsALastResort() {
    try (Machine machine = onlyReserved(4)) {
      Cpu cpu = machine.cpu(0);
      PageAllocator allocator = machine.allocator();
      int noMarks = KERNEL | Gfp.MEMALLOC;
      assertThat(allocator.allocPages(cpu, noMarks, 0)).isEqualTo(Pfn.NONE);
      assertThat(allocator.allocPages(cpu, ATOMIC | Gfp.NOMEMALLOC, 0)).isEqualTo(Pfn.NONE);
      assertThat(allocator.allocPages(cpu, ATOMIC, 0)).isBetween(512, 519);
      assertThat(allocator.allocPages(cpu, Gfp.GFP_NOWAIT, 0)).isBetween(512, 519);
      assertThat(machine.memory().zones().getFirst().freeHighatomic()).isEqualTo(6);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void aRequestThatWouldFailGetsAReservedPageblockBack() {
    try (Machine machine = onlyReserved(4)) {
      Zone zone = machine.memory().zones().getFirst();
      int pfn = machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_KERNEL, 0);
      assertThat(pfn).isEqualTo(512);
      assertThat(zone.reservedHighatomic()).isZero();
      assertThat(machine.memory().pageblocks().type(pfn)).isEqualTo(MigrateType.UNMOVABLE);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void afterReclaimAllButTheLastReservedPageblockMayGoBack() {
    for (int blocks = 1; blocks <= 2; blocks++) {
      try (Machine machine = machine(1024, 4)) {
        FreeMemory free = new FreeMemory(machine).block(512, 3, MigrateType.HIGHATOMIC);
        if (blocks == 2) {
          free.block(640, 3, MigrateType.HIGHATOMIC);
        }
        CountingReclaimer reclaimer = new CountingReclaimer();
        reclaimer.onReclaim = () -> 1;
        PageAllocator allocator = new PageAllocator(machine.memory(), reclaimer);
        assertThat(allocator.allocPages(machine.cpu(0), KERNEL, 0)).isNotEqualTo(Pfn.NONE);
        // The last one goes only when nothing else helped, and then reclaim is tried once more.
        assertThat(reclaimer.calls).hasToString(blocks == 2 ? "R" : "RR");
      }
    }
  }

  @Test
  void theReserveIsOutOfTheReachOfRequestsThatCanWait() {
    try (Machine machine = onlyReserved(0)) {
      Zone zone = machine.memory().zones().getFirst();
      Watermark watermark = machine.memory().watermark();
      assertThat(watermark.unusable(zone, 0, 0)).isEqualTo(BLOCK_PAGES);
      assertThat(watermark.unusable(zone, 2, AllocFlags.CMA)).isEqualTo(BLOCK_PAGES + 3);
      for (int right : new int[] {AllocFlags.MIN_RESERVE, AllocFlags.NON_BLOCK, AllocFlags.OOM}) {
        assertThat(watermark.unusable(zone, 2, right)).isEqualTo(3);
      }
      // Pages of the reserve count for __GFP_HIGH, but a block of it only for high-order atomic.
      assertThat(watermark.ok(zone, 1, 0, 0, AllocFlags.MIN_RESERVE)).isFalse();
      assertThat(watermark.ok(zone, 1, 0, 0, AllocFlags.HIGHATOMIC)).isTrue();
      assertThat(watermark.ok(zone, 3, 0, 0, AllocFlags.HIGHATOMIC)).isTrue();
      assertThat(watermark.ok(zone, 4, 0, 0, AllocFlags.HIGHATOMIC)).isFalse();
    }
  }

  @Test
  void aZoneThatTheNodemaskExcludesKeepsItsReserve() {
    try (Machine machine =
        TestMachines.of(
            "max_order 6",
            "pageblock_order 3",
            "node 0 distance=10,20",
            "node 1 distance=20,10",
            "memory 0-4M node=0",
            "memory 4M-8M node=1",
            "zone Normal",
            "percpu no",
            "sysctl vm.min_free_kbytes=0")) {
      Zone other = machine.memory().zones().get(1);
      new FreeMemory(machine).block(1024, 3, MigrateType.HIGHATOMIC);
      int pfn = machine.allocator().allocPagesNode(machine.cpu(0), 0, 1, KERNEL, 0, null);
      assertThat(pfn).isEqualTo(Pfn.NONE);
      assertThat(other.reservedHighatomic()).isEqualTo(BLOCK_PAGES);
    }
  }
}
