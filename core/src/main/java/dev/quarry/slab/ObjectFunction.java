package dev.quarry.slab;

import dev.quarry.machine.Cpu;

/** A constructor or destructor of a cache's objects: {@code void (*ctor)(void *)}. */
@FunctionalInterface
public interface ObjectFunction {
  /** Neither constructs nor destroys. */
  ObjectFunction NONE = (cpu, object) -> {};

  /**
   * Called for each object of a fresh slab, or of one that is destroyed.
   *
   * @param cpu the CPU at work; the function may allocate on it, but not from the same cache
   * @param object the object's address
   */
  void apply(Cpu cpu, long object);
}
