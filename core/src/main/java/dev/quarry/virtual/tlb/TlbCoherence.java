package dev.quarry.virtual.tlb;

import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.Pte;
import dev.quarry.virtual.VmArea;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Checks that no entry that a CPU can hit says what the page tables do not. The machine must be at
 * rest.
 *
 * <pre>
 *   entry of a page    the tables show the same frame, and allow what it allows; it is dirty only
 *                      where they are
 *   of a walk cache    the tables lead to the same table
 * </pre>
 *
 * <p>Entries of an address space that was flushed while its CPU was elsewhere are passed over, as
 * they are forgotten before it runs there again; so are those of freed areas of vmalloc space that
 * wait for their flush, whose addresses nobody has.
 */
public final class TlbCoherence {
  private static final int MOST_FINDINGS = 20;

  private final KernelSpace kernel;
  private final Map<Long, PageTables> roots = new HashMap<>();
  private final List<String> findings = new ArrayList<>();

  private TlbCoherence(Tlbs tlbs) {
    this.kernel = tlbs.kernel();
    for (PageTables root : kernel.tables().memory().roots()) {
      roots.put(root.context().id(), root);
    }
  }

  /** Checks the TLBs of all CPUs; an empty list is a sound machine. */
  public static List<String> check(Tlbs tlbs) {
    TlbCoherence check = new TlbCoherence(tlbs);
    for (int cpu = 0; cpu < tlbs.cpus(); cpu++) {
      for (TlbEntry entry : tlbs.entries(cpu)) {
        check.entry(cpu, entry);
      }
    }
    return check.findings;
  }

  private void entry(int cpu, TlbEntry entry) {
    PageTables tables = kernel.tables();
    if (entry.context() != 0) {
      PageTables root = roots.get(entry.context());
      if (root == null || root.context().generation() != entry.generation()) {
        return;
      }
      tables = root;
    } else if (isFreed(entry.address())) {
      return;
    }
    String wrong = entry.isOfWalkCache() ? table(tables, entry) : page(tables, entry);
    if (!wrong.isEmpty() && findings.size() < MOST_FINDINGS) {
      findings.add(
          String.format(
              Locale.ROOT, "CPU %d %s %x: %s", cpu, entry.array(), entry.address(), wrong));
    }
  }

  private boolean isFreed(long address) {
    for (VmArea area : kernel.layout().isVmalloc(address) ? kernel.areaList() : List.<VmArea>of()) {
      if (area.isLazy() && address >= area.address() && address < area.address() + area.bytes()) {
        return true;
      }
    }
    return false;
  }

  private static String table(PageTables tables, TlbEntry entry) {
    for (PageTables.Step step : tables.walk(entry.address())) {
      PageTableLayout layout = tables.layout();
      if (layout.levelName(step.level()).equals(entry.array())) {
        boolean leads = Pte.isPresent(step.entry()) && !Pte.isLeaf(step.entry(), step.level());
        boolean same = (step.entry() & layout.frameMask()) == entry.physical();
        return leads && same ? "" : "leads to a table that is gone";
      }
    }
    return "leads on where the tables end";
  }

  private static String page(PageTables tables, TlbEntry entry) {
    PageTableLayout layout = tables.layout();
    long rights = Pte.RW | Pte.USER;
    long inhibit = 0;
    PageTables.Step last = null;
    for (PageTables.Step step : tables.walk(entry.address())) {
      rights &= step.entry();
      inhibit |= step.entry() & Pte.NX;
      last = step;
    }
    if (last == null || !Pte.isPresent(last.entry())) {
      return "the tables show nothing";
    }
    long bytes = 1L << layout.shift(last.level());
    long frame = last.entry() & layout.frameMask() & -bytes;
    long there = frame | (entry.address() & (bytes - 1));
    if (there != entry.physical() || bytes < entry.bytes()) {
      return String.format(Locale.ROOT, "shows %x, the tables show %x", entry.physical(), there);
    }
    boolean allowsMore = (entry.flags() & ~rights & (Pte.RW | Pte.USER)) != 0;
    boolean executes = (entry.flags() & Pte.NX) == 0 && inhibit != 0;
    boolean dirtier = (entry.flags() & ~last.entry() & Pte.DIRTY) != 0;
    return allowsMore || executes
        ? "allows what the tables forbid"
        : dirtier ? "is dirty where the tables are clean" : "";
  }
}
