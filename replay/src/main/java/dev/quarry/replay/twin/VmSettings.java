package dev.quarry.replay.twin;

import dev.quarry.replay.read.LineReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The settings under {@code sys/vm} that shape the page allocator, as settings of a machine. */
final class VmSettings {
  private static final int MOST_SETTING = Integer.MAX_VALUE;
  private static final List<String> NAMES =
      List.of(
          "min_free_kbytes",
          "watermark_scale_factor",
          "watermark_boost_factor",
          "percpu_pagelist_high_fraction");

  private VmSettings() {}

  /** Those that are there; {@code key=value}. */
  static List<String> read(Path folder) {
    List<String> settings = new ArrayList<>();
    for (String name : NAMES) {
      Path file = folder.resolve("sys/vm").resolve(name);
      if (Files.isReadable(file) && Files.isRegularFile(file)) {
        LineReader in = LineReader.open(file, "sys/vm/" + name);
        if (!in.next()) {
          throw in.error("the file is empty; a number belongs there");
        }
        settings.add(name + "=" + in.number(in.text(), name, MOST_SETTING));
      }
    }
    return settings;
  }
}
