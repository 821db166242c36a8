package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.physical.Gfp;
import dev.quarry.physical.Pfn;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.tlb.TlbModel;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plays steps of processes with huge pages on a machine and on their models, and compares. */
final class HugeRun implements AutoCloseable {
  static final long BASE = 0x4000_0000L;
  private static final int PAGE = 4096;
  private static final int MOST_PROCESSES = 4;
  private static final int MREMAP_FIXED_MAYMOVE = 3;
  private static final int SMALL_PIECES = 3_000;
  private static final int QUIET = Gfp.GFP_HIGHUSER_MOVABLE | Gfp.NOWARN | Gfp.NORETRY;
  private static final Advice[] ADVICE = {
    Advice.DONTNEED, Advice.FREE, Advice.COLD, Advice.HUGEPAGE, Advice.NOHUGEPAGE
  };

  private final Machine machine;
  private Cpu cpu;
  private final List<Process> processes = new ArrayList<>();
  private final List<HugeModel> models = new ArrayList<>();
  private final Deque<Integer> hoard = new ArrayDeque<>();

  /** With TLBs of this model each step is on one of two CPUs; empty: without TLBs. */
  HugeRun(String mode, String tlb) {
    this.machine =
        Machine.boot(
            MachineSpecReader.read(
                "test",
                "cpus 0-1\nram 96M\nsysctl vm.min_free_kbytes=512\nzone DMA below=16M\n"
                    + "zone DMA32 below=4G\ntransparent_hugepage "
                    + mode
                    + "\n"));
    this.cpu = machine.cpu(0);
    machine.tlbs(tlb.isEmpty() ? null : TlbModel.parse(tlb));
    processes.add(machine.processes().spawn(cpu));
    models.add(new HugeModel());
  }

  private static long at(int page) {
    return BASE + (long) page * PAGE;
  }

  /** Plays a step; what is wrong afterwards, or null. */
  @Nullable String play(HugeStep step) {
    cpu = machine.cpu(machine.tlbs() == null ? 0 : step.value() >>> 9 & 1);
    int number = step.process() % processes.size();
    int end = Math.min(HugeModel.PAGES, step.page() + step.pages());
    String wrong = run(step, number, processes.get(number), models.get(number), end);
    if (wrong != null) {
      return wrong;
    }
    List<String> findings = machine.invariants();
    return findings.isEmpty() ? null : findings.toString();
  }

  private @Nullable String run(
      HugeStep step, int number, Process process, HugeModel model, int end) {
    SystemCalls calls = new SystemCalls(cpu, process);
    long start = at(step.page());
    long bytes = at(end) - start;
    int prot = step.value() & 3;
    switch (step.kind()) {
      case MAP -> {
        calls.mmap(start, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        model.fill(step.page(), end, prot);
        if ((step.value() & 4) != 0) {
          calls.madvise(start, bytes, Advice.HUGEPAGE.number());
        }
      }
      case UNMAP -> {
        calls.munmap(start, bytes);
        model.fill(step.page(), end, HugeModel.UNMAPPED);
      }
      case PROTECT -> protect(calls, model, step.page(), end, prot);
      case STORE -> {
        return store(process, model, step.page(), step.value());
      }
      case LOAD -> {
        return load(process, model, step.page());
      }
      case FORK -> fork(process, model);
      case EXIT -> exit(process, number);
      case MOVE -> move(calls, model, step, end);
      case ADVISE -> {
        return advise(calls, model, step, end);
      }
      case COLLAPSE -> calls.madvise(at(step.page() & -512), 512 * PAGE, Advice.COLLAPSE.number());
      case SCAN -> machine.processes().pages().huge().khugepaged().step(cpu);
      case SPLIT_DEFERRED -> {
        machine.processes().pages().huge().splitDeferred(cpu, step.value() % 3);
        machine.processes().pages().huge().shrinkZeroPage(cpu);
      }
      case HOARD -> hoard(step.value());
    }
    return null;
  }

  private void protect(SystemCalls calls, HugeModel model, int from, int end, int prot) {
    boolean whole = true;
    for (int i = from; i < end && whole; i++) {
      whole = model.prot[i] != HugeModel.UNMAPPED;
      model.prot[i] = whole ? prot : model.prot[i];
    }
    calls.mprotect(at(from), at(end) - at(from), prot);
  }

  private void fork(Process process, HugeModel model) {
    if (processes.size() < MOST_PROCESSES) {
      Process child = machine.processes().fork(cpu, process);
      if (child != null) {
        processes.add(child);
        models.add(model.fork());
      }
    }
  }

  private void exit(Process process, int number) {
    if (processes.size() > 1) {
      machine.processes().exit(cpu, process);
      processes.remove(number);
      models.remove(number);
    }
  }

  private void move(SystemCalls calls, HugeModel model, HugeStep step, int end) {
    int pages = end - step.page();
    boolean aligned = step.value() % 3 > 0;
    int to = step.value() / 3 % (HugeModel.PAGES - pages + 1);
    to = aligned ? (to & -512) + (step.page() & 511) : to;
    boolean apart = to + pages <= step.page() || to >= end;
    if (!apart || to + pages > HugeModel.PAGES) {
      return;
    }
    long bytes = (long) pages * PAGE;
    calls.munmap(at(to), bytes);
    model.fill(to, to + pages, HugeModel.UNMAPPED);
    long moved = calls.mremap(at(step.page()), bytes, bytes, MREMAP_FIXED_MAYMOVE, at(to));
    if (moved == at(to)) {
      model.move(step.page(), to, pages);
    }
  }

  private @Nullable String advise(SystemCalls calls, HugeModel model, HugeStep step, int end) {
    Advice advice = ADVICE[step.value() % ADVICE.length];
    long start = at(step.page());
    long result = calls.madvise(start, at(end) - start, advice.number());
    if (advice == Advice.DONTNEED) {
      model.drop(step.page(), end);
    }
    return result == 0 || result == -12 ? null : advice + ": " + result;
  }

  /** Takes memory so that huge pages cannot be had, or gives it back. */
  private void hoard(int value) {
    boolean more = value % 2 == 0 && hoard.isEmpty();
    for (int pfn = 0; more && pfn != Pfn.NONE; ) {
      pfn = machine.allocator().allocPage(cpu, QUIET);
      if (pfn != Pfn.NONE) {
        hoard.add(pfn);
      }
    }
    // Every other one of the last goes, so that what is free lies in small pieces.
    int free = more ? Math.min(hoard.size(), 2 * SMALL_PIECES) : hoard.size();
    for (int i = 0; i < free; i++) {
      int pfn = hoard.removeLast();
      if (more && i % 2 == 0) {
        hoard.addFirst(pfn);
      } else {
        machine.allocator().freePage(cpu, pfn);
      }
    }
  }

  private @Nullable String store(Process process, HugeModel model, int page, int value) {
    boolean tail = (value & 1) != 0;
    try {
      process.store(cpu, at(page) + (tail ? PAGE - 8 : 0), 8, value);
    } catch (UserFaultException e) {
      boolean expected = !model.isWritable(page) || e.leaf() == FaultLeaf.OUT_OF_MEMORY;
      return expected ? null : "store: " + e.getMessage();
    }
    if (!model.isWritable(page)) {
      return "a store to page " + page + " is allowed";
    }
    (tail ? model.last : model.first)[page] = value;
    return null;
  }

  private @Nullable String load(Process process, HugeModel model, int page) {
    long first;
    long last;
    try {
      first = process.load(cpu, at(page), 8);
      last = process.load(cpu, at(page) + PAGE - 8, 8);
    } catch (UserFaultException e) {
      boolean expected = !model.isReadable(page) || e.leaf() == FaultLeaf.OUT_OF_MEMORY;
      return expected ? null : "load: " + e.getMessage();
    }
    if (!model.isReadable(page)) {
      return "page " + page + " can be read";
    }
    boolean same = first == model.first[page] && last == model.last[page];
    return same ? null : "page " + page + ": " + first + ", " + last;
  }

  /** All contents, then the end of all processes. */
  @Nullable String finish() {
    for (int i = 0; i < processes.size(); i++) {
      for (int page = 0; page < HugeModel.PAGES; page++) {
        String wrong = load(processes.get(i), models.get(i), page);
        if (wrong != null) {
          return "in the end, process " + i + ": " + wrong;
        }
      }
    }
    processes.forEach(process -> machine.processes().exit(cpu, process));
    machine.processes().pages().huge().shrinkZeroPage(cpu);
    hoard.forEach(pfn -> machine.allocator().freePage(cpu, pfn));
    List<String> findings = machine.invariants();
    return findings.isEmpty() ? null : findings.toString();
  }

  Machine machine() {
    return machine;
  }

  @Override
  public void close() {
    machine.close();
  }
}
