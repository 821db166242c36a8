package dev.quarry.reclaim.group;

import java.util.List;
import java.util.Locale;

/**
 * What happens to a group at its limits: {@code enum memcg_memory_event}, as {@code memory.events}
 * and {@code memory.swap.events} show it (mm/memcontrol.c, 6.18).
 */
public enum GroupEvent {
  /** It was reclaimed from although it was protected by {@code memory.low}. */
  LOW,
  HIGH,
  MAX,
  OOM,
  OOM_KILL,
  OOM_GROUP_KILL,
  SWAP_HIGH,
  SWAP_MAX,

  /** A page found no place in swap. */
  SWAP_FAIL;

  private static final String SWAP = "swap_";

  /** Those of {@code memory.events}, in its order. */
  public static final List<GroupEvent> OF_MEMORY =
      List.of(LOW, HIGH, MAX, OOM, OOM_KILL, OOM_GROUP_KILL);

  /** Those of {@code memory.swap.events}, in its order. */
  public static final List<GroupEvent> OF_SWAP = List.of(SWAP_HIGH, SWAP_MAX, SWAP_FAIL);

  /** The name in the file. */
  public String label() {
    String label = name().toLowerCase(Locale.ROOT);
    return label.startsWith(SWAP) ? label.substring(SWAP.length()) : label;
  }
}
