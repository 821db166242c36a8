package dev.quarry.slab;

/**
 * What a cache is asked to be: the arguments of {@code kmem_cache_create()}.
 *
 * @param name what reports and slabinfo call it
 * @param size bytes in an object
 * @param align objects begin at multiples of it; 0: as the machine likes
 * @param flags bits of {@link SlabFlags}
 * @param ctor applied to the objects of a fresh slab
 * @param dtor applied to the objects of a slab that is destroyed; Linux had it up to 2.6.22
 */
public record CacheSpec(
    String name, int size, int align, int flags, ObjectFunction ctor, ObjectFunction dtor) {

  /** A cache of objects of a size, aligned to a word. */
  public static CacheSpec of(String name, int size) {
    return new CacheSpec(name, size, 0, 0, ObjectFunction.NONE, ObjectFunction.NONE);
  }

  /** The same with objects aligned to {@code bytes}, a power of two. */
  public CacheSpec aligned(int bytes) {
    return new CacheSpec(name, size, bytes, flags, ctor, dtor);
  }

  /** The same with more flags. */
  public CacheSpec with(int moreFlags) {
    return new CacheSpec(name, size, align, flags | moreFlags, ctor, dtor);
  }

  /** The same with a constructor. */
  public CacheSpec constructedBy(ObjectFunction function) {
    return new CacheSpec(name, size, align, flags, function, dtor);
  }

  /** The same with a destructor. */
  public CacheSpec destroyedBy(ObjectFunction function) {
    return new CacheSpec(name, size, align, flags, ctor, function);
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }
}
