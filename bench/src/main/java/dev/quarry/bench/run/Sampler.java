package dev.quarry.bench.run;

import java.io.IOException;

/** Measures one subject once. */
@FunctionalInterface
public interface Sampler {
  /**
   * Measures.
   *
   * @return a sample for each iteration
   * @throws IOException if a program could not be run
   */
  double[] sample() throws IOException;
}
