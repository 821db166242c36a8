package dev.quarry.replay.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.PolicyException;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.NodePages;
import dev.quarry.replay.play.Price;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.recording.BulkTakes;
import dev.quarry.replay.recording.Recording;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The example on two nodes: where pages come from under a policy, and what that costs. */
final class PolicyReplayTest {
  private static final int LINES = 4096 / 64;
  private static final List<String> PARTS =
      List.of(
          "first_touch_local",
          "first_touch_remote",
          "zeroing",
          "pcp_hits",
          "refill",
          "drain",
          "zone_locks");

  private static ReplayResult play(Path recording, List<String> settings, String policy) {
    ReplayOptions options = ReplayOptions.PLAIN.withSettings(settings).withPolicy(policy);
    return ReplayResult.play(Recording.open(recording), options, bytes -> {});
  }

  private static NodePages pages(ReplayResult result) {
    return result.player().nodePages().orElseThrow();
  }

  private static Price price(ReplayResult result) {
    return result.player().price().orElseThrow();
  }

  @Test
  void interleavingSpreadsUserPagesAndCostsTheDistance() {
    List<String> settings = List.of("nodes=2", "cost=local_ns:100,zero_page_ns:0,zone_lock_ns:0");
    try (ReplayResult result = play(Fixtures.example(), settings, "interleave:0,1")) {
      NodePages pages = pages(result);
      assertThat(pages.local() + pages.remote()).isEqualTo(allocatedPages(result) - takenInBulk());
      // 102,000 of 104,000 pages are users'; they differ by the single page of an odd turn.
      long onNode0 = pages.pages(0, 0) + pages.pages(1, 0);
      long onNode1 = pages.pages(0, 1) + pages.pages(1, 1);
      assertThat(onNode0).isCloseTo(onNode1, within(2_000L));
      Price price = price(result);
      assertThat(price.localTouch()).isEqualTo(pages.local() * LINES * 100);
      assertThat(price.remoteTouch()).isEqualTo(pages.remote() * LINES * 200);
      assertThat(price.distance()).isEqualTo(pages.remote() * LINES * 100);
      assertThat(price.zeroing() + price.locks()).isZero();
      assertThat(price.pcpHits()).isEqualTo(hits(result) * 15);
      assertThat(ReplayText.of(result))
          .contains("user pages by policy interleave:0-1")
          .containsPattern("CPUs of node 0 +[0-9,]+ +[0-9,]+\n")
          .containsPattern("first touch, remote +[0-9,.]+\n");
      assertThat(result.machine().invariants()).isEmpty();
    }
  }

  @Test
  void boundPagesLeaveTheKernelsWhereTheyWere() {
    try (ReplayResult result = play(Fixtures.example(), List.of("nodes=2"), "bind:1")) {
      NodePages pages = pages(result);
      // What CPU 0 got at home is the kernel's: unmovable, or without HARDWALL.
      assertThat(pages.pages(0, 0)).isBetween(1L, 2_200L);
      assertThat(pages.pages(0, 1)).isGreaterThan(10_000);
      assertThat(pages.pages(1, 0)).isZero();
      JsonNode json = JsonMapper.shared().readTree(ReplayJson.of(result));
      assertThat(json.at("/policy").asString()).isEqualTo("bind:1");
      assertThat(json.at("/numa/pages/0/1").asLong()).isEqualTo(pages.pages(0, 1));
      JsonNode nanos = json.at("/numa/price_ns");
      long parts = PARTS.stream().mapToLong(part -> nanos.at("/" + part).asLong()).sum();
      assertThat(parts).isEqualTo(nanos.at("/total").asLong()).isPositive();
      assertThat(nanos.at("/because_of_distance").asLong())
          .isBetween(1L, nanos.at("/first_touch_remote").asLong());
    }
  }

  @Test
  void aMachineOfOneNodeHasNoMatrixAndNoPrice() {
    try (ReplayResult result = play(Fixtures.tiny(), List.of(), "bind:0")) {
      assertThat(result.player().nodePages()).isEmpty();
      assertThat(result.player().price()).isEmpty();
      assertThat(ReplayText.of(result)).contains("by policy bind:0").doesNotContain("virtual time");
      assertThat(result.scores()).isEmpty();
    }
  }

  @Test
  void aPolicyForAnotherMachineIsRefused() {
    assertThatThrownBy(() -> play(Fixtures.tiny(), List.of("nodes=2"), "interleave:0,2"))
        .isInstanceOf(PolicyException.class)
        .hasMessage("policy interleave:0,2: node 2 is not one of the machine's 2 nodes, 0 to 1");
  }

  private static long allocatedPages(ReplayResult result) {
    return perCpu(result).mapToLong(PerCpuPages::allocatedPages).sum();
  }

  /** Pages that are taken without an event: no request of the recording, and priced nowhere. */
  private static long takenInBulk() {
    BulkTakes takes = Recording.open(Fixtures.example()).bulkTakes();
    return IntStream.range(0, takes.size()).mapToLong(takes::pages).sum();
  }

  private static long hits(ReplayResult result) {
    return perCpu(result).mapToLong(PerCpuPages::hits).sum();
  }

  private static Stream<PerCpuPages> perCpu(ReplayResult result) {
    return result.machine().memory().zones().stream()
        .filter(Zone::isPopulated)
        .flatMap(zone -> IntStream.range(0, zone.pcpCount()).mapToObj(zone::pcp));
  }
}
