package dev.quarry.physical;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * How far down each kind of request may go, to the page: the marks by the formulas of {@code
 * __setup_per_zone_wmarks} and {@code __zone_watermark_ok} (6.18), computed here a second time.
 */
class ReserveTest {
  private static final long PAGES = 16_384;

  /** The kinds of request, by a name for the table. */
  private static final Map<String, Integer> MASKS =
      Map.ofEntries(
          Map.entry("GFP_KERNEL", Gfp.GFP_KERNEL),
          Map.entry("GFP_NOWAIT", Gfp.GFP_NOWAIT),
          Map.entry("GFP_ATOMIC", Gfp.GFP_ATOMIC),
          Map.entry("GFP_KERNEL|HIGH", Gfp.GFP_KERNEL | Gfp.HIGH),
          Map.entry("HIGH|NOMEMALLOC", Gfp.GFP_ATOMIC | Gfp.NOMEMALLOC),
          Map.entry("NOWAIT|NOMEMALLOC", Gfp.GFP_NOWAIT | Gfp.NOMEMALLOC),
          Map.entry("KERNEL|MEMALLOC", Gfp.GFP_KERNEL | Gfp.MEMALLOC),
          Map.entry("ATOMIC|MEMALLOC", Gfp.GFP_ATOMIC | Gfp.MEMALLOC),
          Map.entry("MEMALLOC|NOMEMALLOC", Gfp.GFP_KERNEL | Gfp.MEMALLOC | Gfp.NOMEMALLOC));

  /** The part of the min mark that must be left: by kind of right. */
  private static long mustStay(String right, long min) {
    long half = min - min / 2;
    return switch (right) {
      case "all of min" -> min;
      case "half" -> half;
      case "three eighths" -> half - half / 4;
      case "nothing" -> 0;
      default -> throw new IllegalArgumentException(right);
    };
  }

  @ParameterizedTest
  @CsvSource({
    "GFP_KERNEL,          all of min",
    "GFP_NOWAIT,          all of min",
    "GFP_ATOMIC,          three eighths",
    "GFP_KERNEL|HIGH,     half",
    "HIGH|NOMEMALLOC,     half",
    "NOWAIT|NOMEMALLOC,   all of min",
    "KERNEL|MEMALLOC,     nothing",
    "ATOMIC|MEMALLOC,     nothing",
    "MEMALLOC|NOMEMALLOC, all of min",
  })
  void requestsGoDownToTheirShareOfTheReserveAndNoFurther(String mask, String right) {
    for (long minKbytes : List.of(0L, 4L, 28L, 1012L, 1024L, 4092L)) {
      for (int order : List.of(0, 1, 3, 5)) {
        long block = 1L << order;
        long stays = mustStay(right, minKbytes / 4);
        // Passes while free - (block - 1) > stays; free falls from PAGES in steps of the block.
        boolean marksCount = !right.equals("nothing");
        long most = marksCount ? (PAGES - stays) / block : PAGES / block;
        int gfp = MASKS.get(mask) | Gfp.NOWARN;
        assertThat(blocksUntilRefusal(minKbytes, gfp, order))
            .as("%s, order %d, min_free_kbytes %d", mask, order, minKbytes)
            .isEqualTo(most);
      }
    }
  }

  private static long blocksUntilRefusal(long minKbytes, int gfp, int order) {
    try (Machine machine =
        TestMachines.of(
            "memory 0-64M", "zone Normal", "percpu no", "sysctl vm.min_free_kbytes=" + minKbytes)) {
      Zone zone = machine.memory().zones().getFirst();
      assertThat(zone.mark(Zone.MIN)).isEqualTo(minKbytes / 4);
      long blocks = takeAll(machine, gfp, order);
      assertThat(zone.freePages()).isEqualTo(PAGES - (blocks << order));
      return blocks;
    }
  }

  private static long takeAll(Machine machine, int gfp, int order) {
    long blocks = 0;
    while (machine.allocator().allocPages(machine.cpu(0), gfp, order) != Pfn.NONE) {
      blocks++;
    }
    return blocks;
  }

  /**
   * With lists for each CPU a refill may pass below the mark, but by less than it takes at once.
   */
  @Test
  void aRefillOvershootsTheMarkByLessThanItTakes() {
    try (Machine machine =
        TestMachines.of("memory 0-64M", "zone Normal", "sysctl vm.min_free_kbytes=1024")) {
      Zone zone = machine.memory().zones().getFirst();
      long taken = takeAll(machine, Gfp.GFP_ATOMIC, 0);
      long stays = mustStay("three eighths", 256);
      int most = zone.pcp(0).batch() << PcpTuning.BATCH_SCALE_MAX;
      assertThat(zone.freePages()).isBetween(stays + 1 - most, stays);
      // What is left on the CPU's list helps nobody: the zone's test comes first.
      assertThat(taken).isEqualTo(PAGES - zone.freePages() - zone.pcpPages());
    }
  }

  @Test
  void lowmemReserveKeepsDmaFromThoseWhoCouldHaveNormal() {
    try (Machine machine =
        TestMachines.of(
            "memory 0-64M",
            "zone DMA below=16M",
            "zone Normal",
            "percpu no",
            "sysctl vm.min_free_kbytes=1024",
            "sysctl vm.lowmem_reserve_ratio=16,1")) {
      Zone dma = machine.memory().zones().getFirst();
      Zone normal = machine.memory().zones().getLast();
      long minDma = 256 * 4096 / 16_384;
      long minNormal = 256 * 12_288 / 16_384;
      long reserve = 12_288 / 16;
      takeAll(machine, Gfp.GFP_KERNEL | Gfp.NOWARN, 0);
      assertThat(normal.freePages()).isEqualTo(minNormal);
      assertThat(dma.freePages()).isEqualTo(minDma + reserve);
      takeAll(machine, Gfp.GFP_ATOMIC | Gfp.NOWARN, 0);
      assertThat(normal.freePages()).isEqualTo(mustStay("three eighths", minNormal));
      assertThat(dma.freePages()).isEqualTo(mustStay("three eighths", minDma) + reserve);
      takeAll(machine, Gfp.GFP_KERNEL | Gfp.DMA | Gfp.NOWARN, 0);
      assertThat(dma.freePages()).isEqualTo(minDma);
      takeAll(machine, Gfp.GFP_ATOMIC | Gfp.DMA | Gfp.NOWARN, 0);
      assertThat(dma.freePages()).isEqualTo(mustStay("three eighths", minDma));
    }
  }

  @Test
  void aReserveAboveTheZoneKeepsItForDmaAlone() {
    try (Machine machine =
        TestMachines.of(
            "memory 0-64M",
            "zone DMA below=16M",
            "zone Normal",
            "percpu no",
            "sysctl vm.lowmem_reserve_ratio=1,1")) {
      Zone dma = machine.memory().zones().getFirst();
      takeAll(machine, Gfp.GFP_ATOMIC | Gfp.NOWARN, 0);
      assertThat(dma.freePages()).isEqualTo(dma.managed());
      assertThat(machine.allocator().allocPages(machine.cpu(0), Gfp.GFP_DMA, 0)).isLessThan(4096);
    }
  }

  @Test
  void pagesTakenWithoutWatermarksAreMarked() {
    try (Machine machine =
        TestMachines.of(
            "memory 0-64M", "zone Normal", "percpu no", "sysctl vm.min_free_kbytes=1024")) {
      MemMap map = machine.memory().map();
      Cpu cpu = machine.cpu(0);
      int above = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.MEMALLOC, 0);
      takeAll(machine, Gfp.GFP_ATOMIC | Gfp.NOWARN, 0);
      int below = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL | Gfp.MEMALLOC, 0);
      // page_is_pfmemalloc(): the holder is expected to free memory with it.
      assertThat(map.state(above) & PageState.PFMEMALLOC).isZero();
      assertThat(map.state(below) & PageState.PFMEMALLOC).isNotZero();
      assertThat(machine.allocator().freePages(cpu, below, 0)).isTrue();
      assertThat(machine.allocator().freePages(cpu, above, 0)).isTrue();
      int exact = machine.allocator().allocPagesExact(cpu, 4097, Gfp.GFP_KERNEL | Gfp.MEMALLOC);
      assertThat(map.state(exact) & PageState.PFMEMALLOC).isNotZero();
    }
  }
}
