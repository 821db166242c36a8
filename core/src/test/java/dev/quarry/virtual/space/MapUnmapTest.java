package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Areas against a byte map: one byte of protection for each page of a window. */
class MapUnmapTest {
  private static final int PAGES = 4096;
  private static final long BASE = 0x1000_0000L;

  @ParameterizedTest
  @CsvSource({"X86_64,1", "X86_64,2", "X86_32,3"})
  void aByteMapAgrees(PageTableLayout layout, long seed) {
    Random random = new Random(seed);
    try (Machine machine = SpaceMachines.of(layout)) {
      Space space = new Space(machine);
      byte[] model = new byte[PAGES];
      for (int step = 0; step < 3000; step++) {
        int from = random.nextInt(PAGES);
        int pages = 1 + random.nextInt(random.nextInt(10) == 0 ? 300 : 8);
        pages = Math.min(pages, PAGES - from);
        boolean map = random.nextInt(10) < (step / 500 % 2 == 0 ? 7 : 3);
        long at = BASE + ((long) from << 12);
        int prot = random.nextInt(4);
        if (map) {
          long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
          assertThat(space.calls.mmap(at, pages * 4096L, prot, flags, -1, 0)).isEqualTo(at);
        } else {
          assertThat(space.calls.munmap(at, pages * 4096L)).isZero();
        }
        for (int i = from; i < from + pages; i++) {
          model[i] = (byte) (map ? 1 + prot : 0);
        }
        check(space, model, seed, step);
      }
      space.calls.madvise(BASE, PAGES * 4096L, Advice.POPULATE_WRITE.number());
      long entries = machine.kernelSpace().tables().memory().counts().entriesCleared();
      long resident = space.mm.rss(RssKind.ANON);
      machine.processes().exit(machine.cpu(0), space.process);
      assertThat(machine.kernelSpace().tables().memory().counts().entriesCleared() - entries)
          .isEqualTo(resident);
      assertThat(machine.invariants()).isEmpty();
    }
  }

  private static void check(Space space, byte[] model, long seed, int step) {
    assertThat(space.findings()).as("seed %d, step %d", seed, step).isEmpty();
    byte[] found = new byte[PAGES];
    List<Space.Area> areas = space.areas();
    for (int i = 0; i < areas.size(); i++) {
      Space.Area area = areas.get(i);
      for (long at = area.start(); at < area.end(); at += 4096) {
        found[(int) ((at - BASE) >>> 12)] = (byte) (1 + (area.flags() & 7));
      }
      boolean merges = i > 0 && areas.get(i - 1).isLike(area);
      assertThat(merges).as("seed %d, step %d: %s merges", seed, step, area).isFalse();
    }
    assertThat(found).as("seed %d, step %d", seed, step).isEqualTo(model);
  }
}
