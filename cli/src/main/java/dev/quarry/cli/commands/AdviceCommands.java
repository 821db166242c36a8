package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Registry;
import dev.quarry.cli.lang.Value;
import dev.quarry.machine.Nearest;
import dev.quarry.machine.Sizes;
import dev.quarry.physical.VmEvent;
import dev.quarry.physical.VmEvents;
import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import dev.quarry.virtual.space.MmStruct;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The system calls about the pages in mappings: advice, locks, what is in memory. */
final class AdviceCommands {
  private static final String CHAPTER = "processes: pages";
  private static final String MAP = "s = spawn\ns: a = mmap 64K\n";
  private static final Map<String, Long> LOCKALL =
      Map.of(
          "current", MapFlags.MCL_CURRENT,
          "future", MapFlags.MCL_FUTURE,
          "onfault", MapFlags.MCL_ONFAULT);
  private static final Map<String, Long> SYNC =
      Map.of(
          "sync", MapFlags.MS_SYNC,
          "async", MapFlags.MS_ASYNC,
          "invalidate", MapFlags.MS_INVALIDATE);
  private static final int SECTOR_BYTES = 512;
  private static final int PAGES_A_LINE = 64;
  private static final int MOST_LINES = 32;

  private AdviceCommands() {}

  static void addTo(Registry registry) {
    registry
        .add(
            Processing.command(
                    CHAPTER,
                    "madvise ADDRESS [BYTES] ADVICE [cpu=N]",
                    "says what will be done with pages",
                    MAP + "s: store a 1 pages=16\ns: madvise a 32K dontneed",
                    AdviceCommands::madvise)
                .withNotes("advice: " + MmapWords.lines(names())))
        .add(
            Processing.command(
                CHAPTER,
                "mincore ADDRESS [BYTES] [cpu=N]",
                "shows which pages are in memory: a mark for each",
                MAP + "s: store a+8K 1\ns: mincore a",
                AdviceCommands::mincore))
        .add(
            Processing.command(
                CHAPTER,
                "msync ADDRESS [BYTES] [WORD]... [cpu=N]",
                "writes what changed to the file: sync, async, invalidate",
                "s = spawn\ns: f = tmpfile 8K\ns: a = mmap 8K rw shared file f\ns: msync a",
                AdviceCommands::msync));
    addLocks(registry);
  }

  private static void addLocks(Registry registry) {
    registry
        .add(
            Processing.command(
                CHAPTER,
                "mlock ADDRESS [BYTES] [onfault] [cpu=N]",
                "makes pages present and keeps them so",
                MAP + "s: mlock a 16K",
                it -> mlock(it, true)))
        .add(
            Processing.command(
                CHAPTER,
                "munlock ADDRESS [BYTES] [cpu=N]",
                "ends that",
                MAP + "s: mlock a\ns: munlock a",
                it -> mlock(it, false)))
        .add(
            Processing.command(
                CHAPTER,
                "mlockall WORD... [cpu=N]",
                "locks everything: current, future, onfault",
                "s = spawn\ns: mlockall current future",
                AdviceCommands::mlockall))
        .add(
            Processing.command(
                CHAPTER,
                "munlockall [cpu=N]",
                "unlocks everything",
                "s = spawn\ns: munlockall",
                it -> {
                  it.call().atMost(0);
                  return locked(it, it.calls().munlockall(), FaultWatch.of(it.machine()));
                }));
  }

  /** What may be advised. */
  static List<String> names() {
    return Arrays.stream(Advice.values())
        .map(advice -> advice.name().toLowerCase(Locale.ROOT))
        .toList();
  }

  private static Value madvise(Processing it) {
    it.call().atMost(3);
    int last = it.call().size() == 2 ? 1 : 2;
    long address = it.address(0);
    long bytes = last == 1 ? it.bytesOr(2, 0) : it.bytes(1);
    Advice advice = advice(it, last);
    MmStruct mm = it.process().mm();
    if (advice == Advice.POPULATE_READ
        || advice == Advice.POPULATE_WRITE
        || advice == Advice.WILLNEED) {
      it.spendOnAreas(bytes);
    }
    long areas = mm.mapCount();
    long resident = mm.rssPages();
    long result = it.calls().madvise(address, bytes, advice.number());
    long change = mm.rssPages() - resident;
    String came = (change > 0 ? "+" : "") + change + " resident, ";
    return ErrnoFailure.or(
        result, new Done((change == 0 ? "" : came) + MapCommands.areasNow(mm, areas).show()));
  }

  private static Advice advice(Processing it, int at) {
    String word = it.call().literal(at, "advice such as dontneed");
    int index = names().indexOf(word);
    if (index < 0) {
      throw it.call()
          .refuse(
              at,
              "\""
                  + word
                  + "\" is none of "
                  + String.join(", ", names())
                  + Nearest.hint(word, names()));
    }
    return Advice.values()[index];
  }

  /** The bits of words from an index on. */
  private static long bits(Processing it, int from, Map<String, Long> words) {
    long bits = 0;
    for (int i = from; i < it.call().size(); i++) {
      String word = it.call().literal(i, "a word");
      Long bit = words.get(word);
      if (bit == null) {
        List<String> known = words.keySet().stream().sorted().toList();
        throw it.call().refuse(i, "\"" + word + "\" is none of " + String.join(", ", known));
      }
      bits |= bit;
    }
    return bits;
  }

  /** Whether the word of an index is one of these, and no length. */
  private static boolean isWord(Processing it, int index, Map<String, Long> words) {
    return index < it.call().size() && words.containsKey(it.call().literal(index, ""));
  }

  private static Value mlock(Processing it, boolean locks) {
    Map<String, Long> words = locks ? Map.of("onfault", MapFlags.MLOCK_ONFAULT) : Map.of();
    boolean whole = it.call().size() == 1 || isWord(it, 1, words);
    long address = it.address(0);
    long bytes = whole ? it.bytesOr(Integer.MAX_VALUE, 0) : it.bytes(1);
    long flags = bits(it, whole ? 1 : 2, words);
    it.spendOnAreas(bytes);
    FaultWatch watch = FaultWatch.of(it.machine());
    long result =
        locks ? it.calls().mlock2(address, bytes, flags) : it.calls().munlock(address, bytes);
    return locked(it, result, watch, bytes);
  }

  private static Value locked(Processing it, long result, FaultWatch watch, long bytes) {
    return Errno.isError(result)
        ? new ErrnoFailure((int) -result, WhyRefused.lock(it.process(), bytes))
        : locked(it, result, watch);
  }

  private static Value locked(Processing it, long result, FaultWatch watch) {
    String locked = Counted.of(it.process().mm().lockedVm(), "page") + " locked; ";
    return ErrnoFailure.or(result, new Done(locked + watch.orNone()));
  }

  private static Value mlockall(Processing it) {
    it.call().word(0, "current, future or onfault");
    long flags = bits(it, 0, LOCKALL);
    it.spend((flags & MapFlags.MCL_CURRENT) != 0 ? it.accessible() : 0);
    FaultWatch watch = FaultWatch.of(it.machine());
    return locked(it, it.calls().mlockall(flags), watch);
  }

  private static Value mincore(Processing it) {
    it.call().atMost(2);
    long address = it.address(0);
    long bytes = it.bytesOr(1, 0);
    it.spendOnPages(bytes);
    StringBuilder marks = new StringBuilder();
    long[] resident = {0};
    long result =
        it.calls()
            .mincore(
                address,
                bytes,
                (number, isResident) -> {
                  resident[0] += isResident ? 1 : 0;
                  if (number < (long) PAGES_A_LINE * MOST_LINES) {
                    marks.append(number % PAGES_A_LINE == 0 && number > 0 ? "\n" : "");
                    marks.append(isResident ? '█' : '·');
                  }
                });
    String all = Counted.of(resident[0], "page") + " in memory";
    return ErrnoFailure.or(result, new Value.Text(marks + (marks.isEmpty() ? "" : "\n") + all));
  }

  private static Value msync(Processing it) {
    boolean whole = it.call().size() == 1 || isWord(it, 1, SYNC);
    long address = it.address(0);
    long bytes = whole ? it.bytesOr(Integer.MAX_VALUE, 0) : it.bytes(1);
    long flags = bits(it, whole ? 1 : 2, SYNC);
    it.spendOnAreas(bytes);
    VmEvents events = it.machine().memory().events();
    long before = events.sum(VmEvent.PGPGOUT);
    long result = it.calls().msync(address, bytes, flags == 0 ? MapFlags.MS_SYNC : flags);
    long sectors = events.sum(VmEvent.PGPGOUT) - before;
    return ErrnoFailure.or(
        result, new Done(Sizes.compact(sectors * SECTOR_BYTES) + " bytes written"));
  }
}
