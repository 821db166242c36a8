package dev.quarry.bench.figure;

import dev.quarry.bench.report.FigureResult;
import dev.quarry.bench.run.Context;
import java.io.IOException;

/** Something that is measured and published. */
public interface Figure {
  /**
   * Measures it.
   *
   * @throws IOException if a program cannot be run or a file not be read
   */
  FigureResult measure(Context context) throws IOException;
}
