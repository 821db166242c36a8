package dev.quarry.replay.calls;

import dev.quarry.virtual.space.MapFlags;
import java.util.HashMap;
import java.util.Map;

/** The names that strace writes for bits and numbers (include/uapi/linux/mman.h, sched.h, 6.18). */
final class FlagNames {
  private static final Map<String, Long> VALUES = new HashMap<>();

  static {
    put("PROT_NONE 0 PROT_READ 1 PROT_WRITE 2 PROT_EXEC 4 PROT_SEM 8");
    put("PROT_GROWSDOWN 16777216 PROT_GROWSUP 33554432");
    put("MAP_SHARED 1 MAP_PRIVATE 2 MAP_SHARED_VALIDATE 3 MAP_DROPPABLE 8 MAP_FIXED 16");
    put("MAP_ANONYMOUS 32 MAP_32BIT 64 MAP_ABOVE4G 128 MAP_GROWSDOWN 256 MAP_DENYWRITE 2048");
    put("MAP_EXECUTABLE 4096 MAP_LOCKED 8192 MAP_NORESERVE 16384 MAP_POPULATE 32768");
    put("MAP_NONBLOCK 65536 MAP_STACK 131072 MAP_HUGETLB 262144 MAP_SYNC 524288");
    put("MAP_FIXED_NOREPLACE 1048576 MAP_FILE 0");
    put("MREMAP_MAYMOVE 1 MREMAP_FIXED 2 MREMAP_DONTUNMAP 4");
    put("MS_ASYNC 1 MS_INVALIDATE 2 MS_SYNC 4 MLOCK_ONFAULT 1");
    put("MCL_CURRENT 1 MCL_FUTURE 2 MCL_ONFAULT 4");
    put("MADV_NORMAL 0 MADV_RANDOM 1 MADV_SEQUENTIAL 2 MADV_WILLNEED 3 MADV_DONTNEED 4");
    put("MADV_FREE 8 MADV_REMOVE 9 MADV_DONTFORK 10 MADV_DOFORK 11 MADV_MERGEABLE 12");
    put("MADV_UNMERGEABLE 13 MADV_HUGEPAGE 14 MADV_NOHUGEPAGE 15 MADV_DONTDUMP 16");
    put("MADV_DODUMP 17 MADV_WIPEONFORK 18 MADV_KEEPONFORK 19 MADV_COLD 20 MADV_PAGEOUT 21");
    put("MADV_POPULATE_READ 22 MADV_POPULATE_WRITE 23 MADV_DONTNEED_LOCKED 24");
    put("MADV_COLLAPSE 25 MADV_GUARD_INSTALL 102 MADV_GUARD_REMOVE 103");
    put("CLONE_VM 256 CLONE_FS 512 CLONE_FILES 1024 CLONE_SIGHAND 2048 CLONE_PIDFD 4096");
    put("CLONE_PTRACE 8192 CLONE_VFORK 16384 CLONE_PARENT 32768 CLONE_THREAD 65536");
    put("NULL 0");
  }

  private FlagNames() {}

  private static void put(String pairs) {
    String[] words = pairs.split(" ");
    for (int i = 0; i < words.length; i += 2) {
      VALUES.put(words[i], Long.parseLong(words[i + 1]));
    }
  }

  /**
   * A number, a name, or names and numbers with {@code |} between them; {@link Numbers#NONE} if a
   * word is neither.
   */
  static long value(String text) {
    long bits = 0;
    for (String word : text.split("\\|", -1)) {
      long value = word(word.strip());
      if (value == Numbers.NONE) {
        return Numbers.NONE;
      }
      bits |= value;
    }
    return bits;
  }

  private static long word(String word) {
    Long known = VALUES.get(word);
    if (known != null) {
      return known;
    }
    int shift = word.indexOf("<<");
    if (shift > 0) { // 21<<MAP_HUGE_SHIFT
      long number = Numbers.any(word.substring(0, shift));
      boolean huge = word.endsWith("MAP_HUGE_SHIFT") && number != Numbers.NONE;
      return huge ? number << MapFlags.MAP_HUGE_SHIFT : Numbers.NONE;
    }
    return Numbers.any(word);
  }

  /** Bits of which strace may name some that do not matter here: those that are known. */
  static long known(String text) {
    long bits = 0;
    for (String word : text.split("\\|", -1)) {
      bits |= Math.max(0, VALUES.getOrDefault(word.strip(), 0L));
    }
    return bits;
  }
}
