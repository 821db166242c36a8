package dev.quarry.bench.work;

import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The threads in which JMH runs the benchmarks: Netty's, whose allocators keep caches only for
 * these. JMH makes it by the name in {@code jmh.executor.class}.
 */
public final class FastThreads extends ThreadPoolExecutor {
  /** As JMH calls it. */
  public FastThreads(int threads, String prefix) {
    super(
        threads,
        threads,
        0,
        TimeUnit.MILLISECONDS,
        new LinkedBlockingQueue<>(),
        work -> new FastThreadLocalThread(work, prefix));
  }
}
