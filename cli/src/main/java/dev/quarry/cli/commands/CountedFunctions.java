package dev.quarry.cli.commands;

import dev.quarry.slab.DirectMemory;
import dev.quarry.slab.ObjectFunction;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The constructors and destructors that a shell has, with a count of their calls. */
final class CountedFunctions {
  /** What {@code ctor=} and {@code dtor=} may be. */
  static final List<String> NAMES = List.of("fill", "zero", "count");

  /** What {@code fill} fills with. */
  static final byte FILLING = 0x11;

  private final DirectMemory memory;
  private final int bytes;
  private final AtomicLong constructed = new AtomicLong();
  private final AtomicLong destroyed = new AtomicLong();

  /**
   * Functions for a cache that is to be made.
   *
   * @param bytes in an object
   */
  CountedFunctions(DirectMemory memory, int bytes) {
    this.memory = memory;
    this.bytes = bytes;
  }

  /** The constructor of a name; none of the empty one. */
  ObjectFunction constructor(String name) {
    return counted(name, constructed);
  }

  /** The destructor of a name; none of the empty one. */
  ObjectFunction destructor(String name) {
    return counted(name, destroyed);
  }

  private ObjectFunction counted(String name, AtomicLong calls) {
    return switch (name) {
      case "" -> ObjectFunction.NONE;
      case "fill" -> filling(calls, FILLING);
      case "zero" -> filling(calls, (byte) 0);
      default -> (cpu, object) -> calls.incrementAndGet();
    };
  }

  private ObjectFunction filling(AtomicLong calls, byte value) {
    return (cpu, object) -> {
      memory.fill(object, bytes, value);
      calls.incrementAndGet();
    };
  }

  long constructed() {
    return constructed.get();
  }

  long destroyed() {
    return destroyed.get();
  }
}
