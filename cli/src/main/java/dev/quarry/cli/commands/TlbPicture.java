package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.machine.Sizes;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.tlb.TlbEntry;
import dev.quarry.virtual.tlb.TlbStats;
import dev.quarry.virtual.tlb.Tlbs;
import java.util.List;
import java.util.Locale;

/** What a CPU's TLB holds, array by array, and what it counted. */
final class TlbPicture {
  private static final int MOST_ENTRIES = 40;

  private final Machine machine;
  private final PageTableLayout layout;
  private final StringBuilder out = new StringBuilder();

  private TlbPicture(Machine machine) {
    this.machine = machine;
    this.layout = machine.kernelSpace().layout().tables();
  }

  static Value draw(Call call, Session session) {
    call.atMost(1);
    Machine machine = Booted.machine(session);
    Tlbs tlbs = machine.tlbs();
    if (tlbs == null) {
      return new Refused("no TLB is modelled; tlb usual, or tlb 64/4+1536/12, gives CPUs one");
    }
    int cpu = Booted.cpu(session, call).id();
    List<TlbEntry> entries = tlbs.entries(cpu);
    session.spend(entries.size());
    return new Value.Text(new TlbPicture(machine).draw(tlbs, cpu, entries));
  }

  private String draw(Tlbs tlbs, int cpu, List<TlbEntry> entries) {
    line("CPU %d: TLB %s", cpu, tlbs.model().text());
    String array = "";
    for (TlbEntry entry : entries.subList(0, Math.min(MOST_ENTRIES, entries.size()))) {
      if (!entry.array().equals(array)) {
        array = entry.array();
        line("%s%s", entry.isOfWalkCache() ? "walk cache, entries of the " : "", array);
      }
      entry(entry);
    }
    if (entries.size() > MOST_ENTRIES) {
      line("  ... and %d more", entries.size() - MOST_ENTRIES);
    }
    counts(tlbs.stats(cpu), tlbs.model().levels());
    return out.toString().stripTrailing();
  }

  private void line(String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }

  private void entry(TlbEntry entry) {
    String shows = entry.isOfWalkCache() ? "table" : Sizes.format(entry.bytes());
    line(
        "  set %-3d way %-2d  0x%s -> 0x%08x  %-5s %-9s %s",
        entry.set(),
        entry.way(),
        layout.hex(entry.address()),
        entry.physical(),
        shows,
        words(entry.flags()),
        owner(entry));
  }

  private static String words(long flags) {
    return ((flags & Pte.RW) != 0 ? "rw" : "ro")
        + ((flags & Pte.DIRTY) != 0 ? " D" : "")
        + ((flags & Pte.NX) != 0 ? " NX" : "");
  }

  private String owner(TlbEntry entry) {
    if (entry.context() == 0) {
      return "kernel";
    }
    for (Process process : machine.processes().all()) {
      if (process.mm().tables().context().id() == entry.context()) {
        boolean missed = process.mm().tables().context().generation() != entry.generation();
        return "ASID " + entry.asid() + ", " + process + (missed ? ", missed a flush" : "");
      }
    }
    return "ASID " + entry.asid() + ", nobody's any more";
  }

  private void counts(TlbStats stats, int levels) {
    for (int side = TlbStats.DATA; side <= TlbStats.FETCH; side++) {
      StringBuilder hits = new StringBuilder();
      for (int level = 1; level <= levels; level++) {
        hits.append(level == 1 ? "" : " + ").append(stats.hits(side, level));
      }
      line("%s: %s hits, %d misses", side == 0 ? "data" : "code", hits, stats.misses(side));
    }
    line(
        "%d walks read %d entries; %d pages flushed, %d times all, %d interrupts sent",
        stats.walks(),
        stats.walkReferences(),
        stats.pagesFlushed(),
        stats.fullFlushes(),
        stats.shootdowns());
  }
}
