package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.GfpVocabulary;
import dev.quarry.physical.MigrateType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** GFP flags in words. */
final class GfpText {
  private GfpText() {}

  static Value of(Machine machine, int gfp) {
    GfpVocabulary vocabulary = GfpVocabulary.of(machine.spec().release());
    List<String> bits = new ArrayList<>();
    for (String name : vocabulary.names()) {
      int flags = vocabulary.parse(name);
      if (name.startsWith("__GFP_") && Integer.bitCount(flags) == 1 && (gfp & flags) != 0) {
        bits.add(name);
      }
    }
    byte[] zones = Gfp.zoneIndexTable(machine.spec().zones().stream().map(z -> z.type()).toList());
    int highest = zones[gfp & Gfp.ZONE_MASK];
    return new Value.Text(
        String.format(
            Locale.ROOT,
            "0x%x %s\n  bits       %s\n  zones      %s\n  pages      %s\n  waiting    %s\n"
                + "  reserve    %s",
            vocabulary.toMask(gfp),
            vocabulary.format(gfp),
            bits.isEmpty() ? "none" : String.join("|", bits),
            highest == Gfp.BAD_ZONE
                ? "none: the zone bits contradict each other"
                : machine.spec().zones().get(highest).type().label() + " and the zones below it",
            MigrateType.label(Gfp.migrateType(gfp)),
            waiting(gfp),
            reserve(gfp)));
  }

  private static String waiting(int gfp) {
    if (!Gfp.mayBlock(gfp)) {
      return (gfp & Gfp.KSWAPD_RECLAIM) != 0
          ? "may not wait; wakes the background reclaimer"
          : "may not wait; wakes nobody";
    }
    return "may wait: reclaims and compacts itself before it fails";
  }

  private static String reserve(int gfp) {
    if ((gfp & (Gfp.MEMALLOC | Gfp.NOMEMALLOC)) == Gfp.MEMALLOC) {
      return "all of it: it frees more memory than it takes";
    }
    if ((gfp & Gfp.HIGH) != 0) {
      return "half of the min mark, more of it when it may not wait";
    }
    return "none: stays above the min mark";
  }
}
