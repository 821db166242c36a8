package dev.quarry.virtual;

import dev.quarry.kernel.Machine;
import dev.quarry.machine.Cpu;
import dev.quarry.physical.Gfp;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Plays steps on page tables and on a hash map beside them; says what is wrong, or null. */
final class TablesRun {
  /** A step on pages {@code from .. from + pages - 1} of the window. */
  record Step(Kind kind, int from, int pages, long value) {}

  enum Kind {
    MAP,
    MAP_LARGE,
    UNMAP,
    PROTECT,
    ACCESS,
    FREE_TABLES
  }

  /** What the model knows of a page. */
  private record Page(long frame, long flags, boolean large) {}

  private static final long KEPT = Pte.RW | Pte.USER | Pte.NX | Pte.ACCESSED | Pte.DIRTY;

  private final Machine machine;
  private final PageTables tables;
  private final PageTableLayout layout;
  private final Cpu cpu;
  private final long base;
  private final int large;
  private final Map<Integer, Page> model = new HashMap<>();
  long mapped;
  long faults;

  TablesRun(Machine machine, long base) {
    this.machine = machine;
    this.cpu = machine.cpu(0);
    TableMemory memory = machine.kernelSpace().tables().memory();
    this.tables = PageTables.create(memory, cpu, Gfp.GFP_KERNEL);
    this.layout = memory.layout();
    this.base = base;
    this.large = (int) layout.pages(PageTableLayout.LARGE_LEVEL);
  }

  private long address(int page) {
    return base + ((long) page << 12);
  }

  @Nullable String all(List<Step> steps) {
    for (int i = 0; i < steps.size(); i++) {
      String wrong = step(steps.get(i));
      if (wrong == null && i % 8 == 0) {
        wrong = sweep();
      }
      if (wrong == null) {
        List<String> broken = VirtualInvariants.check(machine.kernelSpace());
        wrong = broken.isEmpty() ? null : broken.toString();
      }
      if (wrong != null) {
        return "step " + i + " " + steps.get(i) + ": " + wrong;
      }
    }
    String wrong = sweep();
    return wrong == null ? giveBack() : wrong;
  }

  private @Nullable String step(Step step) {
    return switch (step.kind) {
      case MAP -> map(step);
      case MAP_LARGE -> mapLarge(step);
      case UNMAP -> unmap(step);
      case PROTECT -> protect(step);
      case ACCESS -> access(step);
      case FREE_TABLES -> freeTables(step);
    };
  }

  private @Nullable String map(Step step) {
    if (anyMapped(step.from, step.pages)) {
      return null;
    }
    int[] pfns = new int[step.pages];
    for (int i = 0; i < pfns.length; i++) {
      pfns[i] = (int) (step.value * 31 + i * 7L) & 0x3FFF;
    }
    long flags = flags(step.value);
    int done = tables.map(cpu, Gfp.GFP_KERNEL, address(step.from), pfns, 0, pfns.length, flags);
    for (int i = 0; i < pfns.length; i++) {
      model.put(step.from + i, new Page(pfns[i], flags, false));
    }
    mapped += done;
    return done == step.pages ? null : "only " + done + " pages were mapped";
  }

  private @Nullable String mapLarge(Step step) {
    int from = step.from & -large;
    if (anyMapped(from, large) || tableAt(from)) {
      return null;
    }
    long flags = flags(step.value);
    long physical = (step.value & 15) * layout.largeBytes();
    long done =
        tables.mapRange(
            cpu,
            Gfp.GFP_KERNEL,
            address(from),
            large,
            physical,
            flags,
            PageTableLayout.LARGE_LEVEL);
    for (int i = 0; i < large; i++) {
      model.put(from + i, new Page((physical >>> 12) + i, flags, true));
    }
    mapped += done;
    return done == large ? null : "a large page was mapped as " + done;
  }

  private boolean tableAt(int page) {
    return tables.walk(address(page)).getLast().level() == 0;
  }

  private static long flags(long value) {
    return Pte.PRESENT
        | ((value & 1) != 0 ? Pte.RW : 0)
        | ((value & 2) != 0 ? Pte.USER : 0)
        | ((value & 4) != 0 ? Pte.NX : 0);
  }

  private boolean anyMapped(int from, int pages) {
    for (int page = from; page < from + pages; page++) {
      if (model.containsKey(page)) {
        return true;
      }
    }
    return false;
  }

  /** Steps that would cut a large page are played on all of it. */
  private Step whole(Step step) {
    int from = step.from;
    int end = step.from + step.pages;
    if (isLarge(from)) {
      from &= -large;
    }
    if (isLarge(end - 1)) {
      end = (end - 1 | (large - 1)) + 1;
    }
    return new Step(step.kind, from, end - from, step.value);
  }

  private boolean isLarge(int page) {
    Page known = model.get(page);
    return known != null && known.large;
  }

  private @Nullable String unmap(Step given) {
    Step step = whole(given);
    long entries = 0;
    for (int page = step.from; page < step.from + step.pages; page++) {
      Page was = model.remove(page);
      entries += was != null && (!was.large || page % large == 0) ? 1 : 0;
    }
    long cleared = tables.unmap(address(step.from), step.pages);
    return cleared == entries ? null : cleared + " entries cleared, the model says " + entries;
  }

  private @Nullable String protect(Step given) {
    Step step = whole(given);
    long set = flags(step.value) & Pte.RW;
    long clear = Pte.RW & ~set;
    long changed = 0;
    for (int page = step.from; page < step.from + step.pages; page++) {
      Page was = model.get(page);
      if (was != null) {
        long flags = (was.flags & ~clear) | set;
        changed += flags != was.flags && (!was.large || page % large == 0) ? 1 : 0;
        model.put(page, new Page(was.frame, flags, was.large));
      }
    }
    long got = tables.protect(address(step.from), step.pages, clear, set);
    return got == changed ? null : got + " entries changed, the model says " + changed;
  }

  /** One access, with all that the processor asks of an entry and notes in it. */
  private @Nullable String access(Step step) {
    int access =
        (step.value & 1) != 0 ? Access.WRITE : (step.value & 4) != 0 ? Access.FETCH : Access.READ;
    access |= (step.value & 2) != 0 ? Access.USER : 0;
    Page page = model.get(step.from);
    long offset = step.value * 8 & 4095;
    long got = tables.translate(address(step.from) + offset, access);
    boolean allowed =
        page != null
            && ((access & Access.WRITE) == 0 || (page.flags & Pte.RW) != 0)
            && ((access & Access.USER) == 0 || (page.flags & Pte.USER) != 0)
            && ((access & Access.FETCH) == 0
                || layout == PageTableLayout.X86_32
                || (page.flags & Pte.NX) == 0);
    long expected = allowed ? page.frame << 12 | offset : PageTables.NO_TRANSLATION;
    if (allowed) {
      long marks = (access & Access.WRITE) != 0 ? Pte.ACCESSED | Pte.DIRTY : Pte.ACCESSED;
      int first = page.large ? step.from & -large : step.from;
      for (int i = first; i < first + (page.large ? large : 1); i++) {
        Page was = model.get(i);
        model.put(i, new Page(was.frame, was.flags | marks, was.large));
      }
    } else {
      faults++;
      PageFault.Cause cause = tables.fault(address(step.from) + offset, access).cause();
      boolean absent = cause == PageFault.Cause.NOT_PRESENT;
      if (absent != (page == null)) {
        return "the fault's cause is " + cause;
      }
    }
    return got == expected ? null : "translated to " + got + ", the model says " + expected;
  }

  private @Nullable String freeTables(Step given) {
    Step step = whole(given);
    unmap(step);
    long before = tables.memory().tables();
    long freed = tables.freeTables(cpu, address(step.from), step.pages);
    long left = tables.memory().tables();
    return left == before - freed ? null : freed + " freed, " + before + " became " + left;
  }

  private @Nullable String sweep() {
    for (int page = 0; page < TablesTest.WINDOW_PAGES; page++) {
      PteState state = tables.state(address(page));
      Page expected = model.get(page);
      boolean same =
          state instanceof PteState.Present present
              ? expected != null
                  && present.leaf()
                  && present.frame() == expected.frame - (expected.large ? page & large - 1 : 0)
                  && ((present.flags() ^ Pte.flags(layout, expected.flags)) & KEPT) == 0
              : expected == null;
      if (!same) {
        return "page " + page + " is " + state + ", the model says " + expected;
      }
    }
    return null;
  }

  /** With nothing mapped, all tables but the root go. */
  private @Nullable String giveBack() {
    tables.unmap(base, TablesTest.WINDOW_PAGES);
    tables.freeTables(cpu, 0, layout.allPages());
    long others = machine.kernelSpace().tables().memory().tables();
    tables.close(cpu);
    long kernels = machine.kernelSpace().tables().memory().tables();
    List<String> broken = machine.invariants();
    if (!broken.isEmpty()) {
      return broken.toString();
    }
    return others == kernels + 1 ? null : others - kernels + " tables were left";
  }
}
