package dev.quarry.virtual.fault;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.KernelLog;
import dev.quarry.virtual.Access;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.PageTables;
import java.util.Locale;

/**
 * What the kernel's log says when it touched an address that it cannot: {@code show_fault_oops},
 * {@code dump_pagetable} (arch/x86/mm/fault.c, 6.18). Registers and calls are a processor's, which
 * this machine has not.
 */
final class OopsReport {
  private static final int PROTECTION = 1;

  private final KernelLog log;
  private int oopses;

  OopsReport(KernelLog log) {
    this.log = log;
  }

  synchronized void print(Cpu cpu, PageTables tables, long address, int code, FaultLeaf why) {
    oopses++;
    PageTableLayout layout = tables.layout();
    if (why == FaultLeaf.NOT_CANONICAL) {
      print(
          "Oops: general protection fault, probably for non-canonical address 0x%s: 0000 [#%d] SMP",
          layout.hex(address), oopses);
    } else {
      boolean isNull = Long.compareUnsigned(address, PageTableLayout.PAGE_SIZE) < 0;
      print(
          isNull
              ? "BUG: kernel NULL pointer dereference, address: %s"
              : "BUG: unable to handle page fault for address: %s",
          layout.hex(address));
      print("#PF: %s in kernel mode", Access.words(code));
      print(
          "#PF: error_code(0x%04x) - %s",
          code, (code & PROTECTION) != 0 ? "permissions violation" : "not-present page");
      log.print(entries(tables, address));
      print("Oops: Oops: %04x [#%d] SMP", code, oopses);
    }
    print("CPU: %d Comm: quarry", cpu.id());
  }

  private void print(String format, Object... values) {
    log.print(String.format(Locale.ROOT, format, values));
  }

  private static String entries(PageTables tables, long address) {
    StringBuilder line = new StringBuilder();
    for (PageTables.Step step : tables.walk(address)) {
      String name = tables.layout().levelName(step.level());
      line.append(line.isEmpty() ? "" : " ").append(name).append(' ');
      line.append(Long.toHexString(step.entry()));
    }
    return line.toString();
  }
}
