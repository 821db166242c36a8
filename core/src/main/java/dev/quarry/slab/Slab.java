package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * The slab descriptor, {@code struct slab}: where in RAM each of its fields is. Three cache lines,
 * by who writes them, so that a CPU that frees another one's object does not take the owner's line:
 *
 * <pre>
 *    0  owner       4   the CPU that owns the slab, or NO_OWNER          written when made or given
 *    4  start       4   address of object 0, its low half                away; read by all
 *    8  division    8   from an address to an index: see below
 *   16  objects     8   address of object 0: s_mem
 *   24  cache       4   the cache's number
 *   28  size        4   bytes from object to object
 *   32  page        8   address of the first page
 *   40  colour      4   colour offset: colouroff
 *   44  node        4   nodeid
 *   64  free        2   first of the chain of free objects, or END;      written by the owner, or
 *                       {@link CurrentSlab} has it while current         under the node's lock
 *   68  inuse       4   objects in use; kept while nobody owns it
 *   72  local       8   what the owner freed: see below
 *   80  next, prev  16  neighbours on a list
 *   96  list        4   which list
 *  128  remote      8   what others freed: see below                     written by all: CAS
 *  136  pending     8   next slab that has something to collect
 *  144  chain           an object descriptor for each object: {@link Bufctl}
 *
 *   bits     63               32 31     16 15      0
 *           +-------------------+---------+---------+  size == odd << shift, and
 *   division| inverse           | num     | shift   |  odd * inverse == 1 modulo 2^32
 *           +-------------------+---------+---------+  toGo: frees by the owner until the slab
 *   local   | toGo                        | head    |        belongs on another list
 *           +-----------+-------+---------+---------+  waits: the slab is on its owner's stack of
 *   remote  | 0         | waits | count   | head    |         slabs to collect from
 *           +-----------+-------+---------+---------+
 * </pre>
 *
 * <p>What a free needs is in few words: each access to RAM costs the JIT hundreds of nodes, and it
 * stops inlining in a caller that has grown too much.
 *
 * <p>Equation: {@code free chain + local chain + remote chain + allocated == num}.
 *
 * <p>Addresses are the kernel's; 0 is none. Methods take host addresses of a descriptor ({@code
 * at}), which their callers have from {@link DirectMemory#trusted}.
 */
final class Slab {
  /** No slab. */
  static final long NONE = 0;

  /** Bytes of a descriptor; the chain follows. */
  static final int BYTES = 144;

  /** The owner of a slab that the node's lock guards. */
  static final int NO_OWNER = -1;

  static final int OWNER = 0;
  static final int START = 4;
  static final int DIVISION = 8;
  static final int OBJECTS = 16;
  static final int CACHE = 24;
  static final int SIZE = 28;
  static final int PAGE = 32;
  static final int COLOUR = 40;
  static final int NODE = 44;
  static final int FREE = 64;
  static final int INUSE = 68;
  static final int LOCAL = 72;
  static final int NEXT = 80;
  static final int PREV = 88;
  static final int LIST = 96;
  static final int REMOTE = 128;
  static final int PENDING_NEXT = 136;

  private static final int HEAD_MASK = 0xFFFF;
  private static final int COUNT_SHIFT = 16;
  private static final long WAITS = 1L << 32;
  private static final int TO_GO_SHIFT = 16;
  private static final long ONE_TO_GO = 1L << TO_GO_SHIFT;

  /** {@link #TO_GO} while no number of frees changes the slab's list. */
  static final int NEVER = Integer.MAX_VALUE;

  /** {@link #REMOTE} of a slab into which nobody else freed. */
  static final long NOTHING = Bufctl.END;

  /** What {@link #indexOf} returns for an address on which no object begins. */
  static final int NO_OBJECT = -1;

  private Slab() {}

  /** Writes where objects of a size are, and how to find the index of one. Nobody owns the slab. */
  static void objects(long at, long first, int size, int num) {
    int shift = Integer.numberOfTrailingZeros(size);
    long inverse = inverse(size >>> shift);
    Host.putLong(at + OBJECTS, first);
    Host.putInt(at + SIZE, size);
    Host.putInt(at + START, (int) first);
    Host.putInt(at + OWNER, NO_OWNER);
    Host.putLong(at + DIVISION, (inverse << 32) | ((long) num << 16) | shift);
  }

  /** The number that an odd one times it is 1 modulo 2^64. */
  static long inverse(long odd) {
    long inverse = odd; // right in the lowest 3 bits; each step of Newton's doubles them
    for (int bits = 3; bits < Long.SIZE; bits *= 2) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }

  static long division(long at) {
    return Host.getLong(at + DIVISION);
  }

  /**
   * The index of the object that begins at an address near the slab, without a division; a number
   * that is not below {@link #numOf} (unsigned) if none does. A multiple of the size, times the
   * inverse and rotated, is the quotient; every other number becomes larger than any quotient
   * (Warren, Hacker's Delight, "Test for zero remainder after division by a constant").
   */
  static int quotient(long at, long division, long address) {
    int offset = (int) address - Host.getInt(at + START);
    return Integer.rotateRight(offset * (int) (division >>> 32), (int) division);
  }

  static int numOf(long division) {
    return (int) division >>> 16;
  }

  /** The object that begins at an address near the slab, or {@link #NO_OBJECT}. */
  static int indexOf(long at, long address) {
    int index = quotient(at, division(at), address);
    return Integer.compareUnsigned(index, num(at)) < 0 ? index & HEAD_MASK : NO_OBJECT;
  }

  /** The object of an index. */
  static long object(long at, int index) {
    return Host.getLong(at + OBJECTS) + (long) index * Host.getInt(at + SIZE);
  }

  /** The host's address of the chain. */
  static long chain(long at) {
    return at + BYTES;
  }

  static int owner(long at) {
    return Host.getInt(at + OWNER);
  }

  static void owner(long at, int cpu) {
    Host.putInt(at + OWNER, cpu);
  }

  static int cache(long at) {
    return Host.getInt(at + CACHE);
  }

  static int num(long at) {
    return numOf(division(at));
  }

  static int size(long at) {
    return Host.getInt(at + SIZE);
  }

  static int node(long at) {
    return Host.getInt(at + NODE);
  }

  static int free(long at) {
    return Host.getShort(at + FREE) & HEAD_MASK;
  }

  static void free(long at, int index) {
    Host.putShort(at + FREE, (short) index);
  }

  static int inUse(long at) {
    return Host.getInt(at + INUSE);
  }

  static void inUse(long at, int objects) {
    Host.putInt(at + INUSE, objects);
  }

  static int localHead(long at) {
    return (int) Host.getLong(at + LOCAL) & HEAD_MASK;
  }

  static int toGo(long at) {
    return (int) (Host.getLong(at + LOCAL) >>> TO_GO_SHIFT);
  }

  static void local(long at, int toGo, int head) {
    Host.putLong(at + LOCAL, ((long) toGo << TO_GO_SHIFT) | head);
  }

  static boolean isActive(long at, long index) {
    return Host.getShort(chain(at) + (index << 1)) == (short) Bufctl.ACTIVE;
  }

  /** Takes the first object of the free chain of a slab that is nobody's and has one. */
  static long take(long at) {
    int first = free(at);
    free(at, Bufctl.get(chain(at), first));
    Bufctl.put(chain(at), first, Bufctl.ACTIVE);
    return object(at, first);
  }

  /**
   * The owner frees an object.
   *
   * @return whether the slab belongs on another list now
   */
  static boolean freeLocal(long at, long index) {
    long word = Host.getLong(at + LOCAL);
    Host.putShort(chain(at) + (index << 1), (short) word);
    long now = ((word & ~(long) HEAD_MASK) | index) - ONE_TO_GO;
    Host.putLong(at + LOCAL, now);
    return now < ONE_TO_GO;
  }

  /**
   * Another CPU than the owner frees an object. The CAS releases the chain's number to {@link
   * #takeRemote}.
   *
   * @return whether the caller has to tell the owner
   */
  static boolean freeRemote(long at, long index) {
    while (true) {
      long word = Host.getLong(at + REMOTE);
      Host.putShort(chain(at) + (index << 1), (short) word);
      int count = remoteCount(word) + 1;
      if (Host.compareAndSetLong(
          at + REMOTE, word, WAITS | ((long) count << COUNT_SHIFT) | index)) {
        return (word & WAITS) == 0;
      }
    }
  }

  /**
   * Takes the chain that others freed.
   *
   * @param waits whether the slab stays on its owner's stack
   * @return a word for {@link #remoteHead} and {@link #remoteCount}
   */
  static long takeRemote(long at, boolean waits) {
    while (true) {
      long word = Host.getLong(at + REMOTE);
      long rest = waits ? (word & WAITS) | NOTHING : NOTHING;
      // Pairs with the CAS in freeRemote().
      if (Host.compareAndSetLong(at + REMOTE, word, rest)) {
        return word;
      }
    }
  }

  static long remote(long at) {
    return Host.getLong(at + REMOTE);
  }

  static int remoteHead(long word) {
    return (int) word & HEAD_MASK;
  }

  static int remoteCount(long word) {
    return (int) (word >>> COUNT_SHIFT) & HEAD_MASK;
  }

  static boolean waits(long at) {
    return (remote(at) & WAITS) != 0;
  }
}
