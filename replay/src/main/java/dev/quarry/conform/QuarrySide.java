package dev.quarry.conform;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.machine.MachineSpecReader;
import dev.quarry.observe.PageMap;
import dev.quarry.virtual.cache.CachedFile;
import dev.quarry.virtual.fault.FaultLeaf;
import dev.quarry.virtual.fault.RemoteAccess.IoVec;
import dev.quarry.virtual.fault.UserFaultException;
import dev.quarry.virtual.fault.UserMemory;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MmStruct;
import dev.quarry.virtual.space.MmapLayout;
import dev.quarry.virtual.space.ProcessLimits;
import dev.quarry.virtual.space.SpaceSettings;
import dev.quarry.virtual.space.VmAreaStruct;
import dev.quarry.virtual.space.VmFlags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A machine of Quarry's with a process, prepared like the kernel's. */
final class QuarrySide implements Side {
  private static final int SI_KERNEL = 0x80;
  private static final int SIGNAL_SHIFT = 8;
  private static final int BAD_FD = 99;
  private static final int SEQUENCES_OF_A_MACHINE = 64;
  private static final String SPEC =
      """
      cpus 0
      memory 0x1000-64M
      zone DMA below=16M
      zone DMA32 below=4G
      zone Normal
      sysctl vm.min_free_kbytes=256
      """;

  private final Path diskFile;
  private final long lowestAddress;
  private final SpaceSettings.Overcommit overcommit;
  private final @Nullable Process[] processes = new Process[2];
  private final @Nullable SystemCalls[] calls = new SystemCalls[2];
  private final long[] minor = new long[2];
  private final long[] major = new long[2];
  private final int[] descriptors = new int[2];
  private @Nullable Machine machine;
  private Settings settings = Settings.plain(Window.MOST_PAGES, 0);
  private int sequences;

  QuarrySide(Path diskFile, long lowestAddress, SpaceSettings.Overcommit overcommit) {
    this.diskFile = diskFile;
    this.lowestAddress = lowestAddress;
    this.overcommit = overcommit;
  }

  @Override
  public Settings possible(Settings s) {
    return s;
  }

  @Override
  public void begin(Settings s) {
    this.settings = s;
    for (int who = 1; who >= 0; who--) {
      end(who);
    }
    if (sequences++ % SEQUENCES_OF_A_MACHINE == 0) {
      renew();
    }
    Machine m = machine();
    Cpu cpu = m.cpu(0);
    SpaceSettings space = m.processes().spaces().settings();
    space.mmapMinAddr(lowestAddress);
    space.overcommit(overcommit);
    ProcessLimits limits = new ProcessLimits();
    limits.addressSpace(ProcessLimits.INFINITY);
    MmapLayout layout = MmapLayout.fixed(m.processes().spaces(), limits);
    layout = layout.heapAt(Window.at(s.heapPage()));
    Process process = m.processes().spawn(cpu, limits, layout);
    if (process == null) {
      throw new IllegalStateException("no memory for a process");
    }
    adopt(0, process);
    calls(0).prctlSetThpDisable(1, 0);
    prepareAreas(calls(0), process.mm());
    prepareFiles(calls(0), process);
    limits.memlock(s.lockBytes());
    limits.mayLockMemory(s.mayLock());
    limits.stack(s.stackBytes());
    limits.data(s.dataBytes());
    if (s.moreBytes() != Settings.NO_LIMIT) {
      limits.addressSpace(process.mm().totalVm() * Window.PAGE + s.moreBytes());
    }
  }

  /** Another machine, after a last look at the old one. */
  private void renew() {
    List<String> broken = machine == null ? List.of() : machine.invariants();
    if (!broken.isEmpty()) {
      throw new IllegalStateException("broken in Quarry: " + broken);
    }
    close();
    machine = Machine.boot(MachineSpecReader.read("conform", SPEC));
  }

  private Machine machine() {
    if (machine == null) {
      throw new IllegalStateException("no sequence has begun");
    }
    return machine;
  }

  private SystemCalls calls(int who) {
    SystemCalls own = calls[who];
    if (own == null) {
      throw new IllegalStateException("process " + who + " is gone");
    }
    return own;
  }

  private Process process(int who) {
    Process own = processes[who];
    if (own == null) {
      throw new IllegalStateException("process " + who + " is gone");
    }
    return own;
  }

  private void adopt(int who, Process process) {
    processes[who] = process;
    calls[who] = new SystemCalls(machine().cpu(0), process);
    minor[who] = process.mm().minFaults();
    major[who] = process.mm().majFaults();
  }

  private void end(int who) {
    if (processes[who] != null && machine != null) {
      machine.processes().exit(machine.cpu(0), process(who));
      processes[who] = null;
      calls[who] = null;
    }
  }

  private void prepareAreas(SystemCalls own, MmStruct mm) {
    VmAreaStruct areas = mm.spaces().areas();
    long stack = mm.firstArea(); // the kernel's process has none either
    own.munmap(areas.start(stack), areas.end(stack) - areas.start(stack));
    fill(own, lowestAddress, Window.LOW);
    fill(own, Window.HIGH, mm.taskSize());
    own.mmap(Window.LOW, Window.START - Window.LOW, 0, KernelSetup.GUARD_FLAGS, -1, 0);
    long end = Window.at(settings.pages());
    own.mmap(end, Window.HIGH - end, 0, KernelSetup.GUARD_FLAGS, -1, 0);
  }

  private static void fill(SystemCalls own, long from, long to) {
    long at = own.mmap(from, to - from, 0, KernelSetup.FILLER_FLAGS, -1, 0);
    if (at != from) {
      throw new IllegalStateException(
          "a filler of 0x"
              + Long.toHexString(from)
              + " to 0x"
              + Long.toHexString(to)
              + " is refused: "
              + Errno.text(at));
    }
  }

  private void prepareFiles(SystemCalls own, Process process) {
    long bytes = KernelSetup.FILE_PAGES * Window.PAGE;
    try {
      int fd = process.open(machine().processes().pages().caches().open(diskFile, true));
      own.ftruncate(fd, 0);
      Files.write(diskFile, KernelSetup.filePattern(), StandardOpenOption.WRITE);
      own.ftruncate(fd, bytes);
      descriptors[Op.DISK_FILE] = fd;
      readDiskFile();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    descriptors[Op.MEMORY_FILE] = own.memfdCreate("conform");
    own.ftruncate(descriptors[Op.MEMORY_FILE], bytes / 2);
  }

  @Override
  public List<Observation> play(List<Op> operations) {
    List<Observation> all = new ArrayList<>();
    for (Op op : operations) {
      all.add(play(op));
    }
    return all;
  }

  private Observation play(Op op) {
    byte[][] data = {new byte[0]};
    long result = 0;
    long signal = 0;
    try {
      result = run(op, data);
    } catch (UserFaultException e) {
      signal = signal(e.leaf());
    }
    int who = op.call() == Call.EXIT ? 0 : op.who();
    MmStruct mm = process(who).mm();
    long oldMinor = minor[who];
    long oldMajor = major[who];
    minor[who] = mm.minFaults();
    major[who] = mm.majFaults();
    Observation seen =
        new Observation(
            result,
            signal,
            data[0],
            minor[who] - oldMinor,
            major[who] - oldMajor,
            areas(mm),
            pages(mm));
    if (op.dropsPagesOfDisk()) {
      readDiskFile();
    }
    return seen;
  }

  /** As the kernel's side does. */
  private void readDiskFile() {
    if (process(0).file(descriptors[Op.DISK_FILE]) instanceof CachedFile file) {
      file.cache().ahead().force(machine().cpu(0), 0, KernelSetup.FILE_PAGES);
    }
  }

  @Override
  public Observation look(int who) {
    MmStruct mm = process(who).mm();
    minor[who] = mm.minFaults();
    major[who] = mm.majFaults();
    return new Observation(0, 0, new byte[0], 0, 0, areas(mm), pages(mm));
  }

  private static long signal(FaultLeaf leaf) {
    return switch (leaf.effect()) {
      case SIGSEGV_MAPERR -> KernelSetup.SIGSEGV << SIGNAL_SHIFT | 1;
      case SIGSEGV_ACCERR -> KernelSetup.SIGSEGV << SIGNAL_SHIFT | 2;
      case SIGSEGV_KERNEL -> KernelSetup.SIGSEGV << SIGNAL_SHIFT | SI_KERNEL;
      case SIGBUS -> KernelSetup.SIGBUS << SIGNAL_SHIFT | 2;
      default -> throw new IllegalStateException("the access ended in " + leaf);
    };
  }

  private long run(Op op, byte[][] data) {
    SystemCalls own = calls(op.who());
    Process process = process(op.who());
    Cpu cpu = machine().cpu(0);
    return switch (op.call()) {
      case MMAP -> own.mmap(op.a(), op.b(), op.c(), op.d(), descriptor(op.e()), op.f());
      case MPROTECT -> own.mprotect(op.a(), op.b(), op.c());
      case MUNMAP -> own.munmap(op.a(), op.b());
      case BRK -> own.brk(op.a());
      case MREMAP -> own.mremap(op.a(), op.b(), op.c(), op.d(), op.e());
      case MSYNC -> own.msync(op.a(), op.b(), op.c());
      case MINCORE -> mincore(own, op, data);
      case MADVISE -> own.madvise(op.a(), op.b(), op.c());
      case FTRUNCATE -> own.ftruncate(descriptor(op.a()), op.b());
      case MLOCK -> own.mlock(op.a(), op.b());
      case MUNLOCK -> own.munlock(op.a(), op.b());
      case MLOCKALL -> own.mlockall(op.a());
      case MUNLOCKALL -> own.munlockall();
      case MLOCK2 -> own.mlock2(op.a(), op.b(), op.c());
      case PROCESS_VM_READV, PROCESS_VM_WRITEV -> copy(own, op);
      case LOAD -> process.load(cpu, op.a(), (int) op.b());
      case STORE -> {
        process.store(cpu, op.a(), (int) op.b(), op.c());
        yield 0;
      }
      case WRITE, READ -> kernelAccess(process, op, data);
      case FORK -> fork(process);
      case EXIT -> {
        end(1);
        yield 0;
      }
    };
  }

  private int descriptor(long file) {
    return switch ((int) file) {
      case Op.MEMORY_FILE, Op.DISK_FILE -> descriptors[(int) file];
      case Op.BAD_FILE -> BAD_FD;
      default -> -1;
    };
  }

  private static long mincore(SystemCalls own, Op op, byte[][] data) {
    byte[] vector = new byte[Window.MOST_PAGES * 2];
    long result =
        own.mincore(
            op.a(),
            op.b(),
            (page, resident) -> {
              if (page < vector.length) {
                vector[(int) page] = (byte) (resident ? 1 : 0);
              }
            });
    if (result == 0) {
      int pages = (int) ((op.b() + Window.PAGE - 1) >>> Window.PAGE_SHIFT);
      data[0] = Arrays.copyOf(vector, pages);
    }
    return result;
  }

  private long copy(SystemCalls own, Op op) {
    List<IoVec> local = List.of(new IoVec(op.a(), op.b()));
    List<IoVec> remote = List.of(new IoVec(op.c(), op.d()));
    Process other = process((int) op.e());
    return op.call() == Call.PROCESS_VM_READV
        ? own.processVmReadv(other, local, remote)
        : own.processVmWritev(other, local, remote);
  }

  private long kernelAccess(Process process, Op op, byte[][] data) {
    UserMemory memory = machine().processes().pages().memory();
    byte[] bytes = new byte[(int) op.b()];
    Cpu cpu = machine().cpu(0);
    long left;
    if (op.call() == Call.WRITE) {
      left = memory.copyFromUser(cpu, process.mm(), MemorySegment.ofArray(bytes), op.a(), false);
      data[0] = left == 0 ? bytes : data[0];
    } else {
      bytes = Arrays.copyOf(KernelSide.pattern(op), bytes.length);
      left = memory.copyToUser(cpu, process.mm(), op.a(), MemorySegment.ofArray(bytes), false);
    }
    return left == 0 ? op.b() : -Errno.EFAULT;
  }

  private long fork(Process parent) {
    Process child = machine().processes().fork(machine().cpu(0), parent);
    if (child == null) {
      return -Errno.ENOMEM;
    }
    adopt(1, child);
    return 1;
  }

  private long[] areas(MmStruct mm) {
    VmAreaStruct areas = mm.spaces().areas();
    long end = Window.seenEnd(settings);
    long[] words = new long[Observation.AREA_WORDS * (int) mm.mapCount()];
    int at = 0;
    long vma = mm.findVma(Window.START);
    for (; vma != VmAreaStruct.NONE && areas.start(vma) < end; vma = areas.next(vma)) {
      long flags = areas.flags(vma);
      boolean isFile = !areas.isAnonymous(vma);
      words[at + Observation.START] = areas.start(vma);
      words[at + Observation.END] = areas.end(vma);
      words[at + Observation.FLAGS] =
          (flags & VmFlags.ACCESS) | ((flags & VmFlags.MAYSHARE) != 0 ? VmFlags.SHARED : 0);
      words[at + Observation.OFFSET] = isFile ? areas.pgoff(vma) << Window.PAGE_SHIFT : 0;
      words[at + Observation.FILE] = areas.file(vma);
      at += Observation.AREA_WORDS;
    }
    long[] found = Arrays.copyOf(words, at);
    Observation.numberFiles(found);
    return found;
  }

  private long[] pages(MmStruct mm) {
    long[] words = new long[Window.seenPages(settings)];
    for (int i = 0; i < words.length; i++) {
      words[i] = PageMap.word(mm, Window.at(i)) & Observation.SEEN_OF_PAGE;
    }
    return words;
  }

  @Override
  public List<byte[]> contents(int who, int[] pages) {
    MmStruct mm = process(who).mm();
    List<byte[]> all = new ArrayList<>();
    for (int page : pages) {
      all.add(bytes(PageMap.word(mm, Window.at(page)) & (PageMap.SOFT_DIRTY - 1)));
    }
    return all;
  }

  private byte[] bytes(long frame) {
    var ram = machine().processes().spaces().ram();
    return ram.slice(frame << Window.PAGE_SHIFT, Window.PAGE).toArray(ValueLayout.JAVA_BYTE);
  }

  @Override
  public byte[] file(int file, int pages) {
    if (!(process(0).file(descriptors[file]) instanceof CachedFile open)) {
      throw new IllegalStateException("file " + file + " is not open");
    }
    byte[] all = new byte[(int) (pages * Window.PAGE)];
    try {
      byte[] stored = file == Op.DISK_FILE ? Files.readAllBytes(diskFile) : all;
      System.arraycopy(stored, 0, all, 0, Math.min(stored.length, all.length));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.cache()
        .forEach((index, pfn) -> {
          if (index < pages) {
            System.arraycopy(
                bytes(pfn), 0, all, (int) (index << Window.PAGE_SHIFT), (int) Window.PAGE);
          }
        });
    return all;
  }

  @Override
  public List<String> smaps(int who) {
    String name = process(who).pid() + "/smaps";
    String text = machine().files().read("/proc/" + name).orElse("");
    return SmapsText.areas(text.lines().toList(), Window.START, Window.seenEnd(settings));
  }

  @Override
  public void close() {
    if (machine != null) {
      for (int who = 1; who >= 0; who--) {
        end(who);
      }
      machine.close();
      machine = null;
    }
  }
}
