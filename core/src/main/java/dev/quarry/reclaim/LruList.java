package dev.quarry.reclaim;

import dev.quarry.physical.NodeStat;
import dev.quarry.physical.PageState;
import dev.quarry.physical.ZoneStat;

/** The lists of a {@link Lruvec}: {@code enum lru_list} (include/linux/mmzone.h, 6.18). */
public enum LruList {
  INACTIVE_ANON(NodeStat.NR_INACTIVE_ANON, ZoneStat.NR_ZONE_INACTIVE_ANON),
  ACTIVE_ANON(NodeStat.NR_ACTIVE_ANON, ZoneStat.NR_ZONE_ACTIVE_ANON),
  INACTIVE_FILE(NodeStat.NR_INACTIVE_FILE, ZoneStat.NR_ZONE_INACTIVE_FILE),
  ACTIVE_FILE(NodeStat.NR_ACTIVE_FILE, ZoneStat.NR_ZONE_ACTIVE_FILE),
  UNEVICTABLE(NodeStat.NR_UNEVICTABLE, ZoneStat.NR_ZONE_UNEVICTABLE);

  /** Those whose pages may be taken away, in the order in which they are gone over. */
  static final LruList[] EVICTABLE = {INACTIVE_ANON, ACTIVE_ANON, INACTIVE_FILE, ACTIVE_FILE};

  private final NodeStat nodeStat;
  private final ZoneStat zoneStat;

  LruList(NodeStat nodeStat, ZoneStat zoneStat) {
    this.nodeStat = nodeStat;
    this.zoneStat = zoneStat;
  }

  /** What counts its pages for the node. */
  public NodeStat nodeStat() {
    return nodeStat;
  }

  /** What counts its pages for their zones. */
  public ZoneStat zoneStat() {
    return zoneStat;
  }

  boolean isActive() {
    return this == ACTIVE_ANON || this == ACTIVE_FILE;
  }

  boolean isFile() {
    return this == INACTIVE_FILE || this == ACTIVE_FILE;
  }

  /** The list that a page belongs to by its flags: {@code folio_lru_list}. */
  static LruList of(int flags) {
    if ((flags & PageState.UNEVICTABLE) != 0) {
      return UNEVICTABLE;
    }
    boolean active = (flags & PageState.ACTIVE) != 0;
    if ((flags & PageState.SWAPBACKED) == 0) {
      return active ? ACTIVE_FILE : INACTIVE_FILE;
    }
    return active ? ACTIVE_ANON : INACTIVE_ANON;
  }
}
