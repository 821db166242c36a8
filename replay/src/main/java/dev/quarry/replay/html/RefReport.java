package dev.quarry.replay.html;

import dev.quarry.replay.refs.FaultTable;
import dev.quarry.replay.refs.MissRatioCurve;
import dev.quarry.replay.refs.PolicyRow;
import dev.quarry.replay.refs.RefKind;
import dev.quarry.replay.refs.RefProblems;
import dev.quarry.replay.refs.RefResult;
import dev.quarry.replay.refs.RefWindows;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.tlb.TlbStats;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A replay of references, or their miss-ratio curve, as one HTML page with pictures. */
public final class RefReport {
  /** A line of a chart needs no more points. */
  private static final int MOST_POINTS = 600;

  private RefReport() {}

  /** The page of a replay. */
  public static String of(RefResult result) {
    ObjectNode root = root(result.name(), result.command(), result.references());
    ObjectNode kinds = ((ObjectNode) root.get("head")).putObject("kinds");
    kinds.put("instructions", result.totals().get(RefKind.CODE));
    kinds.put("loads", result.totals().get(RefKind.LOAD));
    kinds.put("stores", result.totals().get(RefKind.STORE));
    kinds.put("both", result.totals().get(RefKind.MODIFY));
    windows(root.putObject("windows"), result.windows());
    faults(root.putObject("faults"), result.faults());
    ObjectNode memory = root.putObject("memory");
    memory.put("touched", result.pages().getFirst());
    memory.put("in memory", result.residentPages());
    memory.put("accessed", result.accessedPages());
    memory.put("dirty", result.dirtyPages());
    memory.put("page tables", result.tableBytes() >> PageTableLayout.PAGE_SHIFT);
    tlb(root.putObject("tlb"), result);
    if (result.pressure().settings().isSet()) {
      PressureData.put(root.putObject("pressure"), result.pressure(), axis(result.windows()));
    }
    notes(root, result.problems());
    return Page.ofReferences(root);
  }

  /** The page of a curve. */
  public static String of(String name, MissRatioCurve curve, RefProblems problems) {
    return of(name, curve, List.of(), problems);
  }

  /** The page of a curve, with what the policies miss on it. */
  public static String of(
      String name, MissRatioCurve curve, List<PolicyRow> policies, RefProblems problems) {
    ObjectNode root = root(name, "", 0);
    ObjectNode node = root.putObject("curve");
    node.put("touches", curve.references());
    ArrayNode sizes = node.putArray("pages");
    ArrayNode misses = node.putArray("misses");
    long[] all = curve.misses();
    Set<Integer> told = policies.stream().map(PolicyRow::memory).collect(Collectors.toSet());
    double step = Math.pow(Math.max(2, curve.pages()), 1.0 / MOST_POINTS);
    double next = 1;
    for (int pages = 1; pages < all.length; pages++) {
      if (pages >= next || pages == all.length - 1 || told.contains(pages)) {
        sizes.add(pages);
        misses.add(all[pages]);
        next = Math.max(pages + 1.0, next * step);
      }
    }
    policies(node.putArray("policies"), policies);
    notes(root, problems.report());
    return Page.ofReferences(root);
  }

  private static void policies(ArrayNode array, List<PolicyRow> policies) {
    for (PolicyRow row : policies) {
      ObjectNode one = array.addObject();
      one.put("quarters", row.quarters()).put("policy", row.policy().label());
      one.put("memory", row.memory()).put("misses", row.misses()).put("lru", row.lru());
      one.put("optimum", row.optimum()).put("clock", row.clock());
    }
  }

  /** Windows of references, one after the other. */
  static TimeAxis axis(RefWindows windows) {
    List<Long> ends =
        LongStream.rangeClosed(1, windows.count())
            .map(n -> n * windows.references())
            .boxed()
            .toList();
    return new TimeAxis("references", false, ends);
  }

  private static ObjectNode root(String name, String command, long references) {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    ObjectNode head = root.putObject("head");
    head.put("recording", name);
    head.put("command", command);
    head.put("references", references);
    ObjectNode machine = head.putObject("machine");
    machine.put("pageBytes", PageTableLayout.PAGE_SIZE);
    machine.put("maxOrder", 10);
    return root;
  }

  private static void notes(ObjectNode root, List<String> problems) {
    ArrayNode notes = root.putArray("notes");
    problems.forEach(notes::add);
  }

  private static void windows(ObjectNode node, RefWindows windows) {
    int together = (windows.count() + MOST_POINTS - 1) / MOST_POINTS;
    node.put("references", windows.references() * Math.max(1, together));
    ArrayNode set = node.putArray("workingSet");
    ArrayNode resident = node.putArray("resident");
    ArrayNode faults = node.putArray("faults");
    ArrayNode misses = node.putArray("misses");
    for (int first = 0; first < windows.count(); first += together) {
      int end = Math.min(windows.count(), first + together);
      int most = 0;
      long faultSum = 0;
      long missSum = 0;
      for (int i = first; i < end; i++) {
        most = Math.max(most, windows.workingSet(i));
        faultSum += windows.faults(i);
        missSum += windows.misses(i);
      }
      set.add(most);
      resident.add(windows.resident(end - 1));
      faults.add(faultSum);
      misses.add(missSum);
    }
  }

  private static void faults(ObjectNode node, FaultTable faults) {
    node.put("total", faults.total());
    ArrayNode columns = node.putArray("columns");
    FaultTable.columns().forEach(columns::add);
    ArrayNode rows = node.putArray("rows");
    for (FaultTable.Row row : faults.rows()) {
      ObjectNode of = rows.addObject();
      of.put("name", row.name());
      ArrayNode byKind = of.putArray("byKind");
      row.byKind().forEach(byKind::add);
    }
  }

  private static void tlb(ObjectNode node, RefResult result) {
    node.put("model", result.options().settings().tlbText());
    node.put("pageSize", result.options().settings().pages().word());
    TlbStats tlb = result.tlb();
    if (tlb == null) {
      return;
    }
    node.put("walks", tlb.walks());
    node.put("walkReferences", tlb.walkReferences());
    ArrayNode sides = node.putArray("sides");
    for (int side = TlbStats.FETCH; side >= TlbStats.DATA; side--) {
      ObjectNode of = sides.addObject();
      of.put("name", side == TlbStats.FETCH ? "instructions" : "data");
      ArrayNode hits = of.putArray("hits");
      for (int level = 1; level <= result.tlbLevels(); level++) {
        hits.add(tlb.hits(side, level));
      }
      of.put("misses", tlb.misses(side));
    }
  }
}
