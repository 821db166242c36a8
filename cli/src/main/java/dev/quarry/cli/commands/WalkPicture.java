package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.Machine;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import dev.quarry.virtual.PteState;
import java.util.List;
import java.util.Locale;

/**
 * The processor's walk to an address of the kernel or of a process: how the address is cut, and
 * each table on the way with the entry that is read.
 */
final class WalkPicture {
  private static final String ARROW = "       │\n";

  private WalkPicture() {}

  static Value draw(Call call, Session session) {
    call.atMost(3);
    Machine machine = Booted.machine(session);
    boolean ofProcess = call.size() > 2;
    PageTables tables =
        ofProcess
            ? call.read(1, "a process", Processing::of).mm().tables()
            : machine.kernelSpace().tables();
    int at = ofProcess ? 2 : 1;
    long address = ofProcess ? UserAddresses.of(call, session, at) : Addresses.of(call, at);
    if (!tables.layout().isCanonical(address)) {
      throw call.refuse(at, "0x" + Long.toHexString(address) + " is not a canonical address");
    }
    return new Value.Text(draw(tables, address));
  }

  static String draw(PageTables tables, long address) {
    PageTableLayout layout = tables.layout();
    StringBuilder out = new StringBuilder("0x" + layout.hex(address) + " =");
    for (int level = layout.topLevel(); level >= 0; level--) {
      out.append(' ').append(layout.levelName(level)).append(' ');
      out.append(layout.index(address, level)).append(" |");
    }
    out.append(" offset ").append(address & PageTableLayout.PAGE_SIZE - 1).append('\n');
    out.append(String.format(Locale.ROOT, "  CR3 ─► table at 0x%08x\n", tables.root()));
    List<PageTables.Step> steps = tables.walk(address);
    for (PageTables.Step step : steps) {
      out.append(ARROW).append("  ").append(PageTablePicture.entry(layout, step, address));
      out.append('\n');
    }
    return out.append(ARROW).append("       ▼ ").append(end(layout, steps, address)).toString();
  }

  private static String end(PageTableLayout layout, List<PageTables.Step> steps, long address) {
    PageTables.Step last = steps.getLast();
    PteState state = PteState.of(layout, last.entry(), last.level());
    String references = Counted.of(steps.size(), "memory reference");
    if (!(state instanceof PteState.Present present) || !present.isAccessible()) {
      return "a page fault, after " + references;
    }
    long inPage = address & (1L << layout.shift(last.level())) - 1;
    long physical = (present.frame() << PageTableLayout.PAGE_SHIFT) + inPage;
    return "physical 0x" + Long.toHexString(physical) + ", after " + references;
  }
}
