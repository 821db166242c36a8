package dev.quarry.explain.show;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.explain.verdict.Explanation;
import java.io.IOException;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The object that programs read: its members, whatever the log holds. */
class ExplainJsonTest {
  private static String json(boolean trail, Explanation... explanations) {
    StringWriter out = new StringWriter();
    ExplainJson json = new ExplainJson(out, trail);
    List.of(explanations).forEach(json::add);
    json.finish();
    return out.toString();
  }

  private static JsonNode read(Explanation... explanations) {
    return new ObjectMapper().readTree(json(false, explanations));
  }

  @Test
  void oneReport() throws IOException {
    Golden.same("explain/no-block.json", json(true, Shown.noBlock()));
  }

  @Test
  void theMembersThatProgramsRead() {
    JsonNode root = read(Shown.noBlock());
    assertThat(root.path("kernel").asString()).isEqualTo("6.8.0-rc3");
    assertThat(root.path("order").isInt()).isTrue();
    assertThat(root.path("gfp").asString()).isEqualTo("0x40c00");
    assertThat(root.path("explained").isBoolean()).isTrue();
    assertThat(root.path("reason").isString()).isTrue();
    assertThat(root.path("zones"))
        .hasSize(3)
        .allSatisfy(zone -> {
          assertThat(zone.path("node").isInt()).isTrue();
          assertThat(zone.path("zone").isString()).isTrue();
          assertThat(zone.path("eligible").asBoolean()).isTrue();
          assertThat(zone.path("margin_pages").isNumber()).isTrue();
        });
    assertThat(root.at("/zones/0/verdict").asString()).isEqualTo("no-block");
    assertThat(root.at("/zones/0/margin_pages").asLong()).isEqualTo(144583);
    assertThat(root.at("/zones/2/verdict").asString()).isEqualTo("below-min-plus-reserve");
    assertThat(root.at("/zones/2/margin_pages").asLong()).isEqualTo(-12265);
    assertThat(root.has("reports")).isFalse();
  }

  @Test
  void severalReportsBeginWithTheFirst() {
    JsonNode root = read(Shown.noBlock(), Shown.oom(), Shown.sysrq());
    assertThat(root.path("reports")).hasSize(3);
    JsonNode first = root.path("reports").get(0);
    first
        .properties()
        .forEach(member ->
            assertThat(root.path(member.getKey()))
                .as(member.getKey())
                .isEqualTo(member.getValue()));
    assertThat(root.at("/reports/1")).isEqualTo(read(Shown.oom()));
    assertThat(root.at("/reports/2")).isEqualTo(read(Shown.sysrq()));
  }

  @Test
  void whatIsNotThereIsNull() {
    JsonNode root = read(Shown.sysrq());
    for (String name : List.of("order", "gfp", "oom", "arithmetic", "term", "task")) {
      assertThat(root.has(name)).as(name).isTrue();
      assertThat(root.path(name).isNull()).as(name).isTrue();
    }
    assertThat(root.at("/zones/0/verdict").isNull()).isTrue();
    assertThat(root.at("/zones/0/eligible").asBoolean()).isFalse();
    assertThat(read(Shown.oom()).path("oom").path("holders")).hasSize(5);
  }

  @Test
  void noReportIsAnObjectToo() {
    JsonNode root = read();
    assertThat(root.path("reports").isArray()).isTrue();
    assertThat(root.path("reports")).isEmpty();
    assertThat(root.path("explained").asBoolean()).isFalse();
    assertThat(root.path("kernel").isNull()).isTrue();
  }
}
