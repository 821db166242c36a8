package dev.quarry.explain.log;

import java.util.Set;

/** The names of zones that a line without {@code Node N} may begin with. */
final class ZoneNames {
  private static final Set<String> KNOWN =
      Set.of("DMA", "DMA32", "Normal", "HighMem", "Movable", "Device", "CMA");

  private ZoneNames() {}

  static boolean isKnown(String name) {
    return KNOWN.contains(name);
  }
}
