package dev.quarry.explain.show;

import dev.quarry.explain.log.BlockCount;
import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.log.ZoneDump;
import dev.quarry.explain.verdict.Explanation;
import dev.quarry.explain.verdict.OomStory;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Term;
import dev.quarry.explain.verdict.Verdict;
import dev.quarry.explain.verdict.ZoneVerdict;
import dev.quarry.explain.verdict.ZoneVerdict.Arithmetic;
import dev.quarry.machine.KernelRelease;
import dev.quarry.replay.read.Place;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Explanations made by hand, to be shown. */
final class Shown {
  private Shown() {}

  /** Many free pages, all in small blocks: order 4 on a laptop of 16 GiB. */
  static Explanation noBlock() {
    ZoneDump normal = zone(0, "Normal", 774368, 193928, 223760, "141767UME 25812UME 6UM 10U");
    ZoneDump dma32 = zone(0, "DMA32", 77516, 25456, 29368, "9173UME 3963UME 556UME 5U");
    ZoneDump dma = zone(0, "DMA", 9728, 68, 100, "0 0 0 0 0 0 0 1U 1U 2UM 1M");
    return new Explanation(
        report(
            ReportKind.PAGE_ALLOCATION_FAILURE,
            request(4, 0x40c00, "GFP_NOIO|__GFP_COMP"),
            null,
            List.of(dma, dma32, normal)),
        List.of(
            refuses(
                normal,
                0,
                Verdict.NO_BLOCK,
                Term.BLOCK,
                new Arithmetic(193592, 15, 512, 0, 48482, 33564, 48482, 0)),
            refuses(
                dma32,
                1,
                Verdict.NO_BLOCK,
                Term.BLOCK,
                new Arithmetic(19379, 15, 0, 0, 6364, 4405, 6364, 12962)),
            refuses(
                dma,
                2,
                Verdict.BELOW_MIN_PLUS_RESERVE,
                Term.LOWMEM_RESERVE,
                new Arithmetic(2432, 15, 0, 0, 17, 0, 17, 14665))),
        true,
        "Fragmentation: Normal has 193,577 free pages above its mark but not one block of 16 pages,"
            + " DMA32 neither, and DMA keeps its pages for requests that need them.",
        List.of(),
        List.of("start I/O or call into file systems, so dirty pages could not be written out"),
        List.of(
            new Remedy(
                "compaction first",
                "not run",
                "1 block of order 4",
                "Normal",
                0,
                "costs time before the request; nothing is reserved",
                true),
            new Remedy("order", "4", "3", "Normal", 0, "eight blocks of 8 pages have to do", false),
            new Remedy(
                "lowmem_reserve_ratio",
                "256 32 0",
                "256 38 0",
                "DMA",
                12265,
                "DMA runs out for devices that can reach nothing else",
                false),
            new Remedy(
                "min_free_kbytes",
                "67584",
                null,
                null,
                0,
                "more free pages do not make larger blocks",
                false)),
        "walk at the low mark\n  Normal: free 193592 > min 48482: no free block of order 4\n",
        null,
        List.of("the log does not say how many blocks of an order are of which type"));
  }

  /** A machine of two nodes, out of memory. */
  static Explanation oom() {
    ZoneDump first = zone(0, "Normal", 36692, 36784, 55176, "1231UEM 391UEM 456UEM 342UEM 141UEM");
    ZoneDump second = zone(1, "Normal", 49436, 45444, 68164, "2245UEM 732UEM 594UEM 396UEM");
    OomStory story =
        new OomStory(
            "The whole machine was out of memory (CONSTRAINT_NONE).",
            List.of(
                new OomStory.Holder("anonymous", 8016613, 0.979, false),
                new OomStory.Holder("task java (5120)", 7602176, 0.928, false),
                new OomStory.Holder("shmem", 87896, 0.0107, false),
                new OomStory.Holder("slab_reclaimable", 27412, 0.0033, true),
                new OomStory.Holder("page cache", 2430, 0.0003, true)),
            List.of("java (pid 5120) had the highest score: 917 of 1,000, with 29 GiB resident."),
            "All 8 GiB of swap are used.");
    return new Explanation(
        report(ReportKind.OOM, request(0, 0x201da, null), dump(), List.of(first, second)),
        List.of(
            refuses(
                first,
                0,
                Verdict.BELOW_MIN,
                Term.MIN,
                new Arithmetic(9173, 0, 0, 0, 9196, 0, 9196, 0)),
            new ZoneVerdict(
                second,
                1,
                true,
                null,
                Verdict.PASSES,
                null,
                new Arithmetic(12359, 0, 0, 0, 11361, 0, 11361, 0),
                false)),
        false,
        "Node 1 Normal would have served this page when the log was printed, by 998 pages, but not"
            + " at the high mark, at which the kernel tries last before it kills.",
        List.of("Memory was freed between the last try and the dump."),
        List.of(),
        List.of(),
        "",
        story,
        List.of());
  }

  /** No request at all: SysRq-M. */
  static Explanation sysrq() {
    ZoneDump normal = zone(0, "Normal", 4096, 1024, 2048, null);
    return new Explanation(
        report(ReportKind.SHOW_MEMORY, null, null, List.of(normal)),
        List.of(
            new ZoneVerdict(
                normal,
                ZoneVerdict.NOT_TRIED,
                false,
                "no request failed",
                null,
                null,
                null,
                false)),
        false,
        "No request failed: somebody asked the kernel to show its memory.",
        List.of(),
        List.of(),
        List.of(),
        "",
        null,
        List.of());
  }

  /** One whose names would do harm on a terminal or in a page. */
  static Explanation hostile() {
    Explanation of = noBlock();
    LoggedRequest request =
        new LoggedRequest(
            OptionalInt.of(4),
            OptionalLong.of(0x40c00),
            "<b>GFP</b>",
            "\u001b[2J",
            "\"/&amp;",
            "0",
            "</title><script>alert(1)</script>",
            7,
            OptionalLong.empty(),
            OptionalLong.empty(),
            null);
    return new Explanation(
        report(ReportKind.PAGE_ALLOCATION_FAILURE, request, null, of.report().zones()),
        of.zones(),
        true,
        "<script>\u001b[31m\u202e\ud800",
        of.causes(),
        of.couldNot(),
        of.remedies(),
        "\u0007<i>",
        null,
        List.of("]]> <!--"));
  }

  private static ZoneVerdict refuses(
      ZoneDump zone, int rank, Verdict verdict, Term term, Arithmetic test) {
    return new ZoneVerdict(zone, rank, true, null, verdict, term, test, false);
  }

  private static LoggedRequest request(int order, long mask, @Nullable String names) {
    return new LoggedRequest(
        OptionalInt.of(order),
        OptionalLong.of(mask),
        names,
        "(null)",
        "/",
        "0",
        "worker",
        4711,
        OptionalLong.empty(),
        OptionalLong.empty(),
        null);
  }

  private static OomDump dump() {
    return new OomDump(
        OptionalInt.of(0), "CONSTRAINT_NONE", null, Map.of(), List.of(), List.of(), null);
  }

  private static MemoryReport report(
      ReportKind kind,
      @Nullable LoggedRequest request,
      @Nullable OomDump oom,
      List<ZoneDump> zones) {
    String kernel = kind == ReportKind.OOM ? "3.10.0-514.6.1.el7.x86_64" : "6.8.0-rc3";
    return new MemoryReport(
        kind,
        new Place("kern.log", 12),
        53,
        kernel,
        KernelRelease.parse(kernel),
        request,
        4,
        Map.of(),
        Map.of(),
        zones,
        OptionalLong.empty(),
        OptionalLong.empty(),
        Map.of(),
        oom,
        List.of(),
        List.of());
  }

  /** A zone; blocks as a count and letters for each order, null where the log has none. */
  private static ZoneDump zone(
      int node, String name, long freeKb, long minKb, long highKb, @Nullable String blocks) {
    Map<String, Long> kb = new LinkedHashMap<>();
    kb.put("free", freeKb);
    kb.put("min", minKb);
    kb.put("low", (minKb + highKb) / 2);
    kb.put("high", highKb);
    return new ZoneDump(
        node,
        name,
        new Place("kern.log", 20),
        kb,
        false,
        new long[] {0, 0},
        blocks == null ? null : blocks(blocks.split(" ")));
  }

  private static List<BlockCount> blocks(String[] words) {
    List<BlockCount> blocks = new ArrayList<>();
    for (int order = 0; order <= 10; order++) {
      String word = order < words.length ? words[order] : "0";
      String digits = word.replaceAll("\\D", "");
      blocks.add(new BlockCount(order, Long.parseLong(digits), word.replaceAll("\\d", "")));
    }
    return blocks;
  }
}
