package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a request takes when its own type's lists are empty, and what becomes of the pageblock:
 * {@code try_to_claim_block}, {@code __rmqueue_steal}, {@code boost_watermark} (6.18).
 */
class FallbackTest {
  private static final int BLOCK = 2048;
  private static final int PAGES = 512;
  private static final int UNMOVABLE = Gfp.GFP_KERNEL | Gfp.NOWARN;
  private static final int MOVABLE = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN;
  private static final int RECLAIMABLE = UNMOVABLE | Gfp.RECLAIMABLE;

  private static Machine machine(String... more) {
    List<String> all =
        new ArrayList<>(List.of("contents none", "memory 0-64M", "zone Normal", "percpu no"));
    all.add("sysctl vm.min_free_kbytes=0");
    all.addAll(List.of(more));
    return TestMachines.of(all.toArray(String[]::new));
  }

  private static int mask(String type) {
    return switch (type) {
      case "U" -> UNMOVABLE;
      case "M" -> MOVABLE;
      default -> RECLAIMABLE;
    };
  }

  private static int type(String letter) {
    return "UME".indexOf(letter);
  }

  /** Free pages, or pages that are like the request's, must be half of the pageblock. */
  @ParameterizedTest
  @CsvSource({
    // request, pageblock, free pages, pages on an LRU list, claimed
    "U, M, 256, 256, true",
    "U, M, 255, 257, false",
    "U, M, 255, 256, true", // one held page is not movable, so like ours
    "U, M,   1,   0, true", // all the others are like ours
    "U, M,   1, 256, true",
    "U, M,   1, 257, false",
    "E, M, 255, 257, false",
    "E, M, 255, 256, true",
    "U, E, 255,   0, false", // nobody can tell unmovable from reclaimable
    "U, E, 256,   0, true",
    "E, U, 255, 257, false",
    "E, U, 256,   0, true",
    "M, U, 255,   0, false",
    "M, U, 255,   1, true",
    "M, U,  16, 239, false",
    "M, U,  16, 240, true",
    "M, U,   8, 504, false", // blocks below order 4 are not worth a try for movable ones
    "M, E,  31, 225, true",
  })
  void aPageblockIsClaimedWhenHalfOfItIsFreeOrAlike(
      String request, String old, int free, int lru, boolean claimed) {
    try (Machine machine = machine()) {
      Zone zone = machine.memory().zones().getFirst();
      new FreeMemory(machine).pages(BLOCK, free, type(old)).lru(BLOCK + PAGES, lru);
      int pfn = machine.allocator().allocPages(machine.cpu(0), mask(request), 0);
      assertThat(pfn).isBetween(BLOCK, BLOCK + PAGES - 1);
      int now = claimed ? type(request) : type(old);
      assertThat(machine.memory().pageblocks().type(BLOCK)).isEqualTo(now);
      for (int type = 0; type < MigrateType.COUNT; type++) {
        assertThat(pagesOf(zone, type)).as("type %d", type).isEqualTo(type == now ? free - 1 : 0);
      }
      assertThat(zone.events().claims()).isEqualTo(claimed ? 1 : 0);
      assertThat(zone.events().steals()).isEqualTo(claimed ? 0 : 1);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static long pagesOf(Zone zone, int type) {
    long pages = 0;
    for (int order = 0; order < zone.areas.length; order++) {
      pages += (long) zone.freeBlocks(order, type) << order;
    }
    return pages;
  }

  @ParameterizedTest
  @ValueSource(ints = {9, 10})
  void aWholeBlockTakesItsPageblocksWithItAndRaisesNoMark(int order) {
    try (Machine machine = machine()) {
      Zone zone = machine.memory().zones().getFirst();
      new FreeMemory(machine).block(4096, order, MigrateType.MOVABLE);
      int pfn = machine.allocator().allocPages(machine.cpu(0), UNMOVABLE, 3);
      assertThat(pfn).isEqualTo(4096);
      for (int at = 4096; at < 4096 + (1 << order); at += PAGES) {
        assertThat(machine.memory().pageblocks().type(at)).isEqualTo(MigrateType.UNMOVABLE);
      }
      assertThat(pagesOf(zone, MigrateType.UNMOVABLE)).isEqualTo((1 << order) - 8);
      assertThat(zone.watermarkBoost()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void aPageblockThatTheZoneDoesNotHoldWholeIsNotClaimed() {
    try (Machine machine =
        TestMachines.of(
            "contents none",
            "memory 4K-64M",
            "zone Normal",
            "percpu no",
            "sysctl vm.min_free_kbytes=0")) {
      new FreeMemory(machine).block(256, 8, MigrateType.MOVABLE);
      int pfn = machine.allocator().allocPages(machine.cpu(0), UNMOVABLE, 0);
      assertThat(pfn).isEqualTo(256);
      assertThat(machine.memory().pageblocks().type(256)).isEqualTo(MigrateType.MOVABLE);
      assertThat(machine.memory().zones().getFirst().events().steals()).isEqualTo(1);
    }
  }

  /** Each type has its order of preference; claiming looks at the largest blocks first. */
  @ParameterizedTest
  @CsvSource({
    // request, order of the free block of type U, M, E (-1: none), whose is taken
    "U, -1, 8, 8, E",
    "U, -1, 9, 8, M",
    "M, 8, -1, 8, E",
    "M, 9, -1, 8, U",
    "M, 8, -1, -1, U",
    "E, 8, 8, -1, U",
    "E, 8, 9, -1, M",
  })
  void fallbackPrefersTypesInTheKernelsOrderAndLargeBlocks(
      String request, int unmovable, int movable, int reclaimable, String taken) {
    int[] orders = {unmovable, movable, reclaimable};
    try (Machine machine = machine()) {
      FreeMemory free = new FreeMemory(machine);
      for (int type = 0; type < 3; type++) {
        if (orders[type] >= 0) {
          free.block(BLOCK + 1024 * type, orders[type], type);
        }
      }
      int pfn = machine.allocator().allocPages(machine.cpu(0), mask(request), 0);
      assertThat(pfn).isEqualTo(BLOCK + 1024 * type(taken));
    }
  }

  @Test
  void stealingTakesTheSmallestBlockThatFits() {
    try (Machine machine = machine()) {
      new FreeMemory(machine)
          .block(BLOCK, 7, MigrateType.RECLAIMABLE)
          .block(4096, 2, MigrateType.RECLAIMABLE)
          .block(6144, 5, MigrateType.RECLAIMABLE);
      int mask = UNMOVABLE | Gfp.MEMALLOC; // the attempt to claim raises the marks
      assertThat(machine.allocator().allocPages(machine.cpu(0), mask, 3)).isEqualTo(6144);
      assertThat(machine.allocator().allocPages(machine.cpu(0), mask, 0)).isEqualTo(4096);
    }
  }

  @Test
  void aRefillGoesOnInThePageblockThatItClaimed() {
    try (Machine machine = machine("percpu yes")) {
      Zone zone = machine.memory().zones().getFirst();
      new FreeMemory(machine)
          .block(BLOCK, 9, MigrateType.MOVABLE)
          .block(4096, 9, MigrateType.MOVABLE)
          .block(6144, 9, MigrateType.MOVABLE);
      assertThat(machine.allocator().allocPages(machine.cpu(0), UNMOVABLE, 0)).isEqualTo(BLOCK);
      assertThat(zone.events().refillPages()).isGreaterThan(1);
      assertThat(zone.events().claims()).isEqualTo(1);
      assertThat(machine.memory().pageblocks().type(4096)).isEqualTo(MigrateType.MOVABLE);
    }
  }

  @Test
  void aRefillThatHasToStealTriesToClaimOnce() {
    long[] boosts = new long[2];
    for (int i = 0; i < 2; i++) {
      try (Machine machine =
          machine("percpu " + (i == 0 ? "no" : "yes"), "sysctl vm.watermark_scale_factor=900")) {
        Zone zone = machine.memory().zones().getFirst();
        new FreeMemory(machine).pages(BLOCK, 255, MigrateType.RECLAIMABLE);
        int mask = UNMOVABLE | Gfp.MEMALLOC;
        assertThat(machine.allocator().allocPages(machine.cpu(0), mask, 0)).isNotEqualTo(Pfn.NONE);
        assertThat(zone.events().steals()).isEqualTo(i == 0 ? 1 : zone.events().refillPages());
        boosts[i] = zone.watermarkBoost();
      }
    }
    assertThat(boosts[0]).isPositive().isEqualTo(boosts[1]);
  }

  @Test
  void normalSpreadsToDma32BeforeItMixesTypesInAPageblock() {
    int normal = 1 << 20;
    try (Machine machine = spreading()) {
      new FreeMemory(machine)
          .block(normal, 8, MigrateType.MOVABLE)
          .block(8192, 8, MigrateType.UNMOVABLE);
      assertThat(machine.allocator().allocPages(machine.cpu(0), UNMOVABLE, 0)).isEqualTo(8192);
      assertThat(machine.memory().pageblocks().type(normal)).isEqualTo(MigrateType.MOVABLE);
    }
    try (Machine machine = spreading()) {
      new FreeMemory(machine)
          .block(normal, 9, MigrateType.MOVABLE)
          .block(8192, 8, MigrateType.UNMOVABLE);
      // A whole pageblock mixes nothing.
      assertThat(machine.allocator().allocPages(machine.cpu(0), UNMOVABLE, 0)).isEqualTo(normal);
    }
    try (Machine machine = spreading()) {
      new FreeMemory(machine)
          .block(normal, 8, MigrateType.MOVABLE)
          .block(8192, 8, MigrateType.MOVABLE);
      // Nobody has the right type: the first zone may mix after all, at the same mark.
      CountingReclaimer kswapd = new CountingReclaimer();
      PageAllocator allocator = new PageAllocator(machine.memory(), kswapd);
      assertThat(allocator.allocPages(machine.cpu(0), UNMOVABLE, 0)).isEqualTo(normal);
      assertThat(kswapd.wakeUps).as("by the boost alone").allMatch(wakeUp -> wakeUp.gfp() == 0);
    }
  }

  private static Machine spreading() {
    return TestMachines.of(
        "contents none",
        "memory 16M-80M",
        "memory 4G-4160M",
        "percpu no",
        "sysctl vm.min_free_kbytes=0",
        "sysctl vm.lowmem_reserve_ratio=0,0,0");
  }

  @Test
  void onTwoNodesALocalMixIsBetterThanARemotePage() {
    try (Machine machine =
        TestMachines.of(
            "contents none",
            "node 0 distance=10,20",
            "node 1 distance=20,10",
            "cpus 0 node=1",
            "memory 16M-80M node=0",
            "memory 80M-96M node=1",
            "memory 4G-4160M node=1",
            "percpu no",
            "sysctl vm.min_free_kbytes=0",
            "sysctl vm.lowmem_reserve_ratio=0,0,0")) {
      int normal = 1 << 20;
      new FreeMemory(machine)
          .block(normal, 8, MigrateType.MOVABLE)
          .block(8192, 8, MigrateType.UNMOVABLE);
      assertThat(machine.allocator().allocPages(machine.cpu(0), UNMOVABLE, 0)).isEqualTo(normal);
    }
  }

  /** Each claim of a part raises the marks by a pageblock, up to a limit, and wakes kswapd. */
  @Test
  void claimingBoostsTheMarksAndWakesKswapd() {
    try (Machine machine = machine("sysctl vm.watermark_scale_factor=500")) {
      Zone zone = machine.memory().zones().getFirst();
      long high = 2 * (16_384 * 500 / 10_000);
      assertThat(zone.unboostedMark(Zone.HIGH)).isEqualTo(high);
      FreeMemory free = new FreeMemory(machine);
      free.block(0, 10, MigrateType.MOVABLE).block(1024, 10, MigrateType.MOVABLE);
      CountingReclaimer kswapd = new CountingReclaimer();
      PageAllocator allocator = new PageAllocator(machine.memory(), kswapd);
      long limit = Math.max(PAGES, high * 15_000 / 10_000);
      for (int claims = 1; claims <= 6; claims++) {
        takeOneClaim(machine, allocator, free, claims);
        long boost = Math.min(claims * (long) PAGES, limit);
        assertThat(zone.watermarkBoost()).as("after %d claims", claims).isEqualTo(boost);
        assertThat(zone.mark(Zone.MIN)).isEqualTo(boost);
        assertThat(zone.mark(Zone.HIGH)).isEqualTo(high + boost);
      }
      assertThat(kswapd.wakeUpsOfOrder(0)).isGreaterThanOrEqualTo(6);
    }
  }

  private static void takeOneClaim(
      Machine machine, PageAllocator allocator, FreeMemory free, int claims) {
    int pfn = 4096 + claims * 1024;
    free.block(pfn, 8, MigrateType.RECLAIMABLE);
    int mask = UNMOVABLE | Gfp.MEMALLOC; // whatever the marks are by now
    while (machine.memory().pageblocks().type(pfn) == MigrateType.RECLAIMABLE) {
      assertThat(allocator.allocPages(machine.cpu(0), mask, 8)).isNotEqualTo(Pfn.NONE);
    }
  }

  @Test
  void smallZonesAndAFactorOfZeroRaiseNoMark() {
    try (Machine small =
            TestMachines.of("memory 0-8188K", "max_order 9", "zone Normal", "percpu no");
        Machine off = machine("sysctl vm.watermark_boost_factor=0")) {
      for (Machine machine : List.of(small, off)) {
        new FreeMemory(machine).block(1024, 8, MigrateType.UNMOVABLE);
        int mask = MOVABLE | Gfp.MEMALLOC;
        assertThat(machine.allocator().allocPages(machine.cpu(0), mask, 0)).isEqualTo(1024);
        assertThat(machine.memory().zones().getFirst().watermarkBoost()).isZero();
      }
    }
  }
}
