package dev.quarry.replay.faults;

import dev.quarry.replay.calls.PlayedProcess;
import dev.quarry.replay.calls.SpaceSample;
import dev.quarry.replay.pressure.PressureJson;
import dev.quarry.virtual.space.RssKind;
import java.util.List;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A replay of processes as one JSON object. */
public final class ProcessJson {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private ProcessJson() {}

  /** The object, on one line. */
  public static String of(ProcessResult result) {
    return MAPPER.writeValueAsString(node(result));
  }

  /** Two replays of one recording. */
  public static String versus(ProcessResult first, ProcessResult second) {
    ObjectNode root = MAPPER.createObjectNode();
    root.set("first", node(first));
    root.set("second", node(second));
    return MAPPER.writeValueAsString(root);
  }

  /** What the object holds. */
  public static ObjectNode node(ProcessResult result) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("recording", result.name());
    root.put("kind", result.hasFaults() ? "faults" : "calls");
    root.put("events", result.spaces().events());
    root.put("lines_wrong", result.wrong().total());
    if (result.hasFaults()) {
      score(root.putObject("score"), result);
    }
    ArrayNode processes = root.putArray("processes");
    for (PlayedProcess p : result.processes()) {
      process(processes.addObject(), p, result.hasFaults());
    }
    if (result.hasFaults()) {
      samples(root.putArray("samples"), result.samples());
    }
    if (result.pressure().settings().isSet()) {
      PressureJson.fill(root.putObject("pressure"), result.pressure());
    }
    ArrayNode notes = root.putArray("notes");
    ProcessNotes.of(result).forEach(notes::add);
    return root;
  }

  private static void score(ObjectNode score, ProcessResult result) {
    List<PlayedProcess> judged = result.judged();
    score.put("fewest_faults", ProcessResult.FEWEST_FAULTS);
    score.put("tolerance_percent", ProcessResult.TOLERANCE_PERCENT);
    score.put("judged", judged.size());
    score.put("within", result.near());
    score.put("predicted", judged.stream().mapToLong(PlayedProcess::predictedFaults).sum());
    score.put("actual", judged.stream().mapToLong(PlayedProcess::actualFaults).sum());
  }

  private static void process(ObjectNode node, PlayedProcess p, boolean hasFaults) {
    node.put("pid", p.pid());
    node.put("program", p.program());
    p.parent().ifPresent(parent -> node.put("parent", parent.pid()));
    node.put("space_known", p.isSpaceKnown());
    node.put("ended", p.hasEnded());
    if (hasFaults) {
      faults(node.putObject("faults"), p);
      ObjectNode rss = node.putObject("rss");
      for (int counter = 0; counter < RssCounter.NAMES.size(); counter++) {
        RssKind kind = RssCounter.kind(counter);
        ObjectNode pages = rss.putObject(RssCounter.NAMES.get(counter));
        pages.put("predicted", p.rss(kind));
        if (p.isRssKnown()) {
          pages.put("actual", p.kernelRss(kind));
        }
      }
    }
    node.put("mapped_pages", p.mappedPages());
    node.put("table_bytes", p.tableBytes());
    ObjectNode calls = node.putObject("calls");
    calls.put("played", p.calls());
    calls.put("ended_otherwise", p.callsDifferent());
    calls.put("placed_by_kernel", p.placed());
    calls.put("placed_alike", p.placedRight());
  }

  private static void faults(ObjectNode node, PlayedProcess p) {
    node.put("predicted", p.predictedFaults());
    node.put("actual", p.actualFaults());
    node.put("in_kernel_mode", p.kernelModeFaults());
    node.put("not_recorded_memory", p.unseenFaults());
    node.put("on_mapped_code", p.faultsByCode());
    node.put("missed_reads", p.missedReads());
    node.put("missed_writes", p.missedWrites());
    node.put("presence_right", p.presenceRight());
    ObjectNode kinds = node.putObject("by_kind");
    p.leaves().forEach((leaf, n) -> kinds.put(leaf.words().replace(' ', '_'), n));
    ObjectNode areas = node.putObject("by_area");
    p.actualByArea()
        .forEach((area, n) -> {
          ObjectNode one = areas.putObject(area.words().replace(' ', '_'));
          one.put("predicted", p.predictedByArea().getOrDefault(area, 0L));
          one.put("actual", n);
        });
  }

  private static void samples(ArrayNode array, List<SpaceSample> samples) {
    for (SpaceSample sample : samples) {
      ObjectNode node = array.addObject();
      node.put("micros", sample.micros());
      node.put("resident_pages", ProcessText.sum(sample.model()));
      node.put("kernel_resident_pages", ProcessText.sum(sample.kernel()));
      node.put("table_bytes", sample.tableBytes());
    }
  }
}
