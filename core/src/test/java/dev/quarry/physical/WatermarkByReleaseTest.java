package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.KernelRelease;
import dev.quarry.machine.MachineSpecReader;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Terms of the watermark test that came and went, each at the page that makes the difference. */
class WatermarkByReleaseTest {
  private static final int PAGES = 4096;
  private static final int MIN = 400;

  private final Machine machine = Machine.boot(TestMachines.oneZone(PAGES, 10, 9, false));
  private final Zone zone = machine.memory().zones().getFirst();

  @AfterEach
  void close() {
    machine.close();
  }

  private Watermark watermark(String release) {
    zone.watermark[Zone.MIN] = MIN;
    return new Watermark(AllocRules.of(KernelRelease.parse(release)), 10);
  }

  /** The least free pages with which a request passes at the min mark. */
  private long least(String release, int order, int flags) {
    Watermark watermark = watermark(release);
    for (long free = 0; free <= PAGES; free++) {
      zone.freePages = free;
      if (watermark.fast(zone, order, Zone.MIN, 0, flags)) {
        return free;
      }
    }
    return -1;
  }

  @ParameterizedTest
  @CsvSource({
    // release, right, needed beyond 0 of a mark of 400
    "2.6.24, 0, 401",
    "2.6.24, H, 201",
    "2.6.24, HN, 151",
    "2.6.24, N, 301",
    "4.19, HN, 151",
    "4.19, HO, 101",
    "4.19, HNO, 101",
    "6.2, N, 301",
    "6.3, N, 401",
    "6.3, HN, 151",
    "6.3, HNO, 76",
    "6.18, O, 201",
  })
  void rightsLowerTheMark(String release, String rights, long needed) {
    assertThat(least(release, 0, flags(rights))).isEqualTo(needed);
  }

  private static int flags(String rights) {
    int flags = rights.contains("H") ? AllocFlags.MIN_RESERVE : 0;
    flags |= rights.contains("N") ? AllocFlags.NON_BLOCK : 0;
    flags |= rights.contains("O") ? AllocFlags.OOM : 0;
    flags |= rights.contains("M") ? AllocFlags.CMA : 0;
    return rights.contains("A") ? flags | AllocFlags.ATOMIC : flags;
  }

  /** 100 pages reserved, 30 of them free. */
  @ParameterizedTest
  @CsvSource({
    "4.3, 0, 401",
    "4.4, 0, 501",
    "4.6, 0, 501",
    // The short test of order 0 does not know it from 4.7 to 5.8.
    "4.7, 0, 401",
    "5.8, 0, 401",
    "5.8, 3, 508",
    "5.9, 0, 501",
    "6.11, 3, 508",
    "6.12, 0, 431",
    "6.18, 3, 438",
  })
  void theHighAtomicReserveIsOutOfReach(String release, int order, long needed) {
    zone.reservedHighatomic = 100;
    zone.freeHighatomic = 30;
    assertThat(least(release, order, 0)).isEqualTo(needed);
  }

  @ParameterizedTest
  @CsvSource({"3.6, 401", "3.7, 471", "4.3, 471", "4.4, 471", "4.19, 471", "6.18, 471"})
  void freeCmaPagesCountForMovableRequestsOnly(String release, long needed) {
    zone.freeCma = 70;
    assertThat(least(release, 0, 0)).isEqualTo(needed);
    assertThat(least(release, 0, AllocFlags.CMA)).isEqualTo(401);
  }

  /**
   * Up to 4.3: 1,000 free pages, 600 of them single; for order 1 more than half of the mark must be
   * left without the single ones. CMA pages do not help before 3.10.
   */
  @ParameterizedTest
  @CsvSource({
    "2.6.24, 0, 600, true",
    "2.6.24, 0, 799, false",
    "2.6.24, 0, 798, true",
    "3.8, 100, 698, true",
    "3.8, 100, 699, false",
    "3.10, 100, 798, true",
    "3.10, 100, 799, false",
  })
  void ordersAreTestedOneByOne(String release, long cma, int singles, boolean passes) {
    Watermark watermark = watermark(release);
    zone.freePages = 1_000;
    zone.freeCma = cma;
    zone.areas[0].changeCount(singles);
    assertThat(watermark.ok(zone, 1, MIN, 0, 0)).isEqualTo(passes);
  }

  @ParameterizedTest
  @CsvSource({
    "4.4, HN, CMA, true",
    "4.13, HN, CMA, true",
    "4.14, HN, CMA, false",
    "4.13, 0, CMA, false",
    "4.13, M, CMA, true",
    "4.14, HN, HIGHATOMIC, true",
    "4.14, 0, HIGHATOMIC, false",
    "6.2, N, HIGHATOMIC, true",
    "6.3, N, HIGHATOMIC, false",
    "6.18, O, HIGHATOMIC, true",
    "6.18, 0, UNMOVABLE, true",
    "6.18, HNO, ISOLATE, false",
  })
  void whichListsABlockMayBeOn(String release, String rights, String list, boolean found) {
    Watermark watermark = watermark(release);
    int type =
        switch (list) {
          case "CMA" -> MigrateType.CMA;
          case "HIGHATOMIC" -> MigrateType.HIGHATOMIC;
          case "ISOLATE" -> MigrateType.ISOLATE;
          default -> MigrateType.UNMOVABLE;
        };
    Arrays.fill(zone.nonEmptyOrders, 0);
    zone.nonEmptyOrders[type] = 1 << 4;
    assertThat(watermark.blockIn(zone, 4, flags(rights))).isEqualTo(found);
    assertThat(watermark.blockIn(zone, 5, flags(rights))).isFalse();
  }

  /** The boost of 100 counts, but for atomic requests, since 6.3 for all with __GFP_HIGH. */
  @ParameterizedTest
  @CsvSource({
    "5.8, HNA, 189",
    "5.9, HNA, 151",
    "6.2, HNA, 151",
    "6.2, H, 251",
    "6.3, H, 201",
    "6.3, HN, 151",
    "6.18, 0, 501",
  })
  void whoIsSparedTheBoost(String release, String rights, long needed) {
    zone.watermarkBoost = 100;
    assertThat(least(release, 0, flags(rights))).isEqualTo(needed);
  }

  @Test
  void reservedPageblocksAreOnePercentRoundedUpOrOnePercentAndOneMore() {
    // 4,096 pages: 1 % is less than a pageblock of 512.
    assertThat(reservedAfterThreeTries("6.7")).isEqualTo(1_024);
    assertThat(reservedAfterThreeTries("6.8")).isZero();
    assertThat(reservedAfterThreeTries("4.3")).isZero();
  }

  private static long reservedAfterThreeTries(String release) {
    String spec = "memory 0-16M\nzone Normal\nsysctl vm.min_free_kbytes=0\nrelease " + release;
    try (Machine booted = Machine.boot(MachineSpecReader.read("test", spec))) {
      Zone only = booted.memory().zones().getFirst();
      HighAtomicReserve reserve = new HighAtomicReserve(booted.memory());
      for (int i = 0; i < 3; i++) {
        int pfn = booted.allocator().allocPages(booted.cpu(0), Gfp.GFP_KERNEL, 9);
        if (booted.memory().rules().highAtomicReserve()) {
          reserve.reserve(only, pfn, 1);
        }
      }
      return only.reservedHighatomic();
    }
  }
}
