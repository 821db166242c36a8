package dev.quarry.replay.html;

import dev.quarry.machine.MachineSpec;
import dev.quarry.physical.Zone;
import dev.quarry.replay.play.PlayCounters;
import dev.quarry.replay.play.Samples;
import dev.quarry.replay.read.RecordingMeta;
import dev.quarry.replay.report.ReplayResult;
import dev.quarry.replay.score.FreeBlockScore;
import dev.quarry.replay.score.Ratio;
import dev.quarry.replay.score.Scores;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The head of the page: recording, machine, settings, and the key figures. */
final class HeadData {
  private static final int LONGEST_COMMAND = 200;

  private HeadData() {}

  static void put(ObjectNode node, ReplayResult result, RecordingMeta meta, List<String> settings) {
    node.put("recording", result.name());
    node.put("command", shortened(String.join(" ", meta.command())));
    ArrayNode set = node.putArray("settings");
    settings.forEach(set::add);
    machine(node.putObject("machine"), result);
    List<Samples.Sample> samples = result.player().samples().list();
    node.put("micros", samples.isEmpty() ? 0 : samples.getLast().micros());
    figures(node.putObject("figures"), result);
    result.scores().ifPresent(scores -> scores(node.putObject("scores"), scores));
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_COMMAND ? text : text.substring(0, LONGEST_COMMAND) + " ...";
  }

  private static void machine(ObjectNode node, ReplayResult result) {
    MachineSpec spec = result.machine().spec();
    node.put("kernel", spec.release().toString());
    node.put("cpus", spec.cpuNodes().size());
    node.put("nodes", spec.nodes().size());
    node.put("pageBytes", spec.pageSize());
    node.put("maxOrder", spec.maxOrder());
    node.put("pageblockOrder", spec.pageblockOrder());
    node.put(
        "managedPages", result.machine().memory().zones().stream().mapToLong(Zone::managed).sum());
  }

  private static void figures(ObjectNode node, ReplayResult result) {
    PlayCounters counters = result.player().counters();
    node.put("events", counters.events());
    node.put("allocations", counters.allocations());
    node.put("frees", counters.frees());
    node.put("failures", counters.failures());
    node.put("recordedFailures", counters.recordedFailures());
    node.put("freesOfStateBefore", counters.freesOfStateBefore());
    node.put("freesSkipped", counters.freesSkipped());
    node.put("freesOfFailed", counters.freesOfFailed());
    node.put("stillHeld", result.player().stillHeld());
  }

  private static void scores(ObjectNode node, Scores scores) {
    node.putObject("exactFrames")
        .put("same", scores.exactFrames().same())
        .put("of", scores.exactFrames().of())
        .put("untoldSame", scores.exactFrames().untoldSame());
    if (scores.freeBlocks().isPresent()) {
      FreeBlockScore score = scores.freeBlocks().get();
      ratio(node.putObject("freeBlocks"), score.blocks());
      ratio(node.putObject("freePages"), score.pages());
    }
  }

  private static void ratio(ObjectNode node, Ratio ratio) {
    node.put("misses", ratio.misses()).put("changes", ratio.changes());
    if (ratio.changes() > 0) {
      node.put("score", ratio.score());
    } else {
      node.putNull("score"); // nothing changed, nothing to predict
    }
  }
}
