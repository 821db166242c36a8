package dev.quarry.explain.log;

/** How two parts of a line that may have been wrapped fit together. */
enum Seam {
  /** They do not. */
  NONE,
  /** At a blank. */
  SPACE,
  /** In the middle of a word. */
  GLUE
}
