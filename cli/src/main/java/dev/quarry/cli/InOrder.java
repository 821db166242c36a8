package dev.quarry.cli;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.Queue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Work on several threads whose results come in the order of the items.
 *
 * <pre>
 *   items ──► [ future | future | future ] ──► sink     no more than a few are under way,
 *   this thread   a pool works on them   this thread    so memory does not depend on their number
 * </pre>
 */
final class InOrder {
  private static final int UNDER_WAY_PER_THREAD = 4;

  private InOrder() {}

  /**
   * Works on each item and gives the result to the sink.
   *
   * @param items taken on this thread, as is the sink
   * @param work called on threads of a pool
   * @throws IllegalStateException if this thread is interrupted; what {@code work} throws is thrown
   */
  static <A, B> void map(Iterator<A> items, Function<A, B> work, Consumer<B> sink) {
    int threads = Runtime.getRuntime().availableProcessors();
    Queue<Future<B>> underWay = new ArrayDeque<>();
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      try {
        while (items.hasNext()) {
          A item = items.next();
          underWay.add(pool.submit(() -> work.apply(item)));
          if (underWay.size() >= threads * UNDER_WAY_PER_THREAD) {
            sink.accept(result(underWay.remove()));
          }
        }
        while (!underWay.isEmpty()) {
          sink.accept(result(underWay.remove()));
        }
      } finally {
        pool.shutdownNow();
      }
    }
  }

  private static <B> B result(Future<B> future) {
    try {
      return future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      if (e.getCause() instanceof Error thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
