package dev.quarry.replay.html;

import dev.quarry.replay.calls.SpaceSample;
import dev.quarry.replay.faults.ProcessJson;
import dev.quarry.replay.faults.ProcessResult;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Processes that were played, as one HTML page with pictures. */
public final class ProcessReport {
  private ProcessReport() {}

  /**
   * The page.
   *
   * @param settings what was set otherwise than usual
   */
  public static String of(ProcessResult result, List<String> settings) {
    return Page.ofProcesses(data(result, settings));
  }

  /** The times of the samples. */
  static TimeAxis axis(ProcessResult result) {
    List<Long> ends = result.samples().stream().map(SpaceSample::micros).toList();
    return new TimeAxis("seconds since the first event", true, ends);
  }

  /** What the pictures show: the object of {@code --json}, and what was set. */
  static ObjectNode data(ProcessResult result, List<String> settings) {
    ObjectNode root = ProcessJson.node(result);
    ObjectNode head = root.putObject("head");
    head.put("micros", result.samples().isEmpty() ? 0 : result.samples().getLast().micros());
    ObjectNode machine = head.putObject("machine");
    machine.put("pageBytes", result.machine().spec().pageSize());
    machine.put("maxOrder", result.machine().spec().maxOrder());
    root.remove("pressure"); // its series are those of the charts
    if (result.pressure().settings().isSet()) {
      PressureData.put(root.putObject("pressure"), result.pressure(), axis(result));
    }
    ArrayNode set = root.putArray("settings");
    settings.forEach(set::add);
    return root;
  }
}
