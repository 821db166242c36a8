package dev.quarry.explain.show;

import dev.quarry.explain.verdict.Explanation;

/** A form in which explanations are shown, one after the other as the log has them. */
public interface Output {
  /** Shows one. */
  void add(Explanation explanation);

  /** Ends the form; nothing is added any more. */
  void finish();
}
