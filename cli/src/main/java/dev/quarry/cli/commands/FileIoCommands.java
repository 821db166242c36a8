package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Session;
import dev.quarry.cli.lang.SimpleCommand;
import dev.quarry.cli.lang.Value;
import dev.quarry.kernel.FileCalls;
import dev.quarry.virtual.PageTableLayout;
import dev.quarry.virtual.cache.DiskModel;
import dev.quarry.virtual.cache.PageCaches;
import dev.quarry.virtual.space.Errno;
import java.util.List;
import java.util.Locale;

/** Reads and writes of files beside mappings, and when what was written reaches the disk. */
final class FileIoCommands {
  private static final String CHAPTER = "processes: files";
  private static final int MOST_TIMES = 1 << 20;
  private static final int MOST_MICROS = 10_000_000;
  private static final int MOST_MILLIS = 3_600_000;
  private static final long MICRO = 1_000;
  private static final long MILLI = 1_000_000;
  private static final int PAGE_SHIFT = PageTableLayout.PAGE_SHIFT;

  /** The words of posix_fadvise, by their numbers. */
  private static final List<String> ADVICE =
      List.of("normal", "random", "sequential", "willneed", "dontneed", "noreuse");

  private FileIoCommands() {}

  static void addTo(Registry registry) {
    String open = "s = spawn\ns: f = tmpfile 64K \"hello\"\ns: a = mmap 64K rw private anon\n";
    registry
        .add(
            Processing.command(
                    CHAPTER,
                    "read FILE TO BYTES [offset=N] [times=N] [cpu=N]",
                    "reads a file into memory; the bytes that were read",
                    open + "s: read f a 5\ns: load a text=5",
                    it -> move(it, false))
                .withNotes(
                    "offset= reads there, as pread does, and not from where the last one ended\n"
                        + "times= reads so often, one part after the other"))
        .add(
            Processing.command(
                CHAPTER,
                "write FILE FROM BYTES [offset=N] [times=N] [cpu=N]",
                "writes memory to a file; the bytes that were written",
                open + "s: store a \"HELLO\"\ns: write f a 5",
                it -> move(it, true)))
        .add(
            Processing.command(
                CHAPTER,
                "lseek FILE OFFSET [cpu=N]",
                "says where the next read or write begins",
                open + "s: lseek f 4K",
                it -> {
                  it.call().atMost(2);
                  long result = calls(it).lseek(descriptor(it), it.bytes(1), FileCalls.SEEK_SET);
                  return ErrnoFailure.or(result, Value.NOTHING);
                }));
    addWriteBack(registry, open);
    addDisk(registry);
  }

  private static void addWriteBack(Registry registry, String open) {
    registry
        .add(
            Processing.command(
                CHAPTER,
                "fsync FILE [cpu=N]",
                "writes what is dirty of a file, and tells of errors since the last time",
                open + "s: write f a 5\ns: fsync f",
                it -> {
                  it.call().atMost(1);
                  return ErrnoFailure.or(calls(it).fsync(descriptor(it)), Value.NOTHING);
                }))
        .add(
            Processing.command(
                CHAPTER,
                "fadvise FILE ADVICE [offset=N] [bytes=N] [cpu=N]",
                "says how a file will be read: " + String.join(", ", ADVICE),
                open + "s: fadvise f willneed",
                FileIoCommands::advise))
        .add(
            Processing.command(
                CHAPTER,
                "punch FILE OFFSET BYTES [cpu=N]",
                "makes a hole in a file, as fallocate does",
                open + "s: punch f 4K 4K",
                FileIoCommands::punch))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "sync",
                "writes what is dirty of all files",
                open + "s: write f a 5\nsync",
                (call, session) -> {
                  call.atMost(0);
                  caches(session).flusher().sync(Booted.cpu(session, call));
                  return Value.NOTHING;
                }));
  }

  private static void addDisk(Registry registry) {
    registry
        .add(
            SimpleCommand.of(
                    CHAPTER,
                    "disk [seek_us=N] [page_us=N]",
                    "says how slow the disk is, and shows it",
                    "disk seek_us=100 page_us=40",
                    FileIoCommands::disk)
                .withNotes(
                    "at first it takes no time; time passes with its work and with sleep only"))
        .add(
            SimpleCommand.of(
                CHAPTER,
                "sleep MILLISECONDS",
                "lets virtual time pass; the flusher works meanwhile",
                "disk page_us=40\nsleep 500",
                FileIoCommands::sleep));
  }

  private static FileCalls calls(Processing it) {
    return new FileCalls(it.cpu(), it.process());
  }

  private static PageCaches caches(Session session) {
    return Booted.machine(session).processes().pages().caches();
  }

  private static int descriptor(Processing it) {
    return FileCommands.descriptor(it, 0);
  }

  private static long offset(Processing it, long otherwise) {
    return UserAddresses.option(it.call(), it.session(), "offset", otherwise);
  }

  private static Value move(Processing it, boolean write) {
    it.call().atMost(3);
    int fd = descriptor(it);
    long address = it.address(1);
    long bytes = it.bytes(2);
    long offset = offset(it, -1);
    int times = it.call().number("times", 1, 1, MOST_TIMES);
    FileCalls calls = calls(it);
    long done = 0;
    for (int time = 0; time < times; time++) {
      it.spend(bytes);
      long place = offset + done;
      long result =
          offset < 0
              ? write ? calls.write(fd, address, bytes) : calls.read(fd, address, bytes)
              : write
                  ? calls.pwrite(fd, address, bytes, place)
                  : calls.pread(fd, address, bytes, place);
      if (Errno.isError(result)) {
        return new ErrnoFailure((int) -result, Counted.of(done, "byte") + " before");
      }
      done += result;
      if (result < bytes) {
        break;
      }
    }
    return new Value.Number(done);
  }

  private static Value advise(Processing it) {
    it.call().atMost(2);
    String word = it.call().literal(1, "an advice");
    int advice = ADVICE.indexOf(word);
    if (advice < 0) {
      throw it.call().refuse(1, "\"" + word + "\" is none of " + String.join(", ", ADVICE));
    }
    long bytes = UserAddresses.option(it.call(), it.session(), "bytes", 0);
    long result = calls(it).fadvise(descriptor(it), offset(it, 0), bytes, advice);
    return ErrnoFailure.or(result, Value.NOTHING);
  }

  private static Value punch(Processing it) {
    it.call().atMost(3);
    long mode = FileCalls.FALLOC_FL_PUNCH_HOLE | FileCalls.FALLOC_FL_KEEP_SIZE;
    it.spend(it.bytes(2));
    long result = calls(it).fallocate(descriptor(it), mode, it.bytes(1), it.bytes(2));
    return ErrnoFailure.or(result, Value.NOTHING);
  }

  private static Value disk(Call call, Session session) {
    call.atMost(0);
    PageCaches caches = caches(session);
    DiskModel now = caches.disk().model();
    int seek = call.number("seek_us", (int) (now.seekNanos() / MICRO), 0, MOST_MICROS);
    int page = call.number("page_us", (int) (now.pageNanos() / MICRO), 0, MOST_MICROS);
    caches.disk().model(new DiskModel(seek * MICRO, page * MICRO));
    String speed =
        page == 0
            ? "takes no time"
            : String.format(
                Locale.ROOT,
                "%,d us for each seek, %,d us for each page (%,d KiB/s)",
                seek,
                page,
                (1_000_000L << (PAGE_SHIFT - 10)) / page);
    return new Value.Text(
        speed
            + ", "
            + Counted.of(caches.disk().inFlight(), "page")
            + " under way; it is "
            + String.format(Locale.ROOT, "%,d ms", caches.clock().nanos() / MILLI)
            + ", writers waited "
            + String.format(Locale.ROOT, "%,d ms", caches.throttle().pausedNanos() / MILLI));
  }

  private static Value sleep(Call call, Session session) {
    call.atMost(1);
    int millis = call.number(0, "milliseconds", 0, MOST_MILLIS);
    session.spend(1 + millis / 100);
    PageCaches caches = caches(session);
    long then = caches.clock().nanos() + millis * MILLI;
    Booted.machine(session).reclaim().daemons().passTime(Booted.cpu(session, call), then);
    return Value.NOTHING;
  }
}
