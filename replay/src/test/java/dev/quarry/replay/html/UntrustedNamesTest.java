package dev.quarry.replay.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.recording.Recording;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a recording is called and says of itself never becomes part of the page's markup. */
class UntrustedNamesTest {
  private static final String NAME = "x\"><img src=q onerror=alert(1)><!--&lt;@@style@@$1\\";
  private static final String COMMAND =
      "</script><script>alert(1)</script> <!-- ]]> \u2028\u2029\u202e \ud800 '\"&amp;`${1}";

  @TempDir Path folder;

  private Recording hostile() throws IOException {
    Path copy = Fixtures.copy(Fixtures.tiny(), folder.resolve(NAME));
    String quoted = JsonMapper.builder().build().writeValueAsString(COMMAND);
    String escaped = quoted.replace("\ud800", "\\ud800");
    String meta = Files.readString(copy.resolve("meta.json")).replace("\"by-hand\"", escaped);
    Files.write(copy.resolve("meta.json"), meta.getBytes(StandardCharsets.UTF_8));
    return Recording.open(copy);
  }

  @Test
  void onlyTheDataDiffersAndItHasNothingThatHtmlReads() throws IOException {
    List<String> settings = List.of("<b>=</b>", "</script>");
    String page = Played.page(hostile(), settings);
    String plain = Played.page(Recording.open(Fixtures.tiny()), List.of());
    assertThat(withoutData(page)).isEqualTo(withoutData(plain));
    assertThat(Played.dataText(page)).doesNotContain("<", ">", "&").matches("\\p{ASCII}+");

    JsonNode head = Played.data(page).path("head");
    assertThat(head.path("recording").asString()).isEqualTo(NAME);
    assertThat(head.path("command").asString()).isEqualTo(COMMAND);
    assertThat(head.at("/settings/1").asString()).isEqualTo("</script>");
  }

  private static String withoutData(String page) {
    return page.replace(Played.dataText(page), "");
  }

  @Test
  void nothingIsLoadedFromAnywhere() {
    String page = Played.page(Recording.open(Fixtures.tiny()), List.of());
    String markup = page.replaceAll("(?s)<script.*?</script>", "<script></script>");
    assertThat(markup)
        .doesNotContainPattern("(?i)\\ssrc\\s*=")
        .doesNotContainPattern("(?i)<link|<iframe|<object|<embed|<form|@import|url\\(")
        .doesNotContainPattern("(?i)href\\s*=\\s*[\"']?(?!#)[^#\"']");
    assertThat(page).doesNotContainPattern("\\b(fetch|XMLHttpRequest|WebSocket|EventSource)\\(");
    assertThat(page)
        .contains("content=\"default-src 'none'; style-src 'unsafe-inline'; script-src ");
  }

  /** A browser runs no script whose hash the page's policy does not name. */
  @Test
  void thePolicyNamesTheScriptsOfThePageAndNoOthers() throws Exception {
    String page = Played.page(Recording.open(Fixtures.tiny()), List.of());
    List<String> hashes = new ArrayList<>();
    Matcher script =
        Pattern.compile("(?s)<script(?: type=\"module\")?>(.*?)</script>").matcher(page);
    while (script.find()) {
      byte[] bytes = script.group(1).getBytes(StandardCharsets.UTF_8);
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(bytes);
      hashes.add("'sha256-" + Base64.getEncoder().encodeToString(digest) + "'");
    }
    assertThat(hashes).hasSize(2);
    assertThat(page).contains("script-src " + String.join(" ", hashes) + "\">");
  }
}
