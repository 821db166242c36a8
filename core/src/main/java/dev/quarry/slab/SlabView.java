package dev.quarry.slab;

import dev.quarry.machine.Host;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A slab as it is at one moment, for pictures and checks. The machine rests meanwhile.
 *
 * @param descriptor address of the slab descriptor
 * @param page address of its first page
 * @param node the node of its pages
 * @param owner the CPU that owns it, or {@link #NOBODY}
 * @param list the list that it is on: FULL, PARTIAL, FREE, CURRENT or RCU
 * @param colourOffset bytes before the descriptor, or before the first object of an off-slab one
 * @param firstObject address of object 0
 * @param numbers the object descriptors: next free object, {@link #END}, {@link #ACTIVE} or {@link
 *     #CACHED}
 * @param freeChain indexes of the objects that are free to allocate, first to last; for a slab that
 *     is not current, those that the owner freed
 * @param localChain what the owner freed into a current slab
 * @param remoteChain what other CPUs freed and the owner has not yet collected
 */
public record SlabView(
    long descriptor,
    long page,
    int node,
    int owner,
    String list,
    int colourOffset,
    long firstObject,
    List<Integer> numbers,
    List<Integer> freeChain,
    List<Integer> localChain,
    List<Integer> remoteChain) {
  /** The owner of a slab on its node's lists. */
  public static final int NOBODY = Slab.NO_OWNER;

  /** Bytes of a slab descriptor; the object descriptors follow, 2 bytes each. */
  public static final int DESCRIPTOR_BYTES = Slab.BYTES;

  /** The end of a chain. */
  public static final int END = Bufctl.END;

  /** The object is in use. */
  public static final int ACTIVE = Bufctl.ACTIVE;

  /** The object is free and in an array. */
  public static final int CACHED = Bufctl.CACHED;

  public SlabView {
    numbers = List.copyOf(numbers);
    freeChain = List.copyOf(freeChain);
    localChain = List.copyOf(localChain);
    remoteChain = List.copyOf(remoteChain);
  }

  /** Objects in use. */
  public int inUse() {
    return Collections.frequency(numbers, ACTIVE);
  }

  /**
   * Reads a slab.
   *
   * @throws IllegalStateException if a chain leaves the slab or goes in a circle
   */
  static SlabView of(SlabCore core, long slab) {
    long at = core.memory.trusted(slab);
    SlabList.Kind kind = SlabList.Kind.of(at);
    int owner = Slab.owner(at);
    boolean current = kind == SlabList.Kind.CURRENT;
    List<Integer> numbers = new ArrayList<>();
    for (int index = 0; index < Slab.num(at); index++) {
      numbers.add(Bufctl.get(Slab.chain(at), index));
    }
    return new SlabView(
        slab,
        Host.getLong(at + Slab.PAGE),
        Slab.node(at),
        owner,
        kind.name(),
        Host.getInt(at + Slab.COLOUR),
        Host.getLong(at + Slab.OBJECTS),
        numbers,
        chain(numbers, freeHead(core, at, owner, current), slab),
        current ? chain(numbers, Slab.localHead(at), slab) : List.of(),
        chain(numbers, Slab.remoteHead(Slab.remote(at)), slab));
  }

  private static int freeHead(SlabCore core, long at, int owner, boolean current) {
    if (owner == Slab.NO_OWNER) {
      return Slab.free(at);
    }
    return current ? core.cache(Slab.cache(at)).cpu(owner).current().first() : Slab.localHead(at);
  }

  private static List<Integer> chain(List<Integer> numbers, int head, long slab) {
    List<Integer> chain = new ArrayList<>();
    for (int at = head; at != Bufctl.END; at = numbers.get(at)) {
      if (at >= numbers.size() || chain.size() == numbers.size()) {
        throw new IllegalStateException(
            "slab 0x"
                + Long.toHexString(slab)
                + ": the chain from "
                + head
                + " leaves its "
                + numbers.size()
                + " objects or has no end: "
                + chain);
      }
      chain.add(at);
    }
    return chain;
  }
}
