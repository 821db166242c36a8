package dev.quarry.physical;

/** What a frame is, decided from its block's head and its zone. */
public enum FrameKind {
  /** No RAM there. */
  HOLE,
  /** RAM that the allocator was never given. */
  RESERVED,
  /** In a free block of the buddy system. */
  FREE,
  /** In a block on a per-CPU list. */
  PER_CPU,
  /** In a block that compaction holds. */
  ISOLATED,
  /** In a block that somebody allocated. */
  ALLOCATED,
  /** Held since before the machine booted from a snapshot; of which block is not known. */
  HELD_SINCE_BOOT,
  /** None of these: the structures contradict each other. */
  LOST;

  static FrameKind ofHead(long state) {
    if (PageState.isBuddy(state)) {
      return FREE;
    }
    if (PageState.isPcp(state)) {
      return PER_CPU;
    }
    if ((PageState.flags(state) & PageState.ISOLATED) != 0) {
      return ISOLATED;
    }
    return PageState.isAllocated(state) ? ALLOCATED : LOST;
  }
}
