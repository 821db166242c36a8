package dev.quarry.cli;

import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import org.jspecify.annotations.Nullable;

/** A bar on a terminal's standard error, shown when the work is long; nothing elsewhere. */
final class Progress implements LongConsumer, AutoCloseable {
  private static final long WORTH_A_BAR_BYTES = 1 << 20;
  private final @Nullable ProgressBar bar;

  private Progress(@Nullable ProgressBar bar) {
    this.bar = bar;
  }

  /** A bar of so many bytes. */
  static Progress of(String task, long bytes) {
    boolean shown = Colours.terminal() && bytes > WORTH_A_BAR_BYTES;
    ProgressBarBuilder builder =
        new ProgressBarBuilder().setTaskName(task).setUnit(" MiB", 1 << 20).hideEta();
    return new Progress(shown ? builder.setInitialMax(bytes).build() : null);
  }

  /** A bar of so many steps. */
  static Progress ofSteps(String task, long steps) {
    boolean shown = Colours.terminal();
    ProgressBarBuilder builder = new ProgressBarBuilder().setTaskName(task).hideEta();
    return new Progress(shown ? builder.setInitialMax(steps).build() : null);
  }

  /** Moves the bar to so many bytes, or steps, from the beginning. */
  @Override
  public void accept(long bytesRead) {
    if (bar != null) {
      bar.stepTo(bytesRead);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
