package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.machine.Nearest;
import dev.quarry.virtual.space.MapFlags;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What {@code mmap} is asked for, in words: {@code rw private anon}, {@code r shared file f}. What
 * is not said is read and write, private, and anonymous.
 */
final class MmapWords {
  private static final Map<String, Long> FLAGS = new LinkedHashMap<>();
  private static final int LINE = 72;
  private static final long TYPES = MapFlags.MAP_TYPE;

  static {
    FLAGS.put("private", MapFlags.MAP_PRIVATE);
    FLAGS.put("shared", MapFlags.MAP_SHARED);
    FLAGS.put("shared_validate", MapFlags.MAP_SHARED_VALIDATE);
    FLAGS.put("droppable", MapFlags.MAP_DROPPABLE);
    FLAGS.put("anon", MapFlags.MAP_ANONYMOUS);
    FLAGS.put("fixed", MapFlags.MAP_FIXED);
    FLAGS.put("noreplace", MapFlags.MAP_FIXED_NOREPLACE);
    FLAGS.put("noreserve", MapFlags.MAP_NORESERVE);
    FLAGS.put("populate", MapFlags.MAP_POPULATE);
    FLAGS.put("nonblock", MapFlags.MAP_NONBLOCK);
    FLAGS.put("growsdown", MapFlags.MAP_GROWSDOWN);
    FLAGS.put("locked", MapFlags.MAP_LOCKED);
    FLAGS.put("stack", MapFlags.MAP_STACK);
    FLAGS.put("32bit", MapFlags.MAP_32BIT);
    FLAGS.put("above4g", MapFlags.MAP_ABOVE4G);
    FLAGS.put("hugetlb", MapFlags.MAP_HUGETLB);
    FLAGS.put("sync", MapFlags.MAP_SYNC);
  }

  private final Call call;
  private long protection = MapFlags.PROT_READ | MapFlags.PROT_WRITE;
  private long flags;
  private int file = -1;

  /** Reads the words from an index on. */
  MmapWords(Call call, int from) {
    this.call = call;
    int at = from;
    while (at < call.size()) {
      at = word(at);
    }
    boolean typed = (flags & TYPES) != 0;
    flags |= typed ? 0 : MapFlags.MAP_PRIVATE;
    flags |= file < 0 ? MapFlags.MAP_ANONYMOUS : 0;
  }

  /** The words that there are, without the file's. */
  static List<String> all() {
    List<String> all = new ArrayList<>(protections());
    all.addAll(FLAGS.keySet());
    all.add("file");
    return List.copyOf(all);
  }

  /** The same in lines that fit a terminal. */
  static String listed() {
    return lines(all());
  }

  /** Words with blanks between them, in lines that fit a terminal. */
  static String lines(List<String> words) {
    StringBuilder out = new StringBuilder();
    int column = 0;
    for (String word : words) {
      column += word.length() + 1;
      out.append(column > LINE ? "\n    " : out.isEmpty() ? "" : " ").append(word);
      column = column > LINE ? word.length() + 1 : column;
    }
    return out.toString();
  }

  /** The words that say which accesses are allowed. */
  static List<String> protections() {
    return List.of("r", "w", "x", "rw", "rx", "rwx", "none");
  }

  private int word(int at) {
    String word = call.literal(at, "a flag");
    Long flag = FLAGS.get(word);
    if (word.equals("file")) {
      file = at + 1;
      call.word(file, "a file behind \"file\"");
      return at + 2;
    }
    if (flag != null) {
      if ((flag & TYPES) != 0 && (flags & TYPES) != 0) {
        throw call.refuse(at, "\"" + word + "\": a mapping is private or shared, only once");
      }
      flags |= flag;
    } else {
      protection = protection(call, at, all());
    }
    return at + 1;
  }

  /** PROT_* of {@code r}, {@code rw}, {@code rwx}, {@code none}. */
  static long protection(Call call, int index, List<String> others) {
    String word = call.literal(index, "r, rw, rx, rwx or none");
    if (word.equals("none")) {
      return MapFlags.PROT_NONE;
    }
    if (!word.matches("r?w?x?") || word.isEmpty()) {
      throw call.refuse(
          index,
          "\"" + word + "\" is none of " + String.join(", ", others) + Nearest.hint(word, others));
    }
    return (word.contains("r") ? MapFlags.PROT_READ : 0)
        | (word.contains("w") ? MapFlags.PROT_WRITE : 0)
        | (word.contains("x") ? MapFlags.PROT_EXEC : 0);
  }

  long protection() {
    return protection;
  }

  long flags() {
    return flags;
  }

  /** The index of the word that names the file, or -1. */
  int file() {
    return file;
  }
}
