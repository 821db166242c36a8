package dev.quarry.replay.calls;

import dev.quarry.replay.calls.ProgramShape.Part;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Puts together what is seen of all lives of the same program, and of the one interpreter.
 *
 * <pre>
 *   555555554000        heap        firstTop             areasFrom           stackTop
 *   [ program  | bss ][ heap        [ vvar, vdso ][ interpreter ]    [ stack ]
 * </pre>
 *
 * <p>Without address randomisation, which shows in the first area's place, the outer bounds are the
 * kernel's; with it, they are where memory was used.
 */
final class ProgramShapes {
  private static final long PAGE = 4096;
  private static final long FIXED_BASE = 0x5555_5555_4000L;
  private static final long FIXED_AREAS = 0x7fff_f7ff_f000L;
  private static final long FIXED_STACK = Foreign.USER_END;
  private static final long NEAR = 64L << 20;
  private static final long VDSO_BYTES = 8 * PAGE;
  private static final long MOST_INTERPRETER = 4L << 20;
  private static final long LARGEST_PROGRAM = 1L << 30;

  private final Map<String, TreeMap<Long, Integer>> programs = new TreeMap<>();
  private final TreeMap<Long, Integer> interpreter = new TreeMap<>();

  private ProgramShapes() {}

  static List<ProgramShape> of(List<Life> lives) {
    ProgramShapes shapes = new ProgramShapes();
    for (Life life : lives) {
      merge(
          shapes.programs.computeIfAbsent(life.path, _ -> new TreeMap<>()),
          program(life),
          base(life));
      merge(shapes.interpreter, interpreterOf(life), interpreterBase(life));
    }
    List<ProgramShape> made = new ArrayList<>();
    for (Life life : lives) {
      made.add(shapes.shape(life));
    }
    return made;
  }

  private static void merge(
      TreeMap<Long, Integer> into, SortedMap<Long, Integer> pages, long base) {
    pages.forEach((page, how) -> into.merge(page - base, how, (a, b) -> a | b));
  }

  private static boolean isFixed(Life life) {
    return life.firstTop != Life.NONE
        && life.firstTop <= FIXED_AREAS
        && life.firstTop > FIXED_AREAS - NEAR;
  }

  /** What was used below the heap, as far below as a program may begin. */
  private static NavigableMap<Long, Integer> program(Life life) {
    long top = life.heap == Life.NONE ? FIXED_BASE + LARGEST_PROGRAM : life.heap;
    Long highest = life.used.lowerKey(top);
    if (highest == null) {
      return new TreeMap<>();
    }
    return life.used.subMap(Math.max(0, highest - LARGEST_PROGRAM), true, top, false);
  }

  private static long base(Life life) {
    NavigableMap<Long, Integer> pages = program(life);
    if (pages.isEmpty()) {
      return 0;
    }
    long lowest = pages.firstKey();
    boolean fixed = lowest >= FIXED_BASE && lowest < FIXED_BASE + LARGEST_PROGRAM && isFixed(life);
    return fixed ? FIXED_BASE : lowest;
  }

  private static NavigableMap<Long, Integer> interpreterOf(Life life) {
    long from = interpreterBase(life);
    long to = isFixed(life) ? FIXED_AREAS : from + MOST_INTERPRETER;
    return from == 0 || from >= to ? new TreeMap<>() : life.used.subMap(from, true, to, false);
  }

  private static long interpreterBase(Life life) {
    return life.firstTop == Life.NONE ? 0 : life.firstTop + VDSO_BYTES;
  }

  private ProgramShape shape(Life life) {
    List<Part> parts = new ArrayList<>();
    long base = base(life);
    TreeMap<Long, Integer> pages = programs.getOrDefault(life.path, new TreeMap<>());
    boolean fixed = isFixed(life);
    if (!pages.isEmpty()) {
      long used = base + pages.lastKey() + PAGE;
      long end = fixed && life.heap != Life.NONE ? life.heap & -PAGE : used;
      parts.addAll(new ModuleParts(base, end, pages, ModuleParts.PROGRAM).list());
    }
    long areasFrom = fixed || life.firstTop == Life.NONE ? FIXED_AREAS : interpreterBase(life);
    if (!interpreter.isEmpty() && !interpreterOf(life).isEmpty()) {
      long from = interpreterBase(life);
      areasFrom = fixed ? FIXED_AREAS : from + interpreter.lastKey() + PAGE;
      parts.addAll(new ModuleParts(from, areasFrom, interpreter, ModuleParts.INTERPRETER).list());
    }
    long stackTop = stackTop(life, fixed, areasFrom);
    return new ProgramShape(
        life.path,
        parts,
        life.heap,
        areasFrom,
        stackTop,
        stackUsed(life, areasFrom, stackTop),
        life.firstTop != Life.NONE);
  }

  /** Names and arguments lie above what was seen: a page at least. */
  private static long stackTop(Life life, boolean fixed, long areasFrom) {
    long highest = life.used.isEmpty() ? 0 : life.used.lastKey();
    boolean seen = highest > areasFrom + MOST_INTERPRETER;
    return fixed || !seen ? FIXED_STACK : Math.min(FIXED_STACK, highest + 2 * PAGE);
  }

  private static long stackUsed(Life life, long areasFrom, long stackTop) {
    for (Map.Entry<Long, Integer> page : life.used.tailMap(areasFrom, true).entrySet()) {
      if ((page.getValue() & Life.CLEARED) != 0) {
        return page.getKey() + PAGE;
      }
    }
    return stackTop - PAGE;
  }
}
