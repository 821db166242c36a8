package dev.quarry.slab;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who allocates and frees: places in the program, by numbers that fit an object's user words. 0 is
 * nobody.
 */
final class CallSites {
  private static final String PACKAGE = CallSites.class.getPackageName() + ".";
  private static final StackWalker WALKER = StackWalker.getInstance();

  private final Map<String, Integer> numbers = new HashMap<>();
  private final List<String> names = new ArrayList<>(List.of("nobody"));

  /** The number of a place. */
  synchronized int number(String name) {
    Integer known = numbers.get(name);
    if (known != null) {
      return known;
    }
    names.add(name);
    numbers.put(name, names.size() - 1);
    return names.size() - 1;
  }

  /** The place of a number. */
  synchronized String name(int number) {
    return number < 0 || number >= names.size() ? "unknown" : names.get(number);
  }

  /** The first caller outside of this package: class, method and line. */
  static String caller() {
    return WALKER.walk(frames ->
        frames
            .filter(frame -> !frame.getClassName().startsWith(PACKAGE))
            .findFirst()
            .map(frame ->
                frame.getClassName() + "." + frame.getMethodName() + ":" + frame.getLineNumber())
            .orElse("unknown"));
  }
}
