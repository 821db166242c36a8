package dev.quarry.virtual.fault;

import static dev.quarry.virtual.space.MapFlags.*;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import dev.quarry.virtual.tlb.TlbModel;
import dev.quarry.virtual.tlb.Tlbs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Plays steps of several processes on a machine and on their models, and compares. */
final class ProcessRun implements AutoCloseable {
  private static final long BASE = 0x1000_0000L;
  private static final int PAGE = 4096;
  private static final int MOST_PROCESSES = 6;

  private final Machine machine;
  private Cpu cpu;
  private final Path path;
  private final List<Process> processes = new ArrayList<>();
  private final List<ProcessModel> models = new ArrayList<>();

  /** The file's pages as memory has them. */
  private final byte[][] file = new byte[ProcessModel.PAGES][];

  ProcessRun(PageTableLayout layout, Path path) throws IOException {
    this(layout, path, null);
  }

  /** With TLBs, each step is on one of the machine's CPUs. */
  ProcessRun(PageTableLayout layout, Path path, @Nullable TlbModel tlb) throws IOException {
    this.machine = FaultMachines.of(layout);
    this.cpu = machine.cpu(0);
    this.path = path;
    byte[] all = new byte[ProcessModel.PAGES * PAGE];
    for (int i = 0; i < file.length; i++) {
      file[i] = new byte[PAGE];
      Arrays.fill(file[i], (byte) (100 + i));
      System.arraycopy(file[i], 0, all, i * PAGE, PAGE);
    }
    Files.write(path, all);
    machine.tlbs(tlb);
    processes.add(machine.processes().spawn(cpu));
    models.add(new ProcessModel());
  }

  private static long at(int page) {
    return BASE + (long) page * PAGE;
  }

  /** Plays a step; what is wrong afterwards, or null. */
  @Nullable String play(Step step) {
    Tlbs tlbs = machine.tlbs();
    if (tlbs != null) {
      cpu = machine.cpu(step.value() >>> 9 & 1);
      if ((step.value() >>> 12 & 7) == 0) {
        tlbs.enterLazy(cpu);
      }
    }
    int number = step.process() % processes.size();
    Process process = processes.get(number);
    ProcessModel model = models.get(number);
    int end = Math.min(ProcessModel.PAGES, step.page() + step.pages());
    String wrong = run(step, number, process, model, end);
    if (wrong != null) {
      return wrong;
    }
    List<String> findings = machine.invariants();
    return findings.isEmpty() ? null : findings.toString();
  }

  private @Nullable String run(
      Step step, int number, Process process, ProcessModel model, int end) {
    SystemCalls calls = new SystemCalls(cpu, process);
    long start = at(step.page());
    long bytes = at(end) - start;
    int prot = step.value() & 3;
    switch (step.kind()) {
      case MAP -> {
        calls.mmap(start, bytes, prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        for (int i = step.page(); i < end; i++) {
          model.map(i, prot, new byte[PAGE], false);
        }
      }
      case MAP_SHARED -> {
        calls.mmap(start, bytes, prot, MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        for (int i = step.page(); i < end; i++) {
          model.map(i, prot, new byte[PAGE], true);
        }
      }
      case MAP_FILE -> mapFile(step, process, model, end);
      case UNMAP -> {
        calls.munmap(start, bytes);
        for (int i = step.page(); i < end; i++) {
          model.unmap(i);
        }
      }
      case PROTECT -> {
        boolean whole = true;
        for (int i = step.page(); i < end && whole; i++) {
          whole = model.isMapped(i);
          model.prot[i] = whole ? prot : model.prot[i];
        }
        calls.mprotect(start, bytes, prot);
      }
      case STORE -> {
        return store(step, process, model);
      }
      case LOAD -> {
        return load(step, process, model);
      }
      case FORK -> {
        if (processes.size() < MOST_PROCESSES) {
          processes.add(machine.processes().fork(cpu, process));
          models.add(model.fork());
        }
      }
      case EXIT -> {
        if (processes.size() > 1) {
          machine.processes().exit(cpu, process);
          processes.remove(number);
          models.remove(number);
        }
      }
      case MOVE -> move(step, calls, model);
      case DROP -> {
        calls.madvise(start, bytes, 4);
        for (int i = step.page(); i < end; i++) {
          model.drop(i);
        }
      }
      case READ_OTHER -> {
        return readOther(step, process);
      }
    }
    return null;
  }

  private void mapFile(Step step, Process process, ProcessModel model, int end) {
    boolean shared = (step.value() & 4) != 0;
    int prot = step.value() & 3;
    try {
      int fd = process.open(machine.processes().pages().caches().open(path, true));
      long flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_FIXED;
      long offset = (long) step.page() * PAGE;
      long bytes = (long) (end - step.page()) * PAGE;
      new SystemCalls(cpu, process).mmap(at(step.page()), bytes, prot, flags, fd, offset);
      process.close(cpu, fd);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (int i = step.page(); i < end; i++) {
      model.map(i, prot, file[i], shared);
    }
  }

  private @Nullable String store(Step step, Process process, ProcessModel model) {
    int offset = step.value() % (PAGE - 8);
    byte[] written = model.writable(step.page());
    try {
      process.store(cpu, at(step.page()) + offset, 8, step.value());
    } catch (UserFaultException e) {
      return written != null ? "store: " + e.getMessage() : null;
    }
    if (written == null) {
      return "a store to page " + step.page() + " is allowed";
    }
    long value = step.value();
    for (int i = 0; i < 8; i++) {
      written[offset + i] = (byte) (value >>> 8 * i);
    }
    return null;
  }

  private @Nullable String load(Step step, Process process, ProcessModel model) {
    byte[] expected = model.readable(step.page());
    byte[] got = new byte[PAGE];
    try {
      machine
          .processes()
          .pages()
          .memory()
          .read(cpu, process.mm(), at(step.page()), MemorySegment.ofArray(got));
    } catch (UserFaultException e) {
      return expected == null ? null : "load: " + e.getMessage();
    }
    if (expected == null) {
      return "page " + step.page() + " can be read";
    }
    int differs = Arrays.mismatch(expected, got);
    return differs < 0
        ? null
        : "page "
            + step.page()
            + ", byte "
            + differs
            + ": "
            + got[differs]
            + ", not "
            + expected[differs];
  }

  private void move(Step step, SystemCalls calls, ProcessModel model) {
    int to = step.value() % ProcessModel.PAGES;
    if (model.isMapped(step.page()) && to != step.page()) {
      long moved = calls.mremap(at(step.page()), PAGE, PAGE, 3, at(to));
      if (moved == at(to)) {
        model.move(step.page(), to);
      }
    }
  }

  private @Nullable String readOther(Step step, Process process) {
    int other = step.value() % processes.size();
    byte[] expected = models.get(other).readable(step.page());
    boolean allowed = expected != null && (models.get(other).prot[step.page()] & 1) != 0;
    Process scratch = machine.processes().spawn(cpu);
    try {
      long own = scratch.mm().startStack() - 20 * PAGE;
      long copied =
          new RemoteAccess(machine.processes().pages())
              .copy(
                  cpu,
                  scratch.mm(),
                  List.of(new IoVec(own, PAGE)),
                  processes.get(other).mm(),
                  List.of(new IoVec(at(step.page()), PAGE)),
                  false);
      if (copied != (allowed ? PAGE : -14)) {
        return "process_vm_readv of page " + step.page() + ": " + copied;
      }
      byte[] got = new byte[PAGE];
      machine.processes().pages().memory().read(cpu, scratch.mm(), own, MemorySegment.ofArray(got));
      return allowed && !Arrays.equals(expected, got) ? "process_vm_readv read else" : null;
    } finally {
      machine.processes().exit(cpu, scratch);
    }
  }

  /** All contents, then the end of all processes. */
  @Nullable String finish() throws IOException {
    for (int i = 0; i < processes.size(); i++) {
      for (int page = 0; page < ProcessModel.PAGES; page++) {
        String wrong =
            load(new Step(Step.Kind.LOAD, i, page, 1, 0), processes.get(i), models.get(i));
        if (wrong != null) {
          return "in the end, process " + i + ": " + wrong;
        }
      }
    }
    for (Process process : processes) {
      machine.processes().exit(cpu, process);
    }
    machine.processes().pages().caches().drop(cpu);
    List<String> findings = machine.invariants();
    if (!findings.isEmpty()) {
      return findings.toString();
    }
    byte[] onDisk = Files.readAllBytes(path);
    for (int i = 0; i < file.length; i++) {
      if (!Arrays.equals(file[i], Arrays.copyOfRange(onDisk, i * PAGE, (i + 1) * PAGE))) {
        return "page " + i + " of the file was not written back";
      }
    }
    return null;
  }

  Machine machine() {
    return machine;
  }

  @Override
  public void close() {
    machine.close();
  }
}
