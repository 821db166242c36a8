package dev.quarry.replay.refs;

import static dev.quarry.replay.text.ReportLines.line;

/** A miss-ratio curve as a table with bars. */
public final class MrcText {
  private static final int BAR_WIDTH = 40;
  private static final int PAGE_KIB = 4;
  private static final double[] RATIOS = {0.1, 0.01, 0.001, 0.0001};

  private MrcText() {}

  /**
   * The table.
   *
   * @param name of the recording
   */
  public static String of(String name, MissRatioCurve curve, RefProblems problems) {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "references %s: %,d touches of %,d pages of 4 KiB",
        name,
        curve.references(),
        curve.pages());
    line(out, "a memory that keeps the pages used last");
    line(out, "%9s %11s %13s %11s", "pages", "KiB", "misses", "ratio");
    for (MissRatioCurve.Point point : curve.points()) {
      line(
          out,
          "%,9d %,11d %,13d %11.8f  %s",
          point.pages(),
          (long) point.pages() * PAGE_KIB,
          point.misses(),
          point.ratio(),
          bar(point.ratio()));
    }
    for (double ratio : RATIOS) {
      int pages = curve.pagesFor(ratio);
      if (pages >= 0) {
        line(out, "%,d pages are enough for %s of the references to miss", pages, share(ratio));
      }
    }
    line(out, "bars: each step down is a tenth as many misses");
    problems.report().forEach(problem -> line(out, "%s", problem));
    return out.toString();
  }

  private static String share(double ratio) {
    return ratio >= 0.01 ? Math.round(100 * ratio) + " %" : "1 in " + Math.round(1 / ratio);
  }

  /** As long as the logarithm: all misses fill it, one in 10^8 leaves nothing. */
  private static String bar(double ratio) {
    double decades = ratio <= 0 ? 8 : Math.min(8, -Math.log10(ratio));
    return "█".repeat((int) Math.round(BAR_WIDTH * (8 - decades) / 8));
  }
}
