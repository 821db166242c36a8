package dev.quarry.conform;

import dev.quarry.virtual.space.Advice;
import dev.quarry.virtual.space.Errno;
import dev.quarry.virtual.space.MapFlags;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A sequence as a script of Quarry's shell: first what a side does before it, so that all values
 * are the same there. What the shell has no words for is {@code syscall} with its numbers.
 */
final class ShellScript {
  private static final Map<String, Long> MAP_WORDS = new LinkedHashMap<>();
  private static final List<String> MAP_TYPES =
      List.of("", "shared", "private", "shared_validate", "", "", "", "", "droppable");
  private static final List<String> PROTECTIONS =
      List.of("none", "r", "w", "rw", "x", "rx", "wx", "rwx");
  private static final List<String> SYNC = List.of("async", "invalidate", "sync");
  private static final List<String> LOCK_ALL = List.of("current", "future", "onfault");

  static {
    MAP_WORDS.put("anon", MapFlags.MAP_ANONYMOUS);
    MAP_WORDS.put("noreplace", MapFlags.MAP_FIXED_NOREPLACE);
    MAP_WORDS.put("noreserve", MapFlags.MAP_NORESERVE);
    MAP_WORDS.put("populate", MapFlags.MAP_POPULATE);
    MAP_WORDS.put("nonblock", MapFlags.MAP_NONBLOCK);
    MAP_WORDS.put("growsdown", MapFlags.MAP_GROWSDOWN);
    MAP_WORDS.put("locked", MapFlags.MAP_LOCKED);
    MAP_WORDS.put("stack", MapFlags.MAP_STACK);
    MAP_WORDS.put("32bit", MapFlags.MAP_32BIT);
    MAP_WORDS.put("above4g", MapFlags.MAP_ABOVE4G);
    MAP_WORDS.put("hugetlb", MapFlags.MAP_HUGETLB);
    MAP_WORDS.put("sync", MapFlags.MAP_SYNC);
  }

  /** Addresses of every process in the shell. */
  private static final long LOWEST = 0x1_0000;

  private static final long STACK = 0x7fff_fffd_e000L;

  private final Sequence sequence;
  private final StringBuilder out = new StringBuilder();

  private ShellScript(Sequence sequence) {
    this.sequence = sequence;
  }

  /**
   * The script.
   *
   * @param seen what Quarry answered to each operation
   */
  static String of(Sequence sequence, List<Observation> seen) {
    ShellScript script = new ShellScript(sequence);
    script.begin();
    for (int i = 0; i < sequence.operations().size(); i++) {
      script.line(sequence.operations().get(i), seen.get(i));
    }
    return script.out.toString();
  }

  private void begin() {
    Settings settings = sequence.settings();
    long end = Window.at(settings.pages());
    out.append("boot course\np = spawn heap=").append(hex(Window.at(settings.heapPage())));
    out.append(settings.mayLock() ? " cap=ipc_lock\n" : "\n");
    out.append("p: thp_disable yes\n");
    out.append("# free for areas: ").append(hex(Window.START)).append(" to ").append(hex(end));
    out.append("; all other addresses are taken\n");
    out.append("p: munmap ")
        .append(hex(STACK))
        .append(' ')
        .append(KernelSetup.USER_END - STACK)
        .append('\n');
    filler(LOWEST, Window.LOW, "private anon noreserve");
    filler(Window.HIGH, KernelSetup.USER_END, "private anon noreserve");
    filler(Window.LOW, Window.START, "shared anon");
    filler(end, Window.HIGH, "shared anon");
    if (uses(Op.MEMORY_FILE)) {
      out.append("p: f = memfd conform ").append(KernelSetup.FILE_PAGES / 2 * 4).append("K\n");
    }
    if (uses(Op.DISK_FILE)) {
      out.append("p: g = tmpfile ").append(KernelSetup.FILE_PAGES * 4).append("K fill=numbered\n");
      out.append("p: readahead g\n");
    }
    limits(settings);
  }

  private void filler(long from, long to, String words) {
    out.append("p: mmap ").append(to - from).append(" none ").append(words);
    out.append(" fixed=").append(hex(from)).append('\n');
  }

  private void limits(Settings s) {
    int before = out.length();
    limit("memlock", s.lockBytes());
    limit("stack", s.stackBytes());
    limit("data", s.dataBytes());
    long mapped = KernelSetup.USER_END - LOWEST - s.pages() * Window.PAGE;
    limit("as", s.moreBytes() == Settings.NO_LIMIT ? s.moreBytes() : mapped + s.moreBytes());
    if (out.length() > before) {
      out.insert(before, "p: prlimit").append('\n');
    }
  }

  private void limit(String name, long bytes) {
    if (bytes != Settings.NO_LIMIT) {
      out.append(' ').append(name).append('=').append(bytes);
    }
  }

  private boolean uses(int file) {
    return sequence.operations().stream()
        .anyMatch(op ->
            (op.call() == Call.MMAP && op.e() == file)
                || (op.call() == Call.FTRUNCATE && op.a() == file));
  }

  private void line(Op op, Observation seen) {
    String words = words(op);
    words = words.isEmpty() ? raw(op) : words;
    boolean failed = Errno.isError(seen.result()) && op.call() != Call.LOAD;
    boolean fails = failed || seen.signal() != 0;
    // copy_from_user and its sister answer how much was left, and do not fail
    boolean answers = op.call() == Call.READ || op.call() == Call.WRITE;
    out.append(fails && !answers ? "expect fails " : "").append(words).append('\n');
  }

  private static String words(Op op) {
    String p = op.who() == 0 ? "p: " : "q: ";
    String range = hex(op.a()) + " " + bytes(op.b());
    return switch (op.call()) {
      case MMAP -> prefixed(p, mmap(op));
      case MREMAP -> prefixed(p, mremap(op));
      case MPROTECT -> op.c() >>> 3 == 0 ? p + "mprotect " + range + protection(op.c()) : "";
      case MUNMAP, MLOCK, MUNLOCK, MINCORE -> p + op.call().spelled() + " " + range;
      case MLOCK2 -> op.c() > 1 ? "" : p + "mlock " + range + (op.c() == 1 ? " onfault" : "");
      case MADVISE -> prefixed(p, advice(op, range));
      case MSYNC -> op.c() > 7 || op.c() == 0 ? "" : p + "msync " + range + bits(op.c(), SYNC);
      case MLOCKALL -> op.a() == 0 ? "" : p + "mlockall" + bits(op.a(), LOCK_ALL);
      case MUNLOCKALL -> p + "munlockall";
      case BRK -> "";
      case FTRUNCATE -> p + "ftruncate " + file(op.a()) + " " + op.b();
      case LOAD -> p + "load " + hex(op.a()) + " bytes=" + op.b();
      case STORE -> p + "store " + hex(op.a()) + " " + hex(op.c()) + " bytes=" + op.b();
      case WRITE -> p + "copy_from_user " + range;
      case READ -> p + "copy_to_user " + hex(op.a()) + " \"" + text(op) + "\"";
      case PROCESS_VM_READV, PROCESS_VM_WRITEV -> vectors(p, op);
      case FORK -> "q = fork p";
      case EXIT -> "exit q";
    };
  }

  private static String text(Op op) {
    return new String(KernelSide.pattern(op), 0, (int) op.b(), StandardCharsets.US_ASCII);
  }

  /** A system call with the numbers of its registers. */
  private static String raw(Op op) {
    StringBuilder line = new StringBuilder(op.who() == 0 ? "p: " : "q: ");
    line.append("syscall ").append(op.call().spelled());
    if (op.call() == Call.PROCESS_VM_READV || op.call() == Call.PROCESS_VM_WRITEV) {
      line.append(op.e() == 0 ? " p" : " q");
    }
    long[] all = {op.a(), op.b(), op.c(), op.d(), op.e(), op.f()};
    for (int i = 0; i < op.call().numbers(); i++) {
      boolean isFile = op.call() == Call.MMAP && i == 4;
      line.append(' ').append(isFile ? file(all[i]) : hex(all[i]));
    }
    return line.toString();
  }

  private static String prefixed(String prefix, String words) {
    return words.isEmpty() ? "" : prefix + words;
  }

  private static String hex(long number) {
    return "0x" + Long.toHexString(number);
  }

  private static String bytes(long number) {
    return number < 0 && number != -1 ? hex(number) : Long.toString(number);
  }

  private static String protection(long bits) {
    return " " + PROTECTIONS.get((int) bits);
  }

  private static String bits(long bits, List<String> words) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < words.size(); i++) {
      text.append((bits & 1L << i) != 0 ? " " + words.get(i) : "");
    }
    return text.toString();
  }

  private static String mmap(Op op) {
    long flags = op.d();
    int type = (int) (flags & MapFlags.MAP_TYPE);
    String typeWord = type < MAP_TYPES.size() ? MAP_TYPES.get(type) : "";
    boolean anonymous = op.e() == Op.NO_FILE;
    if (typeWord.isEmpty() || op.c() >>> 3 != 0) {
      return "";
    }
    List<String> words = new ArrayList<>(List.of("mmap", bytes(op.b())));
    words.add(PROTECTIONS.get((int) op.c()));
    words.add(typeWord);
    long left = flags & ~MapFlags.MAP_TYPE & ~MapFlags.MAP_FIXED;
    for (Map.Entry<String, Long> word : MAP_WORDS.entrySet()) {
      if ((left & word.getValue()) != 0) {
        words.add(word.getKey());
        left &= ~word.getValue();
      }
    }
    if (left != 0) {
      return "";
    }
    words.add(anonymous ? "" : "file " + file(op.e()));
    words.add(op.f() == 0 ? "" : "offset=" + hex(op.f()));
    String place = (flags & MapFlags.MAP_FIXED) != 0 ? "fixed=" : "hint=";
    words.add(op.a() == 0 && place.equals("hint=") ? "" : place + hex(op.a()));
    return String.join(" ", words).replaceAll(" +", " ").strip();
  }

  private static String mremap(Op op) {
    long flags = op.d();
    boolean fixed = (flags & MapFlags.MREMAP_FIXED) != 0;
    boolean moves = (flags & MapFlags.MREMAP_MAYMOVE) != 0;
    boolean keeps = (flags & MapFlags.MREMAP_DONTUNMAP) != 0;
    if (flags > 7 || (fixed && !moves) || (keeps && !fixed && op.e() != 0)) {
      return "";
    }
    return "mremap "
        + hex(op.a())
        + " "
        + bytes(op.b())
        + " "
        + bytes(op.c())
        + (moves && !fixed ? " maymove" : "")
        + (keeps ? " dontunmap" : "")
        + (fixed ? " fixed=" + hex(op.e()) : "");
  }

  private static String advice(Op op, String range) {
    for (Advice advice : Advice.values()) {
      if (advice.number() == op.c()) {
        return "madvise " + range + " " + advice.name().toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  private static String vectors(String p, Op op) {
    String other = op.e() == 0 ? "p" : "q";
    if (op.b() != op.d()) {
      return "";
    }
    boolean reads = op.call() == Call.PROCESS_VM_READV;
    String from = hex(reads ? op.c() : op.a());
    String to = hex(reads ? op.a() : op.c());
    String places = reads ? from + " " + to : to + " " + from;
    return p + op.call().spelled() + " " + other + " " + places + " " + op.b();
  }

  private static String file(long file) {
    return switch ((int) file) {
      case Op.MEMORY_FILE -> "f";
      case Op.DISK_FILE -> "g";
      case Op.BAD_FILE -> "99";
      default -> "-1";
    };
  }
}
