package dev.quarry.replay.refs;

import dev.quarry.kernel.Machine;
import dev.quarry.kernel.Process;
import dev.quarry.kernel.SystemCalls;
import dev.quarry.machine.Cpu;
import dev.quarry.virtual.cache.AssumedFile;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.SpaceSettings;
import org.jspecify.annotations.Nullable;

/**
 * The areas of a program whose mappings nobody recorded: each page gets one when it is first
 * touched, as that touch says, and the kernel merges neighbours.
 *
 * <pre>
 *   first touched by          becomes                                      rights
 *   an instruction fetch      text: a private mapping of a file            r-x
 *   data near the first store stack: private memory that grows downwards   rw-
 *   other data                data: private memory                         rw-
 * </pre>
 *
 * <p>The first store of a program is a push on its stack. A page that is later used in another way
 * gets that right too.
 */
final class RefAreas {
  /** What an area is for. */
  enum Kind {
    TEXT,
    DATA,
    STACK
  }

  private static final int SHIFT = PageTable.PAGE_SHIFT;
  private static final long PAGE = 1L << SHIFT;

  /** RLIMIT_STACK as programs usually have it. */
  private static final long STACK_BYTES = 8L << 20;

  private static final long NO_STACK = -1;
  private static final long TEXT_FILE_BYTES = 1L << 47;

  private final SystemCalls calls;
  private final int textFile;

  /** The file of text that can be read again, or null. */
  private final @Nullable AssumedFile file;

  private final long[] made = new long[Kind.values().length];
  private long stack = NO_STACK;
  private long widened;

  /**
   * @param pressed whether pages may be taken away: then text is of a file that can be read again
   */
  RefAreas(Machine machine, Cpu cpu, Process process, boolean pressed) {
    this.calls = new SystemCalls(cpu, process);
    if (pressed) {
      var caches = machine.processes().pages().caches();
      this.file = caches.assumed("text", TEXT_FILE_BYTES, false);
      this.textFile = process.open(file);
    } else {
      this.file = null;
      this.textFile = calls.memfdCreate("text");
      expect(calls.ftruncate(textFile, TEXT_FILE_BYTES), "the program's file");
    }
    var settings = machine.processes().spaces().settings();
    settings.maxMapCount(Integer.MAX_VALUE); // holes between touched pages make many areas
    settings.overcommit(SpaceSettings.Overcommit.ALWAYS);
    settings.mmapMinAddr(0);
  }

  /** From now on of the file of text only what is touched is read. */
  void readNothingAhead() {
    if (file != null) {
      file.readAhead().advise(0, false);
    }
  }

  /** What a page is for that this access touches first. */
  Kind kind(long address, boolean fetch, boolean write) {
    if (fetch) {
      return Kind.TEXT;
    }
    if (stack == NO_STACK && write) {
      stack = address;
    }
    return stack != NO_STACK && Math.abs(address - stack) < STACK_BYTES ? Kind.STACK : Kind.DATA;
  }

  /** Makes an area of the page of an address. */
  void make(long address, Kind kind) {
    long page = address & -PAGE;
    long data = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
    long memory = MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED_NOREPLACE | MapFlags.MAP_ANONYMOUS;
    long got =
        switch (kind) {
          case TEXT ->
              calls.mmap(
                  page,
                  PAGE,
                  MapFlags.PROT_READ | MapFlags.PROT_EXEC,
                  MapFlags.MAP_PRIVATE | MapFlags.MAP_FIXED_NOREPLACE,
                  textFile,
                  page);
          case DATA -> calls.mmap(page, PAGE, data, memory, -1, 0);
          case STACK -> calls.mmap(page, PAGE, data, memory | MapFlags.MAP_GROWSDOWN, -1, 0);
        };
    expect(got, "the area at 0x" + Long.toHexString(page));
    made[kind.ordinal()]++;
  }

  /** Gives the page of an address the right that it lacked. */
  void widen(long address, boolean wasFetched) {
    long rights = MapFlags.PROT_READ | MapFlags.PROT_WRITE | (wasFetched ? MapFlags.PROT_EXEC : 0);
    expect(calls.mprotect(address & -PAGE, PAGE, rights), "rights of a page");
    widened++;
  }

  private static void expect(long result, String what) {
    if (Errno.isError(result)) {
      throw new RefException(what + " cannot be had: error " + -result);
    }
  }

  /** Areas that were made of a kind, before the kernel merged them. */
  long made(Kind kind) {
    return made[kind.ordinal()];
  }

  /** Pages that were used in more than one way. */
  long widened() {
    return widened;
  }
}
