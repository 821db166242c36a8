package dev.quarry.replay.twin;

import dev.quarry.physical.FragmentationIndex;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.replay.movable.CompactionRun;
import dev.quarry.replay.movable.Unmovable;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A twin's report as one JSON object. */
public final class TwinJson {
  private TwinJson() {}

  /** The object, on several lines. */
  public static String of(TwinReport report) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("twin", report.spec().name());
    root.put("kernel", report.spec().release().toString());
    root.put("cpus", report.spec().cpuNodes().size());
    root.put("nodes", report.spec().nodes().size());
    root.put("page_bytes", report.spec().pageSize());
    root.put("max_order", report.spec().maxOrder());
    ArrayNode answers = root.putArray("answers");
    for (Answer answer : report.answers()) {
      answer(answers.addObject(), answer, report);
    }
    ArrayNode zones = root.putArray("zones");
    for (Fragmentation zone : report.zones()) {
      zone(zones.addObject(), zone);
    }
    ArrayNode compacted = root.putArray("after_compaction");
    for (CompactedFirst after : report.compacted()) {
      compacted(compacted.addObject(), after, report);
    }
    ArrayNode notes = root.putArray("notes");
    report.notes().forEach(notes::add);
    return root.toPrettyString();
  }

  private static void answer(ObjectNode node, Answer answer, TwinReport report) {
    Question question = answer.question();
    node.put("order", question.order());
    node.put("gfp", GfpVocabulary.of(report.spec().release()).format(question.gfp()));
    node.put("cpu", question.cpu());
    node.put("node", question.node());
    node.put("succeeds", answer.isYes());
    node.put("in_a_row", answer.successes());
    node.put("until_refused", answer.isFinished());
    ArrayNode from = node.putArray("from");
    for (Answer.FromZone zone : answer.from()) {
      from.addObject().put("zone", zone.zone()).put("blocks", zone.blocks());
    }
    if (answer.isFinished()) {
      node.put("refusal", answer.refusal());
    }
  }

  private static void compacted(ObjectNode node, CompactedFirst after, TwinReport report) {
    Unmovable unmovable = after.unmovable();
    node.put("unmovable", unmovable == null ? "known" : unmovable.name().toLowerCase(Locale.ROOT));
    ArrayNode zones = node.putArray("zones");
    for (CompactionRun run : after.zones()) {
      ObjectNode zone = zones.addObject();
      zone.put("zone", run.zone());
      zone.put("movable_pages", run.movable());
      zone.put("moved_pages", run.moved());
      zone.put("largest_order_before", order(run.before()));
      zone.put("largest_order_after", order(run.after()));
    }
    answer(node.putObject("answer"), after.answer(), report);
  }

  private static @Nullable Integer order(int order) {
    return order == CompactionRun.NO_BLOCK ? null : order;
  }

  static void zone(ObjectNode node, Fragmentation zone) {
    node.put("zone", zone.zone());
    node.put("managed_pages", zone.pages());
    node.put("free_pages", zone.free());
    ArrayNode blocks = node.putArray("free_blocks");
    ArrayNode unusable = node.putArray("unusable_permille");
    ArrayNode external = node.putArray("external_permille");
    for (int order = 0; order < zone.blocks().size(); order++) {
      blocks.add(zone.blocks().get(order));
      unusable.add(zone.unusable(order));
      int index = zone.external(order);
      if (index == FragmentationIndex.SUITABLE) {
        external.addNull();
      } else {
        external.add(index);
      }
    }
    ObjectNode pageblocks = node.putObject("pageblocks");
    zone.pageblocks().forEach(pageblocks::put);
  }
}
