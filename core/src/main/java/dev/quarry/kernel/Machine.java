package dev.quarry.kernel;

import dev.quarry.machine.Cpu;
import dev.quarry.machine.KernelLog;
import dev.quarry.machine.MachineSpec;
import dev.quarry.machine.Ram;
import dev.quarry.observe.ProcFs;
import dev.quarry.observe.ProcSources;
import dev.quarry.physical.MemoryInvariants;
import dev.quarry.physical.PageAllocator;
import dev.quarry.physical.PhysicalMemory;
import dev.quarry.physical.PolicyAllocator;
import dev.quarry.reclaim.Reclaim;
import dev.quarry.slab.KmemCache;
import dev.quarry.slab.SlabAllocator;
import dev.quarry.virtual.KernelSpace;
import dev.quarry.virtual.Mmu;
import dev.quarry.virtual.ObjectMemory;
import dev.quarry.virtual.PageObjects;
import dev.quarry.virtual.TlbCounts;
import dev.quarry.virtual.Translation;
import dev.quarry.virtual.VirtualInvariants;
import dev.quarry.virtual.fault.MappedInvariants;
import dev.quarry.virtual.fault.UserPages;
import dev.quarry.virtual.space.AddressSpaces;
import dev.quarry.virtual.space.HugePageSettings;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.SpaceInvariants;
import dev.quarry.virtual.tlb.TlbCoherence;
import dev.quarry.virtual.tlb.TlbModel;
import dev.quarry.virtual.tlb.Tlbs;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A booted machine. Many can run in one JVM; nothing is shared between them.
 *
 * <pre>{@code
 * try (Machine machine = Machine.boot(spec)) {
 *   Cpu cpu = machine.cpu(0);
 *   int pfn = machine.allocator().allocPages(cpu, Gfp.GFP_KERNEL, 3);
 *   machine.allocator().freePages(cpu, pfn, 3);
 * }
 * }</pre>
 */
public final class Machine implements AutoCloseable {
  private final MachineSpec spec;
  private final KernelLog log = new KernelLog();
  private final List<Cpu> cpus;
  private final @Nullable Ram ram;
  private final PhysicalMemory memory;
  private final PageAllocator allocator;
  private final PolicyAllocator policies;
  private final TlbCounts tlb;
  private final LateReclaimer reclaimer = new LateReclaimer();
  private final HugePageSettings hugePages;

  /** The bytes of page tables on a machine whose data has none. */
  private @Nullable Ram tableRam;

  private @Nullable KernelSpace kernelSpace;
  private @Nullable SlabAllocator slab;
  private @Nullable Processes processes;
  private @Nullable Tlbs tlbs;
  private @Nullable Reclaim reclaim;
  private @Nullable DaemonThreads daemons;

  private Machine(MachineSpec spec) {
    this.spec = spec;
    List<Cpu> made = new ArrayList<>();
    for (int id = 0; id < spec.cpuNodes().size(); id++) {
      made.add(Cpu.of(id, spec.cpuNodes().get(id)));
    }
    this.cpus = List.copyOf(made);
    this.ram = spec.contents() ? new Ram(spec.endPfn(), spec.pageShift()) : null;
    try {
      this.memory = new PhysicalMemory(spec, cpus, ram, log);
    } catch (Throwable t) {
      closeRam();
      throw t;
    }
    this.allocator = new PageAllocator(memory, reclaimer);
    this.policies = new PolicyAllocator(memory, allocator);
    this.tlb = new TlbCounts(cpus.size());
    this.hugePages = new HugePageSettings(spec.hugePages());
  }

  /**
   * Boots a machine.
   *
   * @throws dev.quarry.machine.SpecException if such a machine cannot be
   * @throws OutOfMemoryError if the host refuses the address space
   */
  public static Machine boot(MachineSpec spec) {
    return new Machine(spec.checked());
  }

  /** What the machine was booted from. */
  public MachineSpec spec() {
    return spec;
  }

  /** A CPU by its number. */
  public Cpu cpu(int id) {
    if (id < 0 || id >= cpus.size()) {
      throw new IllegalArgumentException(
          "CPU "
              + id
              + " is not one of the machine's "
              + cpus.size()
              + ", 0 to "
              + (cpus.size() - 1));
    }
    return cpus.get(id);
  }

  /** All CPUs. */
  public List<Cpu> cpus() {
    return cpus;
  }

  /** The physical memory. */
  public PhysicalMemory memory() {
    return memory;
  }

  /** The page allocator. */
  public PageAllocator allocator() {
    return allocator;
  }

  /** The page allocator by memory policies of tasks and areas. */
  public PolicyAllocator policies() {
    return policies;
  }

  /**
   * The object allocator. Its caches are made when it is first asked for, so that a machine that
   * serves pages alone has all its memory free.
   *
   * @throws IllegalStateException on a machine without contents, where objects have no bytes, and
   *     if other threads hold all CPUs
   */
  public synchronized SlabAllocator slab() {
    if (slab == null) {
      if (ram == null) {
        throw new IllegalStateException(
            spec.name() + ": slabs are bytes in RAM, which a machine with contents=none has not");
      }
      Ram bytes = ram;
      slab = onSomeCpu(cpu -> new SlabAllocator(cpu, memory, allocator, bytes));
    }
    return slab;
  }

  /** The object allocator, or null if nobody has asked for it yet. */
  public synchronized @Nullable SlabAllocator slabOrNull() {
    return slab;
  }

  /** Makes something on the first CPU that no other thread holds. */
  private <T> T onSomeCpu(Function<Cpu, T> maker) {
    AtomicReference<@Nullable T> made = new AtomicReference<>();
    if (memory.onFreeCpu(cpu -> made.set(maker.apply(cpu)))) {
      return Objects.requireNonNull(made.get());
    }
    throw new IllegalStateException(
        "this is made on a CPU, and other threads hold all " + cpus.size());
  }

  /** The bytes behind the frames; null on a machine without contents. */
  public @Nullable Ram ram() {
    return ram;
  }

  /** The kernel's log. */
  public KernelLog log() {
    return log;
  }

  /**
   * The kernel's half of the address range. Its page tables are built, in frames of the machine,
   * when it is asked for the first time: a machine that only plays requests for pages has none.
   *
   * @throws dev.quarry.virtual.TableMemoryException if there is not enough memory for the tables
   */
  public synchronized KernelSpace kernelSpace() {
    if (kernelSpace == null) {
      ObjectMemory objects = ram == null ? new PageObjects(allocator, memory) : new Kmalloc(slab());
      if (ram == null && tableRam == null) {
        tableRam = new Ram(spec.endPfn(), spec.pageShift());
      }
      Ram bytes = Objects.requireNonNullElse(ram, tableRam);
      kernelSpace = onSomeCpu(cpu -> new KernelSpace(cpu, allocator, memory, bytes, objects, tlb));
    }
    return kernelSpace;
  }

  /** The kernel's half of the address range, or null if nobody has asked for it yet. */
  public synchronized @Nullable KernelSpace kernelSpaceOrNull() {
    return kernelSpace;
  }

  /**
   * The processes. What they need is made when it is asked for the first time.
   *
   * @throws IllegalStateException on a machine without contents, where areas have no bytes
   */
  public synchronized Processes processes() {
    if (processes == null) {
      SlabAllocator objects = slab();
      KernelSpace kernel = kernelSpace();
      Ram bytes = Objects.requireNonNull(ram);
      Processes made = onSomeCpu(cpu -> processes(cpu, kernel, objects, bytes));
      reclaim = new Reclaim(memory, allocator, bytes, made.pages(), objects, made.victims());
      reclaimer.become(reclaim);
      processes = made;
      if (tlbs != null) {
        made.pages().memory().through(tlbs);
      }
    }
    return processes;
  }

  /** All caches of processes, or none: who asks again, with more memory, begins anew. */
  private Processes processes(Cpu cpu, KernelSpace kernel, SlabAllocator objects, Ram bytes) {
    List<KmemCache> before = objects.caches();
    try {
      var spaces = new AddressSpaces(cpu, kernel, objects, allocator, bytes);
      spaces.settings().hugePages(hugePages);
      return new Processes(new UserPages(cpu, spaces));
    } catch (RuntimeException e) {
      List<KmemCache> made = new ArrayList<>(objects.caches());
      made.removeAll(before);
      made.forEach(cache -> objects.destroyCache(cpu, cache));
      throw e;
    }
  }

  /** The processes, or null if nobody has asked for them yet. */
  public synchronized @Nullable Processes processesOrNull() {
    return processes;
  }

  /**
   * Reclaim: what happens when memory runs out. It is there as soon as there may be processes.
   *
   * @throws IllegalStateException as for {@link #processes}
   */
  public synchronized Reclaim reclaim() {
    processes();
    return Objects.requireNonNull(reclaim);
  }

  /** Reclaim, or null if nobody has asked for processes yet. */
  public synchronized @Nullable Reclaim reclaimOrNull() {
    return reclaim;
  }

  /**
   * Gives the daemons threads: kswapd and kcompactd of each node, the flusher, khugepaged. From now
   * on the machine's time is the host's. A thread that uses the machine must hold its CPU ({@link
   * Cpu#hold}), as the daemons borrow those that nobody holds; a machine should have a CPU more
   * than threads that use it. The threads end with the machine.
   *
   * @return to end them before; a machine rests only without them
   */
  public synchronized DaemonThreads startDaemons() {
    if (daemons == null || daemons.isClosed()) {
      Reclaim running = reclaim();
      memory.clock().followHost();
      memory.stalls().followThreads();
      daemons = new DaemonThreads(memory, running.daemons());
      daemons.start();
    }
    return daemons;
  }

  /** The files of {@code /proc} and {@code /sys}, those of processes included. */
  public synchronized ProcFs files() {
    AddressSpaces spaces = processes == null ? null : processes.spaces();
    return new ProcFs(
        new ProcSources(memory, kernelSpace, slab, hugePages, spaces, this::addressSpace, reclaim));
  }

  private @Nullable MmStruct addressSpace(int pid) {
    Processes running = processesOrNull();
    return running == null ? null : running.find(pid).map(Process::mm).orElse(null);
  }

  /**
   * Gives all CPUs TLBs that hold nothing, which translate accesses from now on; null: none. The
   * machine rests.
   */
  public synchronized void tlbs(@Nullable TlbModel model) {
    Tlbs made = model == null ? null : new Tlbs(model, kernelSpace());
    tlbs = made;
    tlb.tell(made);
    if (processes != null) {
      processes.pages().memory().through(Objects.requireNonNullElse(made, Translation.WITHOUT_TLB));
    }
  }

  /** The TLBs of the CPUs; null: none are modelled. */
  public synchronized @Nullable Tlbs tlbs() {
    return tlbs;
  }

  /** Loads and stores of the kernel on a CPU, through its TLB if one is modelled. */
  public synchronized Mmu mmu(Cpu cpu) {
    Mmu plain = kernelSpace().mmu();
    return tlbs == null ? plain : plain.on(cpu, tlbs);
  }

  /** How often TLBs were flushed. */
  public TlbCounts tlbCounts() {
    return tlb;
  }

  /** What is wrong with the machine's structures; empty when all is sound. The machine rests. */
  public synchronized List<String> invariants() {
    List<String> findings = new ArrayList<>(MemoryInvariants.check(memory));
    if (slab != null) {
      findings.addAll(slab.invariants());
    }
    KernelSpace space = kernelSpaceOrNull();
    if (space != null) {
      findings.addAll(VirtualInvariants.check(space));
    }
    Processes running = processesOrNull();
    if (running != null) {
      findings.addAll(SpaceInvariants.check(running.spaces()));
      findings.addAll(MappedInvariants.check(running.pages()));
      findings.addAll(reclaim().invariants());
    }
    if (tlbs != null) {
      findings.addAll(TlbCoherence.check(tlbs));
    }
    return findings;
  }

  /**
   * Writes what is dirty to the host's files, and gives the machine's memory back to the host.
   * Nothing of the machine may be used any more: requests for pages and objects, their descriptors
   * and bytes by physical address throw an IllegalStateException. Address spaces, segments that
   * were handed out and host addresses are not checked, and may end the JVM.
   */
  @Override
  public void close() {
    try {
      if (daemons != null) {
        daemons.close();
      }
    } finally {
      closeParts();
    }
  }

  private void closeParts() {
    if (reclaim != null && processes != null) {
      memory.onFreeCpu(processes.pages().caches().flusher()::sync);
      reclaim.close();
    }
    if (slab != null) {
      slab.close();
    }
    memory.close();
    closeRam();
  }

  private void closeRam() {
    if (ram != null) {
      ram.close();
    }
    if (tableRam != null) {
      tableRam.close();
    }
  }
}
