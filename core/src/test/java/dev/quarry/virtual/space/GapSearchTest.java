package dev.quarry.virtual.space;

import static dev.quarry.virtual.space.MapFlags.*;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Free addresses are found as a look at every area finds them; so are areas. */
class GapSearchTest {
  private static final long PAGE = 4096;
  private static final long GUARD = 256 * PAGE;

  @ParameterizedTest
  @CsvSource({"X86_64,1", "X86_64,2", "X86_32,3"})
  void asALookAtEveryAreaFindsThem(PageTableLayout layout, long seed) {
    Random random = new Random(seed);
    try (Machine machine = SpaceMachines.of(layout)) {
      Space space = new Space(machine);
      GapSearch search = new GapSearch(space.mm);
      for (int step = 0; step < 2000; step++) {
        long at = Space.at(random.nextInt(3000));
        long bytes = (1 + random.nextInt(20)) * 4096L;
        if (random.nextInt(3) > 0) {
          long stack = random.nextInt(20) == 0 ? MAP_GROWSDOWN : 0;
          long flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | stack;
          assertThat(space.calls.mmap(at, bytes, random.nextInt(4), flags, -1, 0)).isEqualTo(at);
        } else {
          space.calls.munmap(at, bytes);
        }
        long length = (1 + random.nextInt(40)) * 4096L;
        long low = Space.at(random.nextInt(3000));
        long high = low + random.nextInt(3000) * 4096L;
        String what = "seed %d, step %d: %x in %x-%x".formatted(seed, step, length, low, high);
        assertThat(search.topDown(length, low, high))
            .as(what)
            .isEqualTo(naive(space, length, low, high, true));
        assertThat(search.bottomUp(length, low, high))
            .as(what)
            .isEqualTo(naive(space, length, low, high, false));
        long found = space.mm.findVma(low);
        List<Space.Area> areas = space.areas();
        long expected =
            areas.stream()
                .filter(a -> a.end() > low)
                .mapToLong(Space.Area::start)
                .findFirst()
                .orElse(-1);
        assertThat(expected < 0 || space.mm.areas.start(found) == expected).as(what).isTrue();
      }
      assertThat(space.findings()).isEmpty();
    }
  }

  private static long naive(Space space, long length, long low, long high, boolean topDown) {
    return topDown ? fromTop(space, length, low, high) : fromBottom(space, length, low, high);
  }

  /** What is free but for a stack's guard gap sends the search below that gap. */
  private static long fromTop(Space space, long length, long low, long high) {
    long end = Math.min(high, space.mm.startStack() - 257 * PAGE);
    boolean isStack = false;
    long guard = 0;
    for (Space.Area area : space.areas().reversed()) {
      if (isStack && guard < end && end - Math.max(area.end(), low) >= length) {
        return fromTop(space, length, low, guard);
      }
      if (!isStack && end - Math.max(area.end(), low) >= length) {
        return end - length;
      }
      end = Math.min(end, area.start());
      isStack = (area.flags() & VmFlags.GROWSDOWN) != 0 && area.start() - GUARD < end;
      guard = area.start() - GUARD;
    }
    if (end - low < length) {
      return GapSearch.NO_GAP;
    }
    return isStack ? fromTop(space, length, low, guard) : end - length;
  }

  private static long fromBottom(Space space, long length, long low, long high) {
    long below = 0;
    for (Space.Area area : space.areas()) {
      long guard = (area.flags() & VmFlags.GROWSDOWN) != 0 ? GUARD : 0;
      if (Math.min(area.start() - guard, high) - Math.max(below, low) >= length) {
        return Math.max(below, low);
      }
      below = area.end();
    }
    long end = Math.min(space.mm.startStack() - 257 * PAGE, high);
    boolean fits = end - Math.max(below, low) >= length;
    return fits ? Math.max(below, low) : GapSearch.NO_GAP;
  }
}
