package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Which of several blocks that would do is handed out: the order within free lists and per-CPU
 * lists, on which the kernel's locality and its fight against fragmentation rest.
 */
class ListOrderTest {
  private static final int KERNEL = Gfp.GFP_KERNEL | Gfp.NOWARN | Gfp.MEMALLOC;

  private static Machine machine(String percpu) {
    return TestMachines.of(
        "contents none", "memory 0-64M", "zone Normal", "percpu " + percpu, "cpus 0-1");
  }

  private static List<Integer> take(Machine machine, int order, int count) {
    List<Integer> pfns = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pfns.add(machine.allocator().allocPages(machine.cpu(0), KERNEL, order));
    }
    return pfns;
  }

  @Test
  void blocksStandInTheOrderOfTheirAddressesAfterBoot() {
    try (Machine machine =
        TestMachines.of(
            "contents none",
            "memory 0-512K",
            "memory 1M-1536K",
            "memory 2M-2560K",
            "memory 4M-36M",
            "zone Normal")) {
      Zone zone = machine.memory().zones().getFirst();
      FreeList list = zone.area(7).list(MigrateType.MOVABLE);
      List<Integer> pfns = new ArrayList<>();
      for (int pfn = list.first(); pfn != Pfn.NONE; pfn = list.after(pfn)) {
        pfns.add(pfn);
      }
      assertThat(pfns).containsExactly(0, 256, 512);
    }
  }

  @Test
  void memoryThatNobodyTouchedIsTakenFromTheBottomUp() {
    try (Machine machine = machine("no")) {
      assertThat(take(machine, 10, 3)).containsExactly(0, 1024, 2048);
      assertThat(take(machine, 9, 3)).containsExactly(3072, 3584, 4096);
    }
  }

  @Test
  void aSplitBlockIsHandedOutFromItsFrontToItsEnd() {
    try (Machine machine = machine("no")) {
      assertThat(take(machine, 0, 6)).containsExactly(0, 1, 2, 3, 4, 5);
      assertThat(take(machine, 3, 2)).containsExactly(8, 16);
      assertThat(take(machine, 0, 3)).containsExactly(6, 7, 24);
    }
  }

  @Test
  void aRefillKeepsTheOrderOfAddresses() {
    try (Machine machine = machine("yes")) {
      List<Integer> pfns = take(machine, 0, 40);
      for (int i = 0; i < pfns.size(); i++) {
        assertThat(pfns.get(i)).isEqualTo(i);
      }
    }
  }

  @Test
  void theBlockFreedLastIsHandedOutFirst() {
    for (String percpu : List.of("yes", "no")) {
      try (Machine machine = machine(percpu)) {
        List<Integer> pfns = take(machine, 0, 16);
        Cpu cpu = machine.cpu(0);
        for (int i : new int[] {4, 0, 8, 12}) {
          machine.allocator().freePages(cpu, pfns.get(i), 0);
        }
        assertThat(take(machine, 0, 4)).as(percpu).containsExactly(12, 8, 0, 4);
      }
    }
  }

  /** A block whose larger buddy is free as well will soon be part of a large one: keep it. */
  @Test
  void aBlockThatWillLikelyMergeIsHandedOutLast() {
    try (Machine machine = machine("no")) {
      List<Integer> pfns = take(machine, 0, 16);
      Cpu cpu = machine.cpu(0);
      for (int i : new int[] {8, 2, 3, 0}) {
        machine.allocator().freePages(cpu, pfns.get(i), 0);
      }
      // Page 0 came last, but 2 and 3 are one free block beside it and page 1.
      assertThat(take(machine, 0, 2)).containsExactly(8, 0);
      assertThat(take(machine, 1, 1)).containsExactly(2);
    }
  }

  @Test
  void aCpusListIsDrainedFromItsColdEnd() {
    try (Machine machine = machine("yes")) {
      Zone zone = machine.memory().zones().getFirst();
      List<Integer> pfns = take(machine, 0, 130);
      machine.allocator().drainAllPages();
      for (int pfn : pfns) {
        machine.allocator().freePages(machine.cpu(0), pfn, 0);
      }
      int left = zone.pcp(0).count();
      zone.pcp(0).drain(left - 5, 0);
      PcpList list = zone.pcp(0).list(0);
      assertThat(list.count()).isEqualTo(5);
      assertThat(list.first()).isEqualTo(pfns.getLast());
      assertThat(list.last()).isEqualTo(pfns.get(pfns.size() - 5));
    }
  }

  @Test
  void theRestOfAnExactRequestGoesToTheEndOfTheZonesLists() {
    try (Machine machine = machine("no")) {
      Zone zone = machine.memory().zones().getFirst();
      List<Integer> pfns = take(machine, 0, 8);
      machine.allocator().freePages(machine.cpu(0), pfns.getFirst(), 0);
      int exact = machine.allocator().allocPagesExact(machine.cpu(0), 5 * 4096, KERNEL);
      assertThat(exact).isEqualTo(8);
      FreeList singles = zone.area(0).list(MigrateType.UNMOVABLE);
      assertThat(singles.first()).isZero();
      assertThat(singles.last()).isEqualTo(13);
      assertThat(zone.area(1).list(MigrateType.UNMOVABLE).first()).isEqualTo(14);
    }
    try (Machine machine = machine("yes")) {
      machine.allocator().allocPagesExact(machine.cpu(0), 21 * 4096, KERNEL);
      assertThat(machine.memory().zones().getFirst().pcpPages()).isZero();
    }
  }

  @Test
  void zonesThatMeetInsideALargestBlockDoNotJoin() {
    try (Machine machine =
        TestMachines.of(
            "contents none", "memory 0-64M", "zone DMA below=18M", "zone Normal", "percpu no")) {
      Zone dma = machine.memory().zones().getFirst();
      int last = 0;
      for (int pfn = 0; pfn != Pfn.NONE; ) {
        last = Math.max(last, pfn);
        pfn = machine.allocator().allocPages(machine.cpu(0), KERNEL | Gfp.DMA, 9);
      }
      assertThat(last).isEqualTo(4608 - 512);
      assertThat(machine.allocator().freePages(machine.cpu(0), last, 9)).isTrue();
      assertThat(dma.area(9).nrFree()).isEqualTo(1);
      assertThat(dma.area(10).nrFree()).isZero();
      assertThat(machine.invariants()).isEmpty();
    }
  }

  @Test
  void aBlockOfSeveralPageblocksGoesBackToTheListOfEach() {
    try (Machine machine = machine("no")) {
      Zone zone = machine.memory().zones().getFirst();
      int pfn = machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_HIGHUSER_MOVABLE, 10);
      machine.memory().pageblocks().type(pfn + 512, MigrateType.CMA);
      assertThat(machine.allocator().freePages(machine.cpu(0), pfn, 10)).isTrue();
      assertThat(zone.area(9).list(MigrateType.CMA).first()).isEqualTo(pfn + 512);
      assertThat(zone.area(9).list(MigrateType.MOVABLE).first()).isEqualTo(pfn);
      assertThat(zone.freeCma()).isEqualTo(512);
      assertThat(machine.invariants()).isEmpty();
    }
  }
}
