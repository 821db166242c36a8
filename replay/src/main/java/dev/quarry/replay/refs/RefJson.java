package dev.quarry.replay.refs;

import dev.quarry.replay.pressure.PressureJson;
import dev.quarry.virtual.tlb.TlbStats;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Replays of references as JSON: the same recording, the same bytes. */
public final class RefJson {
  private static final String[] SIDES = {"data", "instructions"};

  private RefJson() {}

  /** One replay. */
  public static String of(RefResult result) {
    return object(result).toPrettyString();
  }

  /** Two replays as {@code {"versus": [first, second]}}. */
  public static String versus(RefResult first, RefResult second) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.putArray("versus").add(object(first)).add(object(second));
    return root.toPrettyString();
  }

  /** A miss-ratio curve, all of it. */
  public static String of(String name, MissRatioCurve curve, RefProblems problems) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("recording", name);
    root.put("touches", curve.references());
    root.put("pages", curve.pages());
    ArrayNode misses = root.putArray("misses_by_pages");
    for (long count : curve.misses()) {
      misses.add(count);
    }
    problems(root, problems.total(), problems.report());
    return root.toPrettyString();
  }

  /** The curve with what the policies miss. */
  public static String of(
      String name, MissRatioCurve curve, List<PolicyRow> rows, RefProblems problems) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("recording", name);
    root.put("touches", curve.references());
    root.put("pages", curve.pages());
    ArrayNode array = root.putArray("policies");
    for (PolicyRow row : rows) {
      ObjectNode node = array.addObject();
      node.put("room_quarters", row.quarters());
      node.put("policy", row.policy().label());
      node.put("memory_pages", row.memory());
      node.put("misses", row.misses());
      node.put("lru_misses", row.lru());
      node.put("optimum_misses", row.optimum());
      node.put("clock_misses", row.clock());
    }
    problems(root, problems.total(), problems.report());
    return root.toPrettyString();
  }

  /** The object of one replay. */
  public static ObjectNode object(RefResult result) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("recording", result.name());
    root.put("command", result.command());
    root.put("references", result.references());
    ObjectNode kinds = root.putObject("references_by_kind");
    kinds.put("instructions", result.totals().get(RefKind.CODE));
    kinds.put("loads", result.totals().get(RefKind.LOAD));
    kinds.put("stores", result.totals().get(RefKind.STORE));
    kinds.put("modifies", result.totals().get(RefKind.MODIFY));
    root.put("page_crossings", result.crossings());
    ObjectNode pages = root.putObject("pages");
    pages.put("touched", result.pages().get(0));
    pages.put("loaded", result.pages().get(1));
    pages.put("stored", result.pages().get(2));
    pages.put("fetched", result.pages().get(3));
    pages.put("used_in_two_ways", result.widened());
    pages.put("resident", result.residentPages());
    pages.put("accessed", result.accessedPages());
    pages.put("dirty", result.dirtyPages());
    root.put("areas", result.areas());
    root.put("page_table_bytes", result.tableBytes());
    faults(root.putObject("faults"), result.faults());
    tlb(root.putObject("tlb"), result);
    windows(root.putObject("windows"), result);
    if (result.pressure().settings().isSet()) {
      PressureJson.fill(root.putObject("pressure"), result.pressure());
    }
    problems(root, result.wrongLines(), result.problems());
    return root;
  }

  private static void faults(ObjectNode node, FaultTable faults) {
    node.put("total", faults.total());
    ObjectNode kinds = node.putObject("by_kind");
    List<String> columns = FaultTable.columns();
    for (FaultTable.Row row : faults.rows()) {
      ObjectNode kind = kinds.putObject(row.name().replace(' ', '_'));
      for (int i = 0; i < columns.size(); i++) {
        kind.put(columns.get(i), row.byKind().get(i));
      }
    }
  }

  private static void tlb(ObjectNode node, RefResult result) {
    node.put("model", result.options().settings().tlbText());
    node.put("page_size", result.options().settings().pages().word());
    TlbStats tlb = result.tlb();
    if (tlb == null) {
      return;
    }
    for (int side = TlbStats.FETCH; side >= TlbStats.DATA; side--) {
      ObjectNode of = node.putObject(SIDES[side]);
      ArrayNode hits = of.putArray("hits_by_level");
      for (int level = 1; level <= result.tlbLevels(); level++) {
        hits.add(tlb.hits(side, level));
      }
      of.put("misses", tlb.misses(side));
    }
    node.put("walks", tlb.walks());
    node.put("walk_references", tlb.walkReferences());
    node.put("walks_to_faults", tlb.refused());
    node.put("walks_to_mark_dirty", tlb.walksToMark());
    node.put("refills", tlb.refills());
    node.put("invalid_exceptions", tlb.invalidExceptions());
    node.put("modified_exceptions", tlb.modifiedExceptions());
  }

  private static void windows(ObjectNode node, RefResult result) {
    RefWindows windows = result.windows();
    node.put("references", windows.references());
    ArrayNode set = node.putArray("working_set_pages");
    ArrayNode resident = node.putArray("resident_pages");
    ArrayNode faults = node.putArray("faults");
    ArrayNode misses = node.putArray("tlb_misses");
    for (int i = 0; i < windows.count(); i++) {
      set.add(windows.workingSet(i));
      resident.add(windows.resident(i));
      faults.add(windows.faults(i));
      misses.add(windows.misses(i));
    }
  }

  private static void problems(ObjectNode root, long count, List<String> problems) {
    root.put("wrong_lines", count);
    ArrayNode list = root.putArray("problems");
    problems.forEach(list::add);
  }
}
