package dev.quarry.replay.html;

import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.report.ReplayResult;
import java.util.List;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** A replay's result as one HTML page with pictures. The same recording gives the same bytes. */
public final class HtmlReport {
  private HtmlReport() {}

  /**
   * The page.
   *
   * @param result the machine as it stands at the end; still open
   * @param meta what the recording says of itself
   * @param settings what was changed of the recorded machine; empty: nothing
   */
  public static String of(ReplayResult result, RecordingMeta meta, List<String> settings) {
    return Page.with(data(result, meta, settings));
  }

  /** What the pictures show. */
  static ObjectNode data(ReplayResult result, RecordingMeta meta, List<String> settings) {
    ZoneNames names = ZoneNames.of(result.machine());
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    HeadData.put(root.putObject("head"), result, meta, settings);
    MemoryData.put(root.putObject("memory"), result, names);
    MapData.put(
        root.putObject("map"),
        result.machine().memory(),
        result.player().pageblocksBefore(),
        names);
    PerCpuData.put(root.putObject("perCpu"), result, names);
    FailureData.put(root.putObject("failures"), result);
    FlowData.put(root.putObject("flow"), result, names);
    BlockData.put(root.putArray("blocks"), result, names);
    RequestData.put(root.putObject("requests"), result);
    SlabData.put(root.putObject("slab"), result);
    NoteData.put(root.putObject("notes"), result);
    return root;
  }
}
