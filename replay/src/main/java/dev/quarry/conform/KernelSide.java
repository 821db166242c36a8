package dev.quarry.conform;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The kernel that is running, asked through an {@link Agent}. */
final class KernelSide implements Side {
  private static final int RUSAGE_BYTES = 144;
  private static final int MINOR_FAULTS = 64;
  private static final int MAJOR_FAULTS = 72;
  private static final int QUERY_BYTES = 104;
  private static final int MOST_AREAS = 100;
  private static final int PIPE_BYTES = 64;
  private static final int GETPPID = 110;

  private final Path diskFile;
  private final long lowestAddress;
  private Agent agent;
  private Batch batch;
  private KernelSetup setup;
  private final long[] minor = new long[2];
  private final long[] major = new long[2];
  private Settings settings = Settings.plain(Window.MOST_PAGES, 0);
  private long childPid;

  /** The records of one operation and where they put what. */
  private record Emitted(
      Op op, long main, long data, int dataBytes, long usage, long query, long areas, long pages) {}

  KernelSide(Path diskFile, long lowestAddress) {
    this.diskFile = diskFile;
    this.lowestAddress = lowestAddress;
    this.agent = new Agent();
    this.batch = new Batch(agent);
    this.setup = new KernelSetup(agent, batch, lowestAddress);
    setUp();
  }

  private void setUp() {
    try {
      setup.once(diskFile);
    } catch (RuntimeException e) {
      agent.close();
      throw e;
    }
  }

  /** Another process, where the kernel's numbers about this one are not what they were. */
  private void renew() {
    agent.close();
    agent = new Agent();
    batch = new Batch(agent);
    setup = new KernelSetup(agent, batch, lowestAddress);
    setUp();
  }

  /** A process keeps some locked pages for ever: see the decisions. */
  private boolean isWorn() {
    return agent.proc("status").stream()
        .anyMatch(line -> line.startsWith("VmLck:") && !line.matches("VmLck:\\s+0 kB"));
  }

  @Override
  public Settings possible(Settings s) {
    return setup.possible(s);
  }

  @Override
  public void begin(Settings s) {
    if (childPid != 0) {
      batch.exit();
      batch.call(0, 61, childPid, 0, 0, 0);
      batch.run();
      childPid = 0;
    }
    this.settings = s;
    setup.before(s.withoutLimits(), 0);
    if (isWorn()) {
      renew();
      setup.before(s.withoutLimits(), 0);
    }
    long totalBytes = Long.parseLong(agent.proc("statm").getFirst().split(" ")[0]) * Window.PAGE;
    setup.before(s, totalBytes);
  }

  @Override
  public List<Observation> play(List<Op> operations) {
    List<Observation> all = new ArrayList<>();
    for (int from = 0; from < operations.size(); ) {
      int to = from;
      while (to < operations.size() && operations.get(to).call() != Call.FORK) {
        to++;
      }
      to = Math.min(operations.size(), to + 1);
      all.addAll(part(operations.subList(from, to)));
      from = to;
    }
    return all;
  }

  /** Operations of which at most the last is a fork. */
  private List<Observation> part(List<Op> operations) {
    long[] before = {usage(0), childPid == 0 ? 0 : usage(1)};
    List<Emitted> emitted = new ArrayList<>();
    long childUsage = 0;
    for (Op op : operations) {
      emitted.add(emit(op));
      if (op.call() == Call.FORK) {
        setup.child();
        childUsage = usage(1);
      }
    }
    batch.run();
    note(0, before[0]);
    note(1, before[1]);
    List<Observation> seen = new ArrayList<>();
    for (Emitted one : emitted) {
      seen.add(decode(one));
      if (one.op.call() == Call.FORK) {
        childPid = batch.result(one.main);
        note(1, childUsage);
      } else if (one.op.call() == Call.EXIT) {
        childPid = 0;
      }
    }
    return seen;
  }

  private long usage(int who) {
    long data = batch.room(RUSAGE_BYTES);
    batch.call(who, 98, 0, Batch.address(data));
    return data;
  }

  private void note(int who, long data) {
    if (data != 0) {
      minor[who] = batch.get(data + MINOR_FAULTS);
      major[who] = batch.get(data + MAJOR_FAULTS);
    }
  }

  private Emitted emit(Op op) {
    int who = op.who();
    long data = batch.room(Math.max(PIPE_BYTES, Window.MOST_PAGES * 2));
    int dataBytes = 0;
    long main;
    switch (op.call()) {
      case LOAD -> main = batch.load(who, op.a(), op.b());
      case STORE -> main = batch.store(who, op.a(), op.b(), op.c());
      case FORK -> main = batch.fork();
      case EXIT -> {
        main = batch.exit();
        batch.call(0, 61, childPid, 0, 0, 0);
        who = 0;
      }
      case WRITE -> {
        main = batch.call(who, 1, KernelSetup.PIPE_IN, op.a(), op.b());
        batch.putBytes(data, new byte[PIPE_BYTES]);
        batch.call(who, 0, KernelSetup.PIPE_OUT, Batch.address(data), PIPE_BYTES);
        dataBytes = (int) op.b();
      }
      case READ -> {
        batch.putBytes(data, pattern(op));
        batch.call(who, 1, KernelSetup.PIPE_IN, Batch.address(data), op.b());
        main = batch.call(who, 0, KernelSetup.PIPE_OUT, op.a(), op.b());
        batch.call(who, 0, KernelSetup.PIPE_OUT, Batch.address(data), PIPE_BYTES);
      }
      case MINCORE -> {
        main = batch.call(who, 27, op.a(), op.b(), Batch.address(data));
        dataBytes = Math.clamp((op.b() + Window.PAGE - 1) >>> Window.PAGE_SHIFT, 0, 128);
      }
      case PROCESS_VM_READV, PROCESS_VM_WRITEV -> main = vectors(op, data);
      default -> main = batch.call(who, op.call().number(), arguments(op));
    }
    Emitted emitted = observe(op, who, main, data, dataBytes);
    if (op.dropsPagesOfDisk()) {
      setup.readDiskFile(who);
    }
    return emitted;
  }

  /** The bytes that READ puts into a process. */
  static byte[] pattern(Op op) {
    byte[] bytes = new byte[PIPE_BYTES];
    for (int i = 0; i < op.b(); i++) {
      bytes[i] = (byte) (op.c() + i);
    }
    return bytes;
  }

  private long vectors(Op op, long data) {
    batch.put(data, op.a());
    batch.put(data + 8, op.b());
    batch.put(data + 16, op.c());
    batch.put(data + 24, op.d());
    long pid = op.e() == 0 ? agent.pid() : childPid;
    long local = Batch.address(data);
    return batch.call(op.who(), op.call().number(), pid, local, 1, local + 16, 1, 0);
  }

  private static long[] arguments(Op op) {
    long a = op.call() == Call.FTRUNCATE ? descriptor(op.a()) : op.a();
    long e = op.call() == Call.MMAP ? descriptor(op.e()) : op.e();
    return new long[] {a, op.b(), op.c(), op.d(), e, op.f()};
  }

  private static long descriptor(long file) {
    return switch ((int) file) {
      case Op.MEMORY_FILE -> KernelSetup.MEMORY_FILE;
      case Op.DISK_FILE -> KernelSetup.DISK_FILE;
      case Op.BAD_FILE -> 99;
      default -> -1;
    };
  }

  private Emitted observe(Op op, int who, long main, long data, int dataBytes) {
    int own = who * KernelSetup.CHILD_OFFSET;
    long usage = usage(who);
    long struct = batch.room(QUERY_BYTES);
    batch.putBytes(struct, new byte[QUERY_BYTES]);
    batch.put(struct, QUERY_BYTES);
    batch.put(struct + 8, 0x10); // the area that covers the address, or the next one
    long areas = batch.room(MOST_AREAS * Observation.AREA_WORDS * 8L);
    long end = Window.seenEnd(settings);
    long query = batch.query(who, KernelSetup.MAPS + own, Window.START, end, areas, struct);
    long bytes = 8L * Window.seenPages(settings);
    long pages = batch.room(bytes);
    long at = Window.START >>> Window.PAGE_SHIFT << 3;
    batch.call(who, 17, KernelSetup.PAGEMAP + own, Batch.address(pages), bytes, at);
    return new Emitted(op, main, data, dataBytes, usage, query, areas, pages);
  }

  private Observation decode(Emitted one) {
    int who = one.op.call() == Call.EXIT ? 0 : one.op.who();
    long oldMinor = minor[who];
    long oldMajor = major[who];
    note(who, one.usage);
    long[] areas = new long[(int) (batch.result(one.query) / 8)];
    for (int i = 0; i < areas.length; i++) {
      areas[i] = batch.get(one.areas + 8L * i);
    }
    Observation.numberFiles(areas);
    long[] pages = new long[Window.seenPages(settings)];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = batch.get(one.pages + 8L * i) & Observation.SEEN_OF_PAGE;
    }
    long result = batch.result(one.main);
    if (one.op.call() == Call.FORK) {
      result = Math.min(result, 1);
    }
    boolean told = one.op.call() == Call.WRITE ? result > 0 : result == 0;
    byte[] data = batch.bytes(one.data, told ? one.dataBytes : 0);
    return new Observation(
        result,
        batch.status(one.main),
        data,
        minor[who] - oldMinor,
        major[who] - oldMajor,
        areas,
        pages);
  }

  @Override
  public Observation look(int who) {
    Emitted seen = observe(Op.of(who, Call.MUNLOCKALL), who, batch.call(who, GETPPID), 0, 0);
    batch.run();
    Observation all = decode(seen);
    return new Observation(0, 0, new byte[0], 0, 0, all.areas(), all.pages());
  }

  @Override
  public List<byte[]> contents(int who, int[] pages) {
    int own = who * KernelSetup.CHILD_OFFSET;
    long data = batch.room(Window.PAGE * pages.length);
    for (int i = 0; i < pages.length; i++) {
      long to = Batch.address(data + i * Window.PAGE);
      batch.call(who, 17, KernelSetup.MEMORY + own, to, Window.PAGE, Window.at(pages[i]));
    }
    batch.run();
    List<byte[]> all = new ArrayList<>();
    for (int i = 0; i < pages.length; i++) {
      all.add(batch.bytes(data + i * Window.PAGE, (int) Window.PAGE));
    }
    return all;
  }

  @Override
  public byte[] file(int file, int pages) {
    long bytes = pages * Window.PAGE;
    long data = batch.room(bytes);
    long read = batch.call(0, 17, descriptor(file), Batch.address(data), bytes, 0);
    batch.run();
    return batch.bytes(data, (int) Math.max(0, batch.result(read)));
  }

  @Override
  public List<String> smaps(int who) {
    List<String> lines = agent.proc(who == 0 ? "smaps" : "../" + childPid + "/smaps");
    return SmapsText.areas(lines, Window.START, Window.seenEnd(settings));
  }

  @Override
  public void close() {
    agent.close();
  }
}
