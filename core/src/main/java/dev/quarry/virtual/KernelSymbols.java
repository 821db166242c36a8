package dev.quarry.virtual;

import java.util.ArrayList;
import java.util.List;

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

  KernelSymbols(PageTableLayout layout) {
    this.text = layout == PageTableLayout.X86_64 ? TEXT_64 : TEXT_32;
  }

  synchronized long address(String name) {
    int index = names.indexOf(name);
    if (index < 0) {
      index = names.size();
      names.add(name);
    }
    return text + ((long) index << FUNCTION_SHIFT);
  }

  synchronized String name(long address) {
    return names.get((int) ((address - text) >>> FUNCTION_SHIFT));
  }
}
