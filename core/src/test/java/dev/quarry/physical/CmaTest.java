package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** CMA's pageblocks serve movable requests alone, whichever way their pages come and go. */
class CmaTest {
  private static final int NO_RECLAIM = ~Gfp.RECLAIM;

  private static final String SPEC =
      """
      memory 0-64M
      zone Normal
      cpus 0
      sysctl vm.min_free_kbytes=1024
      sysctl vm.percpu_pagelist_high_fraction=8
      """;

  private final Machine machine = Machine.boot(MachineSpecReader.read("cma", SPEC));
  private final PageAllocator allocator = machine.allocator();
  private final Cpu cpu = machine.cpu(0);
  private final Zone zone = machine.memory().zones().getFirst();
  private final List<Integer> cma = CmaArea.of(machine, 10, 4);

  @AfterEach
  void sound() {
    allocator.drainAllPages();
    assertThat(machine.invariants()).isEmpty();
    machine.close();
  }

  private boolean isCma(int pfn) {
    return machine.memory().pageblocks().type(pfn) == MigrateType.CMA;
  }

  @Test
  void aFreedHugePageOfCmaIsNotGivenToAnUnmovableRequest() {
    int huge = takeFromCma(9);
    assertThat(allocator.freePages(cpu, huge, 9)).isTrue();
    assertThat(zone.pcp(0).count()).as("kept on the CPU's list").isEqualTo(512);
    int unmovable = allocator.allocPages(cpu, Gfp.GFP_KERNEL, 9);
    assertThat(isCma(unmovable)).isFalse();
    assertThat(allocator.allocPages(cpu, Gfp.GFP_HIGHUSER_MOVABLE, 9)).isEqualTo(huge);
  }

  /** Takes blocks until one is CMA's; gives nothing back. */
  private int takeFromCma(int order) {
    for (int i = 0; i < 64; i++) {
      int pfn = allocator.allocPages(cpu, Gfp.GFP_HIGHUSER_MOVABLE & NO_RECLAIM, order);
      if (isCma(pfn)) {
        return pfn;
      }
    }
    throw new AssertionError("no movable request was served from CMA");
  }

  @Test
  void unmovableRequestsLeaveCmaUntouchedToTheLastPage() {
    int others = 0;
    for (int pfn = 0; pfn != Pfn.NONE; others++) {
      pfn = allocator.allocPages(cpu, Gfp.GFP_KERNEL | Gfp.MEMALLOC | Gfp.NOWARN, 0);
      assertThat(pfn != Pfn.NONE && isCma(pfn)).as("frame %d", pfn).isFalse();
    }
    assertThat(zone.freeCma()).isEqualTo(4096);
    assertThat(zone.freePages()).isEqualTo(4096);
    assertThat(others - 1).isEqualTo(16_384 - 4096);
    assertThat(isCma(allocator.allocPages(cpu, Gfp.GFP_HIGHUSER_MOVABLE, 10))).isTrue();
  }

  @Test
  void movableRequestsTakeFromCmaWhileItHoldsMoreThanHalfOfWhatIsFree() {
    int plain = (16_384 - 4096) / 1024;
    for (int taken = 0; taken < plain; taken++) {
      boolean balanced = zone.freeCma() > zone.freePages() / 2;
      int pfn = allocator.allocPages(cpu, Gfp.GFP_HIGHUSER_MOVABLE, 10);
      assertThat(isCma(pfn)).as("request %d", taken).isEqualTo(balanced);
    }
    assertThat(cma).allMatch(this::isCma);
  }

  @Test
  void aBulkRequestForMovablePagesCountsThoseOfCmaToo() {
    long others = zone.freePages() - zone.freeCma();
    for (long taken = 0; taken < others / 1024; taken++) {
      allocator.allocPages(cpu, Gfp.GFP_KERNEL | Gfp.MEMALLOC | Gfp.NOWARN, 10);
    }
    int[] pfns = new int[400];
    assertThat(allocator.allocPagesBulk(cpu, Gfp.GFP_HIGHUSER_MOVABLE, pfns)).isEqualTo(400);
    assertThat(pfns).matches(all -> Arrays.stream(all).allMatch(this::isCma));
  }
}
