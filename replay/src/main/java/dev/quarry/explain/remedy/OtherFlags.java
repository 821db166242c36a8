package dev.quarry.explain.remedy;

import dev.quarry.explain.twin.Asked;
import dev.quarry.explain.twin.ZonePlan;
import dev.quarry.explain.verdict.Remedy;
import dev.quarry.explain.verdict.Words;
import dev.quarry.machine.ZoneType;
import dev.quarry.physical.Gfp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Other GFP flags, one change at a time, and other nodes. */
final class OtherFlags implements Knob {
  private static final String KNOB = "gfp flags";

  /** A change of flags and what it risks. */
  private record Change(int flags, String risk) {}

  @Override
  public List<Remedy> search(Experiment experiment) {
    List<Remedy> found = new ArrayList<>();
    List<String> inVain = new ArrayList<>();
    String refusal = "";
    for (Map.Entry<String, Change> entry : changes(experiment).entrySet()) {
      Change change = entry.getValue();
      Experiment.Run run = experiment.of(experiment.asked().withGfp(change.flags));
      if (run.passed()) {
        found.add(Tried.helps(KNOB, null, entry.getKey(), run, 0, change.risk));
      } else {
        inVain.add(entry.getKey());
        refusal = experiment.refusal(run);
      }
    }
    if (!inVain.isEmpty()) {
      String which = Words.list(inVain);
      found.add(Tried.helpsNot(KNOB + ": " + which, null, refusal));
    }
    sleep(experiment, found);
    otherNodes(experiment, found);
    return found;
  }

  private static Map<String, Change> changes(Experiment experiment) {
    int gfp = experiment.asked().gfp();
    List<ZoneType> types = experiment.plan().types();
    Map<String, Change> changes = new LinkedHashMap<>();
    if ((gfp & (Gfp.DMA | Gfp.DMA32)) != 0) {
      String name = (gfp & Gfp.DMA) != 0 ? "__GFP_DMA" : "__GFP_DMA32";
      changes.put(
          "without " + name,
          new Change(gfp & ~(Gfp.DMA | Gfp.DMA32), "only if the device reaches all memory"));
    }
    if ((gfp & Gfp.ZONE_MASK) == 0 && types.contains(ZoneType.HIGHMEM)) {
      changes.put(
          "with __GFP_HIGHMEM",
          new Change(gfp | Gfp.HIGHMEM, "only if the pages need no kernel address"));
    }
    if ((gfp & Gfp.THISNODE) != 0) {
      changes.put(
          "without __GFP_THISNODE", new Change(gfp & ~Gfp.THISNODE, "the memory may be remote"));
    }
    if ((gfp & (Gfp.MOVABLE | Gfp.RECLAIMABLE)) == 0) {
      int highMem = (gfp & (Gfp.DMA | Gfp.DMA32)) == 0 ? Gfp.HIGHMEM : 0;
      changes.put(
          highMem == 0 ? "with __GFP_MOVABLE" : "with __GFP_HIGHMEM|__GFP_MOVABLE",
          new Change(
              gfp | highMem | Gfp.MOVABLE,
              "only for pages that the kernel can move, such as users'"));
    }
    if ((gfp & Gfp.HIGH) == 0) {
      changes.put(
          "with __GFP_HIGH",
          new Change(gfp | Gfp.HIGH, "it eats the reserve that urgent requests need"));
    }
    if ((gfp & (Gfp.MEMALLOC | Gfp.NOMEMALLOC)) == 0) {
      changes.put(
          "with __GFP_MEMALLOC",
          new Change(gfp | Gfp.MEMALLOC, "it may use the last page: only for freeing memory"));
    }
    return changes;
  }

  /** A request that may sleep reclaims: an estimate, with what the zones' file pages come to. */
  private static void sleep(Experiment experiment, List<Remedy> found) {
    int gfp = experiment.asked().gfp();
    if (Gfp.mayBlock(gfp)) {
      return;
    }
    String knob = KNOB + ": __GFP_DIRECT_RECLAIM";
    Asked sleeping = experiment.asked().withGfp(gfp | Gfp.DIRECT_RECLAIM);
    long most =
        experiment.zones().stream().mapToLong(z -> filePages(experiment, z)).max().orElse(0);
    Experiment.Run all = reclaimed(experiment, sleeping, most);
    if (!all.passed()) {
      found.add(
          Tried.helpsNot(
              knob, null, "not even if all file pages were reclaimed: " + experiment.refusal(all)));
      return;
    }
    long pages =
        most == 0 ? 0 : Experiment.nearest(-1, most, n -> reclaimed(experiment, sleeping, n));
    found.add(
        Tried.mayHelp(
            knob,
            null,
            "may sleep, and reclaims " + Words.pages(pages),
            reclaimed(experiment, sleeping, pages),
            pages,
            "estimate from the file pages in the zones; only where the caller may sleep"));
  }

  private static Experiment.Run reclaimed(Experiment experiment, Asked asked, long pages) {
    return Experiment.run(
        experiment.plan(),
        asked,
        twin ->
            experiment
                .zones()
                .forEach(zone ->
                    twin.free(
                        zone,
                        zone.counters().free() + Math.min(pages, filePages(experiment, zone)))));
  }

  private static long filePages(Experiment experiment, ZonePlan zone) {
    long kb = zone.dump().kb("inactive_file") + zone.dump().kb("active_file");
    return Math.max(0, kb) / experiment.plan().pageKb();
  }

  private static void otherNodes(Experiment experiment, List<Remedy> found) {
    Asked asked = experiment.asked();
    if (asked.nodeMask() == Asked.ALL_NODES) {
      return;
    }
    Experiment.Run run = experiment.of(asked.withNodeMask(Asked.ALL_NODES));
    found.add(
        run.passed()
            ? Tried.helps("nodemask", null, "all nodes", run, 0, "the memory may be remote")
            : Tried.helpsNot(
                "nodemask",
                null,
                "not even with all nodes of the log: " + experiment.refusal(run)));
  }
}
