package dev.quarry.reclaim.oom;

/** Why a request got nothing: {@code enum oom_constraint} (include/linux/oom.h, 6.18). */
enum OomConstraint {
  /** There is no more memory. */
  NONE,
  /** There is no more on the nodes that the request may use. */
  MEMORY_POLICY,
  /** A group is at its limit. */
  MEMCG;

  /** What the report prints. */
  String text() {
    return "CONSTRAINT_" + name();
  }
}
