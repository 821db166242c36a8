package dev.quarry.explain.show;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.verdict.Compacted;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.OomStory;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Term;
import dev.quarry.explain.verdict.ZoneVerdict;
import dev.quarry.replay.movable.CompactionRun;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** One explanation as a JSON object; numbers of pages end in {@code _pages} or are the test's. */
final class ExplanationJson {
  private ExplanationJson() {}

  static ObjectNode of(Explanation of, boolean trail) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    MemoryReport report = of.report();
    root.put("kernel", report.kernel());
    request(root, report);
    ArrayNode zones = root.putArray("zones");
    of.zones().forEach(zone -> zone(zones.addObject(), zone));
    root.put("explained", of.explained());
    root.put("reason", reason(of));
    root.put("kind", report.kind().label());
    root.put("file", report.place().file());
    root.put("line", report.place().line());
    root.put("last_line", report.lastLine());
    root.put("rules", report.release() == null ? null : report.release().toString());
    root.put("page_kb", report.pageKb());
    root.put("sentence", of.sentence());
    strings(root, "causes", of.causes());
    strings(root, "could_not", of.couldNot());
    deciding(root, of);
    ArrayNode remedies = root.putArray("remedies");
    of.remedies().forEach(r -> remedy(remedies.addObject(), r));
    oom(root, of.oom());
    strings(root, "caveats", of.caveats());
    strings(root, "problems", report.problems());
    if (trail) {
      strings(root, "trail", of.trail().lines().toList());
    }
    return root;
  }

  /** What is printed where the input has no report. */
  static ObjectNode none() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putNull("kernel").putNull("order").putNull("gfp").putArray("zones");
    root.put("explained", false);
    root.put("reason", "the input has no memory report of a kernel");
    return root;
  }

  private static String reason(Explanation of) {
    return Stream.concat(
            Stream.of(of.sentence()),
            Caveats.otherCauses(of).stream().map(cause -> "Or: " + cause + "."))
        .collect(Collectors.joining(" "));
  }

  private static void request(ObjectNode root, MemoryReport report) {
    LoggedRequest request = report.request();
    OptionalInt order = request == null ? OptionalInt.empty() : request.order();
    OptionalLong bytes = request == null ? OptionalLong.empty() : request.vmallocBytes();
    root.put("order", order.isPresent() ? (Integer) order.getAsInt() : null);
    root.put("gfp", GfpWords.hex(report));
    root.put("gfp_names", GfpWords.names(report));
    root.put("task", request == null ? null : request.comm());
    int pid = request == null ? LoggedRequest.NO_PID : request.pid();
    root.put("pid", pid == LoggedRequest.NO_PID ? null : (Integer) pid);
    if (bytes.isPresent()) {
      root.put("vmalloc_bytes", bytes.getAsLong());
    }
  }

  private static void zone(ObjectNode node, ZoneVerdict zone) {
    node.put("node", zone.zone().node());
    node.put("zone", zone.zone().name());
    node.put("eligible", zone.eligible());
    node.put("verdict", zone.verdict() == null ? null : zone.verdict().label());
    ZoneVerdict.Arithmetic test = zone.test();
    node.put("margin_pages", test == null ? null : (Long) test.margin());
    node.put("term", zone.term() == null ? null : zone.term().label());
    boolean tried = zone.rank() != ZoneVerdict.NOT_TRIED;
    node.put("rank", tried ? (Integer) zone.rank() : null);
    node.put("why_not", zone.whyNot());
    node.put("passes_at_high", test == null ? null : (Boolean) zone.passesAtHigh());
    if (test != null) {
      arithmetic(node.putObject("test"), test);
    }
    List<BlockCount> blocks = zone.zone().blocks();
    if (blocks != null) {
      ArrayNode array = node.putArray("free_blocks");
      for (BlockCount block : blocks) {
        array
            .addObject()
            .put("order", block.order())
            .put("count", block.count())
            .put("types", block.types());
      }
    }
  }

  private static void arithmetic(ObjectNode node, ZoneVerdict.Arithmetic test) {
    node.put("free", test.free());
    node.put("rest_of_block", test.restOfBlock());
    node.put("highatomic", test.highatomic());
    node.put("cma", test.cma());
    node.put("mark", test.mark());
    node.put("boost", test.boost());
    node.put("lowered", test.lowered());
    node.put("reserve", test.reserve());
    node.put("margin", test.margin());
  }

  private static void deciding(ObjectNode root, Explanation of) {
    ZoneVerdict zone = Zones.deciding(of).orElse(null);
    root.put("deciding_zone", zone == null ? null : Zones.name(of, zone));
    Term term = zone == null ? null : zone.term();
    root.put("term", term == null ? null : term.label());
    if (zone == null || zone.test() == null) {
      root.putNull("arithmetic");
    } else {
      arithmetic(root.putObject("arithmetic"), zone.test());
    }
  }

  private static void remedy(ObjectNode node, Remedy remedy) {
    node.put("change", remedy.knob());
    node.put("helps", remedy.helps());
    node.put("from", remedy.now());
    node.put("to", remedy.smallest());
    node.put("serves_from", remedy.zone());
    node.put("cost_pages", remedy.cost());
    node.put("risk", remedy.risk());
    node.put("estimate", remedy.estimate());
    Compacted compacted = remedy.compacted();
    if (compacted != null) {
      compaction(node.putObject("compaction"), compacted);
    }
  }

  private static void compaction(ObjectNode node, Compacted of) {
    node.put("zone", of.zone());
    node.put("seed", of.seed());
    node.put("share_of_zone", of.share());
    run(node.putObject("unmovable_together"), of.together(), of.passesTogether());
    if (of.spread() != null) {
      run(node.putObject("unmovable_spread"), of.spread(), of.passesSpread());
    }
  }

  private static void run(ObjectNode node, CompactionRun run, boolean passes) {
    node.put("passes", passes);
    node.put("movable_pages", run.movable());
    node.put("moved_pages", run.moved());
    order(node, "largest_order_before", run.before());
    order(node, "largest_order_after", run.after());
  }

  private static void order(ObjectNode node, String name, int order) {
    node.put(name, order == CompactionRun.NO_BLOCK ? null : (Integer) order);
  }

  private static void oom(ObjectNode root, @Nullable OomStory oom) {
    if (oom == null) {
      root.putNull("oom");
      return;
    }
    ObjectNode node = root.putObject("oom");
    node.put("constraint", oom.constraint());
    ArrayNode holders = node.putArray("holders");
    for (OomStory.Holder holder : oom.holders()) {
      holders
          .addObject()
          .put("name", holder.name())
          .put("pages", holder.pages())
          .put("share", holder.share())
          .put("reclaimable", holder.reclaimable());
    }
    strings(node, "victim", oom.victim());
    node.put("swap", oom.swap());
  }

  private static void strings(ObjectNode node, String name, List<String> values) {
    ArrayNode array = node.putArray(name);
    values.forEach(array::add);
  }
}
