package dev.quarry.conform;

import dev.quarry.conform.Difference.What;
import dev.quarry.observe.PageMap;
import dev.quarry.virtual.space.Errno;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Plays a sequence on both sides and finds the first difference. */
final class Comparison {
  /** Operations between two comparisons of all contents. */
  private static final int CHUNK = 128;

  private static final int SIGNAL_SHIFT = 8;

  private final Side kernel;
  private final Side quarry;

  Comparison(Side kernel, Side quarry) {
    this.kernel = kernel;
    this.quarry = quarry;
  }

  /** What a sequence can have here. */
  Settings possible(Settings settings) {
    return kernel.possible(settings);
  }

  /** Returns the first difference, or null. */
  @Nullable Difference play(Sequence sequence) {
    List<Op> operations = sequence.operations();
    kernel.begin(sequence.settings());
    quarry.begin(sequence.settings());
    boolean child = false;
    for (int from = 0; from < operations.size(); from += CHUNK) {
      List<Op> chunk = operations.subList(from, Math.min(operations.size(), from + CHUNK));
      List<Observation> expected = kernel.play(chunk);
      for (int i = 0; i < chunk.size(); i++) {
        Op op = chunk.get(i);
        Observation found = quarry.play(List.of(op)).getFirst();
        Difference difference = compare(from + i, expected.get(i), found);
        if (difference != null) {
          return difference;
        }
        child = op.call() == Call.FORK || (child && op.call() != Call.EXIT);
      }
      Difference difference = deep(from + chunk.size() - 1, child);
      if (difference != null) {
        return difference;
      }
    }
    return null;
  }

  private static @Nullable Difference compare(int at, Observation kernel, Observation quarry) {
    if (kernel.result() != quarry.result()) {
      return of(at, What.RESULT, Errno.text(kernel.result()), Errno.text(quarry.result()));
    }
    if (kernel.signal() != quarry.signal()) {
      return of(at, What.SIGNAL, signal(kernel.signal()), signal(quarry.signal()));
    }
    if (!Arrays.equals(kernel.data(), quarry.data())) {
      HexFormat hex = HexFormat.of();
      return of(at, What.DATA, hex.formatHex(kernel.data()), hex.formatHex(quarry.data()));
    }
    if (kernel.minor() != quarry.minor() || kernel.major() != quarry.major()) {
      return of(at, What.FAULTS, faults(kernel), faults(quarry));
    }
    if (!Arrays.equals(kernel.areas(), quarry.areas())) {
      return of(at, What.AREAS, areas(kernel.areas()), areas(quarry.areas()));
    }
    if (!Arrays.equals(kernel.pages(), quarry.pages())) {
      return of(at, What.PAGES, pages(kernel.pages()), pages(quarry.pages()));
    }
    return null;
  }

  private static Difference of(int at, What what, String kernel, String quarry) {
    return new Difference(at, what, kernel, quarry);
  }

  private @Nullable Difference deep(int at, boolean child) {
    for (int who = 0; who < (child ? 2 : 1); who++) {
      Observation seen = quarry.look(who);
      Difference difference = compare(at, kernel.look(who), seen);
      if (difference == null) {
        difference = contents(at, who, seen.pages());
      }
      if (difference != null) {
        return difference;
      }
      String expected = String.join("\n", kernel.smaps(who));
      String found = String.join("\n", quarry.smaps(who));
      if (!expected.equals(found)) {
        return of(at, What.SMAPS, expected, found);
      }
    }
    for (int file : new int[] {Op.MEMORY_FILE, Op.DISK_FILE}) {
      byte[] expected = kernel.file(file, KernelSetup.FILE_PAGES);
      byte[] found = Arrays.copyOf(quarry.file(file, KernelSetup.FILE_PAGES), expected.length);
      int differs = Arrays.mismatch(expected, found);
      if (differs >= 0) {
        String name = "file " + file + " byte " + differs + ": ";
        return of(at, What.FILE, name + expected[differs], name + found[differs]);
      }
    }
    return null;
  }

  private @Nullable Difference contents(int at, int who, long[] words) {
    int[] present = new int[words.length];
    int count = 0;
    for (int i = 0; i < words.length; i++) {
      if (PageMap.isPresent(words[i])) {
        present[count++] = i;
      }
    }
    int[] pages = Arrays.copyOf(present, count);
    List<byte[]> expected = kernel.contents(who, pages);
    List<byte[]> found = quarry.contents(who, pages);
    for (int i = 0; i < pages.length; i++) {
      int differs = Arrays.mismatch(expected.get(i), found.get(i));
      if (differs >= 0) {
        String name = "page " + pages[i] + " byte " + differs + ": ";
        return of(at, What.CONTENTS, name + expected.get(i)[differs], name + found.get(i)[differs]);
      }
    }
    return null;
  }

  private static String signal(long code) {
    if (code == 0) {
      return "none";
    }
    return "signal " + (code >> SIGNAL_SHIFT) + " code " + (code & 0xff);
  }

  private static String faults(Observation seen) {
    return seen.minor() + " minor, " + seen.major() + " major";
  }

  static String areas(long[] words) {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < words.length; i += Observation.AREA_WORDS) {
      long flags = words[i + Observation.FLAGS];
      lines.add(
          String.format(
              Locale.ROOT,
              "%x-%x %s%s%s%s %x file %d",
              words[i + Observation.START],
              words[i + Observation.END],
              (flags & 1) != 0 ? "r" : "-",
              (flags & 2) != 0 ? "w" : "-",
              (flags & 4) != 0 ? "x" : "-",
              (flags & 8) != 0 ? "s" : "p",
              words[i + Observation.OFFSET],
              words[i + Observation.FILE]));
    }
    return String.join("\n", lines);
  }

  /** A letter for each page: absent, zero or shared, own; capital for those of a file. */
  private static String pages(long[] words) {
    StringBuilder out = new StringBuilder();
    for (long word : words) {
      char letter = !PageMap.isPresent(word) ? '.' : (word & PageMap.EXCLUSIVE) != 0 ? 'x' : 's';
      letter = (word & PageMap.SWAPPED) != 0 ? 'w' : letter;
      out.append((word & PageMap.OF_FILE) != 0 ? Character.toUpperCase(letter) : letter);
    }
    return out.toString();
  }
}
