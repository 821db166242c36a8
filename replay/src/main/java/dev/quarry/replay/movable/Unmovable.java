package dev.quarry.replay.movable;

/** Where used pages are taken to lie that cannot move, as counts do not tell. */
public enum Unmovable {
  /** In as few pageblocks as can be, which is what the kernel's migrate types are for. */
  TOGETHER,
  /** Anywhere among the used frames: the worst case. */
  SPREAD
}
