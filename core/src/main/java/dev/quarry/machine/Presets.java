package dev.quarry.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Machines that come with Quarry, as specifications that a user can read and change. */
public final class Presets {
  private static final Map<String, String> DESCRIPTIONS = new LinkedHashMap<>();

  static {
    DESCRIPTIONS.put("laptop", "x86-64, 16 GiB, 4 CPUs");
    DESCRIPTIONS.put("server", "x86-64, two nodes of 32 GiB and 4 CPUs each");
    DESCRIPTIONS.put("x86-32", "2 GiB: DMA, Normal to 896 MiB, HighMem");
    DESCRIPTIONS.put("movable", "x86-64, 8 GiB, half of it in ZONE_MOVABLE");
    DESCRIPTIONS.put("course", "the course's example: 64 MiB, one CPU, no per-CPU lists");
    DESCRIPTIONS.put("huge", "1 TiB on one node, 64 CPUs, no bytes behind the frames");
    DESCRIPTIONS.put("tiny", "16 pages in one zone");
  }

  private Presets() {}

  /** Names and one-line descriptions, in the order in which they are shown. */
  public static Map<String, String> descriptions() {
    return Map.copyOf(DESCRIPTIONS);
  }

  /** The names, in the order in which they are shown. */
  public static List<String> names() {
    return List.copyOf(DESCRIPTIONS.keySet());
  }

  /** What a preset is, in a few words. */
  public static String description(String name) {
    return DESCRIPTIONS.getOrDefault(name, "");
  }

  /** The specification of a preset as text. */
  public static String text(String name) {
    if (!DESCRIPTIONS.containsKey(name)) {
      throw new IllegalArgumentException(
          "there is no preset \"" + name + "\"; there are " + String.join(", ", names()));
    }
    try (InputStream in = Presets.class.getResourceAsStream("presets/" + name + ".machine")) {
      if (in == null) {
        throw new IllegalStateException("preset " + name + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A preset.
   *
   * @throws IllegalArgumentException if there is none of this name
   */
  public static MachineSpec get(String name) {
    return MachineSpecReader.read(name, text(name));
  }
}
