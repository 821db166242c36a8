package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * The slab that a CPU allocates from, in fields of Java's: what an allocation needs of its
 * descriptor. One for each cache and CPU, the same for as long as the cache lives, so that a table
 * by size can name it.
 *
 * <pre>
 *   by size ─► CurrentSlab   first ──► the object descriptor, in RAM: the next one; ACTIVE from now on
 *              │             objects + first * size: the object, and back again
 *              └─ chain ───► RAM
 * </pre>
 *
 * <p>While a slab is current, {@code first} holds the head of its free chain and the field {@link
 * Slab#FREE} of its descriptor means nothing.
 */
final class CurrentSlab {
  /** In place of the slabs of sizes that have none of their own: never an object in it. */
  static final CurrentSlab NEVER = new CurrentSlab(Long.BYTES);

  /** A host address shifted right is not negative, which the compiler sees. */
  private static final int HOST_SHIFT = 2;

  /** Two bytes without a sign: the compiler sees how large it can be. */
  private char first = Bufctl.END;

  private final long size;

  /** {@code size == odd << shift}, and {@code odd * inverse == 1} modulo 2^64. */
  private final long inverse;

  private final int shift;

  /** How many objects the slab has; 0 while none is current: no address is one of them. */
  private long num;

  /** Host address of the chain, shifted left. */
  private long shiftedChain;

  private long objects;

  /** Host address of the descriptor, or {@link Slab#NONE}. */
  private long at;

  CurrentSlab(int size) {
    this.size = size;
    this.shift = Integer.numberOfTrailingZeros(size);
    this.inverse = Slab.inverse(this.size >>> shift);
  }

  long at() {
    return at;
  }

  boolean isNone() {
    return at == Slab.NONE;
  }

  /** The first object of the free chain, or {@link Bufctl#END}. */
  int first() {
    return first;
  }

  /** Says where the free chain begins. */
  void first(int index) {
    first = (char) index;
  }

  /** Makes a slab the current one, with the free chain that its descriptor names. */
  void use(long descriptor) {
    at = descriptor;
    shiftedChain = Slab.chain(descriptor) << HOST_SHIFT;
    objects = Slab.object(descriptor, 0);
    num = Slab.num(descriptor);
    first = (char) Slab.free(descriptor);
    Slab.local(descriptor, Slab.NEVER, Bufctl.END);
  }

  /** No slab is current. */
  void useNone() {
    at = Slab.NONE;
    num = 0;
    first = Bufctl.END;
  }

  boolean isUsedUp() {
    return first == Bufctl.END;
  }

  /** Takes the first object of the free chain, which must not be used up. */
  long take() {
    long taken = first;
    long entry = chain() + (taken << 1);
    first = (char) Host.getShort(entry);
    Host.putShort(entry, (short) Bufctl.ACTIVE);
    return objects + taken * size;
  }

  /**
   * Frees an object if it is one of this slab: it is the next to be allocated. No frame and no
   * descriptor is looked at. The quotient is exact in 64 bits: below {@code num} for the addresses
   * of the slab's objects, and for no other address.
   *
   * @return false: it is none of this slab, or is free
   */
  boolean give(long object) {
    long quotient = Long.rotateRight((object - objects) * inverse, shift);
    if (Long.compareUnsigned(quotient, num) >= 0) {
      return false;
    }
    long index = quotient & Bufctl.MASK;
    long entry = chain() + (index << 1);
    if (Host.getShort(entry) != (short) Bufctl.ACTIVE) {
      return false;
    }
    Host.putShort(entry, (short) first);
    first = (char) index;
    return true;
  }

  private long chain() {
    return shiftedChain >>> HOST_SHIFT;
  }

  /**
   * The free chain is used up: what the owner freed becomes the free chain.
   *
   * @return whether there is an object now
   */
  boolean exchange() {
    if (at == Slab.NONE) {
      return false;
    }
    first = (char) Slab.localHead(at);
    if (first == Bufctl.END) {
      return false;
    }
    Slab.local(at, Slab.NEVER, Bufctl.END);
    return true;
  }

  /** Puts the local chain behind the free chain; returns the first of all. */
  int joinChains() {
    int local = Slab.localHead(at);
    if (first == Bufctl.END) {
      return local;
    }
    Bufctl.put(chain(), Bufctl.last(chain(), first), local);
    return first;
  }

  /** Objects that the owner may allocate from it without collecting what others freed. */
  int freeObjects() {
    return Bufctl.length(chain(), first) + Bufctl.length(chain(), Slab.localHead(at));
  }
}
