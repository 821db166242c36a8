package dev.quarry.replay.html;

import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.replay.faults.ProcessResult;
import dev.quarry.replay.pressure.PressureLog;
import dev.quarry.replay.refs.RefResult;
import dev.quarry.virtual.PageTableLayout;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The same recording with two settings, as one HTML page with pictures. */
public final class VersusReport {
  private final ObjectNode root = JsonNodeFactory.instance.objectNode();

  private VersusReport(String recording, String first, String second) {
    ObjectNode head = root.putObject("head");
    head.put("recording", recording);
    head.putArray("names").add(first).add(second);
    ObjectNode machine = head.putObject("machine");
    machine.put("pageBytes", PageTableLayout.PAGE_SIZE);
    machine.put("maxOrder", 10);
    root.putArray("rows");
  }

  /** References that were played twice. */
  public static String of(String first, RefResult left, String second, RefResult right) {
    VersusReport report = new VersusReport(left.name(), first, second);
    report.row("references", left.references(), right.references());
    report.row("page faults", left.faults().total(), right.faults().total());
    report.row("pages touched", left.pages().getFirst(), right.pages().getFirst());
    report.row("pages in memory at the end", left.residentPages(), right.residentPages());
    report.pressure(left.pressure(), right.pressure(), RefReport.axis(left.windows()));
    report.notes(left.problems(), right.problems());
    return Page.ofVersus(report.root);
  }

  /** Processes that were played twice. */
  public static String of(String first, ProcessResult left, String second, ProcessResult right) {
    VersusReport report = new VersusReport(left.name(), first, second);
    report.row("events", left.spaces().events(), right.spaces().events());
    report.row("page faults", faults(left), faults(right));
    report.pressure(left.pressure(), right.pressure(), ProcessReport.axis(left));
    report.notes(List.of(), List.of());
    return Page.ofVersus(report.root);
  }

  private static long faults(ProcessResult result) {
    return result.known().stream().mapToLong(PlayedProcess::predictedFaults).sum();
  }

  private void row(String name, long left, long right) {
    ObjectNode row = ((ArrayNode) root.get("rows")).addObject();
    row.put("name", name).putArray("values").add(left).add(right);
  }

  private void pressure(PressureLog left, PressureLog right, TimeAxis axis) {
    PressureData.versus(root.putObject("pressure"), left, right, axis);
  }

  private void notes(List<String> left, List<String> right) {
    Set<String> all = new LinkedHashSet<>(left);
    all.addAll(right);
    ArrayNode notes = root.putArray("notes");
    all.forEach(notes::add);
  }
}
