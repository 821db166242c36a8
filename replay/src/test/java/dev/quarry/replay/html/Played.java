package dev.quarry.replay.html;

import dev.quarry.replay.play.KernelFrames.FrameLog;
import dev.quarry.replay.read.Fixtures;
import dev.quarry.replay.recording.Recording;
import dev.quarry.replay.report.ReplayOptions;
import dev.quarry.replay.report.ReplayResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Recordings to play, pages made of them, and what is in a page. */
final class Played {
  static final String DATA_START = "<script type=\"application/json\" id=\"data\">";
  static final String DATA_END = "</script>";

  private Played() {}

  static ReplayResult play(Recording recording) {
    return ReplayResult.play(
        recording,
        new ReplayOptions(List.of(), false, true, FrameLog.NONE).withSlab(),
        bytes -> {});
  }

  static String page(Recording recording, List<String> settings) {
    try (ReplayResult result = play(recording)) {
      return HtmlReport.of(result, recording.meta(), settings);
    }
  }

  /** A recording on the tiny machine whose requests run out of memory. */
  static Recording tooMuch(Path folder) throws IOException {
    Path copy = Fixtures.copyTiny(folder);
    StringBuilder events = new StringBuilder("#t0 100.000000\n#gfp 0 GFP_KERNEL\n");
    for (int i = 0; i < 1000; i++) {
      events.append("A 1 0 101 8 3 0 0\n");
    }
    Files.writeString(copy.resolve("ev.K.txt"), events);
    Fixtures.replace(copy.resolve("meta.json"), "100.000010", "100.000000");
    return Recording.open(copy);
  }

  /** The JSON in a page, as it stands there. */
  static String dataText(String page) {
    int start = page.indexOf(DATA_START) + DATA_START.length();
    return page.substring(start, page.indexOf(DATA_END, start));
  }

  static JsonNode data(String page) {
    return JsonMapper.builder().build().readTree(dataText(page));
  }

  /** The numbers that runs stand for. */
  static long[] numbers(JsonNode runs) {
    LongStream.Builder numbers = LongStream.builder();
    for (int i = 0; i < runs.size(); i += 2) {
      for (int n = 0; n < runs.get(i + 1).asInt(); n++) {
        numbers.add(runs.get(i).asLong());
      }
    }
    return numbers.build().toArray();
  }
}
