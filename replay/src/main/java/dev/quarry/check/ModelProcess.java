package dev.quarry.check;

import dev.quarry.kernel.Process;

/** A process and what its window must show. */
record ModelProcess(Process process, ModelSpace space) {
  /** Pages of the window, which begins here. */
  static final long WINDOW = 0x1000_0000L;

  /** A page of its own through which it reads and writes files. */
  static final long BUFFER = 0x0FF0_0000L;

  static final long PAGE = 4096;

  /** Where in a page the bytes are that are looked at. */
  static final int SLOT = 1032;

  static long at(int page) {
    return WINDOW + page * PAGE;
  }

  boolean isVictim() {
    return process.mm().task().isVictim();
  }
}
