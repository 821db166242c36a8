package dev.quarry.replay.html;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The page's frame, style and scripts, put together around its data. */
final class Page {
  /** The release of uPlot that the module's pom names; a part of the paths in its jar. */
  static final String UPLOT = "1.6.30";

  /**
   * A kind of page: {@code frame.html} around its own body.
   *
   * @param command what shows the same as text
   * @param body the file of its sections
   * @param scripts one module, in the order in which the parts need each other
   */
  private record Kind(String title, String command, String body, List<String> scripts) {
    Kind(String title, String command, String body, String... scripts) {
      this(title, command, body, Stream.concat(SHARED.stream(), Stream.of(scripts)).toList());
    }
  }

  private static final List<String> SHARED = List.of("base.js", "charts.js");

  private static final Kind REPLAY =
      new Kind(
          "Quarry replay",
          "quarry replay",
          "report.html",
          "head.js",
          "memory.js",
          "map-data.js",
          "map.js",
          "percpu.js",
          "failures.js",
          "flow.js",
          "requests.js",
          "slab.js",
          "main.js");

  /** Free memory over time alone. */
  private static final Kind WATCH =
      new Kind("Quarry twin", "quarry twin --watch", "watch.html", "memory.js", "watch.js");

  private static final Kind PROCESSES =
      new Kind(
          "Quarry processes", "quarry replay", "processes.html", "pressure.js", "processes.js");

  private static final Kind REFERENCES =
      new Kind("Quarry references", "quarry replay", "refs.html", "pressure.js", "refs.js");

  /** The same recording with two settings. */
  private static final Kind VERSUS =
      new Kind(
          "Quarry, two replays",
          "quarry replay --versus",
          "versus.html",
          "pressure.js",
          "versus.js");

  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
  private static final Pattern MARK = Pattern.compile("@@([a-zA-Z]+)@@");

  private Page() {}

  /** The page of a replay of requests for pages. */
  static String with(ObjectNode data) {
    return with(REPLAY, data);
  }

  /** The page of processes that were played, and their faults. */
  static String ofProcesses(ObjectNode data) {
    return with(PROCESSES, data);
  }

  /** The page of a program's references. */
  static String ofReferences(ObjectNode data) {
    return with(REFERENCES, data);
  }

  /** The page of two replays of one recording. */
  static String ofVersus(ObjectNode data) {
    return with(VERSUS, data);
  }

  /** The page of a machine that is watched. */
  static String ofWatch(ObjectNode data) {
    return with(WATCH, data);
  }

  private static String with(Kind kind, ObjectNode data) {
    String charts = uplot("dist/uPlot.iife.min.js");
    String pictures = kind.scripts.stream().map(Page::own).collect(Collectors.joining("\n"));
    Map<String, String> parts =
        Map.of(
            "title",
            kind.title,
            "command",
            kind.command,
            "body",
            own(kind.body),
            "policy",
            "script-src '" + hash(charts) + "' '" + hash(pictures) + "'",
            "style",
            uplot("dist/uPlot.min.css") + "\n" + own("report.css"),
            "data",
            embedded(data),
            "charts",
            charts,
            "pictures",
            pictures,
            "licence",
            uplot("LICENSE"),
            "release",
            UPLOT);
    return filled(own("frame.html"), parts);
  }

  /** The marks are looked for in the frame alone, never in what replaces them. */
  private static String filled(String frame, Map<String, String> parts) {
    StringBuilder page = new StringBuilder();
    Matcher mark = MARK.matcher(frame);
    while (mark.find()) {
      String part = parts.get(mark.group(1));
      if (part == null) {
        throw new IllegalStateException("the page's frame has a mark " + mark.group());
      }
      mark.appendReplacement(page, Matcher.quoteReplacement(part));
    }
    return mark.appendTail(page).toString();
  }

  /** JSON that an HTML parser cannot mistake for a tag, a comment or a character reference. */
  static String embedded(ObjectNode data) {
    return JSON.writeValueAsString(data)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026");
  }

  private static String hash(String script) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8));
      return "sha256-" + Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static String own(String name) {
    return resource(name);
  }

  private static String uplot(String name) {
    return resource("/META-INF/resources/webjars/uplot/" + UPLOT + "/" + name);
  }

  private static String resource(String path) {
    try (InputStream in = Page.class.getResourceAsStream(path)) {
      if (in == null) {
        throw new IllegalStateException("the jar has no " + path);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
