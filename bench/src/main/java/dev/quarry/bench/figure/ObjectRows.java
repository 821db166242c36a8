package dev.quarry.bench.figure;

import dev.quarry.bench.report.Subject;
import dev.quarry.bench.run.CPeer;
import dev.quarry.bench.run.Comparison;
import dev.quarry.bench.run.Context;
import dev.quarry.bench.run.JmhRun;
import dev.quarry.bench.work.Mix;
import dev.quarry.bench.work.ObjectSource;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows of the figures about objects: the same subjects, one after the other, in each of them. */
final class ObjectRows {
  private static final String UNIT = "ns";

  private final Comparison comparison;
  private final Context context;
  private final JmhRun jmh;
  private final List<CPeer> inC;

  ObjectRows(Context context) throws IOException {
    this.context = context;
    this.comparison = new Comparison(context);
    this.jmh = new JmhRun(context);
    this.inC = CPeer.find(context);
  }

  Comparison comparison() {
    return comparison;
  }

  List<CPeer> inC() {
    return inC;
  }

  /**
   * What is done by one JMH method.
   *
   * @param row the name of the row
   * @param params values of the benchmark's parameters
   */
  record Task(
      String row, Class<?> benchmark, String method, int threads, Map<String, String> params) {
    private Map<String, String> and(Map<String, String> more) {
      Map<String, String> all = new HashMap<>(params);
      all.putAll(more);
      return all;
    }
  }

  void add(Subject subject, Task task, Map<String, String> params) {
    comparison.add(
        task.row,
        UNIT,
        subject,
        () -> jmh.nanos(task.benchmark, task.method, task.threads, task.and(params)));
  }

  /** Quarry with the finer geometry, then with the course's; the CPU in hand. */
  void quarry(Task task) {
    add(Subjects.QUARRY_FINE, task, Map.of("kmalloc", "fine"));
    add(Subjects.QUARRY_COURSE, task, Map.of("kmalloc", "course"));
  }

  /** The same, the CPU found by the thread. */
  void quarryByThread(Task task) {
    Map<String, String> fine = Map.of("kmalloc", "fine", "source", ObjectSource.BY_THREAD);
    Map<String, String> course = Map.of("kmalloc", "course", "source", ObjectSource.BY_THREAD);
    add(Subjects.QUARRY_FINE_BY_THREAD, task, fine);
    add(Subjects.QUARRY_COURSE_BY_THREAD, task, course);
  }

  /** The allocators of C in a program of C. */
  void inC(String row, String workload, int threads, int blocks, int bytes) {
    for (CPeer peer : inC) {
      comparison.add(
          row,
          UNIT,
          Subject.peer(peer.name()),
          () -> peer.nanos(context.effort(), workload, threads, Mix.SEED, blocks, bytes));
    }
  }

  /** The allocators of C, called from Java; critical calls, as no downcall is faster. */
  void downcalls(Task task) {
    for (CPeer peer : inC) {
      downcalls(peer, task, ObjectSource.CRITICAL, ", critical downcalls");
    }
  }

  /** The first allocator of C with downcalls as they should be. */
  void plainDowncalls(Task task) {
    inC.stream()
        .limit(1)
        .forEach(peer -> downcalls(peer, task, ObjectSource.DOWNCALL, ", downcalls"));
  }

  private void downcalls(CPeer peer, Task task, String source, String how) {
    String library = peer.library().map(String::valueOf).orElse(ObjectSource.LIBC);
    String name = peer.allocator() + how;
    if (!ObjectSource.loads(library)) {
      context.note(name + " left out: " + library + " cannot be loaded into a running JVM");
      return;
    }
    add(Subject.peer(name), task, Map.of("source", source, "library", library));
  }

  /** Netty's two allocators. */
  void netty(Task task) {
    add(Subjects.NETTY_POOLED, task, Map.of("netty", "pooled"));
    add(Subjects.NETTY_ADAPTIVE, task, Map.of("netty", "adaptive"));
  }
}
