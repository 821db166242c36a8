package dev.quarry.bench.figure;

import dev.quarry.bench.report.Subject;

/** Those who appear in more than one figure. */
final class Subjects {
  static final Subject QUARRY = Subject.ours("Quarry");
  static final Subject QUARRY_ALL_ORDERS = Subject.ours("Quarry, per-CPU lists for all orders");
  static final Subject QUARRY_FINE = Subject.ours("Quarry, fine");
  static final Subject QUARRY_COURSE = Subject.ours("Quarry, course");
  static final Subject QUARRY_FINE_BY_THREAD = Subject.ours("Quarry, fine, CPU by thread");
  static final Subject QUARRY_COURSE_BY_THREAD = Subject.ours("Quarry, course, CPU by thread");
  static final Subject OF_CONFINED = Subject.peer("Arena.ofConfined");
  static final Subject NETTY_POOLED = Subject.peer("Netty pooled");
  static final Subject NETTY_LARGE_CHUNKS = Subject.peer("Netty pooled, chunks of 32 MiB");
  static final Subject NETTY_ADAPTIVE = Subject.peer("Netty adaptive");

  /** What a C allocator's name begins with. */
  static final String MIMALLOC = "mimalloc";

  static final String JEMALLOC = "jemalloc";

  private Subjects() {}
}
