package dev.quarry.explain.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The logs of real kernels beside the repository: kind, request, kernel, zones as labelled. */
class LabelledLogsTest {
  private static final List<Path> PLACES =
      List.of(Path.of("../../shared/logs"), Path.of("../../../shared/logs"));

  @Test
  void everyLogIsReadAsLabelled() throws IOException {
    Path logs = PLACES.stream().filter(Files::isDirectory).findFirst().orElse(PLACES.getFirst());
    assumeTrue(Files.isDirectory(logs), "no folder ../shared/logs beside the repository");
    JsonNode labels = JsonMapper.shared().readTree(logs.resolve("labels.json").toFile());
    List<Path> files;
    try (Stream<Path> list = Files.list(logs)) {
      files = list.filter(f -> f.toString().endsWith(".log")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      String name = file.getFileName().toString();
      check(name, Files.readString(file), LogReader.readAll(file), labels.get(name));
    }
  }

  private static void check(String name, String text, List<MemoryReport> reports, JsonNode label) {
    assertThat(reports).as(name).hasSize(1);
    MemoryReport report = reports.getFirst();
    assertThat(report.kind().label()).as(name).isEqualTo(label.get("kind").asString());
    LoggedRequest request = report.request();
    String order =
        request == null || request.order().isEmpty() ? "null" : "" + request.order().getAsInt();
    assertThat(order).as(name).isEqualTo(label.get("order").toString());
    String gfp =
        request == null || request.mask().isEmpty()
            ? "null"
            : "\"0x" + Long.toHexString(request.mask().getAsLong()) + '"';
    assertThat(gfp).as(name).isEqualTo(label.get("gfp").toString());
    String kernel = label.get("kernel").asString();
    assertThat(report.kernel()).as(name).isEqualTo(text.contains(kernel) ? kernel : null);
    List<String> zones = new ArrayList<>();
    for (JsonNode zone : label.get("zones")) {
      zones.add(zone.get("node").asInt() + " " + zone.get("zone").asString());
    }
    if (!zones.isEmpty()) {
      assertThat(report.zones())
          .as(name)
          .extracting(z -> z.node() + " " + z.name())
          .containsExactlyElementsOf(zones);
    }
    assertThat(report.zones()).as(name).isNotEmpty();
    for (ZoneDump zone : report.zones()) {
      assertThat(zone.blocks()).as(name).isNotNull();
      assertThat(zone.lowmemReserve()).as(name).isNotNull();
      assertThat(zone.kilobytes()).as(name).containsKeys("free", "min", "low", "high");
    }
    assertThat(report.problems()).as(name).allMatch(p -> p.endsWith("cut off in \"unevict\""));
    assertThat(report.counter("pages RAM").isPresent()).as(name).isEqualTo(text.contains(" RAM"));
  }
}
