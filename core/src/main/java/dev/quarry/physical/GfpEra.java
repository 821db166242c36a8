package dev.quarry.physical;

import dev.quarry.machine.KernelRelease;
import java.util.ArrayList;
import java.util.List;

/**
 * The GFP bits and composites of a run of releases in which they did not change.
 *
 * @param bits in the order in which the kernel prints them
 * @param composites in the order in which the kernel tries them
 */
record GfpEra(List<Bit> bits, List<Composite> composites) {
  /** A flag: its name without {@code __GFP_}, its mask in the era, its canonical flags. */
  record Bit(String name, long mask, int flags) {}

  /** A name for several flags at once. */
  record Composite(String name, int flags) {}

  GfpEra {
    bits = List.copyOf(bits);
    composites = List.copyOf(composites);
  }

  static GfpEra of(KernelRelease release) {
    return SINCE_6_18;
  }

  /** include/linux/gfp_types.h and include/trace/events/mmflags.h, 6.18. */
  private static final GfpEra SINCE_6_18 =
      new GfpEra(
          numbered(
              "DMA",
              "HIGHMEM",
              "DMA32",
              "MOVABLE",
              "RECLAIMABLE",
              "HIGH",
              "IO",
              "FS",
              "ZERO",
              "",
              "DIRECT_RECLAIM",
              "KSWAPD_RECLAIM",
              "WRITE",
              "NOWARN",
              "RETRY_MAYFAIL",
              "NOFAIL",
              "NORETRY",
              "MEMALLOC",
              "COMP",
              "NOMEMALLOC",
              "HARDWALL",
              "THISNODE",
              "ACCOUNT",
              "ZEROTAGS"),
          List.of(
              new Composite("GFP_TRANSHUGE", Gfp.GFP_TRANSHUGE),
              new Composite("GFP_TRANSHUGE_LIGHT", Gfp.GFP_TRANSHUGE_LIGHT),
              new Composite("GFP_HIGHUSER_MOVABLE", Gfp.GFP_HIGHUSER_MOVABLE),
              new Composite("GFP_HIGHUSER", Gfp.GFP_HIGHUSER),
              new Composite("GFP_USER", Gfp.GFP_USER),
              new Composite("GFP_KERNEL_ACCOUNT", Gfp.GFP_KERNEL_ACCOUNT),
              new Composite("GFP_KERNEL", Gfp.GFP_KERNEL),
              new Composite("GFP_NOFS", Gfp.GFP_NOFS),
              new Composite("GFP_ATOMIC", Gfp.GFP_ATOMIC),
              new Composite("GFP_NOIO", Gfp.GFP_NOIO),
              new Composite("GFP_NOWAIT", Gfp.GFP_NOWAIT),
              new Composite("GFP_DMA", Gfp.GFP_DMA),
              new Composite("GFP_DMA32", Gfp.GFP_DMA32),
              new Composite("__GFP_RECLAIM", Gfp.RECLAIM)));

  private static List<Bit> numbered(String... names) {
    List<Bit> bits = new ArrayList<>();
    for (int i = 0; i < names.length; i++) {
      if (!names[i].isEmpty()) {
        bits.add(new Bit(names[i], 1L << i, 1 << i));
      }
    }
    return bits;
  }
}
