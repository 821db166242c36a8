package dev.quarry.explain.show;

import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.machine.KernelRelease;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.GfpVocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** A request's GFP mask in names and in plain words. */
final class GfpWords {
  private GfpWords() {}

  /** The mask in hexadecimal as the log has it; null where it has none. */
  static @Nullable String hex(MemoryReport report) {
    OptionalLong mask = report.request() == null ? OptionalLong.empty() : report.request().mask();
    return mask.isEmpty() ? null : "0x" + Long.toHexString(mask.getAsLong());
  }

  /** The log's names, else the release's for the mask; null where neither can be had. */
  static @Nullable String names(MemoryReport report) {
    LoggedRequest request = report.request();
    if (request == null) {
      return null;
    }
    if (request.maskNames() != null) {
      return Words.clean(request.maskNames());
    }
    KernelRelease release = report.release();
    return release == null || request.mask().isEmpty()
        ? null
        : GfpVocabulary.of(release).formatMask(request.mask().getAsLong());
  }

  /** What the flags mean, in plain words; empty where the mask or the release is not known. */
  static List<String> meaning(MemoryReport report) {
    OptionalInt flags = flags(report);
    return flags.isEmpty() ? List.of() : words(flags.getAsInt());
  }

  private static OptionalInt flags(MemoryReport report) {
    LoggedRequest request = report.request();
    KernelRelease release = report.release();
    if (request == null || release == null) {
      return OptionalInt.empty();
    }
    GfpVocabulary vocabulary = GfpVocabulary.of(release);
    if (request.maskNames() != null) {
      try {
        return OptionalInt.of(vocabulary.parse(request.maskNames()));
      } catch (IllegalArgumentException _) {
        // A vendor's kernel may have names of its own: then the bits have to do.
      }
    }
    return request.mask().isEmpty()
        ? OptionalInt.empty()
        : OptionalInt.of(vocabulary.fromMask(request.mask().getAsLong()));
  }

  private static List<String> words(int gfp) {
    List<String> words = new ArrayList<>();
    words.add(pages(gfp) + " pages " + zone(gfp));
    words.add(waiting(gfp));
    boolean all = (gfp & Gfp.MEMALLOC) != 0 && (gfp & Gfp.NOMEMALLOC) == 0;
    add(words, all, "may use the whole reserve");
    add(words, !all && (gfp & Gfp.HIGH) != 0, "may use a part of the reserve");
    add(words, (gfp & Gfp.NOMEMALLOC) != 0, "must not use the reserve of its task");
    add(words, (gfp & Gfp.NOFAIL) != 0, "must not fail");
    add(words, (gfp & Gfp.NORETRY) != 0, "gives up early");
    add(words, (gfp & Gfp.RETRY_MAYFAIL) != 0, "tries hard, but no oom kill");
    add(words, (gfp & Gfp.THISNODE) != 0, "from one node only");
    return words;
  }

  private static void add(List<String> words, boolean holds, String word) {
    if (holds) {
      words.add(word);
    }
  }

  private static String pages(int gfp) {
    if ((gfp & Gfp.MOVABLE) != 0) {
      return "movable";
    }
    return (gfp & Gfp.RECLAIMABLE) != 0 ? "reclaimable" : "unmovable";
  }

  private static String zone(int gfp) {
    if ((gfp & Gfp.DMA) != 0) {
      return "from zone DMA";
    }
    if ((gfp & Gfp.DMA32) != 0) {
      return "from zone DMA32 or below";
    }
    return (gfp & Gfp.HIGHMEM) != 0 ? "from any zone" : "from zone Normal or below";
  }

  private static String waiting(int gfp) {
    if ((gfp & Gfp.DIRECT_RECLAIM) == 0) {
      return (gfp & Gfp.KSWAPD_RECLAIM) != 0
          ? "may not wait, wakes kswapd"
          : "may not wait, wakes nobody";
    }
    if ((gfp & Gfp.IO) == 0) {
      return "may wait and reclaim, but start no I/O";
    }
    return (gfp & Gfp.FS) == 0
        ? "may wait, reclaim and do I/O, but not enter file systems"
        : "may wait, reclaim, do I/O and enter file systems";
  }
}
