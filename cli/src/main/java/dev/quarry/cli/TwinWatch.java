package dev.quarry.cli;

import dev.quarry.replay.html.ReportFile;
import dev.quarry.replay.html.WatchReport;
import dev.quarry.replay.twin.Watch;
import dev.quarry.replay.twin.WatchText;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches until it has seen enough, or the process is told to end; then the page, if one is wanted,
 * is written all the same.
 */
final class TwinWatch {
  /** Of ANSI terminals: the cursor goes to the upper left corner, all below it is erased. */
  private static final String REDRAW = "\u001b[H\u001b[J";

  private static final double NANOS = 1e9;

  private final Watch watch;
  private final PrintWriter out;
  private final boolean redraws;
  private final CountDownLatch told = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);

  /**
   * @param redraws whether the chart is drawn again in its place; else there is a line for each
   *     sample, and a chart at the end
   */
  TwinWatch(Watch watch, PrintWriter out, boolean redraws) {
    this.watch = watch;
    this.out = out;
    this.redraws = redraws;
  }

  /**
   * Watches.
   *
   * @param count samples to take; 0: until told to end
   * @param page gets the page, or null
   */
  void run(long count, @Nullable ReportFile page) throws IOException {
    Thread atEnd = Thread.ofPlatform().name("end-of-watch").unstarted(this::end);
    Runtime.getRuntime().addShutdownHook(atEnd);
    try {
      do {
        Watch.Sample sample = watch.take();
        out.print(redraws ? REDRAW + WatchText.chart(watch) : WatchText.sample(watch, sample));
        out.flush();
      } while ((count == 0 || watch.taken() < count) && !isToldWithin(watch.intervalSeconds()));
      if (!redraws) {
        out.print(WatchText.chart(watch));
        out.flush();
      }
      if (page != null) {
        page.write(WatchReport.of(watch));
      }
    } finally {
      done.countDown();
      removeHook(atEnd);
    }
  }

  private boolean isToldWithin(double seconds) {
    try {
      return told.await((long) (seconds * NANOS), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }

  private void end() {
    told.countDown();
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends already.
    }
  }
}
