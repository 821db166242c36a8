package dev.quarry.slab;

import dev.quarry.machine.Host;

/**
 * The slab descriptor, {@code struct slab}: where in RAM each of its fields is. Three cache lines,
 * by who writes them, so that a CPU that frees another one's object does not take the owner's line:
 *
 * <pre>
 *    0  owner       4   the CPU that owns the slab, or NO_OWNER          written when made or given
 *    4  cache       4   the cache's number                               away; read by all
 *    8  objects     8   address of object 0: s_mem
 *   16  reciprocal  8   2^40 / size, rounded up
 *   24  size        4   bytes from object to object
 *   28  num         4   objects in the slab
 *   32  page        8   address of the first page
 *   40  colour      4   colour offset: colouroff
 *   44  node        4   nodeid
 *   64  free        4   first of the chain of free objects, or END       written by the owner, or
 *   68  inuse       4   objects in use; kept while nobody owns it        under the node's lock
 *   72  local       8   what the owner freed: see below
 *   80  objects     8   again, for the owner
 *   88  next, prev  16  neighbours on a list
 *  104  list        4   which list
 *  108  size        4   again, for the owner
 *  128  remote      8   what others freed: see below                     written by all: CAS
 *  136  pending     8   next slab that has something to collect
 *  192  chain           an object descriptor for each object: {@link Bufctl}
 *
 *   local    63             32 31     16 15      0     toGo: frees until the slab's list changes
 *           +-----------------+---------+---------+    head: first of the chain
 *           | toGo            | 0       | head    |
 *           +-----------------+---------+---------+
 *   remote           33    32 31     16 15      0      waits: the slab is on its owner's stack of
 *           +--------+-------+---------+---------+            slabs to collect from
 *           | 0      | waits | count   | head    |
 *           +--------+-------+---------+---------+
 * </pre>
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
  static final int BYTES = 192;

  /** The owner of a slab that the node's lock guards. */
  static final int NO_OWNER = -1;

  static final int OWNER = 0;
  static final int CACHE = 4;
  static final int OBJECTS = 8;
  static final int RECIPROCAL = 16;
  static final int SIZE = 24;
  static final int NUM = 28;
  static final int PAGE = 32;
  static final int COLOUR = 40;
  static final int NODE = 44;
  static final int FREE = 64;
  static final int INUSE = 68;
  static final int LOCAL = 72;
  static final int OWN_OBJECTS = 80;
  static final int NEXT = 88;
  static final int PREV = 96;
  static final int LIST = 104;
  static final int OWN_SIZE = 108;
  static final int REMOTE = 128;
  static final int PENDING_NEXT = 136;

  private static final int RECIPROCAL_SHIFT = 40;
  private static final int HEAD_MASK = 0xFFFF;
  private static final int COUNT_SHIFT = 16;
  private static final long WAITS = 1L << 32;
  private static final int TO_GO_SHIFT = 32;
  private static final long ONE_TO_GO = 1L << TO_GO_SHIFT;
  private static final long TO_GO_MASK = -1L << TO_GO_SHIFT;

  /** {@link #LOCAL}'s toGo while no number of frees changes the slab's list. */
  static final int NEVER = Integer.MAX_VALUE;

  /** {@link #REMOTE} of a slab into which nobody else freed. */
  static final long NOTHING = Bufctl.END;

  /** What {@link #indexOf} returns for an address on which no object begins. */
  static final int NO_OBJECT = -1;

  private Slab() {}

  /** {@link #RECIPROCAL} of a size. */
  static long reciprocal(int size) {
    return ((1L << RECIPROCAL_SHIFT) + size - 1) / size;
  }

  /** The object that begins at an address, or {@link #NO_OBJECT}: no division. */
  static int indexOf(long at, long address) {
    long offset = address - Host.getLong(at + OBJECTS);
    long index = (offset * Host.getLong(at + RECIPROCAL)) >>> RECIPROCAL_SHIFT;
    return index * Host.getInt(at + SIZE) == offset && index < Host.getInt(at + NUM)
        ? (int) index & HEAD_MASK
        : NO_OBJECT;
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
    return Host.getInt(at + NUM);
  }

  static int node(long at) {
    return Host.getInt(at + NODE);
  }

  static int free(long at) {
    return Host.getInt(at + FREE) & HEAD_MASK;
  }

  static void free(long at, int index) {
    Host.putInt(at + FREE, index);
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

  static boolean isActive(long at, int index) {
    return Bufctl.get(chain(at), index) == Bufctl.ACTIVE;
  }

  /** Takes the first of the free chain, which is {@code index}, and returns its address. */
  static long take(long at, int index) {
    long chain = chain(at);
    Host.putInt(at + FREE, Bufctl.get(chain, index));
    Bufctl.put(chain, index, Bufctl.ACTIVE);
    return Host.getLong(at + OWN_OBJECTS) + (long) index * Host.getInt(at + OWN_SIZE);
  }

  /**
   * The owner frees an object.
   *
   * @return whether the slab belongs on another list now
   */
  static boolean freeLocal(long at, int index) {
    long word = Host.getLong(at + LOCAL);
    Bufctl.put(chain(at), index, (int) word & HEAD_MASK);
    long next = (word & TO_GO_MASK) - ONE_TO_GO + index;
    Host.putLong(at + LOCAL, next);
    return next < ONE_TO_GO;
  }

  /**
   * Another CPU than the owner frees an object. The CAS releases the chain's number to {@link
   * #takeRemote}.
   *
   * @return whether the caller has to tell the owner
   */
  static boolean freeRemote(long at, int index) {
    while (true) {
      long word = Host.getLong(at + REMOTE);
      Bufctl.put(chain(at), index, (int) word & HEAD_MASK);
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
