package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * When a request reclaims, compacts, tries again and gives up: {@code __alloc_pages_slowpath} and
 * its helpers (6.18), with a reclaimer that does what a test says.
 */
class SlowPathTest {
  private static final int MIN_PAGES = 256;
  private static final int MAX_RECLAIM_RETRIES = 16;
  private static final int KERNEL = Gfp.GFP_KERNEL | Gfp.NOWARN;
  private static final int MOVABLE = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN;

  private final Machine machine =
      TestMachines.of(
          "memory 0-64M",
          "zone Normal",
          "cpus 0-1",
          "sysctl vm.min_free_kbytes=" + 4 * MIN_PAGES,
          "sysctl vm.watermark_boost_factor=0");
  private final Zone zone = machine.memory().zones().getFirst();
  private final Cpu cpu = machine.cpu(0);
  private final CountingReclaimer reclaimer = new CountingReclaimer();
  private final PageAllocator allocator = new PageAllocator(machine.memory(), reclaimer);
  private final Deque<Integer> held = new ArrayDeque<>();

  /** Takes single pages until only the min mark is left; nothing of a higher order is free. */
  @BeforeEach
  void fill() {
    int pfn = 0;
    while (pfn != Pfn.NONE) {
      pfn = allocator.allocPages(cpu, Gfp.GFP_NOWAIT, 0);
      if (pfn != Pfn.NONE) {
        held.add(pfn);
      }
    }
    allocator.drainAllPages();
    while (zone.freePages() > MIN_PAGES) {
      held.add(allocator.allocPages(cpu, Gfp.GFP_KERNEL | Gfp.MEMALLOC, 0));
      allocator.drainAllPages();
    }
    reclaimer.calls.setLength(0);
    reclaimer.wakeUps.clear();
  }

  @AfterEach
  void sound() {
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  /** Gives the pages that were taken first back to the buddy system; in ascending order. */
  private long free(int pages) {
    for (int i = 0; i < pages; i++) {
      assertThat(allocator.freePages(cpu, held.removeFirst(), 0)).isTrue();
    }
    allocator.drainAllPages();
    return pages;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 9})
  void whoeverCannotWaitWakesKswapdAndFails(int order) {
    assertThat(allocator.allocPages(cpu, Gfp.GFP_NOWAIT, order)).isEqualTo(Pfn.NONE);
    assertThat(allocator.allocPages(cpu, KERNEL & ~Gfp.DIRECT_RECLAIM, order)).isEqualTo(Pfn.NONE);
    assertThat(reclaimer.calls).isEmpty();
    assertThat(reclaimer.wakeUps)
        .isNotEmpty()
        .allMatch(wakeUp -> wakeUp.zone() == zone && wakeUp.order() == order)
        .allMatch(wakeUp -> (wakeUp.gfp() & Gfp.KSWAPD_RECLAIM) != 0);
  }

  @Test
  void withoutTheRightToWakeItKswapdSleepsOn() {
    int gfp = KERNEL & ~Gfp.RECLAIM;
    assertThat(allocator.allocPages(cpu, gfp, 0)).isEqualTo(Pfn.NONE);
    assertThat(reclaimer.wakeUps).isEmpty();
  }

  @Test
  void aRequestThatMayWaitIsServedByWhatItReclaims() {
    reclaimer.onReclaim = () -> free(32);
    assertThat(allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0)).isNotEqualTo(Pfn.NONE);
    assertThat(reclaimer.calls).hasToString("R");
    assertThat(machine.log().lines()).isEmpty();
  }

  @Test
  void aBlockThatCompactionMakesNeedsNoReclaim() {
    reclaimer.onCompact = () -> free(16) > 0;
    assertThat(allocator.allocPages(cpu, KERNEL, 4)).isNotEqualTo(Pfn.NONE);
    assertThat(reclaimer.calls).hasToString("C");
  }

  /** The calls of a request whose reclaim claims progress and whose compaction fails. */
  @ParameterizedTest
  @CsvSource({
    // flags, order, calls
    "KERNEL  NORETRY,  0, R",
    "KERNEL  NORETRY,  2, CRC",
    "MOVABLE NORETRY,  2, RC",
    "KERNEL  NORETRY,  4, C", // a costly one that must not retry gives up where compaction does
    "MOVABLE NORETRY,  9, C",
    "KERNEL  NOTHING,  4, CRC", // costly: one round, unless asked to try hard
    "MOVABLE NOTHING, 10, CRC",
    "KERNEL  NOTHING,  0, R", // could not pass with all that is reclaimable
  })
  void roundsDependOnOrderAndFlags(String flags, int order, String calls) {
    reclaimer.onReclaim = () -> 1;
    int gfp = flags.startsWith("KERNEL") ? KERNEL : MOVABLE;
    int retry = flags.endsWith("NORETRY") ? Gfp.NORETRY : 0;
    assertThat(allocator.allocPages(cpu, gfp | retry, order)).isEqualTo(Pfn.NONE);
    assertThat(reclaimer.calls).hasToString(calls);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 10})
  void whoeverMayRetryEndsAfterABoundedNumberOfRounds(int order) {
    reclaimer.onReclaim = () -> 1;
    reclaimer.onCompact = () -> true;
    assertThat(allocator.allocPages(cpu, KERNEL | Gfp.RETRY_MAYFAIL, order)).isEqualTo(Pfn.NONE);
    // Compaction that succeeds in vain is tried as often again, harder.
    assertThat(reclaimer.reclaims()).isBetween(2L, 2 * (MAX_RECLAIM_RETRIES + 1L));
  }

  @Test
  void aRequestWaitsThroughSixteenRoundsWithoutProgressIfPagesCouldBeReclaimed() {
    zone.stat(ZoneStat.NR_ZONE_INACTIVE_FILE, 1_000);
    assertThat(allocator.allocPages(cpu, KERNEL, 0)).isEqualTo(Pfn.NONE);
    assertThat(reclaimer.reclaims()).isEqualTo(MAX_RECLAIM_RETRIES + 1L);
  }

  @Test
  void reclaimThatSucceedsLateIsWaitedFor() {
    zone.stat(ZoneStat.NR_ZONE_INACTIVE_FILE, 1_000);
    reclaimer.onReclaim = afterRounds(10, () -> free(40));
    assertThat(allocator.allocPages(cpu, KERNEL, 0)).isNotEqualTo(Pfn.NONE);
    assertThat(reclaimer.reclaims()).isEqualTo(10);
  }

  /** Nothing in all rounds before {@code round}, and then what {@code then} does. */
  private LongSupplier afterRounds(int round, LongSupplier then) {
    return () -> reclaimer.reclaims() < round ? 0 : then.getAsLong();
  }

  @Test
  void aReclaimerThatPromisesWithoutEndIsLeftAtLast() {
    zone.stat(ZoneStat.NR_ZONE_INACTIVE_FILE, 1_000_000);
    reclaimer.onReclaim = () -> 1;
    int pfn =
        assertTimeoutPreemptively(
            Duration.ofSeconds(60), () -> allocator.allocPages(cpu, KERNEL, 0));
    assertThat(pfn).isEqualTo(Pfn.NONE);
    assertThat(reclaimer.reclaims()).isGreaterThan(MAX_RECLAIM_RETRIES);
  }

  @Test
  void pagesThatReclaimLeftOnAnotherCpusListAreFound() {
    Cpu other = machine.cpu(1);
    reclaimer.onReclaim =
        () -> {
          for (int i = 0; i < 8; i++) {
            allocator.freePages(other, held.removeFirst(), 0);
          }
          return 8;
        };
    assertThat(allocator.allocPages(cpu, KERNEL, 0)).isNotEqualTo(Pfn.NONE);
    assertThat(reclaimer.calls).hasToString("R");
    assertThat(zone.pcp(1).count()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3})
  void aRequestThatMustNotFailWaitsLongerAndUsesHalfOfTheReserve(int order) {
    int gfp = KERNEL | Gfp.NOFAIL;
    long granted = 0;
    while (allocator.allocPages(cpu, gfp, 0) != Pfn.NONE) {
      granted++;
    }
    assertThat(zone.freePages()).isLessThanOrEqualTo(MIN_PAGES / 2);
    assertThat(granted).isGreaterThanOrEqualTo(MIN_PAGES / 2);
    reclaimer.calls.setLength(0);
    reclaimer.onReclaim = afterRounds(9, () -> free(1024));
    assertThat(allocator.allocPages(cpu, gfp, order)).isNotEqualTo(Pfn.NONE);
    assertThat(reclaimer.reclaims()).isEqualTo(9);
  }

  @Test
  void whoeverFreesMemoryDoesNotWaitForItself() {
    int gfp = KERNEL | Gfp.MEMALLOC;
    while (allocator.allocPages(cpu, gfp, 0) != Pfn.NONE) {
      assertThat(reclaimer.calls).isEmpty();
    }
    assertThat(zone.freePages()).isZero();
    assertThat(reclaimer.calls).isEmpty();
    // __GFP_NOMEMALLOC takes the right away, and with it the reason not to wait.
    assertThat(allocator.allocPages(cpu, gfp | Gfp.NOMEMALLOC, 0)).isEqualTo(Pfn.NONE);
    assertThat(reclaimer.calls).hasToString("R");
  }

  @Test
  void failuresAreCountedAndReportedUnlessTheRequestIsQuiet() {
    long before = allocator.failures();
    allocator.allocPages(cpu, KERNEL, 0);
    assertThat(machine.log().lines()).isEmpty();
    allocator.allocPages(cpu, Gfp.GFP_KERNEL, 0);
    assertThat(allocator.failures()).isEqualTo(before + 2);
    assertThat(machine.log().lines())
        .filteredOn(line -> line.contains("page allocation failure"))
        .hasSize(1);
  }

  @Test
  void theKswapdOfEachNodeThatMayServeIsWokenOnce() {
    try (Machine three =
        TestMachines.of(
            "node 0 distance=10,20,20",
            "node 1 distance=20,10,20",
            "node 2 distance=20,20,10",
            "memory 0-32M node=0",
            "memory 32M-64M node=1",
            "memory 64M-96M node=2",
            "zone DMA below=16M",
            "zone Normal")) {
      CountingReclaimer kswapd = new CountingReclaimer();
      PageAllocator pages = new PageAllocator(three.memory(), kswapd);
      for (int pfn = 0; pfn != Pfn.NONE; ) {
        kswapd.wakeUps.clear();
        pfn = pages.allocPagesNode(three.cpu(0), 0, 0b101, Gfp.GFP_NOWAIT, 5, null);
      }
      assertThat(kswapd.wakeUps).extracting(w -> w.zone().node().id()).containsExactly(0, 2);
      assertThat(kswapd.wakeUps).allMatch(w -> w.order() == 5 && w.highestZone() == 1);
    }
  }

  @Test
  void nodesWhoseKswapdWorksAreLeftAloneWhileAnotherHasMemory() {
    try (Machine two =
        TestMachines.of(
            "node 0 distance=10,20",
            "node 1 distance=20,10",
            "cpus 0 node=0",
            "memory 0-64M node=0",
            "memory 64M-128M node=1",
            "zone Normal")) {
      CountingReclaimer kswapd = new CountingReclaimer();
      PageAllocator pages = new PageAllocator(two.memory(), kswapd);
      Cpu local = two.cpu(0);
      assertThat(pages.allocPages(local, KERNEL, 0)).isLessThan(16_384);
      kswapd.busyNodes.add(two.memory().nodes().getFirst());
      for (int order : new int[] {0, 0, 3, 5}) {
        assertThat(pages.allocPages(local, KERNEL, order)).isGreaterThanOrEqualTo(16_384);
      }
      int here = KERNEL | Gfp.THISNODE;
      assertThat(pages.allocPages(local, here, 0)).isLessThan(16_384);
      kswapd.busyNodes.add(two.memory().nodes().getLast());
      assertThat(pages.allocPages(local, KERNEL, 0)).isLessThan(16_384);
    }
  }
}
