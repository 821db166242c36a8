package dev.quarry.reclaim.compact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.VmEvent;
import org.junit.jupiter.api.Test;

/** What kcompactd does by itself as time passes in a simulation. */
class ProactiveTimerTest {
  private static final long MILLI = 1_000_000;

  private static long scanned(FragmentedMachine m) {
    return m.machine.memory().events().sum(VmEvent.COMPACT_DAEMON_MIGRATE_SCANNED);
  }

  private static void passUntil(FragmentedMachine m, long millis) {
    m.machine.reclaim().daemons().passTime(m.cpu, millis * MILLI);
  }

  @Test
  void itLooksEachHalfSecondAndCompactsWhatIsInFragments() {
    try (FragmentedMachine m = new FragmentedMachine(6_000, 2)) {
      Compaction compaction = m.machine.reclaim().compaction();
      compaction.settings().proactiveness(90);
      int before = compaction.score().ofNode(m.machine.memory().nodes().getFirst());
      passUntil(m, 499);
      assertThat(scanned(m)).isZero();
      passUntil(m, 500);
      assertThat(scanned(m)).isPositive();
      assertThat(compaction.score().ofNode(m.machine.memory().nodes().getFirst()))
          .isLessThan(before);
      assertThat(m.firstLostPage()).isEqualTo(-1);
      assertThat(m.machine.invariants()).isEmpty();
    }
  }

  @Test
  void withoutProactivenessItNeverLooks() {
    try (FragmentedMachine m = new FragmentedMachine(6_000, 2)) {
      m.machine.reclaim().compaction().settings().proactiveness(0);
      passUntil(m, 100_000);
      assertThat(scanned(m)).isZero();
    }
  }

  /** A run that does not help puts off the next one 64 times as long. */
  @Test
  void aRunThatDoesNotHelpIsDeferred() {
    try (FragmentedMachine m = new FragmentedMachine(6_000, 2)) {
      Compaction compaction = m.machine.reclaim().compaction();
      compaction.settings().proactiveness(100);
      long last = -1;
      int runs = 0;
      long deferredAt = 0;
      for (long millis = 500; millis <= 60_000 && deferredAt == 0; millis += 500) {
        passUntil(m, millis);
        boolean ran = scanned(m) != last;
        last = scanned(m);
        runs += ran ? 1 : 0;
        boolean deferred = compaction.nextLookNanos() > (millis + 500) * MILLI;
        deferredAt = deferred ? millis : 0;
      }
      assertThat(runs).isPositive();
      assertThat(compaction.nextLookNanos()).isEqualTo((deferredAt + 32_000) * MILLI);
      passUntil(m, deferredAt + 31_999);
      assertThat(scanned(m)).isEqualTo(last);
      passUntil(m, deferredAt + 32_000);
      assertThat(scanned(m)).isGreaterThan(last);
    }
  }
}
