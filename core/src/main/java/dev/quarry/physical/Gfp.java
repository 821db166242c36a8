package dev.quarry.physical;

import dev.quarry.machine.ZoneType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for and what it allows: {@code gfp_t}. The bits are those of Linux 6.18
 * (include/linux/gfp_types.h); bits that only older kernels had have the places that are left.
 * {@link GfpVocabulary} translates masks and names of each release.
 */
public final class Gfp {
  public static final int DMA = 1;
  public static final int HIGHMEM = 1 << 1;
  public static final int DMA32 = 1 << 2;
  public static final int MOVABLE = 1 << 3;
  public static final int RECLAIMABLE = 1 << 4;
  public static final int HIGH = 1 << 5;
  public static final int IO = 1 << 6;
  public static final int FS = 1 << 7;
  public static final int ZERO = 1 << 8;

  /**
   * A flag that came and went and at which the page allocator does not look: __GFP_NO_GROW (up to
   * 2.6.21), __GFP_NOACCOUNT (4.1 to 4.4), __GFP_SKIP_KASAN_UNPOISON (5.18 to 6.3). 6.18 has no use
   * for the bit.
   */
  public static final int PASSING = 1 << 9;

  public static final int DIRECT_RECLAIM = 1 << 10;
  public static final int KSWAPD_RECLAIM = 1 << 11;
  public static final int WRITE = 1 << 12;
  public static final int NOWARN = 1 << 13;
  public static final int RETRY_MAYFAIL = 1 << 14;
  public static final int NOFAIL = 1 << 15;
  public static final int NORETRY = 1 << 16;
  public static final int MEMALLOC = 1 << 17;
  public static final int COMP = 1 << 18;
  public static final int NOMEMALLOC = 1 << 19;
  public static final int HARDWALL = 1 << 20;
  public static final int THISNODE = 1 << 21;
  public static final int ACCOUNT = 1 << 22;
  public static final int ZEROTAGS = 1 << 23;
  public static final int SKIP_ZERO = 1 << 24;
  public static final int SKIP_KASAN = 1 << 25;
  public static final int NOLOCKDEP = 1 << 26;
  public static final int NO_OBJ_EXT = 1 << 27;

  /** __GFP_ATOMIC, from 4.4 to 6.2. */
  public static final int ATOMIC = 1 << 28;

  /** __GFP_COLD, up to 4.14. */
  public static final int COLD = 1 << 29;

  /** __GFP_NOTRACK, from 2.6.31 to 4.14. */
  public static final int NOTRACK = 1 << 30;

  /** __GFP_OTHER_NODE, from 2.6.39 to 4.9. */
  public static final int OTHER_NODE = 1 << 31;

  public static final int RECLAIM = DIRECT_RECLAIM | KSWAPD_RECLAIM;
  public static final int GFP_ATOMIC = HIGH | KSWAPD_RECLAIM;
  public static final int GFP_KERNEL = RECLAIM | IO | FS;
  public static final int GFP_KERNEL_ACCOUNT = GFP_KERNEL | ACCOUNT;
  public static final int GFP_NOWAIT = KSWAPD_RECLAIM | NOWARN;
  public static final int GFP_NOIO = RECLAIM;
  public static final int GFP_NOFS = RECLAIM | IO;
  public static final int GFP_USER = GFP_KERNEL | HARDWALL;
  public static final int GFP_DMA = DMA;
  public static final int GFP_DMA32 = DMA32;
  public static final int GFP_HIGHUSER = GFP_USER | HIGHMEM;
  public static final int GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER | MOVABLE;
  public static final int GFP_TRANSHUGE_LIGHT =
      (GFP_HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~RECLAIM;
  public static final int GFP_TRANSHUGE = GFP_TRANSHUGE_LIGHT | DIRECT_RECLAIM;

  /** The bits that choose a zone: GFP_ZONEMASK. */
  public static final int ZONE_MASK = DMA | HIGHMEM | DMA32 | MOVABLE;

  /** In {@link #zoneIndexTable}: a combination of zone bits that means nothing (GFP_ZONE_BAD). */
  public static final byte BAD_ZONE = -1;

  private static final int MOBILITY_MASK = MOVABLE | RECLAIMABLE;
  private static final int MOBILITY_SHIFT = 3;

  private Gfp() {}

  /** The migrate type that a request's pages get: {@code gfp_migratetype()}. */
  public static int migrateType(int gfp) {
    int type = (gfp & MOBILITY_MASK) >>> MOBILITY_SHIFT;
    // Both bits at once mean nothing; the kernel warns and takes the pages for reclaimable.
    return Math.min(type, MigrateType.RECLAIMABLE);
  }

  /**
   * Whether the request is as urgent as GFP_ATOMIC: it has {@link #ATOMIC}, or says the same as
   * 6.18 does, with {@link #HIGH} and {@link #KSWAPD_RECLAIM} and without {@link #DIRECT_RECLAIM}.
   */
  static boolean isAtomic(int gfp) {
    return (gfp & ATOMIC) != 0 || (gfp & (HIGH | RECLAIM)) == GFP_ATOMIC;
  }

  /** Whether the request may sleep to reclaim memory itself: {@code gfpflags_allow_blocking()}. */
  public static boolean mayBlock(int gfp) {
    return (gfp & DIRECT_RECLAIM) != 0;
  }

  /**
   * For each combination of the four zone bits, the index of the highest zone that it allows among
   * the zone types built, or {@link #BAD_ZONE}: {@code gfp_zone()} and GFP_ZONE_TABLE
   * (include/linux/gfp.h, 6.18).
   */
  public static byte[] zoneIndexTable(List<ZoneType> built) {
    byte[] table = new byte[ZONE_MASK + 1];
    for (int bits = 0; bits <= ZONE_MASK; bits++) {
      ZoneType type = zoneType(bits);
      table[bits] = type == null ? BAD_ZONE : (byte) indexAtMost(built, type);
    }
    return table;
  }

  private static @Nullable ZoneType zoneType(int bits) {
    return switch (bits) {
      case 0, MOVABLE -> ZoneType.NORMAL;
      case DMA, DMA | MOVABLE -> ZoneType.DMA;
      case DMA32, DMA32 | MOVABLE -> ZoneType.DMA32;
      case HIGHMEM -> ZoneType.HIGHMEM;
      case HIGHMEM | MOVABLE -> ZoneType.MOVABLE;
      default -> null;
    };
  }

  /**
   * A zone type that was not built stands for Normal: {@code OPT_ZONE_DMA}, {@code OPT_ZONE_DMA32},
   * {@code OPT_ZONE_HIGHMEM}. Where that was not built either, for the next lower one.
   */
  private static int indexAtMost(List<ZoneType> built, ZoneType type) {
    boolean low = type.compareTo(ZoneType.NORMAL) < 0 && !built.contains(type);
    ZoneType most = low ? ZoneType.NORMAL : type;
    int index = 0;
    for (int i = 0; i < built.size(); i++) {
      if (built.get(i).compareTo(most) <= 0) {
        index = i;
      }
    }
    return index;
  }
}
