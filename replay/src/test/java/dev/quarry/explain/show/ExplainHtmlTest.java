package dev.quarry.explain.show;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.verdict.Explanation;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** The page is well-formed, asks nobody for anything, and draws the figures of the zones. */
class ExplainHtmlTest {
  private static String page(Explanation... explanations) {
    ExplainHtml html = new ExplainHtml();
    List.of(explanations).forEach(html::add);
    html.finish();
    return html.text();
  }

  private static Document parsed(String page) {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setExpandEntityReferences(false);
      var builder = factory.newDocumentBuilder();
      builder.setEntityResolver((_, _) -> new InputSource(new StringReader("")));
      return builder.parse(new InputSource(new StringReader(page)));
    } catch (ParserConfigurationException | SAXException | IOException e) {
      throw new AssertionError("not well-formed: " + e.getMessage(), e);
    }
  }

  private static List<Element> ofClass(Document document, String name) {
    NodeList all = document.getElementsByTagName("*");
    return IntStream.range(0, all.getLength())
        .mapToObj(i -> (Element) all.item(i))
        .filter(e -> List.of(e.getAttribute("class").split(" ")).contains(name))
        .toList();
  }

  @Test
  void wellFormedAndAlone() {
    String page = page(Shown.noBlock(), Shown.oom(), Shown.sysrq());
    parsed(page);
    assertThat(page).contains("default-src 'none'").doesNotContain("<script", "http://", "src=");
    assertThat(page(Shown.noBlock(), Shown.oom(), Shown.sysrq())).isEqualTo(page);
  }

  @Test
  void everyZoneIsDrawn() {
    Document document = parsed(page(Shown.noBlock()));
    assertThat(ofClass(document, "zonecard")).hasSize(3);
    assertThat(ofClass(document, "column")).hasSize(33);
    assertThat(ofClass(document, "stack")).hasSize(33);
    // Each type that an order's blocks have is a part of its column.
    assertThat(ofClass(document, "type-H")).isEmpty();
    assertThat(ofClass(document, "type")).hasSize(24);
  }

  @Test
  void barsHaveOneScale() {
    Document document = parsed(page(Shown.noBlock()));
    // DMA: 2,432 free pages under a demand of 14,697, which is the longest.
    List<String> widths =
        ofClass(document, "part").stream().map(e -> e.getAttribute("style")).toList();
    String free = String.format(Locale.ROOT, "width:%.2f%%", 2432 * 97.0 / 14697);
    assertThat(widths).contains(free);
  }

  @Test
  void aBrowserObeysNoNameOfTheLog() {
    Document document = parsed(page(Shown.hostile()));
    assertThat(document.getElementsByTagName("script").getLength()).isZero();
    assertThat(document.getElementsByTagName("b").getLength()).isPositive();
    assertThat(document.getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("Quarry explain");
    assertThat(document.getDocumentElement().getTextContent())
        .contains("</title><script>alert(1)</script>");
  }

  @Test
  void manyReportsAreCounted() {
    ExplainHtml html = new ExplainHtml();
    for (int i = 0; i < ExplainHtml.MOST_REPORTS + 3; i++) {
      html.add(Shown.sysrq());
    }
    html.finish();
    assertThat(html.text()).contains("The input has 103 reports; the first 100");
    assertThat(ofClass(parsed(html.text()), "zonecard")).hasSize(ExplainHtml.MOST_REPORTS);
  }

  @Test
  void shownInABrowser() throws IOException {
    String folder = System.getProperty("quarry.pages");
    Assumptions.assumeTrue(folder != null, "no folder for pages");
    Files.writeString(Path.of(folder, "explain.html"), page(Shown.noBlock(), Shown.oom()));
  }
}
