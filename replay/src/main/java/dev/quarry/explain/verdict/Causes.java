package dev.quarry.explain.verdict;

import dev.quarry.explain.log.LoggedRequest;
import dev.quarry.explain.log.MemoryReport;
import dev.quarry.explain.log.OomDump;
import dev.quarry.explain.log.ReportKind;
import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.TwinPlan;
import dev.quarry.physical.NodeSet;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What may have made a request fail that the snapshot alone does not explain. Each cause stands on
 * something in the log; the strongest comes first.
 */
public final class Causes {
  /** Below this a zone's counter may be off by what the CPUs have not yet added to it. */
  private static final long DRIFT_PAGES = 125;

  private final MemoryReport report;
  private final TwinPlan plan;
  private final List<ZoneVerdict> zones;
  private final List<String> causes = new ArrayList<>();

  /** Looks for the causes of a report that is not explained. */
  public Causes(MemoryReport report, TwinPlan plan, List<ZoneVerdict> zones) {
    this.report = report;
    this.plan = plan;
    this.zones = zones;
  }

  /** The causes, a sentence each, without a full stop. */
  public List<String> sentences() {
    LoggedRequest request = report.request();
    if (request == null || request.order().isEmpty()) {
      noRequest(request);
    } else if (request.order().getAsInt() < 0) {
      causes.add(
          "order " + request.order().getAsInt() + ": somebody asked for an OOM kill (SysRq-f)");
    } else if (zones.isEmpty()) {
      causes.add("the log shows no zones");
    } else if (with(Verdict.PASSES).isEmpty() && !with(Verdict.UNKNOWN).isEmpty()) {
      notShown();
    } else {
      passing(request);
    }
    return List.copyOf(causes);
  }

  private List<ZoneVerdict> with(Verdict verdict) {
    return zones.stream().filter(zone -> zone.verdict() == verdict).toList();
  }

  private void notShown() {
    List<String> names = with(Verdict.UNKNOWN).stream().map(z -> TwinPlan.name(z.zone())).toList();
    causes.add(
        "the free blocks of "
            + Words.list(names)
            + " are cut off in the log: the whole of it may explain the failure");
  }

  private void noRequest(@Nullable LoggedRequest request) {
    switch (report.kind()) {
      case SHOW_MEMORY -> causes.add("somebody asked for this dump (SysRq-M), no request failed");
      case VMALLOC -> causes.add(addressSpace(request));
      default -> causes.add("the log does not name the request: its first line is missing");
    }
  }

  private String addressSpace(@Nullable LoggedRequest request) {
    OptionalLong bytes = request == null ? OptionalLong.empty() : request.vmallocBytes();
    if (bytes.isPresent() && bytes.getAsLong() == 0) {
      return "vmalloc was asked for 0 bytes, which it refuses: somebody computed a size wrongly";
    }
    if (isMoreThanRam(bytes)) {
      return tooLarge(bytes) + " address space or pages";
    }
    String size =
        request == null || request.vmallocBytes().isEmpty()
            ? ""
            : " for " + Words.size(request.vmallocBytes().getAsLong() >> 10);
    String detail =
        request == null || request.detail() == null ? "" : " (" + request.detail() + ")";
    return "vmalloc found no address space" + size + detail + ", no page was asked for";
  }

  private void passing(LoggedRequest request) {
    List<ZoneVerdict> passing = with(Verdict.PASSES);
    tooLargeForVmalloc(request);
    memoryGroup();
    cpuset(request, passing);
    boolean highExplains = lastAttempt(passing);
    if (report.kind() == ReportKind.ALLOCATION_STALL) {
      causes.add(
          "the request had waited"
              + millis(request)
              + " and was still trying: it may have been kept from these zones by a cpuset or a"
              + " nodemask that changed meanwhile, or have waited for something else than pages");
    } else if (!highExplains) {
      freedBefore(passing);
    }
  }

  private static String millis(LoggedRequest request) {
    return request.stalledMillis().isPresent()
        ? " " + Words.count(request.stalledMillis().getAsLong()) + " ms"
        : "";
  }

  /** A vmalloc of more than there is gives up before it asks for a page, and names order 0. */
  private void tooLargeForVmalloc(LoggedRequest request) {
    if (isMoreThanRam(request.vmallocBytes())) {
      causes.add(tooLarge(request.vmallocBytes()) + " pages, the order is nominal");
    }
  }

  private boolean isMoreThanRam(OptionalLong bytes) {
    long ramKb = ramPages() * plan.pageKb();
    return bytes.isPresent() && ramKb > 0 && bytes.getAsLong() >> 10 > ramKb;
  }

  private String tooLarge(OptionalLong bytes) {
    return "vmalloc was asked for "
        + Words.size(bytes.orElse(0) >> 10)
        + ", the machine has "
        + Words.size(ramPages() * plan.pageKb())
        + ": it gave up before it asked for";
  }

  private long ramPages() {
    OptionalLong ram = report.counter("pages RAM");
    return ram.orElseGet(() -> plan.zones().stream().mapToLong(zone -> zone.present()).sum());
  }

  private void memoryGroup() {
    OomDump oom = report.oom();
    if (oom == null) {
      return;
    }
    boolean constrained = oom.constraint() != null && oom.constraint().contains("MEMCG");
    if (oom.memcg() != null || constrained) {
      String group = oom.memcg() == null ? "" : " " + oom.memcg();
      causes.add("the memory group" + group + " was at its limit, not the machine");
    }
  }

  private void cpuset(LoggedRequest request, List<ZoneVerdict> passing) {
    long allowed = Asked.nodes("mems_allowed", request.memsAllowed(), new ArrayList<>());
    NodeSet nodes = new NodeSet(allowed);
    if (!passing.isEmpty() && passing.stream().noneMatch(z -> nodes.contains(z.zone().node()))) {
      String cpuset = request.cpuset() == null ? "" : " " + request.cpuset();
      causes.add(
          "the task's cpuset"
              + cpuset
              + " allows node "
              + request.memsAllowed()
              + " only, the zones that pass are on others");
    }
  }

  /** Before a kill the kernel tries once more, at the high mark. */
  private boolean lastAttempt(List<ZoneVerdict> passing) {
    boolean none = passing.stream().noneMatch(ZoneVerdict::passesAtHigh);
    if (report.kind() != ReportKind.OOM || !none || passing.isEmpty()) {
      return false;
    }
    causes.add(
        "the last attempt before an OOM kill is at the high mark, which "
            + Words.list(passing.stream().map(zone -> TwinPlan.name(zone.zone())).toList())
            + (passing.size() == 1 ? " does" : " do")
            + " not reach");
    return true;
  }

  private void freedBefore(List<ZoneVerdict> passing) {
    long most =
        passing.stream()
            .map(ZoneVerdict::test)
            .mapToLong(test -> test == null ? 0 : test.margin())
            .max()
            .orElse(0);
    String how =
        report.kind() == ReportKind.OOM
            ? "by reclaim, or by an earlier victim that was still exiting"
            : "by kswapd, or by others that gave memory back";
    causes.add("memory was freed between the failure and the dump, " + how);
    if (most <= DRIFT_PAGES) {
      causes.add(
          "the margin of "
              + Words.pages(most)
              + " is no more than what a CPU may have freed without having counted it");
    }
  }
}
