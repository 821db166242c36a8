package dev.quarry.virtual.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Shrink;
import dev.quarry.physical.VmEvent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several processes with huge pages against arrays: loads see what was stored, whoever split. */
class HugeProcessesTest {
  private static final int STEPS = 500;

  private static final Map<VmEvent, Long> SEEN = new EnumMap<>(VmEvent.class);

  @ParameterizedTest
  @CsvSource({"always,1,''", "always,2,usual", "madvise,3,8/8", "always,4,mips"})
  void loadsSeeWhatWasStored(String mode, long seed, String tlb) {
    List<HugeStep> steps = draw(new Random(seed));
    String wrong = play(mode, tlb, steps);
    if (wrong != null) {
      List<HugeStep> few = Shrink.shrink(steps, shorter -> play(mode, tlb, shorter) != null);
      throw new AssertionError("seed " + seed + ": " + few + "\n" + play(mode, tlb, few));
    }
    assertThat(wrong).isNull();
  }

  @AfterAll
  static void allWasReached() {
    assertThat(SEEN)
        .as("what the steps led to")
        .containsKeys(
            VmEvent.THP_FAULT_ALLOC,
            VmEvent.THP_SPLIT_PMD,
            VmEvent.THP_SPLIT_PAGE,
            VmEvent.THP_DEFERRED_SPLIT_PAGE,
            VmEvent.THP_COLLAPSE_ALLOC,
            VmEvent.THP_FAULT_FALLBACK,
            VmEvent.THP_ZERO_PAGE_ALLOC);
  }

  @Nullable String play(String mode, String tlb, List<HugeStep> steps) {
    try (HugeRun run = new HugeRun(mode, tlb)) {
      for (int i = 0; i < steps.size(); i++) {
        String wrong = run.play(steps.get(i));
        if (wrong != null) {
          return "step " + i + " " + steps.get(i) + ": " + wrong;
        }
      }
      String wrong = run.finish();
      for (VmEvent event : VmEvent.values()) {
        long count = run.machine().memory().events().sum(event);
        if (count > 0) {
          SEEN.merge(event, count, Long::sum);
        }
      }
      return wrong;
    } catch (RuntimeException e) {
      return e.toString();
    }
  }

  static List<HugeStep> draw(Random random) {
    List<HugeStep> steps = new ArrayList<>();
    steps.add(new HugeStep(HugeStep.Kind.MAP, 0, 0, HugeModel.PAGES, 7));
    for (int i = 0; i < STEPS; i++) {
      int page = random.nextInt(HugeModel.PAGES);
      int pages = 1 + random.nextInt(random.nextInt(3) == 0 ? 1500 : 40);
      if (random.nextInt(3) == 0) { // whole huge pages
        page &= -512;
        pages = 512 * (1 + random.nextInt(3));
      }
      int value = random.nextInt(1 << 24);
      if (random.nextInt(4) > 0) {
        value |= 3; // most areas can be read and written
      }
      steps.add(new HugeStep(kind(random.nextInt(60)), random.nextInt(12), page, pages, value));
    }
    return steps;
  }

  private static HugeStep.Kind kind(int drawn) {
    return switch (drawn) {
      case 0, 1, 2, 3 -> HugeStep.Kind.MAP;
      case 4 -> HugeStep.Kind.UNMAP;
      case 5, 6, 7 -> HugeStep.Kind.PROTECT;
      case 8, 9 -> HugeStep.Kind.FORK;
      case 10 -> HugeStep.Kind.EXIT;
      case 11, 12 -> HugeStep.Kind.MOVE;
      case 13, 14, 15, 16 -> HugeStep.Kind.ADVISE;
      case 17, 18 -> HugeStep.Kind.COLLAPSE;
      case 19 -> HugeStep.Kind.SCAN;
      case 20, 21 -> HugeStep.Kind.SPLIT_DEFERRED;
      case 22 -> HugeStep.Kind.HOARD;
      case 23, 24, 25, 26, 27, 28, 29, 30, 31, 32 -> HugeStep.Kind.LOAD;
      default -> HugeStep.Kind.STORE;
    };
  }
}
