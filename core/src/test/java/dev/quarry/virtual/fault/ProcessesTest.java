package dev.quarry.virtual.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.physical.Shrink;
import dev.quarry.virtual.PageTableLayout;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Several processes against byte arrays: every load sees what was stored, whoever copied it. */
class ProcessesTest {
  private static final int STEPS = 600;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"X86_64,1", "X86_64,2", "X86_32,3"})
  void loadsSeeWhatWasStored(PageTableLayout layout, long seed) throws IOException {
    List<Step> steps = draw(new Random(seed));
    String wrong = play(layout, steps);
    if (wrong != null) {
      List<Step> few = Shrink.shrink(steps, shorter -> play(layout, shorter) != null);
      throw new AssertionError("seed " + seed + ": " + few + "\n" + play(layout, few));
    }
    assertThat(wrong).isNull();
  }

  private @Nullable String play(PageTableLayout layout, List<Step> steps) {
    try (ProcessRun run = new ProcessRun(layout, folder.resolve("file"))) {
      for (int i = 0; i < steps.size(); i++) {
        String wrong = run.play(steps.get(i));
        if (wrong != null) {
          return "step " + i + ": " + wrong;
        }
      }
      return run.finish();
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }

  static List<Step> draw(Random random) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < STEPS; i++) {
      int page = random.nextInt(ProcessModel.PAGES);
      int pages = 1 + random.nextInt(random.nextInt(4) == 0 ? 20 : 4);
      int value = random.nextInt(1 << 24);
      if (random.nextInt(3) > 0) {
        value |= 3; // most areas can be read and written
      }
      steps.add(new Step(kind(random.nextInt(40)), random.nextInt(12), page, pages, value));
    }
    return steps;
  }

  private static Step.Kind kind(int drawn) {
    return switch (drawn) {
      case 0, 1, 2 -> Step.Kind.MAP;
      case 3 -> Step.Kind.MAP_SHARED;
      case 4, 5 -> Step.Kind.MAP_FILE;
      case 6 -> Step.Kind.UNMAP;
      case 7, 8, 9 -> Step.Kind.PROTECT;
      case 10, 11 -> Step.Kind.FORK;
      case 12 -> Step.Kind.EXIT;
      case 13, 14 -> Step.Kind.MOVE;
      case 15 -> Step.Kind.DROP;
      case 16 -> Step.Kind.READ_OTHER;
      case 17, 18, 19, 20, 21, 22, 23, 24, 25, 26 -> Step.Kind.LOAD;
      default -> Step.Kind.STORE;
    };
  }
}
