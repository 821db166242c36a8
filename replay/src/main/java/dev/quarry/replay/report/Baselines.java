package dev.quarry.replay.report;

import dev.quarry.replay.play.KernelFrames.FrameLog;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.score.FreeBlockScore;
import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.Scores;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The scores of a recording beside those of simpler models: what the per-CPU lists, and the
 * kernel's tuning of them, are worth.
 */
public final class Baselines {
  private record Model(String name, List<String> settings) {}

  private static final List<Model> MODELS =
      List.of(
          new Model("Linux 6.18's rules", List.of()),
          new Model("fixed high and batch (6.6's rules)", List.of("release=6.6")),
          new Model("no per-CPU lists", List.of("percpu=off")));

  private Baselines() {}

  /** A table, a model each line. */
  public static String of(Recording recording) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "%-36s %13s %13s %13s %10s %10s",
            "model",
            "exact frames",
            "free, blocks",
            "free, pages",
            "taken",
            "drained"));
    for (Model model : MODELS) {
      ReplayOptions options = new ReplayOptions(model.settings, false, true, FrameLog.NONE);
      try (ReplayResult result = ReplayResult.play(recording, options, bytes -> {})) {
        Scores scores = result.scores().orElseThrow();
        lines.add(line(model.name, scores));
        if (model.equals(MODELS.getLast())) {
          lines.add(
              String.format(
                  Locale.ROOT, "%-36s %13s %13.3f %13.3f", "nothing changes", "", 0.0, 0.0));
          lines.add(
              String.format(
                  Locale.ROOT,
                  "%-36s %13s %13s %13s %,10d %,10d",
                  "the kernel",
                  "",
                  "",
                  "",
                  scores.actual().refillPages(),
                  scores.actual().drainPages()));
        }
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static String line(String name, Scores scores) {
    Scores.ExactFrames exact = scores.exactFrames();
    return String.format(
        Locale.ROOT,
        "%-36s %11.2f %% %13s %13s %,10d %,10d",
        name,
        exact.of() == 0 ? 100.0 : 100.0 * exact.same() / exact.of(),
        scores.freeBlocks().map(FreeBlockScore::blocks).map(Baselines::score).orElse("-"),
        scores.freeBlocks().map(FreeBlockScore::pages).map(Baselines::score).orElse("-"),
        scores.predicted().refillPages(),
        scores.predicted().drainPages());
  }

  private static String score(Ratio ratio) {
    return String.format(Locale.ROOT, "%.3f", ratio.score());
  }
}
