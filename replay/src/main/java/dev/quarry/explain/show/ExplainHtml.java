package dev.quarry.explain.show;

import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Explanation;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * Explanations as one HTML file that needs nothing else: no script, no network, no fonts. Light or
 * dark as the reader's system is. The same log gives the same bytes.
 */
public final class ExplainHtml implements Output {
  /** More reports than these are counted, not drawn: a page of hundreds helps nobody. */
  static final int MOST_REPORTS = 100;

  private static final String FRAME =
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>Quarry explain</title>
      <style>
      """;

  private final Markup page = new Markup();
  private long count;

  @Override
  public void add(Explanation explanation) {
    count++;
    if (count <= MOST_REPORTS) {
      report(explanation);
    }
  }

  @Override
  public void finish() {
    if (count > MOST_REPORTS) {
      page.element(
          "p",
          "The input has "
              + Words.count(count, "report")
              + "; the first "
              + MOST_REPORTS
              + " are drawn here. quarry explain --summary counts them all.",
          "class",
          "plain");
    } else if (count == 0) {
      page.element("p", "The input has no memory report of a kernel.", "class", "plain");
    }
  }

  /** The whole page; to be asked for when it is finished. */
  public String text() {
    return FRAME
        + resource("/dev/quarry/replay/html/report.css")
        + resource("explain.css")
        + "</style>\n</head>\n<body>\n"
        + page
        + "</body>\n</html>\n";
  }

  private void report(Explanation of) {
    page.open("article", "id", "report-" + count);
    header(of);
    page.open("main");
    ZonesHtml.put(page, of);
    RemediesHtml.put(page, of);
    OomHtml.put(page, of);
    rest(of);
    page.end().end();
  }

  private void header(Explanation of) {
    MemoryReport report = of.report();
    page.open("header");
    page.element("p", count == 1 ? "Quarry explain" : "Report " + count, "class", "kicker");
    String order = Head.order(report);
    String title = Head.what(report) + (order == null ? "" : ", " + order.replaceFirst(":.*", ""));
    page.element("h1", title);
    page.element(
        "p", of.sentence(), "class", "sentence " + (of.explained() ? "explained" : "doubtful"));
    list("What else it may have been", Caveats.otherCauses(of));
    page.open("dl", "class", "facts");
    for (Map.Entry<String, String> line : Head.lines(report).entrySet()) {
      page.element("dt", line.getKey()).element("dd", line.getValue());
    }
    page.end().end();
  }

  private void list(String title, List<String> lines) {
    if (!lines.isEmpty()) {
      page.element("h3", title).open("ul");
      lines.forEach(line -> page.element("li", line));
      page.end();
    }
  }

  private void rest(Explanation of) {
    List<String> caveats = Caveats.of(of);
    if (of.couldNot().isEmpty() && caveats.isEmpty() && of.trail().isBlank()) {
      return;
    }
    page.open("section").element("h2", "Notes");
    list("What the request could not do", of.couldNot());
    list("Read with care", caveats);
    if (!of.trail().isBlank()) {
      page.open("details").element("summary", "The allocator’s own steps");
      page.open("pre");
      of.trail().lines().forEach(line -> page.text(line).line());
      page.end().end();
    }
    page.end();
  }

  private static String resource(String path) {
    try (InputStream in = ExplainHtml.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
