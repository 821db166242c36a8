package dev.quarry.replay.record;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The command that is recorded, with the streams of this process. When this process is told to end
 * (Ctrl-C reaches both), the command is ended too, and the end waits until the recording is done.
 */
final class Workload implements AutoCloseable {
  private static final int INTERRUPTED = 130;

  private final List<String> command;
  private final Thread atEnd;
  private volatile @Nullable Process process;
  private volatile boolean ending;

  /**
   * @param done comes down when the recording is written
   */
  Workload(List<String> command, CountDownLatch done) {
    this.command = command;
    this.atEnd = Thread.ofPlatform().name("end-of-recording").unstarted(() -> end(done));
    Runtime.getRuntime().addShutdownHook(atEnd);
  }

  private void end(CountDownLatch done) {
    ending = true;
    Process running = process;
    if (running != null) {
      running.destroy();
    }
    try {
      done.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Runs the command to its end.
   *
   * @return its exit code
   * @throws RecordException if it cannot be run
   */
  int run() {
    if (ending) {
      return INTERRUPTED;
    }
    try {
      Process started = new ProcessBuilder(command).inheritIO().start();
      process = started;
      if (ending) {
        started.destroy();
      }
      return started.waitFor();
    } catch (IOException e) {
      throw new RecordException("cannot run " + command.getFirst() + ": " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return INTERRUPTED;
    }
  }

  @Override
  public void close() {
    Process running = process;
    if (running != null) {
      running.destroy();
    }
    try {
      if (!ending) {
        Runtime.getRuntime().removeShutdownHook(atEnd);
      }
    } catch (IllegalStateException e) {
      // The process ends: the hook waits for the recording.
    }
  }
}
