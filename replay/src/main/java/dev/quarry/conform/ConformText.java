package dev.quarry.conform;

import java.util.Locale;

/** A comparison's result for a reader. */
public final class ConformText {
  private ConformText() {}

  /** The text, with its last line's end. */
  public static String of(ConformResult result) {
    StringBuilder out = new StringBuilder();
    for (ConformResult.FoundDifference found : result.differences()) {
      out.append("# differs: ").append(found.what()).append(" of ").append(found.call());
      out.append("\n").append(comment("kernel", found.kernel()));
      out.append(comment("quarry", found.quarry())).append(found.script()).append('\n');
    }
    out.append(
        String.format(
            Locale.ROOT,
            "%,d operations in %,d sequences with seed %d, in Quarry and in Linux %s:%n",
            result.operations(),
            result.sequences(),
            result.seed(),
            result.kernel()));
    int count = result.differences().size();
    out.append(count == 0 ? "no difference" : count == 1 ? "1 difference" : count + " differences");
    result
        .intended()
        .forEach((name, times) -> out.append(", ").append(times).append(' ').append(name));
    out.append(result.intended().isEmpty() ? "\n" : " (intended: decisions/conform.md)\n");
    for (String text : result.notAgain()) {
      out.append("did not come again when played again: ").append(text).append('\n');
    }
    return out.toString();
  }

  private static String comment(String who, String text) {
    return "# " + who + ": " + text.replace("\n", "\n#         ") + "\n";
  }
}
