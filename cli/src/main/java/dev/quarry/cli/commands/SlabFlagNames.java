package dev.quarry.cli.commands;

import dev.quarry.machine.Nearest;
import dev.quarry.slab.SlabFlags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The SLAB_* flags by their names. */
final class SlabFlagNames {
  private static final int PER_LINE = 3;
  private static final Map<String, Integer> FLAGS = new LinkedHashMap<>();

  static {
    FLAGS.put("SLAB_HWCACHE_ALIGN", SlabFlags.HWCACHE_ALIGN);
    FLAGS.put("SLAB_CACHE_DMA", SlabFlags.CACHE_DMA);
    FLAGS.put("SLAB_RECLAIM_ACCOUNT", SlabFlags.RECLAIM_ACCOUNT);
    FLAGS.put("SLAB_TYPESAFE_BY_RCU", SlabFlags.TYPESAFE_BY_RCU);
    FLAGS.put("SLAB_PANIC", SlabFlags.PANIC);
    FLAGS.put("SLAB_CONSISTENCY_CHECKS", SlabFlags.CONSISTENCY_CHECKS);
    FLAGS.put("SLAB_RED_ZONE", SlabFlags.RED_ZONE);
    FLAGS.put("SLAB_POISON", SlabFlags.POISON);
    FLAGS.put("SLAB_STORE_USER", SlabFlags.STORE_USER);
  }

  private SlabFlagNames() {}

  static List<String> names() {
    return List.copyOf(FLAGS.keySet());
  }

  /** All names in lines, three in each. */
  static String wrapped() {
    StringBuilder out = new StringBuilder();
    int count = 0;
    for (String name : names()) {
      out.append(count++ % PER_LINE == 0 ? "\n  " : ", ").append(name);
    }
    return out.toString();
  }

  /** The bits of names that are joined by {@code |}. */
  static int parse(String text) {
    int flags = 0;
    for (String name : text.split("\\|", -1)) {
      Integer flag = FLAGS.get(name);
      if (flag == null) {
        throw new IllegalArgumentException(
            "\"" + name + "\" is not a flag of caches" + Nearest.hint(name, names()));
      }
      flags |= flag;
    }
    return flags;
  }

  /** Names of the bits; {@code 0} of none. */
  static String of(int flags) {
    List<String> set = new ArrayList<>();
    FLAGS.forEach((name, flag) -> {
      if ((flags & flag) != 0) {
        set.add(name);
      }
    });
    return set.isEmpty() ? "0" : String.join("|", set);
  }
}
