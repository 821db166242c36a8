package dev.quarry.cli.commands;

import dev.quarry.cli.lang.Call;
import dev.quarry.cli.lang.Value;
import dev.quarry.machine.Sizes;

/** Addresses as words: {@code 0x1000}, {@code 16M}, or something that has one. */
final class Addresses {
  private Addresses() {}

  /** The address that a word says. */
  static long of(Call call, int index) {
    return call.read(index, "an address such as 0x1000", Addresses::parse);
  }

  private static long parse(Value value) {
    if (value instanceof Value.Number(long number)) {
      return number;
    }
    if (value instanceof PageBlock block && block.address() != 0) {
      return block.address();
    }
    String text = value.word();
    if (!text.startsWith("0x")) {
      return Sizes.parse(text);
    }
    try {
      return Long.parseUnsignedLong(text.substring(2), 16);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("\"" + text + "\" is not an address such as 0x1000", e);
    }
  }
}
