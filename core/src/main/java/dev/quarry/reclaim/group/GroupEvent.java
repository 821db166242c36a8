package dev.quarry.reclaim.group;

import java.util.Locale;

/** What happens to a group at its limits: {@code memory.events} (mm/memcontrol.c, 6.18). */
public enum GroupEvent {
  HIGH,
  MAX,
  OOM,
  OOM_KILL,
  OOM_GROUP_KILL;

  private final String label = name().toLowerCase(Locale.ROOT);

  /** The name in the file. */
  public String label() {
    return label;
  }
}
