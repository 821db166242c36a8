package dev.quarry.replay.html;

import static org.assertj.core.api.Assertions.assertThat;

import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.play.Samples;
import dev.quarry.replay.play.ZoneSample;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.score.Flow;
import dev.quarry.replay.score.Scores;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * The figures in the page of the example are the replay's own, and a page is made the same twice.
 */
class HtmlReportTest {
  private static ReplayResult result;
  private static String page;
  private static JsonNode data;

  @TempDir Path folder;

  @BeforeAll
  static void play() {
    Recording recording = Recording.open(Fixtures.example());
    result = Played.play(recording);
    page = HtmlReport.of(result, recording.meta(), List.of());
    data = Played.data(page);
  }

  @AfterAll
  static void close() {
    result.close();
  }

  @Test
  void thePageIsSmall() {
    assertThat(page.getBytes(StandardCharsets.UTF_8).length).isLessThan(400_000);
  }

  @Test
  void keyFigures() {
    PlayCounters counters = result.player().counters();
    JsonNode figures = data.at("/head/figures");
    assertThat(figures.path("allocations").asLong()).isEqualTo(counters.allocations());
    assertThat(figures.path("frees").asLong()).isEqualTo(counters.frees());
    assertThat(figures.path("failures").asLong()).isEqualTo(counters.failures());
    Scores scores = result.scores().orElseThrow();
    JsonNode exact = data.at("/head/scores/exactFrames");
    assertThat(exact.path("same").asLong()).isEqualTo(scores.exactFrames().same());
    assertThat(exact.path("of").asLong()).isEqualTo(scores.exactFrames().of());
    var blocks = scores.freeBlocks().orElseThrow();
    assertThat(data.at("/head/scores/freeBlocks/score").asDouble())
        .isEqualTo(blocks.blocks().score());
    assertThat(data.at("/head/scores/freePages/score").asDouble())
        .isEqualTo(blocks.pages().score());
  }

  @Test
  void freeBlocksAndTheUnusableIndexOverTime() {
    List<Samples.Sample> samples = result.player().samples().list();
    JsonNode zones = data.at("/memory/zones");
    assertThat(zones.size()).isEqualTo(1 + samples.getFirst().zones().size());
    for (int order = 0; order <= result.machine().spec().maxOrder(); order++) {
      int o = order;
      same(zones.get(0).at("/blocks/" + order), samples, s -> s.freeBlocks(o));
      same(zones.get(0).at("/unusablePermille/" + order), samples, s -> s.unusable(o));
      for (int i = 0; i < samples.getFirst().zones().size(); i++) {
        int zone = i;
        JsonNode node = zones.get(1 + i);
        same(node.at("/blocks/" + order), samples, s -> s.zones().get(zone).blocks(o));
        same(node.at("/unusablePermille/" + order), samples, s -> s.zones().get(zone).unusable(o));
      }
    }
  }

  private static void same(
      JsonNode runs, List<Samples.Sample> samples, ToLongFunction<Samples.Sample> of) {
    assertThat(Played.numbers(runs)).isEqualTo(samples.stream().mapToLong(of).toArray());
  }

  @Test
  void perCpuListsOverTimeAddUpToThePagesThatTheSamplesCount() {
    List<Samples.Sample> samples = result.player().samples().list();
    long[] pages = new long[samples.size()];
    for (JsonNode zone : data.at("/perCpu/zones")) {
      for (JsonNode cpu : zone.path("cpus")) {
        long[] counts = Played.numbers(cpu.path("count"));
        for (int i = 0; i < pages.length; i++) {
          pages[i] += counts[i];
        }
      }
    }
    assertThat(pages).isEqualTo(samples.stream().mapToLong(Samples.Sample::pcpPages).toArray());
    ZoneSample last = samples.getLast().zones().getLast();
    JsonNode normal = data.at("/perCpu/zones").get(data.at("/perCpu/zones").size() - 1);
    assertThat(Played.numbers(normal.at("/cpus/1/high"))[pages.length - 1])
        .isEqualTo(last.pcp().high(1));
  }

  @Test
  void flowFreeBlocksAndRequests() {
    Flow replayed = Flow.of(result.machine());
    assertThat(data.at("/flow/replayed/refillPages").asLong()).isEqualTo(replayed.refillPages());
    Flow kernel = result.scores().orElseThrow().actual();
    assertThat(data.at("/flow/kernel/refillPages").asLong()).isEqualTo(kernel.refillPages());
    assertThat(data.at("/flow/kernel/drainPages").asLong()).isEqualTo(kernel.drainPages());
    for (int i = 0; i < result.zones().size(); i++) {
      ReplayResult.ZoneBlocks zone = result.zones().get(i);
      for (int order = 0; order < zone.before().length; order++) {
        JsonNode blocks = data.at("/blocks/" + i);
        assertThat(blocks.at("/before/" + order).asInt()).isEqualTo(zone.before()[order]);
        assertThat(blocks.at("/replayed/" + order).asInt()).isEqualTo(zone.predicted()[order]);
        assertThat(blocks.at("/kernel/" + order).asLong())
            .isEqualTo(zone.actual().orElseThrow()[order]);
      }
    }
    long allocations = result.player().counters().allocations();
    assertThat(counts(data.at("/requests/orders"))).isEqualTo(allocations);
    assertThat(counts(data.at("/requests/types"))).isEqualTo(allocations);
    assertThat(counts(data.at("/requests/flags")) + data.at("/requests/otherFlagsCount").asLong())
        .isEqualTo(allocations);
  }

  private static long counts(JsonNode rows) {
    long sum = 0;
    for (JsonNode row : rows) {
      sum += row.path("count").asLong();
    }
    return sum;
  }

  @Test
  void failuresOverTimeAddUpToAllFailuresByOrderAndByReason() throws IOException {
    try (ReplayResult failing = Played.play(Played.tooMuch(folder))) {
      PlayCounters counters = failing.player().counters();
      assertThat(counters.failures()).isPositive();
      JsonNode failures = HtmlReport.data(failing, RecordingMeta.NONE, List.of()).path("failures");
      assertThat(failures.path("total").asLong()).isEqualTo(counters.failures());
      long[] byReason = new long[failures.path("reasons").size()];
      long ofOrder3 = 0;
      for (JsonNode row : failures.path("rows")) {
        long count = Arrays.stream(Played.numbers(row.path("counts"))).sum();
        byReason[row.path("reason").asInt()] += count;
        ofOrder3 += row.path("order").asInt() == 3 ? count : 0;
      }
      assertThat(ofOrder3).isEqualTo(counters.failuresOfOrder(3));
      for (int i = 0; i < byReason.length; i++) {
        assertThat(byReason[i]).isEqualTo(failures.at("/reasons/" + i + "/count").asLong());
      }
    }
  }

  @Test
  void theSameRecordingGivesTheSameBytes() {
    assertThat(Played.page(Recording.open(Fixtures.example()), List.of())).isEqualTo(page);
  }
}
