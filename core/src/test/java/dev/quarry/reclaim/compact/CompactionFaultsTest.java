package dev.quarry.reclaim.compact;

import static dev.quarry.reclaim.compact.FragmentedMachine.AT;
import static dev.quarry.reclaim.compact.FragmentedMachine.PAGE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Gfp;
import dev.quarry.physical.PageState;
import dev.quarry.physical.Pfn;
import dev.quarry.physical.VmEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each page that would move does not move once, and frames to move to run out. */
class CompactionFaultsTest {
  private static final int PAGES = 2000;

  private static int frame(FragmentedMachine m, int page) {
    return (int) ((m.process.mm().tables().leaf(AT + page * PAGE) & 0xF_FFFF_FFFF_F000L) >>> 12);
  }

  @Test
  void eachPageOnceIsPinned() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      for (int page = 0; page < PAGES; page += 26) {
        int frame = frame(m, page);
        m.machine.allocator().getPage(frame);
        m.machine.reclaim().compaction().compactMemory(m.cpu);
        assertThat(frame(m, page)).as("page %d", page).isEqualTo(frame);
        assertThat(m.machine.allocator().freePage(m.cpu, frame)).isTrue();
        assertThat(m.machine.invariants()).as("page %d", page).isEmpty();
      }
      assertThat(m.firstLostPage()).isEqualTo(-1);
    }
  }

  /** A page that somebody works on is isolated, and put back. */
  @Test
  void eachPageOnceIsLocked() {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      for (int page = 0; page < PAGES; page += 34) {
        int frame = frame(m, page);
        m.machine.memory().map().changeFlags(frame, 0, PageState.LOCKED);
        long failed = m.machine.memory().events().sum(VmEvent.PGMIGRATE_FAIL);
        long scanned = m.machine.memory().events().sum(VmEvent.COMPACT_MIGRATE_SCANNED);
        m.machine.reclaim().compaction().compactMemory(m.cpu);
        assertThat(frame(m, page)).isEqualTo(frame);
        assertThat(m.machine.memory().events().sum(VmEvent.PGMIGRATE_FAIL) - failed)
            .isBetween(0L, 4L);
        assertThat(m.machine.memory().events().sum(VmEvent.COMPACT_MIGRATE_SCANNED))
            .isGreaterThan(scanned);
        m.machine.memory().map().changeFlags(frame, PageState.LOCKED, 0);
        assertThat(m.machine.invariants()).as("page %d", page).isEmpty();
      }
      assertThat(m.firstLostPage()).isEqualTo(-1);
    }
  }

  /** Another thread holds the address space: nothing moves, nothing is lost. */
  @Test
  void anAddressSpaceThatIsBusyKeepsItsPages() throws InterruptedException {
    try (FragmentedMachine m = new FragmentedMachine(PAGES, 2)) {
      Thread other = new Thread(() -> m.process.mm().lock());
      other.start();
      other.join();
      m.machine.reclaim().compaction().compactMemory(m.cpu);
      assertThat(m.machine.memory().events().sum(VmEvent.PGMIGRATE_SUCCESS)).isZero();
      assertThat(m.machine.memory().events().sum(VmEvent.PGMIGRATE_FAIL)).isPositive();
      m.process.mm().unlock();
      assertThat(m.machine.invariants()).isEmpty();
      assertThat(m.firstLostPage()).isEqualTo(-1);
    }
  }

  /** The zone comes to its min mark while pages are moved. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 5, 8, 20, 60, 200})
  void thereAreSoManyFramesToMoveTo(int spare) {
    try (FragmentedMachine m = new FragmentedMachine(6000, 2)) {
      int gfp = (Gfp.GFP_KERNEL & ~Gfp.RECLAIM) | Gfp.NOWARN;
      int[] held = new int[8192];
      int count = 0;
      for (int pfn = 0; pfn != Pfn.NONE; count += pfn == Pfn.NONE ? 0 : 1) {
        pfn = m.machine.allocator().allocPage(m.cpu, gfp);
        held[count] = pfn;
      }
      for (int i = 0; i < spare; i++) {
        m.machine.allocator().freePage(m.cpu, held[--count]);
      }
      m.machine.allocator().drainAllPages();
      m.machine.reclaim().compaction().compactMemory(m.cpu);
      assertThat(m.machine.invariants()).isEmpty();
      assertThat(m.firstLostPage()).isEqualTo(-1);
      while (count > 0) {
        assertThat(m.machine.allocator().freePage(m.cpu, held[--count])).isTrue();
      }
      assertThat(m.machine.invariants()).isEmpty();
    }
  }
}
