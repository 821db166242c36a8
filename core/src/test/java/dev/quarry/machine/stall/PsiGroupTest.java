package dev.quarry.machine.stall;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.machine.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Pressure by the kernel's formulas, against one that counts millisecond by millisecond. */
class PsiGroupTest {
  private static final long MILLI = 1_000_000;
  private static final TaskState WORKS = TaskState.of(true, false, false);
  private static final TaskState RECLAIMS = TaskState.of(true, true, false);
  private static final TaskState THRASHES = TaskState.of(false, true, true);
  private static final TaskState READS = TaskState.of(false, false, true);
  private static final List<TaskState> STATES =
      List.of(TaskState.ASLEEP, WORKS, RECLAIMS, THRASHES, READS);

  private final VirtualClock clock = new VirtualClock();

  private void pass(long millis) {
    clock.advanceTo(clock.nanos() + millis * MILLI);
  }

  @Test
  void aMachineWithoutStallsPrintsWhatTheKernelPrints() {
    pass(12_345);
    assertThat(new PsiGroup(clock, 4, null).text(Resource.MEMORY))
        .isEqualTo(
            """
            some avg10=0.00 avg60=0.00 avg300=0.00 total=0
            full avg10=0.00 avg60=0.00 avg300=0.00 total=0
            """);
  }

  /** Five periods: 100 * (1 - (1677 / 2048)^5) = 63.18, and so on with 1981 and 2034. */
  @Test
  void tenSecondsOfStallAreTheShareThatTheExponentialSays() {
    PsiGroup group = new PsiGroup(clock, 1, null);
    group.change(0, TaskState.ASLEEP, RECLAIMS);
    pass(10_005);
    group.change(0, RECLAIMS, TaskState.ASLEEP);
    assertThat(group.text(Resource.MEMORY))
        .isEqualTo(
            """
            some avg10=63.18 avg60=15.32 avg300=3.37 total=10005000
            full avg10=63.18 avg60=15.32 avg300=3.37 total=10005000
            """);
    assertThat(group.text(Resource.IO)).startsWith("some avg10=0.00").contains("total=0");
    pass(600_000);
    assertThat(group.text(Resource.MEMORY)).as("it fades").contains("some avg10=0.00 avg60=0.00");
  }

  /** One of two CPUs is stalled while the other works: half of what could be done is not. */
  @Test
  void aCpuCountsByHowLongItIsAwake() {
    PsiGroup group = new PsiGroup(clock, 2, null);
    group.change(0, TaskState.ASLEEP, THRASHES);
    group.change(1, TaskState.ASLEEP, WORKS);
    pass(1_000);
    assertThat(group.totalNanos(Resource.MEMORY, false)).isEqualTo(500 * MILLI);
    group.change(1, WORKS, TaskState.ASLEEP);
    pass(1_000);
    assertThat(group.totalNanos(Resource.MEMORY, true)).as("now all").isEqualTo(1_500 * MILLI);
    assertThat(group.totalNanos(Resource.IO, true)).isEqualTo(1_500 * MILLI);
  }

  /** Two tasks of one CPU: while one works, what the other waits for is some and not full. */
  @Test
  void someAndFullDifferWhereAnotherTaskWorks() {
    PsiGroup group = new PsiGroup(clock, 1, null);
    group.change(0, TaskState.ASLEEP, THRASHES);
    group.change(0, TaskState.ASLEEP, WORKS);
    pass(300);
    group.change(0, WORKS, TaskState.ASLEEP);
    pass(200);
    assertThat(group.totalNanos(Resource.MEMORY, false)).isEqualTo(500 * MILLI);
    assertThat(group.totalNanos(Resource.MEMORY, true)).isEqualTo(200 * MILLI);
  }

  /** The same figures whether somebody looks all the time or only at the end. */
  @Test
  void randomChangesAgreeWithCountingEachMillisecond() {
    for (long seed = 1; seed <= 25; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int cpus = 1 + random.nextInt(3);
      PsiGroup group = new PsiGroup(clock, cpus, null);
      PsiByMillis model = new PsiByMillis(cpus);
      List<TaskState> now = new ArrayList<>();
      for (int cpu = 0; cpu < cpus; cpu++) {
        now.add(TaskState.ASLEEP);
      }
      for (int step = 0; step < 80; step++) {
        int cpu = random.nextInt(cpus);
        TaskState next = STATES.get(random.nextInt(STATES.size()));
        group.change(cpu, now.get(cpu), next);
        model.change(cpu, next);
        now.set(cpu, next);
        int millis = random.nextInt(10) == 0 ? random.nextInt(30_000) : random.nextInt(900);
        model.pass(millis);
        pass(millis);
        if (random.nextInt(4) == 0) {
          for (Resource resource : Resource.values()) {
            assertThat(group.text(resource))
                .as("seed %d, step %d, %s", seed, step, resource)
                .isEqualTo(model.text(resource));
          }
        }
      }
    }
  }
}
