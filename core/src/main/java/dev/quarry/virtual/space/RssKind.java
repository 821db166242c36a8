package dev.quarry.virtual.space;

/** What pages of an address space are counted as: {@code MM_FILEPAGES} and its sisters (6.18). */
public enum RssKind {
  /** Of the page cache of a file. */
  FILE,
  /** Private. */
  ANON,
  /** Entries that say where in swap a page is. */
  SWAP,
  /** Of shared memory. */
  SHMEM
}
