package dev.quarry.virtual;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names of the kernel's functions by address, as {@code %pS} prints them: who asked for an area is
 * stored in its descriptor as an address. Each name gets one when it is first used.
 */
final class KernelSymbols {
  private static final long TEXT_64 = 0xffff_ffff_8100_0000L;
  private static final long TEXT_32 = 0xc100_0000L;
  private static final int FUNCTION_SHIFT = 4;

  private final long text;
  private final List<String> names = new ArrayList<>();
  private final Map<String, Long> addresses = new HashMap<>();

  KernelSymbols(PageTableLayout layout) {
    this.text = layout == PageTableLayout.X86_64 ? TEXT_64 : TEXT_32;
  }

  synchronized long address(String name) {
    Long known = addresses.get(name);
    if (known == null) {
      known = text + ((long) names.size() << FUNCTION_SHIFT);
      names.add(name);
      addresses.put(name, known);
    }
    return known;
  }

  synchronized String name(long address) {
    return names.get((int) ((address - text) >>> FUNCTION_SHIFT));
  }
}
