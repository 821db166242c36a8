package dev.quarry.conform;

import java.util.List;

/** One of the two that are compared: a kernel with a process, and at times its child. */
interface Side extends AutoCloseable {
  /** What a sequence can have here: no larger limits, no capability that is not there. */
  Settings possible(Settings settings);

  /** Makes an empty window with nothing in it, and two files. */
  void begin(Settings settings);

  /** Does operations, one after the other. */
  List<Observation> play(List<Op> operations);

  /** Areas and pages of a process as they are now. */
  Observation look(int who);

  /** The bytes of pages, which are present, of a process. */
  List<byte[]> contents(int who, int[] pages);

  /** The bytes of a file, up to a number of pages of it. */
  byte[] file(int file, int pages);

  /** What smaps says of each area of the window: see {@link SmapsText}. */
  List<String> smaps(int who);

  @Override
  void close();
}
