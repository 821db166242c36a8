package dev.quarry.observe;

import dev.quarry.machine.LruSpec;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.reclaim.LruGenState;
import dev.quarry.reclaim.Reclaim;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * {@code /sys/kernel/mm/lru_gen/enabled}: {@code enabled_show}, {@code enabled_store} (mm/vmscan.c,
 * 6.18).
 */
final class LruGenFile {
  static final String PATH = "/sys/kernel/mm/lru_gen/enabled";

  private LruGenFile() {}

  static String text(PhysicalMemory memory, @Nullable Reclaim reclaim) {
    boolean begins = memory.spec().lru().policy() == LruSpec.Policy.MGLRU;
    int state = reclaim != null ? reclaim.lruGen() : begins ? LruGenState.ALL : 0;
    return String.format(Locale.ROOT, "0x%04x\n", state);
  }

  /** Takes y, n, or a number of bits. */
  static void write(@Nullable Reclaim reclaim, String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    int state =
        switch (word) {
          case "y" -> LruGenState.ALL;
          case "n" -> 0;
          default -> number(word);
        };
    SysVm.running(reclaim, PATH).lruGen(state & LruGenState.ALL);
  }

  private static int number(String word) {
    try {
      return Integer.decode(word);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          PATH + ": '" + word + "' is neither y, n nor a number such as 0x0003", e);
    }
  }
}
