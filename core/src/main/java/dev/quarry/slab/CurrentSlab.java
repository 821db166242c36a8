package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * The slab that a CPU allocates from, in fields of Java's: what an allocation needs of its
 * descriptor. One for each cache and CPU, the same for as long as the cache lives, so that a table
 * by size can name it.
 *
 * <pre>
 *   by size ─► CurrentSlab   first ──► the object descriptor, in RAM: the next one; ACTIVE from now on
 *              │             objects + first * size: the object
 *              └─ chain ───► RAM
 * </pre>
 *
 * <p>While a slab is current, {@code first} holds the head of its free chain and the field {@link
 * Slab#FREE} of its descriptor means nothing.
 */
final class CurrentSlab {
  /** In place of the slabs of sizes that have none of their own: never an object in it. */
  static final CurrentSlab NEVER = new CurrentSlab();

  private int first = Bufctl.END;
  private int size;
  private long chain;
  private long objects;

  /** Host address of the descriptor, or {@link Slab#NONE}. */
  private long at;

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
    first = index;
  }

  /** Makes a slab the current one, with the free chain that its descriptor names. */
  void use(long descriptor) {
    at = descriptor;
    chain = Slab.chain(descriptor);
    objects = Slab.object(descriptor, 0);
    size = Slab.size(descriptor);
    first = Slab.free(descriptor);
    Slab.local(descriptor, Slab.NEVER, Bufctl.END);
  }

  /** No slab is current. */
  void useNone() {
    at = Slab.NONE;
    first = Bufctl.END;
  }

  /** Takes the first object of the free chain; {@link KmemCache#NULL} if there is none. */
  long take() {
    int taken = first;
    if (taken == Bufctl.END) {
      return KmemCache.NULL;
    }
    long entry = Host.address(chain + ((long) taken << 1));
    first = Host.getShort(entry) & Bufctl.MASK;
    Host.putShort(entry, (short) Bufctl.ACTIVE);
    return objects + (long) taken * size;
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
    first = Slab.localHead(at);
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
    Bufctl.put(chain, Bufctl.last(chain, first), local);
    return first;
  }

  /** Objects that the owner may allocate from it without collecting what others freed. */
  int freeObjects() {
    return Bufctl.length(chain, first) + Bufctl.length(chain, Slab.localHead(at));
  }
}
