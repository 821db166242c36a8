package dev.quarry.replay.refs;

import java.io.Closeable;

/** References of a program, batch by batch, from whatever form they are in. */
public interface RefReader extends Closeable {
  /** Fills the batch anew; false if nothing is left. */
  boolean next(RefBatch batch);

  /** What was wrong so far. */
  RefProblems problems();

  /** The command that was recorded, as far as the recording says; else empty. */
  String command();

  /** Bytes of the file that were read so far. */
  long fileBytesRead();

  @Override
  void close();
}
