package dev.quarry.physical;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the bits of an era mean in the flags of {@link Gfp}, both ways, bit for bit.
 *
 * <p>Up to 4.3 kswapd was always woken, but for requests with {@code __GFP_NO_KSWAPD} (from 2.6.38
 * on); since 4.4 it is woken where {@code __GFP_KSWAPD_RECLAIM} asks for it.
 */
final class GfpTranslation {
  /** By name, the flag of {@link Gfp} that is, or does, the same. */
  private static final Map<String, Integer> MEANINGS =
      Map.ofEntries(
          Map.entry("__GFP_DMA", Gfp.DMA),
          Map.entry("__GFP_HIGHMEM", Gfp.HIGHMEM),
          Map.entry("__GFP_DMA32", Gfp.DMA32),
          Map.entry("__GFP_MOVABLE", Gfp.MOVABLE),
          Map.entry("__GFP_RECLAIMABLE", Gfp.RECLAIMABLE),
          Map.entry("__GFP_HIGH", Gfp.HIGH),
          Map.entry("__GFP_IO", Gfp.IO),
          Map.entry("__GFP_FS", Gfp.FS),
          Map.entry("__GFP_ZERO", Gfp.ZERO),
          Map.entry("__GFP_WAIT", Gfp.DIRECT_RECLAIM),
          Map.entry("__GFP_DIRECT_RECLAIM", Gfp.DIRECT_RECLAIM),
          Map.entry("__GFP_KSWAPD_RECLAIM", Gfp.KSWAPD_RECLAIM),
          Map.entry("__GFP_WRITE", Gfp.WRITE),
          Map.entry("__GFP_NOWARN", Gfp.NOWARN),
          Map.entry("__GFP_REPEAT", Gfp.RETRY_MAYFAIL),
          Map.entry("__GFP_RETRY_MAYFAIL", Gfp.RETRY_MAYFAIL),
          Map.entry("__GFP_NOFAIL", Gfp.NOFAIL),
          Map.entry("__GFP_NORETRY", Gfp.NORETRY),
          Map.entry("__GFP_MEMALLOC", Gfp.MEMALLOC),
          Map.entry("__GFP_COMP", Gfp.COMP),
          Map.entry("__GFP_NOMEMALLOC", Gfp.NOMEMALLOC),
          Map.entry("__GFP_HARDWALL", Gfp.HARDWALL),
          Map.entry("__GFP_THISNODE", Gfp.THISNODE),
          Map.entry("__GFP_KMEMCG", Gfp.ACCOUNT),
          Map.entry("__GFP_ACCOUNT", Gfp.ACCOUNT),
          Map.entry("__GFP_ZEROTAGS", Gfp.ZEROTAGS),
          Map.entry("__GFP_SKIP_ZERO", Gfp.SKIP_ZERO),
          Map.entry("__GFP_SKIP_KASAN", Gfp.SKIP_KASAN),
          Map.entry("__GFP_SKIP_KASAN_POISON", Gfp.SKIP_KASAN),
          Map.entry("__GFP_SKIP_KASAN_UNPOISON", Gfp.PASSING),
          Map.entry("__GFP_NOLOCKDEP", Gfp.NOLOCKDEP),
          Map.entry("__GFP_NO_OBJ_EXT", Gfp.NO_OBJ_EXT),
          Map.entry("__GFP_ATOMIC", Gfp.ATOMIC),
          Map.entry("__GFP_COLD", Gfp.COLD),
          Map.entry("__GFP_NOTRACK", Gfp.NOTRACK),
          Map.entry("__GFP_OTHER_NODE", Gfp.OTHER_NODE),
          Map.entry("__GFP_NO_GROW", Gfp.PASSING),
          Map.entry("__GFP_NOACCOUNT", Gfp.PASSING));

  /** The one bit that says what not to do. */
  private static final String NO_KSWAPD = "__GFP_NO_KSWAPD";

  private static final String KSWAPD_RECLAIM = "__GFP_KSWAPD_RECLAIM";

  private record Meaning(long mask, int flag) {}

  private final List<Meaning> meanings;
  private final boolean wakesByDefault;
  private final long noKswapd;

  GfpTranslation(GfpEra era) {
    this.meanings =
        era.bits().stream()
            .filter(bit -> !bit.name().equals(NO_KSWAPD))
            .map(bit -> new Meaning(bit.mask(), Objects.requireNonNull(MEANINGS.get(bit.name()))))
            .toList();
    this.wakesByDefault = era.bits().stream().noneMatch(bit -> bit.name().equals(KSWAPD_RECLAIM));
    this.noKswapd =
        era.bits().stream()
            .filter(bit -> bit.name().equals(NO_KSWAPD))
            .mapToLong(GfpEra.Word::mask)
            .sum();
  }

  /** The era's mask for flags; flags that it does not have are left out. */
  long toMask(int flags) {
    long mask = (flags & Gfp.KSWAPD_RECLAIM) == 0 ? noKswapd : 0;
    for (Meaning meaning : meanings) {
      if ((flags & meaning.flag) != 0) {
        mask |= meaning.mask;
      }
    }
    return mask;
  }

  /** The flags of an era's mask; bits that it does not have are left out. */
  int toFlags(long mask) {
    int flags = wakesByDefault && (mask & noKswapd) == 0 ? Gfp.KSWAPD_RECLAIM : 0;
    for (Meaning meaning : meanings) {
      if ((mask & meaning.mask) != 0) {
        flags |= meaning.flag;
      }
    }
    return flags;
  }

  /**
   * Flags as the era's own composites would have them. {@link Gfp}'s are those of 6.18; there are
   * two that said more before: GFP_ATOMIC with {@code __GFP_ATOMIC} (4.4 to 6.2), and
   * GFP_HIGHUSER_MOVABLE with {@code __GFP_SKIP_KASAN_POISON} (5.14 to 5.17).
   */
  int adopt(int flags, GfpEra era) {
    int adopted = flags;
    if (Gfp.isAtomic(flags)) {
      adopted |= flagsOf(era, "GFP_ATOMIC");
    }
    int movable = Gfp.GFP_HIGHUSER_MOVABLE & ~Gfp.RECLAIM;
    if ((flags & movable) == movable) {
      adopted |= flagsOf(era, "GFP_HIGHUSER_MOVABLE") & ~Gfp.RECLAIM;
    }
    return adopted;
  }

  private int flagsOf(GfpEra era, String composite) {
    for (GfpEra.Word word : era.composites()) {
      if (word.name().equals(composite)) {
        return toFlags(word.mask());
      }
    }
    return 0;
  }
}
