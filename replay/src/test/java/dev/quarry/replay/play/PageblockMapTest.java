package dev.quarry.replay.play;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.PhysicalMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The map of pageblocks, against what every single frame says of itself. */
class PageblockMapTest {
  private static final String SPEC =
      """
      release 6.18
      cpus 0-1
      memory 0x1000-640K
      memory 1M-200M
      reserved 16M-19M kernel
      contents none
      """;
  private static final int[] FLAGS = {
    Gfp.GFP_KERNEL, Gfp.GFP_HIGHUSER_MOVABLE, Gfp.GFP_KERNEL | Gfp.RECLAIMABLE
  };

  private record Block(int pfn, int order) {}

  @Test
  void freeAndListedPagesAreThoseThatTheFramesTell() {
    long seed = 20_260_101;
    Random random = new Random(seed);
    List<Block> held = new ArrayList<>();
    try (Machine machine = Machine.boot(MachineSpecReader.read("map", SPEC))) {
      sameAsFrames(machine.memory(), "seed " + seed + ", after boot");
      for (int round = 0; round < 12; round++) {
        for (int step = 0; step < 400; step++) {
          step(machine, random, held);
        }
        sameAsFrames(machine.memory(), "seed " + seed + ", round " + round);
      }
    }
  }

  private static void step(Machine machine, Random random, List<Block> held) {
    var cpu = machine.cpu(random.nextInt(2));
    if (!held.isEmpty() && random.nextInt(5) < 2) {
      Block block = held.remove(random.nextInt(held.size()));
      machine.allocator().freePages(cpu, block.pfn, block.order);
      return;
    }
    int order = random.nextInt(20) == 0 ? random.nextInt(11) : random.nextInt(4);
    int gfp = FLAGS[random.nextInt(FLAGS.length)] | Gfp.NOWARN;
    int pfn = machine.allocator().allocPages(cpu, gfp, order);
    if (pfn != Pfn.NONE) {
      held.add(new Block(pfn, order));
    }
  }

  private static void sameAsFrames(PhysicalMemory memory, String when) {
    PageblockMap map = PageblockMap.of(memory);
    int pages = memory.pageblocks().pages();
    assertThat(map.count()).isEqualTo(memory.pageblocks().count());
    for (int block = 0; block < map.count(); block++) {
      int free = 0;
      int listed = 0;
      for (int pfn = block * pages; pfn < (block + 1) * pages; pfn++) {
        FrameKind kind = memory.kindOf(pfn);
        free += kind == FrameKind.FREE ? 1 : 0;
        listed += kind == FrameKind.PER_CPU ? 1 : 0;
      }
      String where = when + ", pageblock " + block;
      assertThat(map.freePages(block)).as(where).isEqualTo(free);
      assertThat(map.listedPages(block)).as(where).isEqualTo(listed);
      assertThat(map.type(block)).as(where).isEqualTo(memory.pageblocks().type(block * pages));
    }
  }
}
