package dev.quarry.virtual.fault;

import org.jspecify.annotations.Nullable;

/**
 * What the memory of a process must hold, byte for byte: for each page of a window what it shows,
 * its own copy if it wrote one, and what may be done.
 */
final class ProcessModel {
  static final int PAGES = 64;

  /** What is shown: zeros, shared memory, or a page of the file. */
  private final byte[][] shown = new byte[PAGES][];

  /** A copy of one's own, of private pages that were written. */
  private final byte[][] own = new byte[PAGES][];

  private final boolean[] shared = new boolean[PAGES];
  final int[] prot = new int[PAGES];

  boolean isMapped(int page) {
    return shown[page] != null;
  }

  void unmap(int page) {
    shown[page] = null;
    own[page] = null;
  }

  void map(int page, int access, byte[] contents, boolean isShared) {
    shown[page] = contents;
    own[page] = null;
    shared[page] = isShared;
    prot[page] = access;
  }

  /** What MADV_DONTNEED does. */
  void drop(int page) {
    own[page] = null;
  }

  void move(int from, int to) {
    shown[to] = shown[from];
    own[to] = own[from];
    shared[to] = shared[from];
    prot[to] = prot[from];
    unmap(from);
  }

  /** The contents of a page that may be read; x86 lets read what may be written. */
  byte @Nullable [] readable(int page) {
    return !isMapped(page) || prot[page] == 0 ? null : own[page] != null ? own[page] : shown[page];
  }

  /** Where a store to a page goes; null if it may not be written. */
  byte @Nullable [] writable(int page) {
    if (!isMapped(page) || (prot[page] & 2) == 0) {
      return null;
    }
    if (shared[page]) {
      return shown[page];
    }
    if (own[page] == null) {
      own[page] = shown[page].clone();
    }
    return own[page];
  }

  ProcessModel fork() {
    ProcessModel child = new ProcessModel();
    for (int i = 0; i < PAGES; i++) {
      child.shown[i] = shown[i];
      child.own[i] = own[i] == null ? null : own[i].clone();
      child.shared[i] = shared[i];
      child.prot[i] = prot[i];
    }
    return child;
  }
}
