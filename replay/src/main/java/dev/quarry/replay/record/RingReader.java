package dev.quarry.replay.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the ring of one CPU from running over: looks at it from time to time and moves its events
 * to a file once it is half full. Reading makes events itself, so that a ring that is large enough
 * is best left alone until the end.
 */
final class RingReader implements Runnable {
  private static final int CHUNK_BYTES = 1 << 16;
  private static final long LOOK_EVERY_MILLIS = 100;

  /** A line of text is longer than this: what is in a ring gives at least as much of it. */
  private static final long LEAST_LINE_BYTES = 40;

  private final TraceInstance instance;
  private final int cpu;
  private final long ringBytes;
  private final Path target;
  private final CountDownLatch end;
  private boolean used;
  private @Nullable IOException failure;

  /**
   * @param ringBytes size of the ring
   * @param target gets the text; not there until it is needed
   * @param end comes down when nothing more is written to the ring
   */
  RingReader(TraceInstance instance, int cpu, long ringBytes, Path target, CountDownLatch end) {
    this.instance = instance;
    this.cpu = cpu;
    this.ringBytes = ringBytes;
    this.target = target;
    this.end = end;
  }

  @Override
  public void run() {
    try {
      while (!end.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS)) {
        if (instance.stats(cpu).bytes() > ringBytes / 2) {
          used = true;
          drainUntilEnd();
          return;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      failure = e;
    }
  }

  private void drainUntilEnd() throws IOException, InterruptedException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(instance.pipe(cpu));
        OutputStream out = Files.newOutputStream(target)) {
      boolean ended = false;
      while (!ended) {
        ended = end.await(LOOK_EVERY_MILLIS, TimeUnit.MILLISECONDS);
        TraceInstance.RingStats stats = instance.stats(cpu);
        if (ended || stats.bytes() > ringBytes / 4) {
          copy(in, out, chunk, stats.entries() * LEAST_LINE_BYTES);
        }
      }
      for (long left = instance.stats(cpu).entries(); left > 0; ) {
        left = copy(in, out, chunk, left * LEAST_LINE_BYTES) ? instance.stats(cpu).entries() : 0;
      }
    }
  }

  /** Copies at least so many bytes; false at the end. A read waits where a ring is empty. */
  private static boolean copy(InputStream in, OutputStream out, byte[] chunk, long bytes)
      throws IOException {
    for (long left = bytes; left > 0; ) {
      int n = in.read(chunk);
      if (n <= 0) {
        return false;
      }
      out.write(chunk, 0, n);
      left -= n;
    }
    return true;
  }

  /** Reads all that is left in the rings, in the order of its times; they are switched off. */
  static void readAll(TraceInstance instance, Path target) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    try (InputStream in = Files.newInputStream(instance.pipe());
        OutputStream out = Files.newOutputStream(target)) {
      for (long left = entries(instance); left > 0; left = entries(instance)) {
        if (!copy(in, out, chunk, left * LEAST_LINE_BYTES)) {
          return;
        }
      }
    }
  }

  private static long entries(TraceInstance instance) throws IOException {
    long entries = 0;
    for (int cpu : instance.cpus()) {
      entries += instance.stats(cpu).entries();
    }
    return entries;
  }

  /** Whether the ring was read before its end. */
  boolean used() {
    return used;
  }

  /** The file with the text. */
  Path target() {
    return target;
  }

  /**
   * Says what went wrong.
   *
   * @throws IOException if something did
   */
  void requireNoFailure() throws IOException {
    if (failure != null) {
      throw failure;
    }
  }
}
