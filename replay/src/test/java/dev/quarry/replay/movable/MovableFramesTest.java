package dev.quarry.replay.movable;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.FrameKind;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.StateLoader;
import dev.quarry.physical.Zone;
import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random machines: compaction neither makes nor loses a page, leaves alone what cannot move, and
 * comes as far as that lets it.
 */
class MovableFramesTest {
  private static final int FRAMES = 1 << 14;
  private static final int ROUNDS = 12;

  /** A machine of one zone whose single pages are free with a chance. */
  private static Machine machine(SplittableRandom random, int percentFree) {
    Machine machine =
        Machine.boot(
            MachineSpecReader.read(
                "drawn",
                "cpus 0\nmemory 0-64M\nzone Normal\nsysctl vm.min_free_kbytes=64\npercpu no"));
    StateLoader loader = new StateLoader(machine.memory());
    Zone zone = machine.memory().zones().getFirst();
    for (int pfn = 1; pfn < FRAMES; pfn++) {
      if (random.nextInt(100) < percentFree) {
        loader.freeMerging(zone, pfn, 0);
      }
    }
    return machine;
  }

  private static BitSet frames(Machine machine, boolean marked) {
    BitSet frames = new BitSet();
    for (int pfn = 0; pfn < FRAMES; pfn++) {
      boolean free = machine.memory().kindOf(pfn) == FrameKind.FREE;
      boolean lru = (machine.memory().map().state(pfn) & PageState.LRU) != 0;
      frames.set(pfn, !free && lru == marked);
    }
    return frames;
  }

  /** The largest order of which an aligned block has no frame that cannot move. */
  private static int bound(BitSet fixed, int largest) {
    for (int order = largest; order >= 0; order--) {
      for (int pfn = 0; pfn < FRAMES; pfn += 1 << order) {
        int next = fixed.nextSetBit(pfn);
        if (next < 0 || next >= pfn + (1 << order)) {
          return order;
        }
      }
    }
    return CompactionRun.NO_BLOCK;
  }

  @ParameterizedTest
  @EnumSource(Unmovable.class)
  void pagesMoveAndNothingElse(Unmovable unmovable) {
    int large = 0;
    for (int seed = 0; seed < ROUNDS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int percentFree = 5 + random.nextInt(60);
      try (Machine machine = machine(random, percentFree)) {
        Zone zone = machine.memory().zones().getFirst();
        int used = frames(machine, false).cardinality();
        long wanted = random.nextInt(3) == 0 ? used + 5L : random.nextInt(used + 1);
        long marked = new MovableFrames(machine.memory(), seed).place(zone, wanted, unmovable);
        assertThat(marked).as("seed %d", seed).isEqualTo(Math.min(wanted, used));
        BitSet before = frames(machine, true);
        BitSet fixed = frames(machine, false);
        long free = zone.freePages();
        assertThat(before.cardinality()).isEqualTo((int) marked);

        CompactionRun run = CompactionRun.of(machine, zone, marked);

        assertThat(frames(machine, false)).as("fixed, seed %d", seed).isEqualTo(fixed);
        assertThat(frames(machine, true).cardinality()).as("seed %d", seed).isEqualTo((int) marked);
        assertThat(zone.freePages()).as("seed %d", seed).isEqualTo(free);
        assertThat(zone.compaction().isolatedPages()).isZero();
        BitSet came = frames(machine, true);
        came.andNot(before);
        assertThat(run.moved())
            .as("moved, seed %d", seed)
            .isGreaterThanOrEqualTo(came.cardinality());
        assertThat(run.after()).as("seed %d", seed).isLessThanOrEqualTo(bound(fixed, 10));
        assertThat(run.after()).as("seed %d", seed).isGreaterThanOrEqualTo(run.before());
        large += run.after() >= 9 ? 1 : 0;
        assertThat(again(seed, percentFree, wanted, unmovable)).isEqualTo(run);
      }
    }
    if (unmovable == Unmovable.TOGETHER) {
      assertThat(large).isGreaterThan(ROUNDS / 2);
    }
  }

  /** The same machine once more. */
  private static CompactionRun again(int seed, int percent, long wanted, Unmovable unmovable) {
    SplittableRandom random = new SplittableRandom(seed);
    random.nextInt(60);
    try (Machine machine = machine(random, percent)) {
      Zone zone = machine.memory().zones().getFirst();
      long marked = new MovableFrames(machine.memory(), seed).place(zone, wanted, unmovable);
      return CompactionRun.of(machine, zone, marked);
    }
  }

  @ParameterizedTest
  @EnumSource(Unmovable.class)
  void whereAllCanMoveAPageblockBecomesFree(Unmovable unmovable) {
    for (int seed = 0; seed < 4; seed++) {
      try (Machine machine = machine(new SplittableRandom(seed), 30)) {
        Zone zone = machine.memory().zones().getFirst();
        Cpu cpu = machine.cpu(0);
        long marked = new MovableFrames(machine.memory(), seed).place(zone, FRAMES, unmovable);
        CompactionRun run = CompactionRun.of(machine, zone, marked);
        assertThat(run.after()).isEqualTo(10);
        // A quarter of memory is free in whole pageblocks: all of it but some at each end.
        int blocks = 0;
        int gfp = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN;
        while (machine.allocator().allocPages(cpu, gfp, 9) != Pfn.NONE) {
          blocks++;
        }
        assertThat(blocks).isGreaterThanOrEqualTo(FRAMES / 512 / 4);
      }
    }
  }
}
