package dev.quarry.conform;

import dev.quarry.virtual.space.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Prepares the process of the kernel's side, once and before each sequence: signals, descriptors,
 * no huge pages, no capabilities, all addresses outside the window taken.
 */
final class KernelSetup {
  static final int MAPS = 4;
  static final int PAGEMAP = 5;
  static final int MEMORY = 6;
  static final int PIPE_OUT = 7;
  static final int PIPE_IN = 8;
  static final int DISK_FILE = 9;
  static final int MEMORY_FILE = 10;

  /** The child's own ones of the first three. */
  static final int CHILD_OFFSET = 7;

  /** Pages that the file on the disk begins with. */
  static final int FILE_PAGES = 24;

  static final int SIGBUS = 7;
  static final int SIGSEGV = 11;

  /** Of the areas that take all addresses outside the window, and of those at its ends. */
  static final long FILLER_FLAGS = 0x10 | 0x20 | 0x4000 | 0x2;

  static final long GUARD_FLAGS = 0x10 | 0x20 | 0x1;

  /** One past the last address of a process: TASK_SIZE. */
  static final long USER_END = 0x7fff_ffff_f000L;

  private static final int DATA = 2;
  private static final int STACK = 3;
  private static final int MEMLOCK = 8;
  private static final int ADDRESS_SPACE = 9;
  private static final long SA_FLAGS = 0x4 | 0x0400_0000 | 0x0800_0000;
  private static final int O_RDWR = 2;
  private static final int O_NONBLOCK = 0x800;
  private static final int PR_SET_THP_DISABLE = 41;
  private static final int PR_SET_PDEATHSIG = 1;
  private static final int PR_SET_MM = 35;
  private static final int PR_SET_MM_MAP = 14;
  private static final int SIGKILL = 9;
  private static final int MADV_POPULATE_WRITE = 23;
  private static final long CAP_IPC_LOCK = 1 << 14;
  private static final int PREAD64 = 17;
  private static final int FADVISE64 = 221;
  private static final int FADV_RANDOM = 1;
  private static final int CPU_MASK_BYTES = 128;
  private static final long CAPABILITY_VERSION_3 = 0x2008_0522;

  private final Agent agent;
  private final Batch batch;
  private final long lowest;
  private long permitted;
  private long mostLockBytes = Settings.NO_LIMIT;

  KernelSetup(Agent agent, Batch batch, long lowest) {
    this.agent = agent;
    this.batch = batch;
    this.lowest = lowest;
  }

  /** What is done once. */
  void once(Path diskFile) {
    oneCpu();
    batch.run();
    KernelProbe.check(batch);
    handleSignals();
    batch.call(0, 157, PR_SET_THP_DISABLE, 1, 0, 0, 0);
    openFiles(diskFile);
    strip();
    fill();
  }

  /** Faults end in a handler on a stack of its own. */
  private void handleSignals() {
    long stack = batch.room(24);
    batch.put(stack, Batch.address(Batch.SIGNAL_STACK));
    batch.put(stack + 8, 0);
    batch.put(stack + 16, Batch.SIGNAL_STACK_BYTES);
    batch.call(0, 131, Batch.address(stack), 0);
    long action = batch.room(32);
    batch.put(action, agent.code("handler"));
    batch.put(action + 8, SA_FLAGS);
    batch.put(action + 16, agent.code("handler"));
    batch.put(action + 24, 0);
    batch.call(0, 13, SIGSEGV, Batch.address(action), 0, 8);
    batch.call(0, 13, SIGBUS, Batch.address(action), 0, 8);
  }

  private void openFiles(Path diskFile) {
    List<Long> opened = new ArrayList<>();
    opened.add(open(0, "/proc/self/maps"));
    opened.add(open(0, "/proc/self/pagemap"));
    opened.add(open(0, "/proc/self/mem"));
    long pipe = batch.room(8);
    opened.add(batch.call(0, 293, Batch.address(pipe), O_NONBLOCK));
    opened.add(open(0, diskFile.toString()));
    batch.call(0, FADVISE64, DISK_FILE, 0, 0, FADV_RANDOM);
    unlimited();
    permitted = hasLockCapability() ? CAP_IPC_LOCK : 0;
    long dropped = capabilities(0);
    batch.run();
    if (batch.result(dropped) < 0) {
      throw new ConformException("capset: errno " + -batch.result(dropped));
    }
    mostLockBytes = hardLimit("Max locked memory");
    for (long record : opened) {
      if (batch.result(record) < 0) {
        throw new ConformException(
            "the kernel's side cannot open what it needs: errno " + -batch.result(record));
      }
    }
  }

  /**
   * Reads the file on the disk again, a page at a time: pages that a fault would have to read come
   * in folios of a size that the kernel chooses.
   */
  void readDiskFile(int who) {
    long bytes = Batch.address(batch.room(Window.PAGE));
    for (long page = 0; page < FILE_PAGES; page++) {
      batch.call(who, PREAD64, DISK_FILE, bytes, Window.PAGE, page << Window.PAGE_SHIFT);
    }
  }

  /** Stays on one CPU: others keep references to pages in lists of their own. */
  private void oneCpu() {
    long mask = batch.room(CPU_MASK_BYTES);
    batch.putBytes(mask, new byte[CPU_MASK_BYTES]);
    batch.call(0, 204, 0, CPU_MASK_BYTES, Batch.address(mask));
    batch.run();
    boolean chosen = false;
    for (long at = mask; at < mask + CPU_MASK_BYTES; at += Long.BYTES) {
      long bits = batch.get(at);
      batch.put(at, chosen ? 0 : Long.highestOneBit(bits));
      chosen |= bits != 0;
    }
    batch.room(CPU_MASK_BYTES);
    batch.call(0, 203, 0, CPU_MASK_BYTES, Batch.address(mask));
  }

  private long open(int who, String path) {
    byte[] name = (path + "\0").getBytes(StandardCharsets.UTF_8);
    long at = batch.room(name.length);
    batch.putBytes(at, name);
    return batch.call(who, 2, Batch.address(at), path.endsWith("map") ? 0 : openFlags(path), 0);
  }

  private static int openFlags(String path) {
    return path.endsWith("maps") ? 0 : O_RDWR;
  }

  /** Keeps one capability, in effect or not, and gives up all others. */
  private long capabilities(long effective) {
    long header = batch.room(8);
    batch.put(header, CAPABILITY_VERSION_3);
    long sets = batch.room(24);
    batch.putBytes(sets, new byte[24]);
    batch.put(sets, effective | permitted << Integer.SIZE);
    return batch.call(0, 126, Batch.address(header), Batch.address(sets));
  }

  private boolean hasLockCapability() {
    String effective =
        agent.proc("status").stream()
            .filter(line -> line.startsWith("CapEff"))
            .findFirst()
            .orElse("CapEff: 0");
    return (Long.parseUnsignedLong(effective.split("\\s+")[1], 16) & CAP_IPC_LOCK) != 0;
  }

  /** What RLIMIT_MEMLOCK may be raised to. */
  private long hardLimit(String name) {
    for (String line : agent.proc("limits")) {
      if (line.startsWith(name)) {
        String[] words = line.substring(name.length()).strip().split(" +");
        return words[1].equals("unlimited") ? Settings.NO_LIMIT : Long.parseLong(words[1]);
      }
    }
    return Settings.NO_LIMIT;
  }

  private void unlimited() {
    for (int limit : new int[] {DATA, STACK, MEMLOCK, ADDRESS_SPACE}) {
      limit(limit, Settings.NO_LIMIT);
    }
  }

  /** Gives up the stack and what else is not needed: nobody can say when its pages come and go. */
  private void strip() {
    for (Span span : spans()) {
      if (span.isDispensable()) {
        batch.call(0, 11, span.start, span.end - span.start);
      }
    }
    batch.run();
  }

  /** Takes all addresses outside the window. */
  private void fill() {
    long from = lowest;
    for (Span span : spans()) {
      fillGap(from, span.start);
      from = span.end;
    }
    fillGap(from, USER_END);
    batch.run();
  }

  private record Span(long start, long end, String name) {
    boolean isDispensable() {
      return name.endsWith("]");
    }
  }

  private List<Span> spans() {
    List<Span> all = new ArrayList<>();
    for (String line : agent.proc("maps")) {
      String[] bounds = line.substring(0, line.indexOf(' ')).split("-");
      long start = Long.parseUnsignedLong(bounds[0], 16);
      if (start >= 0) { // the vsyscall page is nobody's
        all.add(new Span(start, Long.parseUnsignedLong(bounds[1], 16), line));
      }
    }
    return all;
  }

  private void fillGap(long from, long to) {
    if (from < Window.LOW && to > Window.HIGH) {
      fillGap(from, Window.LOW);
      fillGap(Window.HIGH, to);
    } else if (from < to) {
      batch.call(0, 9, from, to - from, 0, FILLER_FLAGS, -1, 0);
    }
  }

  /** What is done before each sequence, the limits last. */
  void before(Settings settings, long totalBytes) {
    unlimited();
    batch.call(0, 152);
    long clear = batch.call(0, 11, Window.LOW, Window.HIGH - Window.LOW);
    long below = batch.call(0, 9, Window.LOW, Window.START - Window.LOW, 0, GUARD_FLAGS, -1, 0);
    long end = Window.at(settings.pages());
    long above = batch.call(0, 9, end, Window.HIGH - end, 0, GUARD_FLAGS, -1, 0);
    batch.call(0, 3, MEMORY_FILE);
    byte[] name = "conform\0".getBytes(StandardCharsets.UTF_8);
    long path = batch.room(name.length);
    batch.putBytes(path, name);
    batch.call(0, 319, Batch.address(path), 0);
    batch.call(0, 77, MEMORY_FILE, FILE_PAGES / 2 * Window.PAGE);
    batch.call(0, 77, DISK_FILE, 0);
    byte[] pattern = filePattern();
    long bytes = batch.room(pattern.length);
    batch.putBytes(bytes, pattern);
    for (long at = 0; at < pattern.length; at += Window.PAGE) {
      // One page at a time: a file system makes larger folios of longer writes.
      batch.call(0, 18, DISK_FILE, Batch.address(bytes + at), Window.PAGE, at);
    }
    capabilities(settings.mayLock() ? permitted : 0);
    heap(Window.at(settings.heapPage()));
    limit(MEMLOCK, settings.lockBytes());
    limit(STACK, settings.stackBytes());
    limit(DATA, settings.dataBytes());
    boolean bounded = settings.moreBytes() != Settings.NO_LIMIT;
    limit(ADDRESS_SPACE, bounded ? totalBytes + settings.moreBytes() : Settings.NO_LIMIT);
    batch.run();
    if (batch.result(clear) != 0 || batch.result(below) < 0 || batch.result(above) < 0) {
      throw new ConformException(
          "the window cannot be cleared: "
              + Errno.text(batch.result(clear))
              + ", guards "
              + Errno.text(batch.result(below))
              + " and "
              + Errno.text(batch.result(above)));
    }
  }

  /** The first bytes of the file on the disk: each page has its own. */
  static byte[] filePattern() {
    byte[] bytes = new byte[(int) (FILE_PAGES * Window.PAGE)];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (1 + i / Window.PAGE + i % 7);
    }
    return bytes;
  }

  /** What a sequence can have here: no larger limits, no capability that is not there. */
  Settings possible(Settings s) {
    long lock = s.lockBytes();
    lock = Long.compareUnsigned(lock, mostLockBytes) > 0 ? mostLockBytes : lock;
    boolean mayLock = s.mayLock() && permitted != 0;
    return new Settings(
        s.pages(), s.heapPage(), lock, s.stackBytes(), s.dataBytes(), s.moreBytes(), mayLock);
  }

  private void limit(int resource, long bytes) {
    long both = batch.room(16);
    long most = resource == MEMLOCK ? mostLockBytes : Settings.NO_LIMIT;
    batch.put(both, Long.compareUnsigned(bytes, most) > 0 ? most : bytes);
    batch.put(both + 8, most);
    batch.call(0, 302, 0, resource, Batch.address(both), 0);
  }

  /** The heap begins in the window: {@code struct prctl_mm_map}. */
  private void heap(long start) {
    String[] stat = agent.proc("stat").getFirst().replaceFirst(".*\\) ", "").split(" ");
    long map = batch.room(104);
    long[] fields = {23, 24, 42, 42, 0, 0, 25, 45, 46, 47, 48};
    for (int i = 0; i < fields.length; i++) {
      batch.put(map + 8L * i, fields[i] == 0 ? start : Long.parseLong(stat[(int) fields[i]]));
    }
    batch.put(map + 88, 0);
    batch.put(map + 96, 0xffff_ffffL << 32);
    batch.call(0, 157, PR_SET_MM, PR_SET_MM_MAP, Batch.address(map), 104, 0);
  }

  /** What a child does first. */
  void child() {
    batch.call(1, 157, PR_SET_PDEATHSIG, SIGKILL);
    batch.call(1, 28, Agent.CONTROL, Agent.CONTROL_BYTES, MADV_POPULATE_WRITE);
    open(1, "/proc/self/maps");
    open(1, "/proc/self/pagemap");
    open(1, "/proc/self/mem");
  }
}
