package dev.quarry.conform;

import java.util.List;
import java.util.Map;

/**
 * What came of a comparison.
 *
 * @param operations that were made on both sides
 * @param sequences in which they were made
 * @param seed of the sequences
 * @param kernel the release of the kernel that is running
 * @param differences each with its shortest sequence
 * @param intended how often each difference was met that has a reason
 * @param notAgain differences that did not come again when the same sequence was played again
 */
public record ConformResult(
    long operations,
    long sequences,
    long seed,
    String kernel,
    List<FoundDifference> differences,
    Map<String, Long> intended,
    List<String> notAgain) {

  /**
   * A difference that came again.
   *
   * @param what kind it is, in a word
   * @param call the operation it was seen at
   * @param kernel what the kernel has
   * @param quarry what Quarry has
   * @param script that makes it happen in Quarry's shell
   */
  public record FoundDifference(
      String what, String call, String kernel, String quarry, String script) {}

  /** Whether both sides agree. */
  public boolean isAgreed() {
    return differences.isEmpty();
  }
}
