package dev.quarry.replay.report;

import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MemPolicy;
import dev.quarry.physical.MigrateType;
import dev.quarry.physical.PerCpuPages;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.Failures;
import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.play.Player;
import dev.quarry.replay.play.Samples;
import dev.quarry.replay.score.Flow;
import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.Scores;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A replay's result as one JSON object: the same recording, the same bytes. */
public final class ReplayJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ReplayJson() {}

  /** The object, on several lines. */
  public static String of(ReplayResult result) {
    return object(result).toPrettyString();
  }

  /** Two replays as {@code {"versus": [first, second]}}. */
  public static String versus(ReplayResult first, ReplayResult second) {
    ObjectNode root = MAPPER.createObjectNode();
    root.putArray("versus").add(object(first)).add(object(second));
    return root.toPrettyString();
  }

  private static ObjectNode object(ReplayResult result) {
    PlayCounters counters = result.player().counters();
    ObjectNode root = MAPPER.createObjectNode();
    root.put("recording", result.name());
    root.put("kernel", result.machine().spec().release().toString());
    root.put("events", counters.events());
    root.put("seconds", result.seconds());
    root.put("allocations", counters.allocations());
    root.put("frees", counters.frees());
    root.put("failures", counters.failures());
    root.put("recorded_failures", counters.recordedFailures());
    root.put("frees_of_state_before", counters.freesOfStateBefore());
    root.put("frees_skipped", counters.freesSkipped());
    root.put("handles_reused", counters.handlesReused());
    root.put("lines_wrong", result.problems().total());
    ArrayNode reasons = root.putArray("failure_reasons");
    for (Failures.Reason reason : result.player().failures().reasons()) {
      reasons.addObject().put("reason", reason.text()).put("count", reason.count());
    }
    result.scores().ifPresent(scores -> scores(root, scores));
    result.slab().ifPresent(slab -> SlabJson.put(root.putObject("slab"), slab));
    requests(root, result);
    numa(root, result.player());
    ArrayNode zones = root.putArray("zones");
    for (ReplayResult.ZoneBlocks blocks : result.zones()) {
      zone(zones.addObject(), blocks);
    }
    samples(root.putArray("samples"), result);
    ArrayNode notes = root.putArray("notes");
    result.notes().forEach(notes::add);
    return root;
  }

  private static void samples(ArrayNode samples, ReplayResult result) {
    for (Samples.Sample sample : result.player().samples().list()) {
      ObjectNode node = samples.addObject();
      node.put("micros", sample.micros());
      node.put("free_pages", sample.freePages());
      node.put("pcp_pages", sample.pcpPages());
      ArrayNode unusable = node.putArray("unusable_permille");
      for (int order = 0; order <= result.machine().spec().maxOrder(); order++) {
        unusable.add(sample.unusable(order));
      }
    }
  }

  private static void numa(ObjectNode root, Player player) {
    if (!(player.policy() instanceof MemPolicy.Default)) {
      root.put("policy", player.policy().toString());
    }
    player
        .nodePages()
        .ifPresent(pages ->
            player
                .price()
                .ifPresent(price -> new NumaReport(pages, price).json(root.putObject("numa"))));
  }

  private static void scores(ObjectNode root, Scores scores) {
    ObjectNode exact = root.putObject("exact_frames");
    exact.put("same", scores.exactFrames().same());
    exact.put("of", scores.exactFrames().of());
    exact.put("untold_same", scores.exactFrames().untoldSame());
    scores
        .freeBlocks()
        .ifPresent(score -> {
          ObjectNode blocks = root.putObject("free_blocks");
          ratio(blocks.putObject("blocks"), score.blocks());
          ratio(blocks.putObject("pages"), score.pages());
        });
    Flow predicted = scores.predicted();
    Flow actual = scores.actual();
    ObjectNode flow = root.putObject("flow");
    pair(flow.putObject("refill"), predicted.refillPages(), actual.refillPages());
    pair(flow.putObject("drain"), predicted.drainPages(), actual.drainPages());
    pair(flow.putObject("fallbacks"), predicted.fallbacks(), actual.fallbacks());
    ArrayNode perCpu = root.putArray("per_cpu");
    for (Scores.PerCpu cpu : scores.perCpu()) {
      pair(perCpu.addObject().put("cpu", cpu.cpu()), cpu.predicted(), cpu.actual());
    }
  }

  private static void ratio(ObjectNode node, Ratio ratio) {
    node.put("score", ratio.score()).put("num", ratio.misses()).put("den", ratio.changes());
  }

  private static void pair(ObjectNode node, long predicted, long actual) {
    node.put("predicted", predicted).put("actual", actual);
  }

  private static void requests(ObjectNode root, ReplayResult result) {
    PlayCounters counters = result.player().counters();
    ArrayNode orders = root.putArray("by_order");
    for (int order = 0; order <= result.machine().spec().maxOrder(); order++) {
      orders.add(counters.ofOrder(order));
    }
    ObjectNode types = root.putObject("by_type");
    for (int type = 0; type < MigrateType.PCPTYPES; type++) {
      types.put(MigrateType.label(type), counters.ofType(type));
    }
    ObjectNode flags = root.putObject("by_gfp");
    GfpVocabulary vocabulary = GfpVocabulary.of(result.machine().spec().release());
    for (Map.Entry<Integer, Long> entry : new TreeMap<>(counters.ofGfp()).entrySet()) {
      flags.put(vocabulary.format(entry.getKey()), entry.getValue());
    }
  }

  private static void zone(ObjectNode node, ReplayResult.ZoneBlocks blocks) {
    Zone zone = blocks.zone();
    node.put("node", zone.node().id());
    node.put("zone", zone.label());
    long pages = 0;
    long hits = 0;
    ArrayNode perCpu = node.putArray("per_cpu");
    for (int cpu = 0; cpu < zone.pcpCount(); cpu++) {
      PerCpuPages pcp = zone.pcp(cpu);
      pages += pcp.allocatedPages();
      hits += pcp.hits();
      perCpu.addObject().put("cpu", cpu).put("count", pcp.count()).put("high", pcp.high());
    }
    node.put("allocated_pages", pages);
    node.put("from_cpu_lists", hits);
    node.put("splits", zone.events().splits());
    node.put("merges", zone.events().merges());
    node.put("refill_pages", zone.events().refillPages());
    node.put("drain_pages", zone.events().drainPages());
    node.put("claims", zone.events().claims());
    node.put("steals", zone.events().steals());
    ObjectNode free = node.putObject("free_blocks");
    ArrayNode before = free.putArray("before");
    ArrayNode predicted = free.putArray("predicted");
    for (int order = 0; order < blocks.before().length; order++) {
      before.add(blocks.before()[order]);
      predicted.add(blocks.predicted()[order]);
    }
    blocks
        .actual()
        .ifPresent(actual -> {
          ArrayNode kernel = free.putArray("actual");
          for (long count : actual) {
            kernel.add(count);
          }
        });
  }
}
